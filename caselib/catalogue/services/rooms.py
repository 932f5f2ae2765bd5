"""Keeping the rooms that sessions are held in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from caselib.accounts.models import Unit, User
from caselib.core import audit, clock
from caselib.core.errors import ConflictError, Refusal, require

from ..models import Room
from ..rules import rooms as rules
from ..selectors.rooms import largest_class_in, planned_in


@dataclass(frozen=True, slots=True)
class RoomDetails:
    """What is said about a room; ``seats`` is the number of people who can sit."""

    name: str
    seats: int
    unit: Unit | None = None
    active: bool = True


def room_stamp(room: Room) -> str:
    """Return what stood in the row, to be compared when a form comes back."""
    return f"{room.seats}/{room.unit_id or ''}/{int(room.active)}/{room.name}"


@transaction.atomic
def keep_room(
    room: Room | None, details: RoomDetails, *, was: str | None = None, by: User, at: datetime | None = None
) -> Room:
    """Make a room or change ``room``. Raises RefusedError, ConflictError if it no longer stands at ``was``.

    A room in which sessions are planned is not closed and not made too small for them. Effects in order: room, audit
    ``catalogue.room_kept``.
    """
    moment = at or clock.now()
    require(rules.may_keep_rooms(by.roles))
    name = " ".join(details.name.split())[:80]
    if not name:
        require(Refusal("no_name", _("Give the room a name.")))
    kept = Room() if room is None else Room.objects.select_for_update().get(pk=room.pk)
    if was is not None and room is not None and room_stamp(kept) != was:
        raise ConflictError(Refusal("changed", _("Somebody changed this room in the meantime. Look at it again.")))
    planned = planned_in(kept).count() if room is not None else 0
    largest = largest_class_in(kept) if planned else 0
    require(rules.may_become(active=details.active, seats=details.seats, planned=planned, largest=largest))
    kept.name, kept.seats, kept.unit, kept.active = name, details.seats, details.unit, details.active
    try:
        with transaction.atomic():
            kept.save()
    except IntegrityError:
        require(Refusal("same_name", _("Another room has this name already.")))
    audit.record("catalogue.room_kept", kept, by=by, at=moment, name=name, seats=kept.seats, active=kept.active)
    return kept
