"""A second look at the scores: what they would be if every judge were equally strict.

Marks are split into the entry and the judge (score = entry + severity + rest) with Huber weights, so that one wild mark
moves little. The figures stand beside the official score and never replace it. Below the stated sample, or where the
judges are not linked by entries they have in common, nothing is said at all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from django.utils.translation import gettext_lazy as _

from caselib.core.errors import Refusal

MIN_ENTRIES, MIN_JUDGES, MIN_READINGS_PER_JUDGE = 8, 3, 4
HUBER, STEPS, TOLERANCE = 1.345, 60, 1e-9
Z90 = 1.6448536269514722


@dataclass(frozen=True, slots=True)
class Mark:
    """One judge's total for one entry in points of 100; ``order`` is its place in the judge's own sequence."""

    entry: int
    judge: int
    value: float
    order: int = 0


@dataclass(frozen=True, slots=True)
class Adjusted:
    """An entry's adjusted score with its 90 % interval, in points."""

    score: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Adjustment:
    """The outcome for a round: adjusted scores, each judge's severity (negative: strict) and drift in points."""

    entries: Mapping[int, Adjusted] = field(default_factory=dict)
    severity: Mapping[int, float] = field(default_factory=dict)
    drift: Mapping[int, float] = field(default_factory=dict)
    scale: float = 0.0
    refusal: Refusal | None = None


def adjust(marks: Sequence[Mark]) -> Adjustment:
    """Return the adjustment for ``marks``, or a refusal that says what is missing."""
    entries = sorted({mark.entry for mark in marks})
    judges = sorted({mark.judge for mark in marks})
    refusal = _too_small(marks, entries, judges)
    if refusal is not None:
        return Adjustment(refusal=refusal)
    rows = np.searchsorted(entries, [mark.entry for mark in marks])
    columns = np.searchsorted(judges, [mark.judge for mark in marks])
    values = np.array([mark.value for mark in marks], dtype=float)
    entry_part, judge_part, weights, scale = _fit(rows, columns, values, len(entries), len(judges))
    half = Z90 * scale * np.sqrt(_variances(rows, columns, weights, len(entries), len(judges)))
    residuals = values - entry_part[rows] - judge_part[columns]
    return Adjustment(
        entries={
            entry: Adjusted(_points(entry_part[i]), _points(entry_part[i] - half[i]), _points(entry_part[i] + half[i]))
            for i, entry in enumerate(entries)
        },
        severity={judge: round(float(judge_part[j]), 2) for j, judge in enumerate(judges)},
        drift=_drift(marks, residuals, judges),
        scale=round(float(scale), 3),
    )


def _points(value: float) -> float:
    return round(min(100.0, max(0.0, float(value))), 2)


def _too_small(marks: Sequence[Mark], entries: Sequence[int], judges: Sequence[int]) -> Refusal | None:
    counts = {judge: sum(1 for mark in marks if mark.judge == judge) for judge in judges}
    least = min(counts.values(), default=0)
    if len(entries) < MIN_ENTRIES or len(judges) < MIN_JUDGES or least < MIN_READINGS_PER_JUDGE:
        text = _(
            "No adjusted scores: they need at least %(entries)d entries, %(judges)d judges and %(each)d readings by "
            "each judge; here are %(has_entries)d, %(has_judges)d and %(has_each)d."
        )
        values = {
            "entries": MIN_ENTRIES,
            "judges": MIN_JUDGES,
            "each": MIN_READINGS_PER_JUDGE,
            "has_entries": len(entries),
            "has_judges": len(judges),
            "has_each": least,
        }
        return Refusal("sample-too-small", text % values)
    if not _connected(marks):
        return Refusal(
            "not-linked",
            _("No adjusted scores: some judges have no entry in common with the others, so they cannot be compared."),
        )
    if len(marks) <= len(entries) + len(judges) - 1:
        return Refusal("no-freedom", _("No adjusted scores: too few entries were read by more than one judge."))
    return None


