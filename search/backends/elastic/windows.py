"""Which windows a page touches, and what is asked for each: records are chosen by rare terms, then weighed by all."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from search.backends.elastic import querying
from search.candidates import WINDOW
from search.queries import EngineQuery


@dataclass(frozen=True, slots=True)
class Windows:
    """What a page needs of the windows it touches: of the first, hits that are ranked in one request; of those behind,
    records that are chosen and then weighed."""

    query: EngineQuery
    first: EngineQuery
    inside: querying.Clauses

    @property
    def near(self) -> int:
        """How many hits of the first window the page begins with."""
        return max(0, min(self.query.limit, WINDOW - self.query.offset))

    @property
    def behind(self) -> int:
        """Where the first of the other windows begins."""
        return max(WINDOW, self.query.offset // WINDOW * WINDOW)

    @property
    def far(self) -> int:
        """How many records the other windows have together."""
        return -(-max(0, self.query.offset + self.query.limit - self.behind) // WINDOW) * WINDOW

    def bodies(self, scored: float = math.inf) -> Iterator[dict[str, Any]]:
        """Yield the requests for both. Of windows that end behind the `scored` records in which `first` finds anything to
        score, other records follow."""
        if self.near:
            yield querying.ranking_body(self.query, self.first, self.inside, self.near, scoring_only=scored >= WINDOW)
        if self.far:
            only = scored == math.inf
            yield querying.choosing_body(self.first, self.inside, self.behind, self.far, scoring_only=only)

    def scored(self, answers: list[Mapping[str, Any]], total: int) -> float:
        """Return how many records score, infinitely many where they fill the windows of this page."""
        end = self.behind + self.far if self.far else WINDOW
        scored = int(answers[-1]["hits"]["total"]["value"])
        return math.inf if scored >= min(total, end) else scored

    def taken_apart(self, answers: list[Mapping[str, Any]]) -> tuple[list[Any], list[Any]]:
        """Return the hits of the first window, and what was chosen of the others."""
        pages = [list(answer["hits"]["hits"]) for answer in answers]
        return (pages[0] if self.near else []), (pages[-1] if self.far else [])

    def weighing(self, order: list[Any], scored: float) -> Iterator[dict[str, Any]]:
        """Yield the requests for the hits of each other window."""
        keys = [hit["fields"]["key"][0] for hit in order]
        end = self.query.offset + self.query.limit - self.behind
        for start in range(0, min(len(keys), end), WINDOW):
            skipped = max(0, self.query.offset - self.behind - start)
            size = min(WINDOW, end - start) - skipped
            window = keys[start : start + WINDOW]
            first = self.first if scored >= self.behind + start + WINDOW else None
            yield querying.weighing_body(self.query, first, window, skipped, size)
