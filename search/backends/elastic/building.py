"""A new Elasticsearch index beside the live one: loaded in bulk without refresh and replicas, then swapped in."""

from __future__ import annotations

import logging
import re
import secrets
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from typing import Any

from elasticsearch import BadRequestError, helpers

from search import documents
from search.backends.base import EngineUnavailable
from search.backends.elastic.connection import BULK, Connection, exists_already, outcome, translated
from search.records import SCHEMA_VERSION, Record

logger = logging.getLogger(__name__)

_SAMPLE = 20_000  # passages in which tokens are counted
_COUNTED_SHARE = 0.005  # tokens in fewer of them are all called rare: what is noted travels with the cluster's state
_SHARES_FROM = 200
_THREADS = 4
_CHUNK = 50  # records sent by a thread at a time: of what the site adds at once each thread has some
_PAUSES: Mapping[str, Any] = {"max_retries": 7, "initial_backoff": 0.5, "max_backoff": 20}  # seconds, after a 429
_PATIENCE = 300.0  # seconds a merge is waited for; a build that is silent much longer counts as dead
_NUMBER = re.compile(r"-(\d+)(?:-[0-9a-f]+)?$")


class ElasticBuilder:
    """Fills an index nobody reads. `publish` swaps the alias in one step and keeps the index before it.

    Each step may be sent twice when a connection breaks, and comes to the same. An index that is left behind, because
    the server went away, is dropped by the next build.
    """

    def __init__(self, connection: Connection, *, published: Callable[[], None]) -> None:
        self._connection = connection
        self._client = connection.writing
        self._published = published
        numbers = [int(found[1]) for found in map(_NUMBER.search, connection.indexes()) if found]
        # The last part makes the name nobody else's: if there is an index of this name, this builder has made it.
        own = f"{max(numbers, default=0) + 1:06d}-{secrets.token_hex(4)}"
        self.index = f"{connection.alias}-v{SCHEMA_VERSION}-{own}"
        self._seen: Counter[str] = Counter()
        self._passages = self._records = 0
        with translated():
            self._replicas = 1 if int(self._client.cluster.health().body["number_of_data_nodes"]) > 1 else 0
            body = documents.template(f"{connection.alias}-v{SCHEMA_VERSION}-*", replicas=self._replicas)
            self._client.indices.put_index_template(name=connection.alias, **body)
            self._create()

    def add(self, records: Iterable[Record]) -> dict[str, str]:
        """Load records in parallel, what is added later wins; return by key why some were refused."""
        refused = {}
        with translated():
            for item in self._loaded(self._actions(records)):
                key, why = outcome(item)
                if why:
                    logger.error("%s does not take %s: %s", self.index, key, why)
                    refused[key] = why
        return refused

    def remove(self, keys: Iterable[str]) -> None:
        """Remove records that vanished while building."""
        actions = ({"_op_type": "delete", "_index": self.index, "_id": key} for key in keys)
        with translated():
            for _done, item in helpers.streaming_bulk(self._client, actions, **BULK):
                outcome(item)

    def settle(self) -> None:
        """Have the server merge the segments into one, and wait for it as long as is reasonable.

        A query looks each of its terms up in each segment: 100,000 records loaded in bulk leave some forty, with which
        a question of forty terms takes twice as long. What was flushed before needs no second copy for other nodes.
        """
        patient = self._client.options(request_timeout=_PATIENCE)
        try:
            with translated():
                patient.indices.flush(index=self.index)
                patient.indices.forcemerge(index=self.index, max_num_segments=1)
        except EngineUnavailable as error:
            if not error.slow:
                raise
            logger.warning("%s is still being merged; readers get it as it is", self.index)

    def publish(self) -> None:
        """Make the index like any other, swap the alias, drop what is older than the index before."""
        restored = {"index": {"number_of_replicas": self._replicas, "refresh_interval": "1s"}}
        with translated():
            self._client.indices.put_settings(index=self.index, settings=restored)
            meta = {
                "schema": SCHEMA_VERSION,
                "records": self._records,
                "passages": self._passages,
                "shares": self._shares(),
            }
            self._client.indices.put_mapping(index=self.index, meta=meta)
            self._client.indices.refresh(index=self.index)
        before = self._connection.live_index()
        self._swap(before)
        self._published()
        try:
            for name in self._connection.indexes():
                if name not in (self.index, before) and name < self.index:
                    self._connection.drop(name)
        except EngineUnavailable as error:  # readers have the new index; the next build drops what is left
            logger.warning("old indexes of %s were left behind: %s", self._connection.alias, error)

    def abandon(self) -> None:
        """Delete the unfinished index, unless readers have it: a swap may have been made though its answer was lost."""
        try:
            if self._connection.live_index() != self.index:
                self._connection.drop(self.index)
        except EngineUnavailable as error:
            logger.warning("%s was left behind: %s", self.index, error)

    def _create(self) -> None:
        loading = {"index": {"number_of_replicas": 0, "refresh_interval": "-1"}}
        try:
            self._client.indices.create(index=self.index, settings=loading)
        except BadRequestError as error:
            if not exists_already(error):
                raise

    def _swap(self, before: str | None) -> None:
        alias = self._connection.alias
        actions: list[dict[str, Any]] = [{"add": {"index": self.index, "alias": alias, "is_write_index": True}}]
        if before and before != self.index:
            actions.insert(0, {"remove": {"index": before, "alias": alias, "must_exist": False}})
        try:
            with translated():
                self._client.indices.update_aliases(actions=actions)
        except EngineUnavailable:
            if self._connection.live_index() != self.index:
                raise

    def _loaded(self, actions: Iterator[dict[str, Any]]) -> Iterator[Mapping[str, Any]]:
        """Send actions in several threads and yield what the server says of each. Few chunks are held at a time."""
        sent: deque[Future[list[Mapping[str, Any]]]] = deque()
        with ThreadPoolExecutor(_THREADS) as threads:
            while chunk := list(islice(actions, _CHUNK)):
                sent.append(threads.submit(self._send, chunk))
                if len(sent) > _THREADS:
                    yield from sent.popleft().result()
            while sent:
                yield from sent.popleft().result()

    def _send(self, chunk: list[dict[str, Any]]) -> list[Mapping[str, Any]]:
        """Send a chunk; a server that has too much to do is given time, for a build begun anew asks it for more."""
        bulk = helpers.streaming_bulk(self._client, chunk, **_PAUSES, **BULK)
        return [item for _done, item in bulk]

    def _actions(self, records: Iterable[Record]) -> Iterator[dict[str, Any]]:
        for record in records:
            source = documents.source(record)
            self._count(source["passages"])
            yield {"_op_type": "index", "_index": self.index, "_id": record.key, "_source": source}

    def _count(self, passages: list[dict[str, Any]]) -> None:
        for passage in passages[: max(0, _SAMPLE - self._passages)]:
            for field in ("w", "b", "c"):
                self._seen.update(f"{field}:{token}" for token in set(passage[field].split()))
        self._passages += len(passages)
        self._records += 1

    def _shares(self) -> dict[str, float]:
        if self._passages < _SHARES_FROM:
            return {}
        sampled = min(self._passages, _SAMPLE)
        return {token: round(n / sampled, 4) for token, n in self._seen.items() if n > _COUNTED_SHARE * sampled}