def _connected(marks: Sequence[Mark]) -> bool:
    """Whether judges and entries hang together in one piece."""
    by_entry: dict[int, set[int]] = {}
    by_judge: dict[int, set[int]] = {}
    for mark in marks:
        by_entry.setdefault(mark.entry, set()).add(mark.judge)
        by_judge.setdefault(mark.judge, set()).add(mark.entry)
    seen: set[int] = set()
    waiting = [next(iter(by_judge))]
    while waiting:
        judge = waiting.pop()
        if judge not in seen:
            seen.add(judge)
            waiting.extend(other for entry in by_judge[judge] for other in by_entry[entry] - seen)
    return len(seen) == len(by_judge)


def _fit(
    rows: np.ndarray, columns: np.ndarray, values: np.ndarray, entries: int, judges: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray, float]:
    """Return entry values, severities (mean 0), final weights and the robust scale of the rest."""
    weights = np.ones(len(values))
    entry_part, judge_part = np.zeros(entries), np.zeros(judges)
    freedom = max(1, len(values) - entries - judges + 1)
    scale = 0.0
    for _step in range(STEPS):
        previous = entry_part
        entry_part, judge_part = _least_squares(rows, columns, values, weights, entries, judges)
        rest = values - entry_part[rows] - judge_part[columns]
        scale = max(1e-6, 1.4826 * float(np.median(np.abs(rest))) * np.sqrt(len(values) / freedom))
        weights = np.minimum(1.0, HUBER * scale / np.maximum(np.abs(rest), 1e-12))
        if np.max(np.abs(entry_part - previous)) < TOLERANCE:
            break
    return entry_part, judge_part, weights, scale


def _blocks(
    rows: np.ndarray, columns: np.ndarray, weights: np.ndarray, entries: int, judges: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the entry diagonal, the mixed block and the inverse of the judges' Schur complement (severities sum to 0)."""
    diagonal = np.bincount(rows, weights, entries)
    mixed = np.zeros((entries, judges))
    np.add.at(mixed, (rows, columns), weights)
    schur = np.diag(np.bincount(columns, weights, judges)) - mixed.T @ (mixed / diagonal[:, None])
    inverse = np.linalg.inv(schur + np.ones((judges, judges)) / judges) - np.ones((judges, judges)) / judges
    return diagonal, mixed, inverse


def _least_squares(
    rows: np.ndarray, columns: np.ndarray, values: np.ndarray, weights: np.ndarray, entries: int, judges: int
) -> tuple[np.ndarray, np.ndarray]:
    diagonal, mixed, inverse = _blocks(rows, columns, weights, entries, judges)
    entry_sums = np.bincount(rows, weights * values, entries)
    judge_sums = np.bincount(columns, weights * values, judges)
    judge_part = inverse @ (judge_sums - mixed.T @ (entry_sums / diagonal))
    judge_part -= judge_part.mean()
    return (entry_sums - mixed @ judge_part) / diagonal, judge_part


def _variances(rows: np.ndarray, columns: np.ndarray, weights: np.ndarray, entries: int, judges: int) -> np.ndarray:
    """Return the variance of each entry's value in units of the squared scale."""
    diagonal, mixed, inverse = _blocks(rows, columns, weights, entries, judges)
    shares = mixed / diagonal[:, None]
    return 1 / diagonal + np.maximum(0.0, np.einsum("ij,jk,ik->i", shares, inverse, shares))


def _drift(marks: Sequence[Mark], residuals: np.ndarray, judges: Sequence[int]) -> dict[int, float]:
    """Return how much milder (positive) each judge was in the second half of the own sequence, in points."""
    found = {}
    for judge in judges:
        own = sorted((mark.order, index) for index, mark in enumerate(marks) if mark.judge == judge)
        half = len(own) // 2
        first, second = own[:half], own[len(own) - half :]
        late = float(np.mean([residuals[index] for _order, index in second]))
        found[judge] = round(late - float(np.mean([residuals[index] for _order, index in first])), 2)
    return found
