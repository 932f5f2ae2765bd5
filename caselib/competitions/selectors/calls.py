"""Calls as they are listed and shown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Prefetch, Q, QuerySet

from ..enums import VISIBLE_STATES, CallState, EntryState, Phase
from ..models import Competition, Criterion, Need, Round, Rubric, Track
from ..rules import timetable


@dataclass(frozen=True, slots=True)
class CallLine:
    """A call in a list with the phase it is in."""

    call: Competition
    phase: Phase


def public_calls() -> QuerySet[Competition]:
    """Return the calls that everybody sees, without those that stand behind a course need."""
    return Competition.objects.filter(state__in=VISIBLE_STATES, need__isnull=True).select_related("organiser")


def running_calls(since: datetime) -> QuerySet[Competition]:
    """Return the public calls that are not over, and those whose results were released after ``since``."""
    found = public_calls().filter(
        Q(released_at__isnull=True) | Q(released_at__gte=since) | Q(state=CallState.PUBLICITY)
    )
    return found.select_related("organiser", "publicity").prefetch_related("rounds")


def lines(calls: QuerySet[Competition], moment: datetime) -> list[CallLine]:
    """Return ``calls`` with their phases. Two queries."""
    rows = calls.prefetch_related("rounds")
    return [CallLine(call, timetable.phase_at(call.timetable, moment)) for call in rows]


def with_setup(calls: QuerySet[Competition]) -> QuerySet[Competition]:
    """Return ``calls`` with everything a call's page shows in a fixed number of queries."""
    criteria = Prefetch("criteria", Criterion.objects.order_by("order", "pk"))
    rubrics = Prefetch(
        "rubrics", Rubric.objects.select_related("round").prefetch_related(criteria).order_by("round__order")
    )
    tracks = Prefetch("tracks", Track.objects.prefetch_related(rubrics, "award_rules").order_by("order", "pk"))
    rounds = Prefetch("rounds", Round.objects.order_by("order"))
    return calls.select_related("organiser").prefetch_related(
        tracks, rounds, "quotas__unit", "quotas__track", "composition_rules"
    )


def office_calls() -> QuerySet[Competition]:
    """Return all calls for the office, newest first, with the number of entries received."""
    received = Count("entries", filter=Q(entries__state=EntryState.ACCEPTED), distinct=True)
    return Competition.objects.select_related("organiser").annotate(received=received).order_by("-entry_opens", "-pk")


def open_needs() -> QuerySet[Need]:
    """Return the published needs, the nearest deadline first."""
    return Need.objects.exclude(state="draft").select_related("topic", "competition").order_by("-deadline", "-pk")
