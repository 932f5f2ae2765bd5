"""Measures of ranked retrieval and of latency."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

TOP = 10


@dataclass
class Tally:
    """Sums over the queries of one set."""

    queries: int = 0
    success1: float = 0.0
    recall10: float = 0.0
    mrr10: float = 0.0
    ndcg10: float = 0.0

    def add(self, found: Sequence[str], relevant: Mapping[str, float]) -> None:
        """Count one query: what was found, best first, and the grade of each relevant document (0 is irrelevant)."""
        grades = {key: grade for key, grade in relevant.items() if grade > 0}
        self.queries += 1
        if not grades:
            return
        top = list(dict.fromkeys(found))[:TOP]
        hits = [rank for rank, key in enumerate(top) if key in grades]
        self.success1 += bool(hits and hits[0] == 0)
        self.recall10 += len(hits) / len(grades)
        self.mrr10 += 1 / (hits[0] + 1) if hits else 0.0
        ideal = dcg(sorted(grades.values(), reverse=True)[:TOP])
        self.ndcg10 += dcg([grades.get(key, 0.0) for key in top]) / ideal

    def result(self) -> dict[str, float]:
        """Return the means, rounded to four places."""
        n = max(self.queries, 1)
        means = {name: round(getattr(self, name) / n, 4) for name in ("success1", "recall10", "mrr10", "ndcg10")}
        return {"queries": self.queries, **means}


def dcg(grades: Sequence[float]) -> float:
    """Return the discounted cumulative gain with the grade itself as gain."""
    return sum(grade / math.log2(rank + 2) for rank, grade in enumerate(grades))


def percentile(values: Sequence[float], per_cent: float) -> float:
    """Return the value below which ``per_cent`` of the values lie (nearest rank), 0 for none."""
    if not values:
        return 0.0
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, math.ceil(len(ordered) * per_cent / 100) - 1))]
