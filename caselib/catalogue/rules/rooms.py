"""When a room may be changed."""

from __future__ import annotations

from collections.abc import Collection

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from caselib.accounts.enums import Role
from caselib.core.errors import Refusal


def may_keep_rooms(roles: Collection[str]) -> Refusal | None:
    if Role.DISPATCHER not in roles:
        return Refusal("not_dispatcher", _("Only the dispatch office keeps the rooms."))
    return None


def may_become(*, active: bool, seats: int, planned: int, largest: int) -> Refusal | None:
    """Whether a room with ``planned`` sessions ahead, the largest for ``largest`` people, may be kept like this."""
    if seats < 1:
        return Refusal("no_seats", _("A room has at least one seat."))
    if planned and not active:
        text = ngettext(
            "%(n)d session is planned in this room. Plan it elsewhere first, then close the room.",
            "%(n)d sessions are planned in this room. Plan them elsewhere first, then close the room.",
            planned,
        )
        return Refusal("in_use", text % {"n": planned})
    if planned and seats < largest:
        return Refusal(
            "too_small",
            _("A session for %(n)d people is planned in this room; it cannot have fewer seats.") % {"n": largest},
        )
    return None
