"""The Elasticsearch engine: the same tokens and queries, on a cluster."""

from __future__ import annotations

import re
import time
from collections.abc import Collection, Iterable, Iterator, Mapping
from http import HTTPStatus
from typing import Any

from elasticsearch import ApiError, helpers

from search import documents
from search.backends.base import Refused
from search.backends.elastic.building import ElasticBuilder
from search.backends.elastic.connection import BULK, TIMEOUT, Connection, outcome, translated
from search.backends.elastic.querying import columns, inside, search_body
from search.backends.elastic.reading import Reading
from search.queries import EngineAnswer, EngineQuery
from search.records import SCHEMA_VERSION, Record

_CONFLICT = re.compile(r"current version \[(\d+)\]")
_SKEW = 5_000_000  # microseconds by which the clocks of machines may differ
_AHEAD = "what the index holds was written by a clock that is ahead"
_NOT_TO_BE_READ = frozenset({400, 413})  # what a server says of a request it cannot take as it is


class ElasticEngine:
    """Talks to any node of the cluster. Every failure to answer in time is EngineUnavailable."""

    name = "elastic"

    def __init__(self, urls: Iterable[str], *, prefix: str, timeout: float = TIMEOUT) -> None:
        self.alias = f"{prefix}-records"
        self.connection = Connection(urls, alias=self.alias, timeout=timeout)
        self.reading = Reading(self.connection)

    # Reading

    def search(self, query: EngineQuery) -> EngineAnswer:
        """Answer a query."""
        return self.reading.search(query)

    def shares(self, field: str, tokens: Collection[str]) -> Mapping[str, float]:
        """Return the share of all passages that hold each token, as counted when the index was built."""
        return self.reading.shares(field, tokens)

    def versions(self) -> Iterator[tuple[str, str]]:
        """Yield (key, version hash) of every record held."""
        with translated():
            self.connection.writing.indices.refresh(index=self.alias)
            held = columns("key", "ver")
            for hit in helpers.scan(self.connection.writing, index=self.alias, query=held, size=1000):
                yield hit["fields"]["key"][0], hit["fields"]["ver"][0]

    def status(self) -> Mapping[str, object]:
        """Return health, index, documents and bytes."""
        with translated():
            health = self.connection.reading.cluster.health(timeout="1s").body
            stats = self.connection.writing.indices.stats(index=self.alias, metric="docs,store").body
            return {
                "generation": self.connection.live_index(),
                "documents": self.connection.reading.count(index=self.alias).body["count"],
                "bytes": stats["_all"]["primaries"]["store"]["size_in_bytes"],
                "health": health["status"],
                "nodes": health["number_of_nodes"],
            }

    def explain(self, query: EngineQuery, key: str) -> Mapping[str, object]:
        """Return the server's own account of the score of one record, if the query's viewer may see it."""
        body = search_body(query, inside(query, 0)) | {
            "explain": True,
            "size": 1,
            "from": 0,
            "post_filter": {"term": {"key": key}},
        }
        body["query"]["bool"]["filter"][0] = {"term": {"key": key}}  # whether it matches or not; the viewer stays
        body.pop("aggs", None)
        with translated():
            hits = self.connection.reading.search(index=self.alias, body=body).body["hits"]["hits"]
        if not hits:
            return {"key": key, "found": False}
        return {"key": key, "found": True, "score": hits[0]["_score"], "account": hits[0].get("_explanation")}

    def ready(self) -> bool:
        """Whether there is an index of this version behind the alias. Raises EngineUnavailable if no node answers."""
        name = self.connection.live_index()
        return name is not None and f"-v{SCHEMA_VERSION}-" in name

    # Writing

    def apply(self, upserts: Iterable[Record], deletes: Iterable[str], *, at: int) -> set[str]:
        """Index and remove with external versions: a slower, older write never undoes a newer one, nor does a repeated one.

        What has a version of the future was written before the clock was set back, and is written over; where it is near
        enough to be of another machine, whose clock is a little ahead, it is refused and may be tried again.
        """
        actions: list[dict[str, Any]] = [
            {"_op_type": "index", "_id": r.key, "_source": documents.source(r)} for r in upserts
        ]
        actions += [{"_op_type": "delete", "_id": key} for key in deletes]
        held: set[str] = set()
        refused: dict[str, str] = {}
        later = self._write(actions, at, held, refused)
        surely = {key: version for key, version in later.items() if version > _now() + _SKEW}
        if surely:
            again = [action for action in actions if action["_id"] in surely]
            later |= self._write(again, max(surely.values()), held, refused)
        refused |= dict.fromkeys(later.keys() - held, _AHEAD)
        if refused:
            raise Refused(refused, held)
        return held

    def _write(self, actions: list[dict[str, Any]], at: int, held: set[str], refused: dict[str, str]) -> dict[str, int]:
        """Send actions as of a moment, note what the index then holds and what it refuses, and return by key the versions
        that are later than now."""
        versioned = {"_index": self.alias, "version": at, "version_type": "external_gte"}
        # Visible before the caller lets go of kept pages: one built in between would show the old state.
        at_once: dict[str, Any] = {"refresh": True, "require_alias": True}
        later: dict[str, int] = {}
        with translated():
            try:
                sent = ({**action, **versioned} for action in actions)
                for _done, item in helpers.streaming_bulk(self.connection.writing, sent, **BULK, **at_once):
                    key, why = outcome(item)
                    if version := _of_the_future(item):
                        later[key] = version
                    elif why:
                        refused[key] = why
                    else:
                        held.add(key)
            except ApiError as error:
                if error.status_code not in _NOT_TO_BE_READ:
                    raise
                refused |= {a["_id"]: str(error) for a in actions if len(actions) == 1}
                refused.setdefault("", str(error))
        return later

    def builder(self) -> ElasticBuilder:
        """Start a new index beside the live one."""
        return ElasticBuilder(self.connection, published=self.reading.forget)

    def remove_all(self) -> None:
        """Delete all indexes and the template of this prefix."""
        for name in self.connection.indexes():
            self.connection.drop(name)
        with translated():
            self.connection.writing.options(ignore_status=404).indices.delete_index_template(name=self.alias)


def _of_the_future(item: Mapping[str, Any]) -> int:
    """The version for which a write was refused, if nobody can have written it yet; else 0."""
    answer = next(iter(item.values()))
    found = _CONFLICT.search(str(answer.get("error"))) if answer["status"] == HTTPStatus.CONFLICT else None
    version = int(found[1]) if found else 0
    return version if version > _now() else 0


def _now() -> int:
    return time.time_ns() // 1000
