"""The Elasticsearch engine: the same tokens and queries, on a cluster."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from elasticsearch import ApiError, BadRequestError, helpers

from search import documents
from search.backends.base import EngineUnavailable, Refused
from search.backends.elastic.building import ElasticBuilder
from search.backends.elastic.connection import BULK, TIMEOUT, Connection, outcome, translated
from search.backends.elastic.querying import PASSAGES, search_body
from search.queries import EngineAnswer, EngineQuery, Found, FoundPassage
from search.records import SCHEMA_VERSION, Record

_WINDOW = 10_000  # hits the server counts through by offset; deeper goes by cursor
_SHARES_FOR = 60.0  # seconds the counted shares are believed
_NOT_TO_BE_READ = frozenset({400, 413})  # what a server says of a request it cannot take as it is


class ElasticEngine:
    """Talks to any node of the cluster. Every failure to answer in time is EngineUnavailable."""

    name = "elastic"

    def __init__(self, urls: Iterable[str], *, prefix: str, timeout: float = TIMEOUT) -> None:
        self.alias = f"{prefix}-records"
        self.connection = Connection(urls, alias=self.alias, timeout=timeout)
        self._shares: tuple[float, Mapping[str, float]] = (float("-inf"), {})

    # Reading

    def search(self, query: EngineQuery) -> EngineAnswer:
        """Answer a query; the first condition that finds anything counts."""
        if query.after is None and query.offset + query.limit > _WINDOW:
            return EngineAnswer(total=self._total(query))
        answer = EngineAnswer()
        for level in range(len(query.matches)):
            with translated():
                try:
                    answer = _answer(self._searched(query, level), query, level)
                except BadRequestError:
                    if query.after is None:
                        raise
                    # A place to go on from that a reader made up is no fault of the server's.
                    return self.search(replace(query, after=None, offset=0))
            if answer.total:
                break
        return answer

    def _searched(self, query: EngineQuery, level: int) -> Mapping[str, Any]:
        body = search_body(query, level)
        return self.connection.reading.search(index=self.alias, body=body, allow_partial_search_results=False).body

    def shares(self, field: str, tokens: Collection[str]) -> Mapping[str, float]:
        """Return the share of all passages that hold each token, as counted when the index was built."""
        read_at, shares = self._shares
        if time.monotonic() - read_at > _SHARES_FOR:
            with translated():
                raw = self.connection.reading.indices.get_mapping(index=self.alias).body
                meta = dict(next(iter(raw.values())))["mappings"].get("_meta", {})
                shares = {token: float(share) for token, share in dict(meta.get("shares", {})).items()}
            self._shares = (time.monotonic(), shares)
        return {token: shares[name] for token in tokens if (name := f"{field}:{token}") in shares}

    def versions(self) -> Iterator[tuple[str, str]]:
        """Yield (key, version hash) of every record held."""
        with translated():
            self.connection.writing.indices.refresh(index=self.alias)
            for hit in helpers.scan(
                self.connection.writing, index=self.alias, query={"_source": ["key", "ver"]}, size=1000
            ):
                yield hit["_source"]["key"], hit["_source"]["ver"]

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
        body = search_body(query, 0) | {"explain": True, "size": 1, "from": 0, "post_filter": {"term": {"key": key}}}
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
        """Index and remove with external versions: a slower, older write never undoes a newer one, nor does a repeated one."""
        versioned = {"_index": self.alias, "version": at, "version_type": "external_gte"}
        actions: list[dict[str, Any]] = [
            {"_op_type": "index", "_id": r.key, "_source": documents.source(r), **versioned} for r in upserts
        ]
        actions += [{"_op_type": "delete", "_id": key, **versioned} for key in deletes]
        held: set[str] = set()
        refused: dict[str, str] = {}
        # Visible before the caller lets go of kept pages: one built in between would show the old state.
        at_once: dict[str, Any] = {"refresh": True, "require_alias": True}
        with translated():
            try:
                for _done, item in helpers.streaming_bulk(self.connection.writing, actions, **BULK, **at_once):
                    key, why = outcome(item)
                    if why:
                        refused[key] = why
                    else:
                        held.add(key)
            except ApiError as error:
                if error.status_code not in _NOT_TO_BE_READ:
                    raise
                refused |= {a["_id"]: str(error) for a in actions if len(actions) == 1}
                refused.setdefault("", str(error))
        if refused:
            raise Refused(refused, held)
        return held

    def builder(self) -> ElasticBuilder:
        """Start a new index beside the live one."""
        return ElasticBuilder(self.connection, published=self.forget_shares)

    def forget_shares(self) -> None:
        """Read the counted shares again with the next query."""
        self._shares = (float("-inf"), {})

    def remove_all(self) -> None:
        """Delete all indexes and the template of this prefix."""
        for name in self.connection.indexes():
            self.connection.drop(name)
        with translated():
            self.connection.writing.options(ignore_status=404).indices.delete_index_template(name=self.alias)

    def _total(self, query: EngineQuery) -> int:
        body = search_body(query, 0)["query"]
        with translated():
            return int(self.connection.reading.count(index=self.alias, query=body).body["count"])


def _answer(raw: Mapping[str, Any], query: EngineQuery, level: int) -> EngineAnswer:
    if raw.get("timed_out") or raw["_shards"]["failed"]:
        raise EngineUnavailable("the answer is partial")
    hits = raw["hits"]["hits"]
    total = int(raw["hits"]["total"]["value"])
    facets = {
        axis: {b["key"]: b["doc_count"] for b in part["values"]["buckets"]}
        for axis, part in raw.get("aggregations", {}).items()
    }
    end = query.offset + len(hits)
    more = bool(hits) and end < total
    return EngineAnswer(
        found=tuple(_found(hit) for hit in hits),
        total=total,
        level=level,
        facets=facets,
        next_offset=end if more else None,
        next_after=tuple(hits[-1]["sort"]) if more else None,
    )


def _found(hit: Mapping[str, Any]) -> Found:
    inner = hit.get("inner_hits", {}).get(PASSAGES, {}).get("hits", {}).get("hits", [])
    passages = tuple(
        FoundPassage(s["source"], s["label"], s["ref"], s["start"], float(s["seconds"]), s["text"])
        for s in (entry["_source"] for entry in inner)
    )
    return Found(hit["_source"]["key"], float(hit["_score"] or 0.0), passages)
