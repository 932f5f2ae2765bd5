"""The records of one commit: which of them match, how many, how they count by axis, and orders other than relevance."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from search.backends.embedded_query import Clause, Translator
from search.backends.fields import MOST_VALUES, READERS
from search.queries import OLDEST, TITLE, EngineQuery, Node, Nothing, OneOf

if TYPE_CHECKING:
    import tantivy

_FACET_CACHE = 512
_Facets = Mapping[str, Mapping[str, int]]
_Counts = TypeVar("_Counts")


class Records:
    """A searcher over the records of one commit. Nothing here is ranked but by `scored`, so nothing else is scored: the
    library reads how often each term stands in a record, and asks how rare it is, only for what must have a score."""

    def __init__(self, index: tantivy.Index) -> None:
        self.searcher = index.searcher()
        self.translator = Translator(index.schema, self.searcher)
        self._apart: dict[Hashable, Mapping[str, int]] = {}
        self._counted: dict[Hashable, tuple[int, _Facets]] = {}

    def matched(self, query: EngineQuery) -> tuple[int, int, tantivy.Query, _Facets]:
        """Return the first condition that finds anything, how many, the whole condition, and the counts of axes."""
        conditions = self._conditions(query)
        last = len(query.matches) - 1
        for level, node in enumerate(query.matches):
            match = self.translator.both(self.translator.query(node, _viewer(query)), *conditions)
            total, facets = self._facets(query, node, match) if query.axes else self._tally(match, ())
            if total or level == last:
                return level, total, match, facets
        return 0, 0, self.translator.query(Nothing()), {}

    def numbers(self, match: tantivy.Query, limit: int) -> list[int]:
        """Return the numbers of at most so many records that meet a condition."""
        # A search in the order of a number gives the number itself, and scores nothing.
        hits: list[Any] = self.searcher.search(match, limit=limit, count=False, order_by_field="num").hits
        return [int(number) for number, _ in hits]

    def among(self, match: tantivy.Query, numbers: Collection[int]) -> set[int]:
        """Return which of some records meet a condition."""
        inside = self.translator.both(match, self.translator.one_of_numbers(numbers))
        return set(self.numbers(inside, len(numbers)))

    def scored(self, scoring: Node, match: tantivy.Query, limit: int) -> list[tuple[int, float]]:
        """Return (number, score) of the best records under a condition."""
        both = self.translator.both(self.translator.query(scoring), self.translator.must(match))
        hits = self.searcher.search(both, limit=limit, count=False).hits
        return list(zip(self._numbers(hits), (score for score, _ in hits), strict=True))

    def keys_of(self, numbers: Collection[int]) -> dict[int, str]:
        """Return the keys of records by their number."""
        if not numbers:
            return {}
        wanted = self.translator.numbers(numbers)
        hits: list[Any] = self.searcher.search(wanted, limit=len(numbers), count=False, order_by_field="num").hits
        return {int(number): self._key(address) for number, address in hits}

    def newest(self, match: tantivy.Query, seen: Collection[int], skip: int, limit: int) -> Iterator[str]:
        """Yield the keys of matching records, newest first, without those of the numbers seen and the first `skip`."""
        hits = self.searcher.search(match, limit=len(seen) + skip + limit, count=False, order_by_field="date").hits
        fresh = [a for (_, a), n in zip(hits, self._numbers(hits), strict=True) if n not in seen]
        yield from map(self._key, fresh[skip : skip + limit])

    def ordered(self, query: EngineQuery, match: tantivy.Query) -> list[str]:
        """Return the keys of the page asked for, in the order of dates or titles, and among equals in that of numbers.

        The library puts equals where they happen to stand, which is another place after each commit: pages would overlap.
        """
        import tantivy

        field = "torder" if query.sort == TITLE else "date"
        rising = query.sort in (TITLE, OLDEST)
        order = tantivy.Order.Asc if rising else tantivy.Order.Desc
        hits: list[Any] = self.searcher.search(
            match, limit=query.limit, offset=query.offset, count=False, order_by_field=field, order=order
        ).hits
        values = [int(value) for value, _ in hits]
        numbered = sorted(zip(self._numbers(hits), hits, values, strict=True), key=lambda row: row[0])
        # Equals that are not all on this page: of those before it and behind it the lowest numbers may be others.
        parted = set(values[:1] if query.offset else ()) | set(values[-1:] if len(hits) == query.limit else ())
        page: list[Any] = []
        for value in dict.fromkeys(values):
            if value in parted:
                skip = self._before(match, field, value, query.offset, rising=rising) if value == values[0] else 0
                page += self._equals(match, field, value, skip, query.limit - len(page))
            else:
                page += [address for _, (_, address), of_hit in numbered if of_hit == value]
        return [self._key(address) for address in page]

    def _before(self, match: tantivy.Query, field: str, value: int, offset: int, *, rising: bool) -> int:
        """How many of the equals of a value stand before the offset."""
        if not offset:
            return 0
        better = self.translator.range(field, upper=value) if rising else self.translator.range(field, lower=value)
        return offset - self._tally(self.translator.both(match, better), ())[0]

    def _equals(self, match: tantivy.Query, field: str, value: int, skip: int, limit: int) -> list[Any]:
        import tantivy

        equal = self.translator.both(match, self.translator.range(field, value, value, bounds=True))
        hits = self.searcher.search(
            equal, limit=limit, offset=skip, count=False, order_by_field="num", order=tantivy.Order.Asc
        ).hits
        return [address for _, address in hits]

    def versions(self) -> list[tuple[str, str]]:
        """Return (key, version hash) of every record."""
        import tantivy

        total = self.searcher.num_docs
        if not total:
            return []
        hits = self.searcher.search(tantivy.Query.all_query(), limit=total, count=False, order_by_field="num").hits
        pairs = []
        for _, address in hits:
            doc = self.searcher.doc(address)
            pairs.append((str(doc.get_first("key")), bytes(doc.get_first("ver") or b"").decode()))
        return pairs

    def _conditions(self, query: EngineQuery, *, but: str = "") -> list[Clause]:
        """Viewer, filters (all axes but one) and restriction to keys, as conditions on records."""
        nodes: list[Node] = [OneOf(f"x_{axis}", values) for axis, values in query.filters.items() if axis != but]
        if (viewer := _viewer(query)) is not None:
            nodes.append(viewer)
        if query.only is not None:
            nodes.append(OneOf("key", query.only))
        return self.translator.conditions(nodes)

    def _numbers(self, hits: Iterable[tuple[float, Any]]) -> list[int]:
        return [int(v) for v in self.searcher.fast_field_values("num", [a for _, a in hits])]  # type: ignore[arg-type]

    def _key(self, address: Any) -> str:
        return str(self.searcher.doc(address).get_first("key"))

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
            others = self.translator.both(
                self.translator.query(node, _viewer(query)), *self._conditions(query, but=axis)
            )
            return self._tally(others, (axis,))[1][axis]

        # Who narrows a list step by step comes from the state without this filter, which has counted the axis.
        before = self._counted.get((node, _chosen(query, but=axis), query.tokens, query.axes, query.only))
        if before is not None:
            return before[1][axis]
        return _kept(self._apart, (node, _chosen(query, but=axis), query.tokens, query.only, axis), count)

    def _tally(self, match: tantivy.Query, axes: tuple[str, ...]) -> tuple[int, dict[str, Mapping[str, int]]]:
        wanted: dict[str, Any] = {a: {"terms": {"field": f"x_{a}", "size": MOST_VALUES}} for a in axes}
        answer = self.searcher.aggregate(match, wanted | {"": {"value_count": {"field": "num"}}})
        counts: dict[str, Mapping[str, int]] = {
            a: {b["key"]: b["doc_count"] for b in answer[a]["buckets"]} for a in axes
        }
        return int(answer[""]["value"]), counts


def _viewer(query: EngineQuery) -> OneOf | None:
    """The condition that a record is open to the reader."""
    return None if query.tokens is None else OneOf(f"{READERS}0", tuple(query.tokens))


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
