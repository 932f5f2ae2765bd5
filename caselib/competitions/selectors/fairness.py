"""The fairness report: what a losing unit can be shown. Judges appear by number only."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from django.db.models import Count

from caselib.core import audit
from caselib.core.models import AuditRecord

from .. import severity
from ..enums import AssignmentState, ConflictReason, EntryState, RoundState
from ..models import Award, Competition, Conflict, Judge, JuryAssignment, Result, Round, Rubric, Standing
from . import ledger, outcome


@dataclass(frozen=True, slots=True)
class JudgeLine:
    """One judge in one round; severity and drift in points of 100, None where nothing can be said."""

    name: str
    load: int
    scored: int
    severity: float | None
    drift: float | None


@dataclass(frozen=True, slots=True)
class Moved:
    """An entry whose place would be another one under the adjusted score."""

    code: str
    rank: int
    adjusted_rank: int
    official: str
    adjusted: float
    low: float
    high: float
    award: str


@dataclass(frozen=True, slots=True)
class RoundReport:
    """One track in one round."""

    round: str
    track: str
    entries: int
    wanted: int
    least: int
    most: int
    judges: tuple[JudgeLine, ...]
    disputed: tuple[str, ...]
    further: int
    moved: tuple[Moved, ...]
    silence: str

    @property
    def load_range(self) -> tuple[int, int]:
        loads = [line.load for line in self.judges]
        return (min(loads), max(loads)) if loads else (0, 0)

    @property
    def load_span(self) -> str:
        return span(*self.load_range)

    @property
    def reading_span(self) -> str:
        return span(self.least, self.most)


def span(low: int, high: int) -> str:
    """Return two bounds as people write them: 3, or 5–6."""
    return str(low) if low == high else f"{low}–{high}"


@dataclass(frozen=True, slots=True)
class Held:
    """Entries that an earlier round placed although a judge had a relation to them, and why the results hold."""

    codes: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class Fairness:
    """The whole report. ``chain_fault`` and ``agrees`` are what the audit chain says about the tables."""

    rounds: tuple[RoundReport, ...]
    conflicts: tuple[tuple[str, int], ...]
    judges: int
    declared: int
    removed: int
    chain_fault: str
    differences: tuple[str, ...] = field(default=())
    held: Held | None = None

    @property
    def agrees(self) -> bool:
        return not self.differences and not self.chain_fault


def report(competition: Competition) -> Fairness:
    """Return the fairness report of a call, with the whole audit chain checked and the scores recomputed from it."""
    rounds = []
    for round_ in competition.rounds.exclude(state=RoundState.PREPARED).order_by("order"):
        for rubric in round_.rubrics.select_related("track").prefetch_related("criteria"):
            rounds.append(_round(round_, rubric))
    rows = Conflict.objects.filter(judge__competition=competition)
    counted = Counter(rows.values_list("reason", flat=True))
    seats = competition.judges.aggregate(all=Count("pk"), declared=Count("declared_at"))
    fault = audit.verify()
    return Fairness(
        rounds=tuple(rounds),
        conflicts=tuple(
            (str(reason.label), counted[reason.value]) for reason in ConflictReason if counted[reason.value]
        ),
        judges=seats["all"],
        declared=seats["declared"],
        removed=competition.judges.filter(active=False).count(),
        chain_fault=fault.message if fault else "",
        differences=tuple(differences(competition)),
        held=_held(competition),
    )


def _held(competition: Competition) -> Held | None:
    """Return what the office wrote when it released the results in spite of a relation, None where there was none."""
    rows = AuditRecord.objects.filter(verb="competitions.results_released", data__competition=competition.pk)
    data = rows.order_by("-sequence").values_list("data", flat=True).first() or {}
    return Held(tuple(data["in_conflict"]), data["reason"]) if data.get("in_conflict") else None


def _round(round_: Round, rubric: Rubric) -> RoundReport:
    rows = JuryAssignment.objects.filter(round=round_, entry__track=rubric.track_id, entry__state=EntryState.ACCEPTED)
    rows = rows.exclude(state=AssignmentState.REPLACED)
    pairs = list(rows.values_list("entry_id", "judge_id", "state", "further"))
    readings = Counter(entry for entry, _j, _s, _f in pairs)
    adjustment = severity.adjust(outcome.judge_totals(round_, rubric))
    results = Result.objects.filter(round=round_, entry__track=rubric.track_id).select_related("entry")
    return RoundReport(
        round=round_.name,
        track=rubric.track.name,
        entries=len(readings),
        wanted=rubric.readings,
        least=min(readings.values(), default=0),
        most=max(readings.values(), default=0),
        judges=_judge_lines(round_.competition, pairs, adjustment),
        disputed=tuple(row.entry.code for row in results if row.disputed),
        further=sum(1 for _e, _j, _s, further in pairs if further),
        moved=_moved(results),
        silence=str(adjustment.refusal.message) if adjustment.refusal else "",
    )


def judge_numbers(competition: Competition) -> dict[int, str]:
    """Return the number each judge bears in reports instead of a name."""
    ids = Judge.objects.filter(competition=competition).order_by("pk").values_list("pk", flat=True)
    return {pk: f"{place:02d}" for place, pk in enumerate(ids, start=1)}


def _judge_lines(
    competition: Competition, pairs: list[tuple[int, int, str, bool]], adjustment: severity.Adjustment
) -> tuple[JudgeLine, ...]:
    numbers = judge_numbers(competition)
    loads = Counter(judge for _e, judge, _s, further in pairs if not further)
    done = Counter(judge for _e, judge, state, _f in pairs if state == AssignmentState.SCORED)
    return tuple(
        JudgeLine(numbers[pk], loads[pk], done[pk], adjustment.severity.get(pk), adjustment.drift.get(pk))
        for pk in sorted(set(loads) | set(done))
    )


def _moved(results: object) -> tuple[Moved, ...]:
    found = []
    awards = dict(Award.objects.filter(entry__in=[row.entry_id for row in results]).values_list("entry_id", "tier"))  # type: ignore[attr-defined]
    for row in results:  # type: ignore[attr-defined]
        if row.adjusted_rank is not None and row.adjusted_rank != row.rank:
            found.append(
                Moved(
                    row.entry.code,
                    row.rank,
                    row.adjusted_rank,
                    str(row.official),
                    row.adjusted,
                    row.adjusted_low,
                    row.adjusted_high,
                    awards.get(row.entry_id, ""),
                )
            )
    return tuple(found)


def differences(competition: Competition) -> list[str]:
    """Return every place where the stored figures differ from what the audit chain alone says; empty when none does."""
    book = ledger.from_chain(competition.pk)
    found = []
    for round_ in competition.rounds.filter(state=RoundState.CLOSED).order_by("order"):
        stored = {r.entry_id: (str(r.official), r.rank) for r in Result.objects.filter(round=round_)}
        replayed = book.rounds.get(round_.pk)
        again = (
            {r.entry: (str(r.official), r.rank) for rows in replayed.results().values() for r in rows}
            if replayed
            else {}
        )
        stated = replayed.stated if replayed else {}
        for entry in sorted(set(stored) | set(again) | set(stated)):
            values = (stored.get(entry), again.get(entry), tuple(stated[entry]) if entry in stated else None)
            if len(set(values)) > 1:
                found.append(f"{round_.name} #{entry}: {values[0]} ≠ {values[1]} ≠ {values[2]}")
    places = {p.entry: (str(p.overall), p.rank) for p in book.places().values()}
    rows = Standing.objects.filter(entry__competition=competition)
    standings = {s.entry_id: (str(s.overall), s.rank) for s in rows}
    if standings:
        for entry in sorted(set(places) | set(standings)):
            if places.get(entry) != standings.get(entry):
                found.append(f"#{entry}: {standings.get(entry)} ≠ {places.get(entry)}")
    return found
