"""A new Elasticsearch index beside the live one: loaded in bulk without refresh and replicas, then swapped in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from elasticsearch import helpers

from search import documents
from search.records import SCHEMA_VERSION, Record

if TYPE_CHECKING:
    from search.backends.elastic.engine import ElasticEngine

_SAMPLE = 20_000  # passages in which tokens are counted
_COUNTED_SHARE = 0.005  # tokens in fewer of them are all called rare: what is noted travels with the cluster's state
_SHARES_FROM = 200
_THREADS = 4


class ElasticBuilder:
    """Fills an index nobody reads. `publish` swaps the alias in one step and keeps the index before it."""

    def __init__(self, engine: ElasticEngine) -> None:
        self._engine = engine
        self._client = engine.writing
        numbers = [int(n.rpartition("-")[2]) for n in self._indexes()]
        self.index = f"{engine.alias}-v{SCHEMA_VERSION}-{max(numbers, default=0) + 1:06d}"
        self._replicas = 1 if self._nodes() > 1 else 0
        body = documents.template(f"{engine.alias}-v{SCHEMA_VERSION}-*", replicas=self._replicas)
        self._client.indices.put_index_template(name=engine.alias, **body)
        loading = {"index": {"number_of_replicas": 0, "refresh_interval": "-1"}}
        self._client.indices.create(index=self.index, settings=loading)
        self._seen: Counter[str] = Counter()
        self._passages = 0

    def add(self, records: Iterable[Record]) -> int:
        """Load records in parallel; what is added later wins."""
        count = 0
        outcome = helpers.parallel_bulk(
            self._client, self._actions(records), thread_count=_THREADS, chunk_size=200, max_chunk_bytes=8_000_000
        )
        for _done, _item in outcome:
            count += 1
        return count

    def remove(self, keys: Iterable[str]) -> None:
        """Remove records that vanished while building."""
        actions = ({"_op_type": "delete", "_index": self.index, "_id": key} for key in keys)
        for _ in helpers.streaming_bulk(self._client, actions, raise_on_error=False):
            pass

    def publish(self) -> None:
        """Make the index like any other, swap the alias, drop what is older than the index before."""
        indices = self._client.indices
        restored = {"index": {"number_of_replicas": self._replicas, "refresh_interval": "1s"}}
        indices.put_settings(index=self.index, settings=restored)
        indices.put_mapping(index=self.index, meta={"schema": SCHEMA_VERSION, "shares": self._shares()})
        indices.refresh(index=self.index)
        before = self._engine.live_index()
        alias = self._engine.alias
        actions: list[dict[str, Any]] = [{"add": {"index": self.index, "alias": alias, "is_write_index": True}}]
        if before:
            actions.insert(0, {"remove": {"index": before, "alias": alias}})
        indices.update_aliases(actions=actions)
        for name in self._indexes():
            if name not in (self.index, before) and name < self.index:
                indices.delete(index=name)
        self._engine.forget_shares()

    def abandon(self) -> None:
        """Delete the unfinished index."""
        self._client.options(ignore_status=404).indices.delete(index=self.index)

    def _actions(self, records: Iterable[Record]) -> Iterator[dict[str, Any]]:
        for record in records:
            source = documents.source(record)
            self._count(source["passages"])
            yield {"_op_type": "index", "_index": self.index, "_id": record.key, "_source": source}

    def _count(self, passages: list[dict[str, Any]]) -> None:
        for passage in passages:
            if self._passages >= _SAMPLE:
                return
            self._passages += 1
            for field in ("w", "b", "c"):
                self._seen.update(f"{field}:{token}" for token in set(passage[field].split()))

    def _shares(self) -> dict[str, float]:
        if self._passages < _SHARES_FROM:
            return {}
        floor = _COUNTED_SHARE * self._passages
        return {token: round(seen / self._passages, 4) for token, seen in self._seen.items() if seen > floor}

    def _indexes(self) -> list[str]:
        return sorted(self._client.indices.get(index=f"{self._engine.alias}-v*", expand_wildcards="all").body)

    def _nodes(self) -> int:
        return int(self._client.cluster.health().body["number_of_data_nodes"])
