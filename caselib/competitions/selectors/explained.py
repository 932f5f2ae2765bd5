"""What a unit is shown of its own entry once the results are released: every figure its score was made of."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from .. import scoring
from ..enums import AssignmentState, EntryState
from ..models import Certificate, Competition, Entry, JuryAssignment, Result, Rubric, Standing


@dataclass(frozen=True, slots=True)
class ReadingLine:
    """One judge's marks in the order of the criteria, and the total of 100. The judge bears a letter, not a name."""

    judge: str
    marks: tuple[str, ...]
    total: Decimal
    comment: str


@dataclass(frozen=True, slots=True)
class RoundLine:
    """One round of an entry: its criteria, its readings, and the official score with its place among ``entries``."""

    name: str
    criteria: tuple[str, ...]
    readings: tuple[ReadingLine, ...]
    result: Result
    entries: int
    drop: int
    pass_line: Decimal


@dataclass(frozen=True, slots=True)
class Explained:
    """An entry with its rounds, its final place (None where it did not reach the last round) and its award."""

    entry: Entry
    rounds: tuple[RoundLine, ...]
    standing: Standing | None
    placed: int
    tier: str
    certificate: Certificate | None


def explain(competition: Competition, entries: Sequence[Entry]) -> list[Explained]:
    """Return what may be shown of ``entries`` (of one unit); empty before the release. A fixed number of queries."""
    if not competition.released:
        return []
    received = [entry for entry in entries if entry.state == EntryState.ACCEPTED]
    results = Result.objects.filter(round__competition=competition)
    sizes = Counter(results.values_list("round_id", "entry__track_id"))
    own = results.filter(entry__in=received).select_related("round").order_by("round__order")
    by_entry: dict[int, list[Result]] = defaultdict(list)
    for result in own:
        by_entry[result.entry_id].append(result)
    rubrics = {
        (rubric.track_id, rubric.round_id): rubric
        for rubric in Rubric.objects.filter(track__competition=competition).prefetch_related("criteria")
    }
    readings = _readings(competition, received)
    standings = {row.entry_id: row for row in Standing.objects.filter(entry__in=received)}
    placed = Counter(Standing.objects.filter(entry__competition=competition).values_list("entry__track_id", flat=True))
    awards = {row.entry_id: row for row in competition.awards.filter(entry__in=received).select_related("certificate")}
    return [
        Explained(
            entry=entry,
            rounds=tuple(
                _round_line(
                    result, rubrics[entry.track_id, result.round_id], readings[entry.pk, result.round_id],
                    sizes[result.round_id, entry.track_id],
                )
                for result in by_entry[entry.pk]
            ),
            standing=standings.get(entry.pk),
            placed=placed[entry.track_id],
            tier=awards[entry.pk].tier if entry.pk in awards else "",
            certificate=getattr(awards.get(entry.pk), "certificate", None),
        )
        for entry in received
    ]  # fmt: skip


def _readings(competition: Competition, entries: Sequence[Entry]) -> dict[tuple[int, int], list[JuryAssignment]]:
    found: dict[tuple[int, int], list[JuryAssignment]] = defaultdict(list)
    rows = JuryAssignment.objects.filter(
        round__competition=competition, entry__in=entries, state=AssignmentState.SCORED
    ).select_related("score")
    # Scattered, so that the letters say nothing about who was appointed first.
    for row in sorted(rows, key=lambda one: (one.entry_id, one.round_id, one.pk * 2654435761 % 2**32)):
        found[row.entry_id, row.round_id].append(row)
    return found


def _round_line(result: Result, rubric: Rubric, rows: Sequence[JuryAssignment], entries: int) -> RoundLine:
    criteria = list(rubric.criteria.all())
    rules = rubric.scheme.criteria
    lines = []
    for place, row in enumerate(rows):
        marks = {code: Decimal(mark) for code, mark in (row.score.marks or {}).items()}
        total = scoring.two_decimals(scoring.total(rules, marks))
        texts = tuple(f"{marks[c.code].normalize():f}" if c.code in marks else "—" for c in criteria)
        lines.append(ReadingLine(chr(ord("A") + place % 26), texts, total, row.score.comment))
    return RoundLine(
        name=result.round.name, criteria=tuple(c.name for c in criteria), readings=tuple(lines), result=result,
        entries=entries, drop=rubric.drop, pass_line=rubric.pass_line,
    )  # fmt: skip
