"""Answering from one commit of the embedded index: records match, passages rank them and are shown."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from search.backends.embedded_passages import Passages
from search.backends.embedded_query import Clause
from search.backends.embedded_records import Records
from search.backends.embedded_schema import unpack
from search.backends.fields import FACETS, READERS, facet_term
from search.candidates import WINDOW
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
    OneOf,
)
from search.records import record_number

if TYPE_CHECKING:
    import tantivy

_DEEPEST = 20_000  # passages looked at at most; what lies deeper follows by date
_SMALL_SET = 200  # a match set up to this size is ranked whole
_PASSAGES_EACH = 8  # passages looked at for each record whose best are wanted


@dataclass(slots=True)
class _Candidate:
    number: int
    score: float
    window: int = 0
    addresses: list[Any] = field(default_factory=list)


class Reading:
    """Searchers over the last commit of both indexes; thrown away when a newer commit is seen."""

    def __init__(self, records: tantivy.Index, passages: tantivy.Index) -> None:
        self.records = Records(records)
        self.passages = Passages(passages)

    def search(self, query: EngineQuery) -> EngineAnswer:
        """Answer a query."""
        level, total, match, facets = self.records.matched(query)
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

    # Ranking

    def _ranked(self, query: EngineQuery, match: tantivy.Query, total: int) -> list[Found]:
        wanted = query.offset + query.limit
        conditions = self._passage_conditions(query)
        limit = min(max(WINDOW, 4 * wanted), _DEEPEST)
        left: tantivy.Query | None = match
        if total <= _SMALL_SET:  # ranked whole, so that no page leaves anything out
            conditions.append(self.passages.translator.one_of_numbers(self.records.numbers(match, total)))
            left = None
        ranked, exhausted = self._candidates(query.scoring, conditions, left, limit, wanted)
        while len(ranked) < min(wanted, total) and not exhausted and limit < _DEEPEST:
            limit = min(4 * limit, _DEEPEST)
            ranked, exhausted = self._candidates(query.scoring, conditions, left, limit, wanted)
        found = [self._found(c) for c in ranked[query.offset : wanted]]
        return found + self._rest(query, match, total, ranked, len(found))

    def _ranked_whole(self, query: EngineQuery, match: tantivy.Query, total: int) -> list[Found]:
        """Records by their whole text; the first of them are weighed again together with their best passages."""
        wanted = query.offset + query.limit
        hits = self.records.scored(query.whole, match, min(max(WINDOW, wanted), _DEEPEST))
        ranked = [_Candidate(number, score) for number, score in hits]
        shown = ranked[:WINDOW] if query.offset < WINDOW else ranked[query.offset :]
        passages = self._best_passages(query, [c.number for c in shown])
        for candidate in shown:
            best = passages.get(candidate.number)
            if best is not None:
                candidate.addresses = best.addresses
                candidate.score += best.score
        ranked[:WINDOW] = sorted(ranked[:WINDOW], key=lambda c: (-c.score, c.number))
        keys = self.records.keys_of([c.number for c in ranked[query.offset : wanted] if not c.addresses])
        found = [self._found(c, keys.get(c.number, "")) for c in ranked[query.offset : wanted]]
        return found + self._rest(query, match, total, ranked, len(found))

    def _best_passages(self, query: EngineQuery, numbers: list[int]) -> dict[int, _Candidate]:
        if not numbers:  # nothing that matches has a word of the text by which records are ranked
            return {}
        conditions = [*self._passage_conditions(query), self.passages.translator.one_of_numbers(numbers)]
        ranked, _ = self._candidates(query.scoring, conditions, None, _PASSAGES_EACH * len(numbers), len(numbers))
        return {c.number: c for c in ranked}

    def _passage_conditions(self, query: EngineQuery) -> list[Clause]:
        nodes: list[Node] = [
            OneOf(FACETS, tuple(facet_term(axis, v) for v in values)) for axis, values in query.filters.items()
        ]
        if query.tokens is not None:
            nodes.append(OneOf(READERS, tuple(query.tokens)))
        if query.only is not None:
            nodes.append(OneOf("key", query.only))
        return self.passages.translator.conditions(nodes)

    def _candidates(
        self, scoring: Node, conditions: list[Clause], match: tantivy.Query | None, limit: int, wanted: int
    ) -> tuple[list[_Candidate], bool]:
        """Records by their best passage among the first `limit`, and whether no passage was left out.

        Of those that match at least `wanted` are returned, if there are so many: nobody looks at what lies behind.
        Without `match` the conditions on passages name the few records that are wanted.
        """
        passages, exhausted = self.passages.best(scoring, conditions, limit, few=match is None)
        by_number: dict[int, _Candidate] = {}
        for place, passage in enumerate(passages):
            candidate = by_number.get(passage.number)
            if candidate is None:
                candidate = by_number[passage.number] = _Candidate(passage.number, 0.0, passage.window)
            nth = len(candidate.addresses)
            if nth < SNIPPETS:
                # Only what stands in the first window adds to the best passage: the order of what is shown on the
                # first pages must not depend on how deep one looks.
                candidate.score += passage.score * PASSAGE_SHARES[nth] if nth == 0 or place < WINDOW else 0.0
                candidate.addresses.append(passage.address)
        ranked = sorted(by_number.values(), key=lambda c: (c.window, -c.score, c.number))
        return (ranked if match is None else self._matching(ranked, match, wanted)), exhausted

    def _matching(self, ranked: list[_Candidate], match: tantivy.Query, wanted: int) -> list[_Candidate]:
        """Those that match, at least so many if there are so many. Mostly the first do; else more are asked about at once."""
        valid: list[_Candidate] = []
        at_once = wanted
        while ranked and len(valid) < wanted:
            some, ranked = ranked[:at_once], ranked[at_once:]
            numbers = self.records.among(match, [c.number for c in some])
            valid += [c for c in some if c.number in numbers]
            at_once = min(4 * at_once, _DEEPEST)
        return valid

    def _found(self, candidate: _Candidate, key: str = "") -> Found:
        passages = []
        for address in candidate.addresses:
            key, passage = unpack(self.passages.searcher.doc(address).get_first("payload"))  # type: ignore[arg-type]
            passages.append(passage)
        return Found(key, float(candidate.score), tuple(passages))

    def _rest(
        self, query: EngineQuery, match: tantivy.Query, total: int, ranked: list[_Candidate], found: int
    ) -> list[Found]:
        """What a page still lacks: matching records no passage of which was ranked (words in metadata only)."""
        if found >= query.limit or len(ranked) >= total:
            return []
        seen = {c.number for c in ranked}
        skip = max(0, query.offset + found - len(ranked))
        return [Found(key, 0.0) for key in self.records.newest(match, seen, skip, query.limit - found)]

    # Other orders

    def _sorted(self, query: EngineQuery, match: tantivy.Query) -> list[Found]:
        keys = self.records.ordered(query, match)
        shown = self._snippets(query, keys)
        return [Found(key, 0.0, shown.get(key, ())) for key in keys]

    def _snippets(self, query: EngineQuery, keys: list[str]) -> dict[str, tuple[FoundPassage, ...]]:
        if isinstance(query.scoring, Everything) or not keys:
            return {}
        best = self._best_passages(query, [record_number(k) for k in keys])
        return {f.key: f.passages for f in map(self._found, best.values())}

    # For the office

    def explain(self, query: EngineQuery, key: str) -> Mapping[str, object]:
        """Return the engine's account of the best passage of one record that the query's viewer may see."""
        translator = self.passages.translator
        only = translator.one_of_numbers([record_number(key)])
        within = translator.both(translator.query(query.scoring), only, *self._passage_conditions(query))
        hits = self.passages.searcher.search(within, limit=1, count=False).hits
        if not hits:
            return {"key": key, "found": False}
        score, address = hits[0]
        return {
            "key": key,
            "found": True,
            "score": score,
            "account": json.loads(within.explain(self.passages.searcher, address).to_json()),
        }
