"""Rooms with what is planned in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Max, Min, Q, QuerySet

from caselib.core import clock

from ..enums import DispatchState
from ..models import Dispatch, Room


@dataclass(frozen=True, slots=True)
class RoomRow:
    """A room, how many planned sessions lie ahead in it, and when the next begins."""

    room: Room
    ahead: int
    next_at: datetime | None


def rooms() -> QuerySet[Room]:
    """Return all rooms, those in use first, with ``ahead`` and ``next_at``."""
    coming = Q(dispatches__state=DispatchState.PLANNED, dispatches__ends_at__gt=clock.now())
    return (
        Room.objects.select_related("unit")
        .annotate(ahead=Count("dispatches", filter=coming), next_at=Min("dispatches__starts_at", filter=coming))
        .order_by("-active", "name")
    )


def room_rows(found: Sequence[Room]) -> list[RoomRow]:
    return [RoomRow(room, room.ahead, room.next_at) for room in found]  # type: ignore[attr-defined]


def planned_in(room: Room) -> QuerySet[Dispatch]:
    """Return the planned sessions in ``room`` that are not over, in order of time."""
    sessions = Dispatch.objects.filter(room=room, state=DispatchState.PLANNED, ends_at__gt=clock.now())
    return sessions.select_related("line__order__unit", "teacher").order_by("starts_at", "pk")


def largest_class_in(room: Room) -> int:
    """Return the largest number of people expected in ``room``, 0 if nothing is planned."""
    return planned_in(room).aggregate(n=Max("line__order__headcount"))["n"] or 0
