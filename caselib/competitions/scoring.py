"""The official score: exact arithmetic from the judges' marks to two decimals, rounded once and half up.

Every step is a fraction of whole numbers; nothing is rounded before the last step, so the same marks give the same
score on every machine. The rules stand in the docstrings because losing units read them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any

JUDGES, AUDIENCE = "A", "B"


@dataclass(frozen=True, slots=True)
class Criterion:
    """A line of the rubric. ``weight`` is relative; marks lie in ``low``..``high``; ``tie_order`` 0 breaks no ties."""

    code: str
    weight: Decimal
    low: Decimal = Decimal(0)
    high: Decimal = Decimal(100)
    optional: bool = False
    tie_order: int = 0


@dataclass(frozen=True, slots=True)
class Panel:
    """A group of scorers: its weight in the score and how many of the highest and lowest totals are dropped."""

    code: str
    weight: Decimal
    drop: int = 0
    minimum: int = 1


@dataclass(frozen=True, slots=True)
class Scheme:
    """How one round of one track is scored. ``spread_limit`` is in points of 100."""

    criteria: tuple[Criterion, ...]
    panels: tuple[Panel, ...] = (Panel(JUDGES, Decimal(1)),)
    pass_line: Decimal = Decimal(0)
    spread_limit: Decimal = Decimal(20)

    def as_data(self) -> dict[str, Any]:
        """Return the scheme as JSON data, numbers as text, for the audit chain."""
        return {
            "criteria": [
                {
                    "code": c.code,
                    "weight": str(c.weight),
                    "low": str(c.low),
                    "high": str(c.high),
                    "optional": c.optional,
                    "tie_order": c.tie_order,
                }
                for c in self.criteria
            ],
            "panels": [
                {"code": p.code, "weight": str(p.weight), "drop": p.drop, "minimum": p.minimum} for p in self.panels
            ],
            "pass_line": str(self.pass_line),
            "spread_limit": str(self.spread_limit),
        }

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Scheme:
        """Return the scheme that ``as_data`` wrote."""
        criteria = tuple(
            Criterion(
                c["code"], Decimal(c["weight"]), Decimal(c["low"]), Decimal(c["high"]), c["optional"], c["tie_order"]
            )
            for c in data["criteria"]
        )
        panels = tuple(Panel(p["code"], Decimal(p["weight"]), p["drop"], p["minimum"]) for p in data["panels"])
        return cls(criteria, panels, Decimal(data["pass_line"]), Decimal(data["spread_limit"]))


@dataclass(frozen=True, slots=True)
class Reading:
    """The marks of one judge for one entry, by code of the criterion."""

    judge: int
    marks: Mapping[str, Decimal]


@dataclass(frozen=True, slots=True)
class Sheet:
    """Everything that was given to one entry in one round. ``ballots`` are points of 100."""

    entry: int
    readings: tuple[Reading, ...] = ()
    ballots: tuple[Decimal, ...] = ()


@dataclass(frozen=True, slots=True)
class Result:
    """The outcome for one entry. ``official`` is None where a panel has too few scores; ``rank`` is 0 until placed."""

    entry: int
    official: Decimal | None
    means: Mapping[str, Fraction] = field(default_factory=dict)
    criteria: Mapping[str, Fraction] = field(default_factory=dict)
    spread: Fraction = Fraction(0)
    readings: int = 0
    ballots: int = 0
    passed: bool = False
    disputed: bool = False
    rank: int = 0


def two_decimals(value: Fraction) -> Decimal:
    """Return ``value`` rounded to two decimals; a half goes away from zero (85.125 becomes 85.13)."""
    sign = -1 if value < 0 else 1
    cents = (abs(value) * 200 + 1) // 2
    return sign * Decimal(cents).scaleb(-2)


def total(criteria: Sequence[Criterion], marks: Mapping[str, Decimal]) -> Fraction:
    """Return one judge's total in points of 100: each mark as a share of its highest mark, weighted.

    An optional criterion that the judge left open counts neither in the sum nor in the weights. Raises KeyError for a
    missing mark that is not optional.
    """
    counted = [c for c in criteria if not (c.optional and c.code not in marks)]
    weights = sum((Fraction(c.weight) for c in counted), Fraction(0))
    points = sum((Fraction(c.weight) * Fraction(marks[c.code]) / Fraction(c.high) for c in counted), Fraction(0))
    return 100 * points / weights if weights else Fraction(0)


def trimmed_mean(values: Sequence[Fraction], drop: int) -> Fraction | None:
    """Return the mean without the ``drop`` highest and ``drop`` lowest values; None when none would be left."""
    kept = sorted(values)[drop : len(values) - drop]
    return sum(kept, Fraction(0)) / len(kept) if kept else None


def score(scheme: Scheme, sheet: Sheet, *, audience_counts: bool = True) -> Result:
    """Return the result of one entry, not yet placed."""
    totals = [total(scheme.criteria, reading.marks) for reading in sheet.readings]
    values = {JUDGES: totals, AUDIENCE: [Fraction(ballot) for ballot in sheet.ballots]}
    means: dict[str, Fraction] = {}
    weight = points = Fraction(0)
    complete = True
    for panel in scheme.panels:
        if panel.code == AUDIENCE and not audience_counts:
            continue
        given = values.get(panel.code, [])
        mean = trimmed_mean(given, panel.drop) if len(given) >= panel.minimum else None
        if mean is None:
            complete = False
            continue
        means[panel.code] = mean
        weight += Fraction(panel.weight)
        points += Fraction(panel.weight) * mean
    official = two_decimals(points / weight) if complete and weight else None
    spread = max(totals) - min(totals) if totals else Fraction(0)
    return Result(
        entry=sheet.entry,
        official=official,
        means=means,
        criteria=_criterion_means(scheme.criteria, sheet.readings),
        spread=spread,
        readings=len(totals),
        ballots=len(sheet.ballots),
        passed=official is not None and official >= scheme.pass_line,
        disputed=len(totals) > 1 and spread > Fraction(scheme.spread_limit),
    )


def _criterion_means(criteria: Sequence[Criterion], readings: Sequence[Reading]) -> dict[str, Fraction]:
    means = {}
    for criterion in criteria:
        marks = [Fraction(reading.marks[criterion.code]) for reading in readings if criterion.code in reading.marks]
        if marks:
            means[criterion.code] = sum(marks, Fraction(0)) / len(marks)
    return means


def score_round(scheme: Scheme, sheets: Sequence[Sheet]) -> tuple[Result, ...]:
    """Return the placed results of a round, best first.

    If not one ballot was cast for any entry, the audience panel counts for none of them; if some entries have ballots,
    the others are incomplete. Incomplete entries stand at the end with rank 0.
    """
    audience = any(sheet.ballots for sheet in sheets)
    results = [score(scheme, sheet, audience_counts=audience) for sheet in sheets]
    return place(results, scheme.criteria)


def tie_key(result: Result, criteria: Sequence[Criterion]) -> tuple[Fraction, ...]:
    """Return what decides between equal scores: the judges' mean unrounded, then the tie criteria in their order."""
    breakers = sorted((c for c in criteria if c.tie_order), key=lambda c: c.tie_order)
    nothing = Fraction(-1)
    return (result.means.get(JUDGES, nothing), *(result.criteria.get(c.code, nothing) for c in breakers))


