"""The Elasticsearch engine: the same tokens and queries, on a cluster."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any, TypeVar

from elastic_transport import ConnectionTimeout, TransportError
from elasticsearch import ApiError, Elasticsearch, helpers

from search import documents
from search.backends.base import EngineUnavailable
from search.backends.elastic.building import ElasticBuilder
from search.backends.elastic.querying import PASSAGES, search_body
from search.queries import EngineAnswer, EngineQuery, Found, FoundPassage
from search.records import SCHEMA_VERSION, Record

TIMEOUT = 1.0  # seconds a reader waits at most
_WRITE_TIMEOUT = 30.0
_WINDOW = 10_000  # hits the server counts through by offset; deeper goes by cursor
_SHARES_FOR = 60.0  # seconds the counted shares are believed
_AWAY = frozenset({429, 502, 503, 504, 507})
_Answer = TypeVar("_Answer")


class ElasticEngine:
    """Talks to any node of the cluster. Every failure to answer in time is EngineUnavailable."""

    name = "elastic"

    def __init__(self, urls: Iterable[str], *, prefix: str, timeout: float = TIMEOUT) -> None:
        self.alias = f"{prefix}-records"
        self._urls = list(urls)
        self._timeout = timeout
        self._client: Elasticsearch | None = None
        self._shares: tuple[float, Mapping[str, float]] = (float("-inf"), {})

    @property
    def client(self) -> Elasticsearch:
        """The client; a node that refuses is passed over for the next one, one that is silent is not waited for twice."""
        if self._client is None:
            if not self._urls:
                raise EngineUnavailable("no Elasticsearch address is configured")
            self._client = Elasticsearch(
                self._urls,
                request_timeout=self._timeout,
                max_retries=max(1, len(self._urls) - 1),
                retry_on_timeout=False,
                retry_on_status=(),
            )
        return self._client

    @property
    def writing(self) -> Elasticsearch:
        """The client with the patience that writes need."""
        return self.client.options(request_timeout=max(self._timeout, _WRITE_TIMEOUT))

    # Reading

    def search(self, query: EngineQuery) -> EngineAnswer:
        """Answer a query; the first condition that finds anything counts."""
        if query.after is None and query.offset + query.limit > _WINDOW:
            return EngineAnswer(total=self._total(query))
        answer = EngineAnswer()
        for level in range(len(query.matches)):
            body = search_body(query, level)
            with translated():
                raw = self.client.search(index=self.alias, body=body, allow_partial_search_results=False).body
                answer = _answer(raw, query, level)
            if answer.total:
                break
        return answer

    def shares(self, field: str, tokens: Collection[str]) -> Mapping[str, float]:
        """Return the share of all passages that hold each token, as counted when the index was built."""
        read_at, shares = self._shares
        if time.monotonic() - read_at > _SHARES_FOR:
            with translated():
                raw = self.client.indices.get_mapping(index=self.alias).body
                meta = dict(next(iter(raw.values())))["mappings"].get("_meta", {})
                shares = {token: float(share) for token, share in dict(meta.get("shares", {})).items()}
            self._shares = (time.monotonic(), shares)
        return {token: shares[name] for token in tokens if (name := f"{field}:{token}") in shares}

    def versions(self) -> Iterator[tuple[str, str]]:
        """Yield (key, version hash) of every record held."""
        with translated():
            self.writing.indices.refresh(index=self.alias)
            for hit in helpers.scan(self.writing, index=self.alias, query={"_source": ["key", "ver"]}, size=1000):
                yield hit["_source"]["key"], hit["_source"]["ver"]

    def status(self) -> Mapping[str, object]:
        """Return health, index, documents and bytes."""
        with translated():
            health = self.client.cluster.health(timeout="1s").body
            stats = self.writing.indices.stats(index=self.alias, metric="docs,store").body
            return {
                "generation": self.live_index(),
                "documents": self.client.count(index=self.alias).body["count"],
                "bytes": stats["_all"]["primaries"]["store"]["size_in_bytes"],
                "health": health["status"],
                "nodes": health["number_of_nodes"],
            }

    def explain(self, query: EngineQuery, key: str) -> Mapping[str, object]:
        """Return the server's own account of the score of one record."""
        body = search_body(query, 0) | {"explain": True, "size": 1, "from": 0, "post_filter": {"term": {"key": key}}}
        body["query"]["bool"]["filter"] = [{"term": {"key": key}}]
        body.pop("aggs", None)
        raw = self._ask(lambda: self.client.search(index=self.alias, body=body).body)
        hits = raw["hits"]["hits"]
        if not hits:
            return {"key": key, "found": False}
        return {"key": key, "found": True, "score": hits[0]["_score"], "account": hits[0].get("_explanation")}

    def ready(self) -> bool:
        """Whether there is an index of this version behind the alias. Raises EngineUnavailable if no node answers."""
        name = self.live_index()
        return name is not None and f"-v{SCHEMA_VERSION}-" in name

    # Writing

    def apply(self, upserts: Iterable[Record], deletes: Iterable[str], *, at: int) -> set[str]:
        """Index and remove with external versions: a slower, older write never undoes a newer one."""
        versioned = {"_index": self.alias, "version": at, "version_type": "external_gte"}
        actions: list[dict[str, Any]] = [
            {"_op_type": "index", "_id": r.key, "_source": documents.source(r), **versioned} for r in upserts
        ]
        actions += [{"_op_type": "delete", "_id": key, **versioned} for key in deletes]
        held: set[str] = set()
        with translated():
            outcome = helpers.streaming_bulk(
                self.writing,
                actions,
                chunk_size=200,
                max_chunk_bytes=8_000_000,
                raise_on_error=False,
                # Visible before the caller lets go of kept pages: one built in between would show the old state.
                refresh=True,
                require_alias=True,
            )
            for done, item in outcome:
                verb, answer = next(iter(item.items()))
                # A conflict means that the index holds something newer; a delete of nothing is done.
                if (
                    done
                    or answer["status"] == 409
                    or (verb == "delete" and answer["status"] == 404 and "error" not in answer)
                ):
                    held.add(answer["_id"])
                elif answer["status"] in _AWAY or answer["status"] == 404:
                    raise EngineUnavailable(f"the server does not take writes: {answer.get('error')}")
                else:
                    raise ValueError(f"{answer['_id']}: {answer.get('error')}")
        return held

    def builder(self) -> ElasticBuilder:
        """Start a new index beside the live one."""
        with translated():
            return ElasticBuilder(self)

    def live_index(self) -> str | None:
        """Return the name of the index behind the alias, None if there is none. Raises if no node answers."""

        def read() -> str | None:
            if not self.client.indices.exists_alias(name=self.alias):
                return None
            return next(iter(self.client.indices.get_alias(name=self.alias).body))

        return self._ask(read)

    def forget_shares(self) -> None:
        """Read the counted shares again with the next query."""
        self._shares = (float("-inf"), {})

    def remove_all(self) -> None:
        """Delete all indexes and the template of this prefix."""
        with translated():
            names = list(self.writing.indices.get(index=f"{self.alias}-*").body)
            for name in names:
                self.writing.indices.delete(index=name)
            self.writing.options(ignore_status=404).indices.delete_index_template(name=self.alias)

    def _total(self, query: EngineQuery) -> int:
        body = search_body(query, 0)["query"]
        return int(self._ask(lambda: self.client.count(index=self.alias, query=body).body["count"]))

    def _ask(self, work: Callable[[], _Answer]) -> _Answer:
        with translated():
            return work()


@contextlib.contextmanager
def translated() -> Iterator[None]:
    """Whatever client or server say, the caller hears EngineUnavailable, and whether it took long to find out."""
    try:
        yield
    except ConnectionTimeout as error:
        raise EngineUnavailable(f"no answer in time: {error.message}", slow=True) from error
    except TransportError as error:
        raise EngineUnavailable(f"no connection: {error.message}") from error
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, StopIteration) as error:
        raise EngineUnavailable(f"the server answers nonsense: {error!r}") from error
    except ApiError as error:
        if error.status_code in _AWAY or error.status_code in (400, 401, 403, 404):
            raise EngineUnavailable(f"the server answers {error.status_code}: {error.message}") from error
        raise EngineUnavailable(f"the server failed: {error}") from error


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
