"""Keeping the rooms that sessions are held in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from caselib.accounts.models import Unit, User
from caselib.core import audit, clock
from caselib.core.errors import Refusal, require
from caselib.core.seen import require_seen, stamp_of

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


@transaction.atomic
def keep_room(room: Room | None, details: RoomDetails, *, seen: str = "", by: User, at: datetime | None = None) -> Room:
    """Make a room or change ``room``. Raises RefusedError, ConflictError if it is not as it was ``seen``.

    A room in which sessions are planned is not closed and not made too small for them. Effects in order: room, audit
    ``catalogue.room_kept``.
    """
    moment = at or clock.now()
    require(rules.may_keep_rooms(by.roles))
    name = " ".join(details.name.split())[:80]
    if not name:
        require(Refusal("no_name", _("Give the room a name.")))
    kept = Room() if room is None else Room.objects.select_for_update().get(pk=room.pk)
    require_seen(seen, stamp_of(kept))
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