def place(results: Sequence[Result], criteria: Sequence[Criterion]) -> tuple[Result, ...]:
    """Return ``results`` with ranks, best first.

    Rule for ties: the official score; then the unrounded mean of the judges; then the mean marks of the tie criteria,
    in order; who is still equal shares the place, and the next place is left out (1, 2, 2, 4).
    """
    complete = [result for result in results if result.official is not None]
    keys = {r.entry: (Fraction(r.official or 0), *tie_key(r, criteria)) for r in complete}
    complete.sort(key=lambda r: (tuple(-part for part in keys[r.entry]), r.entry))
    placed: list[Result] = []
    for position, result in enumerate(complete, start=1):
        shared = placed and keys[placed[-1].entry] == keys[result.entry]
        placed.append(_with_rank(result, placed[-1].rank if shared else position))
    rest = sorted((r for r in results if r.official is None), key=lambda r: r.entry)
    return (*placed, *rest)


def _with_rank(result: Result, rank: int) -> Result:
    values = {name: getattr(result, name) for name in Result.__dataclass_fields__}
    return Result(**{**values, "rank": rank})


def overall(rounds: Sequence[tuple[Decimal, Mapping[int, Decimal]]]) -> dict[int, Decimal]:
    """Return the score over several rounds: the mean of the official scores, weighted by ``(weight, scores)``.

    Only entries of the last round are answered; a round of weight 0 counts nothing (a pure screening).
    """
    last = rounds[-1][1] if rounds else {}
    found = {}
    for entry in last:
        parts = [(Fraction(w), Fraction(scores[entry])) for w, scores in rounds if entry in scores and w]
        weight = sum((w for w, _s in parts), Fraction(0))
        if weight:
            found[entry] = two_decimals(sum((w * s for w, s in parts), Fraction(0)) / weight)
        else:
            found[entry] = last[entry]
    return found


@dataclass(frozen=True, slots=True)
class Place:
    """Where an entry finally stands, over all rounds."""

    entry: int
    overall: Decimal
    rank: int
    passed: bool


def final_places(rounds: Sequence[tuple[Decimal, Sequence[Result]]]) -> tuple[Place, ...]:
    """Return the final places of one track from its rounds, each a weight and its placed results, first round first.

    The overall score decides, then the place in the last round; who is equal in both shares the place.
    """
    if not rounds:
        return ()
    scored = [(weight, {r.entry: r.official for r in results if r.official is not None}) for weight, results in rounds]
    totals = overall(scored)
    last = {result.entry: result for result in rounds[-1][1]}
    keys = {entry: (-total_score, last[entry].rank) for entry, total_score in totals.items()}
    places: list[Place] = []
    for position, entry in enumerate(sorted(keys, key=lambda e: (keys[e], e)), start=1):
        shared = places and keys[places[-1].entry] == keys[entry]
        rank = places[-1].rank if shared else position
        places.append(Place(entry, totals[entry], rank, last[entry].passed))
    return tuple(places)
