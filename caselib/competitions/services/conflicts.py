"""Conflicts between judges and entries: derived from what is known, and what of a round they touch."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db.models import F

from caselib.core import clock

from ..enums import AssignmentState, EntryState
from ..models import Competition, Conflict, Judge, Round
from ..rules.conflicts import derive
from ..selectors import jury


def derive_conflicts(
    competition: Competition, *, judges: Sequence[Judge] | None = None, at: datetime | None = None
) -> list[Conflict]:
    """Derive and store every conflict between declared judges and received entries; return the new ones.

    A fixed number of queries, whatever the number of judges and entries. Called when a judge declares and before
    every assignment.
    """
    moment = at or clock.now()
    today = clock.day_of(moment)
    seats = judges if judges is not None else competition.judges.filter(active=True, declared_at__isnull=False)
    seats = list(seats if judges is not None else seats.select_related("user__unit"))  # type: ignore[union-attr]
    entries = jury.entry_facts(list(competition.entries.filter(state__in=["nominated", "accepted"])))
    known = set(Conflict.objects.filter(judge__in=seats).values_list("judge_id", "entry_id", "reason"))
    rows = [
        Conflict(judge_id=facts.id, entry_id=entry.id, reason=reason, at=moment)
        for facts in jury.judge_facts(seats)
        for entry in entries
        for reason in derive(facts, entry, today, competition.conflict_years)
        if (facts.id, entry.id, reason) not in known
    ]
    # Another act may be deriving the same at this moment: what it has written stands.
    return Conflict.objects.bulk_create(rows, ignore_conflicts=True)


def codes_in_conflict(round_: Round, at: datetime) -> list[str]:
    """Return the codes of entries of which a reading lies with a judge in conflict, as far as is known by now."""
    derive_conflicts(round_.competition, at=at)
    return conflicting_codes(round_)


def conflicting_codes(round_: Round) -> list[str]:
    """Return the codes of entries of which a reading lies with a judge who is recorded to be in conflict."""
    rows = round_.assignments.exclude(state=AssignmentState.REPLACED).filter(
        judge__conflicts__entry=F("entry"), entry__state=EntryState.ACCEPTED
    )
    return sorted({row.entry.code for row in rows.select_related("entry")})
