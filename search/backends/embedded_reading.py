"""Answering from one commit of the embedded index: match set, ranking by passages, facets."""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from search.backends.embedded_passages import WINDOW, Passages
from search.backends.embedded_query import Translator
from search.backends.embedded_schema import unpack
from search.backends.fields import FACETS, facet_term
from search.queries import (
    NEWEST,
    OLDEST,
    PASSAGE_SHARES,
    SNIPPETS,
    TITLE,
    EngineAnswer,
    EngineQuery,
    Everything,
    Found,
    FoundPassage,
    Node,
    Nothing,
    OneOf,
)
from search.records import record_number

if TYPE_CHECKING:
    import tantivy

_DEEPEST = 20_000  # passages looked at at most; what lies deeper follows by date
_SMALL_SET = 200  # a match set up to this size is ranked whole
_BUCKETS = 500
_PASSAGES_EACH = 8  # passages looked at for each record whose best are wanted
_FACET_CACHE = 512


_Facets = Mapping[str, Mapping[str, int]]
_Counts = TypeVar("_Counts")


@dataclass(slots=True)
class _Candidate:
    number: int
    score: float
    window: int = 0
    addresses: list[Any] = field(default_factory=list)


class Reading:
    """Searchers over the last commit of both indexes; thrown away when a newer commit is seen."""

    def __init__(self, records: tantivy.Index, passages: tantivy.Index) -> None:
        self.records = records.searcher()
        self._in_records = Translator(records.schema, self.records)
        self._best = Passages(passages)
        self.frequency = self._best.frequency
        self.passages = self._best.searcher
        self._in_passages = self._best.translator
        self._apart: dict[Hashable, Mapping[str, int]] = {}
        self._counted: dict[Hashable, tuple[int, _Facets]] = {}

    def search(self, query: EngineQuery) -> EngineAnswer:
        """Answer a query."""
        level, total, match, facets = self._matched(query)
        if query.offset >= total:
            return EngineAnswer(total=total, level=level, facets=facets)
        if query.sort in (NEWEST, OLDEST, TITLE) or isinstance(query.scoring, Everything):
            found = self._sorted(query, match)
        elif isinstance(query.whole, Everything):
            found = self._ranked(query, match, total)
        else:
            found = self._ranked_whole(query, match, total)
        end = query.offset + len(found)
        return EngineAnswer(
            found=tuple(found),
            total=total,
            level=level,
            facets=facets,
            next_offset=end if found and end < total else None,
        )

    # What matches

    def _conditions(self, query: EngineQuery, *, but: str = "") -> list[tantivy.Query]:
        """Viewer, filters (all axes but one) and restriction to keys, as conditions on records."""
        nodes = [OneOf(f"x_{axis}", values) for axis, values in query.filters.items() if axis != but]
        if query.tokens is not None:
            nodes.append(OneOf("k0", tuple(sorted(query.tokens))))
        if query.only is not None:
            nodes.append(OneOf("key", query.only))
        return [self._in_records.query(n) for n in nodes]

    def _matched(self, query: EngineQuery) -> tuple[int, int, tantivy.Query, _Facets]:
        """The first condition that finds anything, how many, the whole condition on records, and the counts of axes."""
        conditions = self._conditions(query)
        last = len(query.matches) - 1
        for level, node in enumerate(query.matches):
            match = self._in_records.both(self._in_records.query(node), *conditions)
            total, facets = self._facets(query, node, match) if query.axes else (self._count(match), {})
            if total or level == last:
                return level, total, match, facets
        return 0, 0, self._in_records.query(Nothing()), {}

    def _count(self, match: tantivy.Query) -> int:
        return int(self.records.search(match, limit=1, count=True).count)  # type: ignore[attr-defined]

    # Ranking

    def _ranked(self, query: EngineQuery, match: tantivy.Query, total: int) -> list[Found]:
        wanted = query.offset + query.limit
        conditions = self._passage_conditions(query)
        limit = min(max(WINDOW, 4 * wanted), _DEEPEST)
        left: tantivy.Query | None = match
        if total <= _SMALL_SET:  # ranked whole, so that no page leaves anything out
            numbers = self._numbers(self.records.search(match, limit=total, count=False).hits)
            conditions.append(self._in_passages.numbers(numbers))
            left = None
        ranked, exhausted = self._candidates(query.scoring, conditions, left, limit, wanted)
        while len(ranked) < min(wanted, total) and not exhausted and limit < _DEEPEST:
            limit = min(4 * limit, _DEEPEST)
            ranked, exhausted = self._candidates(query.scoring, conditions, left, limit, wanted)
        found = [self._found(c) for c in ranked[query.offset : wanted]]
        if len(found) < query.limit and len(ranked) < total:
            found.extend(self._rest(match, ranked, query.offset + len(found), query.limit - len(found)))
        return found

    def _ranked_whole(self, query: EngineQuery, match: tantivy.Query, total: int) -> list[Found]:
        """Records by their whole text; the first of them are weighed again together with their best passages."""
        wanted = query.offset + query.limit
        scored = self._in_records.both(self._in_records.query(query.whole), match)
        hits = self.records.search(scored, limit=min(max(WINDOW, wanted), _DEEPEST), count=False).hits
        ranked = [_Candidate(n, s) for (s, _), n in zip(hits, self._numbers(hits), strict=True)]
        shown = ranked[:WINDOW] if query.offset < WINDOW else ranked[query.offset :]
        passages = self._best_passages(query, [c.number for c in shown])
        for candidate in shown:
            best = passages.get(candidate.number)
            if best is not None:
                candidate.addresses = best.addresses
                candidate.score += best.score
        ranked[:WINDOW] = sorted(ranked[:WINDOW], key=lambda c: (-c.score, c.number))
        keys = self._keys_of([c for c in ranked[query.offset : wanted] if not c.addresses])
        found = [self._found(c, keys.get(c.number, "")) for c in ranked[query.offset : wanted]]
        if len(found) < query.limit and len(ranked) < total:
            found.extend(self._rest(match, ranked, query.offset + len(found), query.limit - len(found)))
        return found

    def _best_passages(self, query: EngineQuery, numbers: list[int]) -> dict[int, _Candidate]:
        if not numbers:  # nothing that matches has a word of the text by which records are ranked
            return {}
        conditions = [*self._passage_conditions(query), self._in_passages.numbers(numbers)]
        ranked, _ = self._candidates(query.scoring, conditions, None, _PASSAGES_EACH * len(numbers), len(numbers))
        return {c.number: c for c in ranked}

    def _keys_of(self, candidates: list[_Candidate]) -> dict[int, str]:
        """The keys of records by their number."""
        if not candidates:
            return {}
        wanted = self._in_records.numbers(c.number for c in candidates)
        hits = self.records.search(wanted, limit=len(candidates), count=False).hits
        return {n: self._key(a) for (_, a), n in zip(hits, self._numbers(hits), strict=True)}

    def _passage_conditions(self, query: EngineQuery) -> list[tantivy.Query]:
        conditions = []
        for axis, values in query.filters.items():
            conditions.append(self._in_passages.query(OneOf(FACETS, tuple(facet_term(axis, v) for v in values))))
        if query.tokens is not None:
            allowed = tuple(sorted(query.tokens))
            conditions.append(self._in_passages.query(OneOf("k", allowed)))
            conditions.append(self._in_passages.query(OneOf("rk", allowed)))
        if query.only is not None:
            conditions.append(self._in_passages.query(OneOf("key", query.only)))
        return conditions

    def _candidates(
        self, scoring: Node, conditions: list[tantivy.Query], match: tantivy.Query | None, limit: int, wanted: int
    ) -> tuple[list[_Candidate], bool]:
        """Records by their best passage among the first `limit`, and whether no passage was left out.

        Of those that match at least `wanted` are returned, if there are so many: nobody looks at what lies behind.
        Without `match` the conditions on passages name the few records that are wanted.
        """
        passages, exhausted = self._best.best(scoring, conditions, limit, few=match is None)
        by_number: dict[int, _Candidate] = {}
        for place, passage in enumerate(passages):
            candidate = by_number.setdefault(passage.number, _Candidate(passage.number, 0.0, passage.window))
            nth = len(candidate.addresses)
            if nth < SNIPPETS:
                # Only what stands in the first window adds to the best passage: the order of what is shown on the
                # first pages must not depend on how deep one looks.
                candidate.score += passage.score * PASSAGE_SHARES[nth] if nth == 0 or place < WINDOW else 0.0
                candidate.addresses.append(passage.address)
        ranked = sorted(by_number.values(), key=lambda c: (c.window, -c.score, c.number))
        if match is None:
            return ranked, exhausted
        valid: list[_Candidate] = []
        while ranked and len(valid) < wanted:
            some, ranked = ranked[:wanted], ranked[wanted:]
            inside = self._in_records.both(match, self._in_records.numbers(c.number for c in some))
            numbers = set(self._numbers(self.records.search(inside, limit=len(some), count=False).hits))
            valid += [c for c in some if c.number in numbers]
        return valid, exhausted

    def _numbers(self, hits: list[tuple[float, Any]]) -> list[int]:
        return [int(v) for v in self.records.fast_field_values("num", [a for _, a in hits])]  # type: ignore[arg-type]

    def _found(self, candidate: _Candidate, key: str = "") -> Found:
        passages = []
        for address in candidate.addresses:
            key, passage = unpack(self.passages.doc(address).get_first("payload"))  # type: ignore[arg-type]
            passages.append(passage)
        return Found(key, float(candidate.score), tuple(passages))

    def _rest(self, match: tantivy.Query, ranked: list[_Candidate], offset: int, limit: int) -> Iterator[Found]:
        """Matching records no passage of which was ranked (words in metadata only), newest first."""
        seen = {c.number for c in ranked}
        skip = max(0, offset - len(ranked))
        hits = self.records.search(match, limit=len(seen) + skip + limit, count=False, order_by_field="date").hits
        fresh = [a for (_, a), n in zip(hits, self._numbers(hits), strict=True) if n not in seen]
        for address in fresh[skip : skip + limit]:
            yield Found(self._key(address), 0.0)

    # Other orders

    def _sorted(self, query: EngineQuery, match: tantivy.Query) -> list[Found]:
        import tantivy

        name = "torder" if query.sort == TITLE else "date"
        order = tantivy.Order.Asc if query.sort in (TITLE, OLDEST) else tantivy.Order.Desc
        hits = self.records.search(
            match, limit=query.limit, offset=query.offset, count=False, order_by_field=name, order=order
        ).hits
        keys = [self._key(address) for _, address in hits]
        shown = self._snippets(query, keys)
        return [Found(key, 0.0, shown.get(key, ())) for key in keys]

    def _snippets(self, query: EngineQuery, keys: list[str]) -> dict[str, tuple[FoundPassage, ...]]:
        if isinstance(query.scoring, Everything) or not keys:
            return {}
        best = self._best_passages(query, [record_number(k) for k in keys])
        return {f.key: f.passages for f in map(self._found, best.values())}

    def _key(self, address: Any) -> str:
        return str(self.records.doc(address).get_first("key"))

    # Facets

    def _facets(self, query: EngineQuery, node: Node, match: tantivy.Query) -> tuple[int, _Facets]:
        """How many match, and the counts of each axis as if it alone were unfiltered; kept until the next commit."""
        memo = (node, _chosen(query), query.tokens, query.axes, query.only)
        return _kept(self._counted, memo, lambda: self._count_facets(query, node, match))

    def _count_facets(self, query: EngineQuery, node: Node, match: tantivy.Query) -> tuple[int, _Facets]:
        """Whoever counts the axes reads all that matches, and counts it on the way."""
        total, counts = self._tally(match, tuple(a for a in query.axes if a not in query.filters))
        for axis in query.axes:
            if axis in query.filters:
                counts[axis] = self._without(query, node, axis)
        return total, counts

    def _without(self, query: EngineQuery, node: Node, axis: str) -> Mapping[str, int]:
        """Counts of an axis without its own filter, made once for all values of that filter: with one filter alone these
        are the counts of the whole library, the dearest of all."""

        def count() -> Mapping[str, int]:
            others = self._in_records.both(self._in_records.query(node), *self._conditions(query, but=axis))
            return self._tally(others, (axis,))[1][axis]

        return _kept(self._apart, (node, _chosen(query, but=axis), query.tokens, query.only, axis), count)

    def _tally(self, match: tantivy.Query, axes: tuple[str, ...]) -> tuple[int, dict[str, Mapping[str, int]]]:
        wanted: dict[str, Any] = {a: {"terms": {"field": f"x_{a}", "size": _BUCKETS}} for a in axes}
        answer = self.records.aggregate(match, wanted | {"": {"value_count": {"field": "num"}}})
        counts: dict[str, Mapping[str, int]] = {
            a: {b["key"]: b["doc_count"] for b in answer[a]["buckets"]} for a in axes
        }
        return int(answer[""]["value"]), counts

    # For the office

    def versions(self) -> list[tuple[str, str]]:
        """Return (key, version hash) of every record."""
        import tantivy

        total = self.records.num_docs
        if not total:
            return []
        hits = self.records.search(tantivy.Query.all_query(), limit=total, count=False).hits
        pairs = []
        for _, address in hits:
            doc = self.records.doc(address)
            pairs.append((str(doc.get_first("key")), bytes(doc.get_first("ver") or b"").decode()))
        return pairs

    def explain(self, query: EngineQuery, key: str) -> Mapping[str, object]:
        """Return the engine's account of the best passage of one record that the query's viewer may see."""
        scored = self._in_passages.query(query.scoring)
        only = self._in_passages.numbers([record_number(key)])
        within = self._in_passages.both(scored, only, *self._passage_conditions(query))
        hits = self.passages.search(within, limit=1, count=False).hits
        if not hits:
            return {"key": key, "found": False}
        score, address = hits[0]
        return {
            "key": key,
            "found": True,
            "score": score,
            "account": json.loads(within.explain(self.passages, address).to_json()),
        }

    def passages_of(self, keys: Iterable[str]) -> int:
        """Return how many passages the records have together."""
        return self._best.count(self._in_passages.numbers(record_number(k) for k in keys))


def _chosen(query: EngineQuery, but: str = "") -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The filters of a query, that of the axis ``but`` left out, for comparison."""
    return tuple(sorted((name, tuple(values)) for name, values in query.filters.items() if name != but))


def _kept(cache: dict[Hashable, _Counts], memo: Hashable, make: Callable[[], _Counts]) -> _Counts:
    """Return what the cache keeps under ``memo``, made first where it is not there; a full cache begins anew."""
    if memo not in cache:
        if len(cache) >= _FACET_CACHE:
            cache.clear()
        cache[memo] = make()
    return cache[memo]
