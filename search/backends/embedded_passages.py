"""Ranking the passages of the embedded index: rare terms find candidates, common ones and phrases weigh them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from search import candidates
from search.backends.embedded_query import Clause, Translator
from search.candidates import WINDOW
from search.queries import Bool, Node

if TYPE_CHECKING:
    import tantivy

_BUDGET = 50_000  # occurrences read for one ranking without a thought
_REMEMBERED = 200_000  # tokens whose frequency is remembered between two commits


class Weighed(NamedTuple):
    """A passage with its score and the window it was weighed in: no later window comes before an earlier one."""

    window: int
    score: float
    number: int
    address: Any


class Passages:
    """The passages of one commit."""

    def __init__(self, index: tantivy.Index) -> None:
        self.searcher = index.searcher()
        self.translator = Translator(index.schema, self.searcher)
        self._frequencies: dict[tuple[str, str], int] = {}

    def best(
        self, scoring: Node, conditions: Sequence[Clause], limit: int, *, few: bool = False
    ) -> tuple[list[Weighed], bool]:
        """Return the best passages under the conditions, and whether there are no others.

        `few` says that the conditions leave so few that everything is best read at once. Otherwise, in a library with
        many occurrences of what is asked, the rare terms choose the passages, and these are weighed by all terms, one
        window after another, so that the order does not depend on how deep one looks.
        """
        first, rest = (scoring, ()) if few else self._split(scoring)
        query = self.translator.both(self.translator.query(first), *conditions)
        hits = self.searcher.search(query, limit=limit, count=False).hits
        if rest:
            hits, windows = self._weighed(hits, rest)
        else:
            windows = [0] * len(hits)
        numbers = self._values("num", hits)
        found = [Weighed(w, s, n, a) for w, (s, a), n in zip(windows, hits, numbers, strict=True)]
        return found, len(hits) < limit

    def frequency(self, field: str, token: str) -> int:
        """Return how many passages hold a token; asked once, for planning and for ranking."""
        known = self._frequencies.get((field, token))
        if known is None:
            if len(self._frequencies) >= _REMEMBERED:
                self._frequencies.clear()
            known = self._frequencies[field, token] = int(self.searcher.doc_freq(field, token))
        return known

    def _split(self, scoring: Node) -> tuple[Node, tuple[Node, ...]]:
        """What chooses, and what only weighs."""
        if not isinstance(scoring, Bool) or scoring.must or scoring.filters or scoring.without:
            return scoring, ()
        first, rest = candidates.split(scoring.should, self.frequency, _BUDGET)
        return (Bool(should=first, minimum=1), rest) if rest else (scoring, ())

    def _weighed(
        self, hits: list[tuple[float, Any]], rest: Sequence[Node]
    ) -> tuple[list[tuple[float, Any]], list[int]]:
        """Add the score of the rest, order each window, and let none score more than the window before it ends."""
        ids = self._values("u", hits)
        scored = [self.translator.query(node) for node in rest]
        done: list[tuple[float, Any]] = []
        ceiling = float("inf")
        for begin in range(0, len(hits), WINDOW):
            window = list(zip(hits[begin : begin + WINDOW], ids[begin : begin + WINDOW], strict=True))
            within = self.translator.added(self.translator.numbers((u for _, u in window), "u"), scored)
            found = self.searcher.search(within, limit=len(window), count=False).hits
            more = dict(zip(self._values("u", found), (score for score, _ in found), strict=True))
            whole = [(min(ceiling, score + more.get(u, 0.0)), address) for (score, address), u in window]
            whole.sort(key=lambda hit: -hit[0])
            ceiling = whole[-1][0]
            done += whole
        return done, [place // WINDOW for place in range(len(done))]

    def _values(self, name: str, hits: Iterable[tuple[float, Any]]) -> list[int]:
        return [int(v) for v in self.searcher.fast_field_values(name, [a for _, a in hits])]  # type: ignore[arg-type]
