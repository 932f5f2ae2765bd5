"""Measures of ranked retrieval and of latency."""

from __future__ import annotations

import contextlib
import math
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

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


@dataclass
class Latencies:
    """Milliseconds of each of many calls: as they passed, and of this thread's processor, which other work does not move."""

    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)

    @contextlib.contextmanager
    def measured(self) -> Iterator[None]:
        """Add what happens inside as one call."""
        began, used = time.perf_counter(), time.thread_time()
        try:
            yield
        finally:
            self.cpu.append((time.thread_time() - used) * 1000)
            self.wall.append((time.perf_counter() - began) * 1000)

    def figures(self, name: str = "") -> dict[str, float]:
        """Return median and 99th percentile of both, with names that begin with ``name``."""
        return {
            f"{name}p{per_cent}{suffix}_ms": round(percentile(values, per_cent), 3)
            for per_cent in (50, 99)
            for suffix, values in (("", self.wall), ("_cpu", self.cpu))
        }


def dcg(grades: Sequence[float]) -> float:
    """Return the discounted cumulative gain with the grade itself as gain."""
    return sum(grade / math.log2(rank + 2) for rank, grade in enumerate(grades))


def percentile(values: Sequence[float], per_cent: float) -> float:
    """Return the value below which ``per_cent`` of the values lie (nearest rank), 0 for none."""
    if not values:
        return 0.0
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, math.ceil(len(ordered) * per_cent / 100) - 1))]
