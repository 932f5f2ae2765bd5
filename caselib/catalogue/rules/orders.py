"""Who may order what, and which step may follow which."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from caselib.accounts.enums import Role
from caselib.accounts.viewers import Viewer
from caselib.core.errors import Refusal

from ..enums import ORDER_TRANSITIONS, ORDERABLE_KINDS, DispatchState, OrderState

MAX_LINES = 30
MAX_DAYS = 366
RATING_DAYS = 30


@dataclass(frozen=True, slots=True)
class Orderable:
    """What the rules need to know about an item that somebody wants to order."""

    title: str
    kind: str
    visible: bool
    withdrawn: bool
    orderable: bool


@dataclass(frozen=True, slots=True)
class Slot:
    """A stretch of time in which one teacher, room, site or film is taken. ``label`` is for people."""

    kind: str
    target_id: int
    starts_at: datetime
    ends_at: datetime
    label: str = ""


def may_order(viewer: Viewer) -> Refusal | None:
    """Orders are placed for a unit, so the account must belong to one."""
    if not viewer.authenticated:
        return Refusal("sign_in", _("Sign in with your unit's account to order."))
    if not viewer.internal:
        return Refusal("administrator", _("Accounts that administer the site do not order. Use your working account."))
    if viewer.unit_id is None:
        return Refusal("no_unit", _("Your account belongs to no unit yet. Ask the system administrator to add it."))
    return None


def may_be_ordered(item: Orderable) -> Refusal | None:
    """Only courses, films, teaching points, routes and lectures that are open can be ordered."""
    if item.withdrawn:
        return Refusal(
            "withdrawn", _("“%(title)s” was withdrawn and can no longer be ordered. Remove it.") % {"title": item.title}
        )
    if not item.visible:
        return Refusal("not_open", _("“%(title)s” is not open to your account.") % {"title": item.title})
    if item.kind not in ORDERABLE_KINDS or not item.orderable:
        return Refusal(
            "not_orderable",
            _("“%(title)s” is for reading; there is nothing to order. Open its page instead.") % {"title": item.title},
        )
    return None


def order_is_complete(lines: int, starts_on: date, ends_on: date, today: date) -> Refusal | None:
    """An order has lines, and a window that lies ahead and is not endless."""
    if lines == 0:
        return Refusal("empty", _("The basket is empty. Choose a course, film, teaching point or teacher first."))
    if lines > MAX_LINES:
        return Refusal("too_many", _("One order holds %(n)d items at most. Split it.") % {"n": MAX_LINES})
    if ends_on < starts_on:
        return Refusal("window", _("The last day lies before the first day."))
    if ends_on < today:
        return Refusal("past", _("The days you ask for are over. Choose days that lie ahead."))
    if (ends_on - starts_on).days > MAX_DAYS or (starts_on - today).days > MAX_DAYS:
        return Refusal("too_far", _("Orders reach one year ahead at most."))
    return None


def may_see_order(viewer: Viewer, unit_id: int) -> bool:
    """A unit sees its own orders, the dispatch office sees all."""
    return viewer.authenticated and (Role.DISPATCHER in viewer.roles or (viewer.internal and viewer.unit_id == unit_id))


def may_dispatch(roles: Collection[str]) -> Refusal | None:
    if Role.DISPATCHER not in roles:
        return Refusal("not_dispatcher", _("Only the dispatch office answers orders."))
    return None


def may_become(state: str, wanted: str) -> Refusal | None:
    """Whether an order in ``state`` may go to ``wanted``."""
    if wanted in ORDER_TRANSITIONS[state]:
        return None
    return Refusal(
        "wrong_state",
        _("This order is “%(now)s”; it cannot become “%(wanted)s”.")
        % {"now": OrderState(state).label, "wanted": OrderState(wanted).label},
    )


def may_change(viewer: Viewer, unit_id: int, state: str) -> Refusal | None:
    """Its unit changes what it asks for until the dispatch office answers; afterwards sessions may hang on it."""
    if not (viewer.internal and viewer.unit_id == unit_id):
        return Refusal("not_yours", _("This order belongs to another unit."))
    if state != OrderState.PLACED:
        return Refusal(
            "answered",
            _(
                "This order was answered, so it is no longer changed here. Tell the dispatch office, or cancel it and order anew."
            ),
        )
    return None


def clashes(wanted: Iterable[Slot], taken: Iterable[Slot]) -> Refusal | None:
    """Refuse if anything wanted is taken at an overlapping time; touching ends do not overlap."""
    busy = list(taken)
    for slot in wanted:
        for other in busy:
            same = slot.kind == other.kind and slot.target_id == other.target_id
            if same and slot.starts_at < other.ends_at and other.starts_at < slot.ends_at:
                return Refusal(
                    "clash",
                    _("%(what)s is already taken then: %(other)s.") % {"what": slot.label, "other": other.label},
                )
    return None


def is_still_given(title: str, *, withdrawn: bool) -> Refusal | None:
    """What was withdrawn after it was ordered is not given any more."""
    if withdrawn:
        return Refusal(
            "withdrawn",
            _("“%(title)s” was withdrawn after it was ordered and is not given any more. Tell the unit.")
            % {"title": title},
        )
    return None


def follows_the_order(day: date, placed_on: date) -> Refusal | None:
    """A session may be entered late, but never lies before its order: that is a slip of the keyboard."""
    if day < placed_on:
        return Refusal("before_order", _("The session lies before the day of the order. Check the year and the day."))
    return None


def within_quota(used: int, quota: int | None) -> Refusal | None:
    """Whether a teacher with ``used`` sessions this year may take one more."""
    if quota is None or used < quota:
        return None
    text = ngettext(
        "This teacher gives %(n)d lecture a year at most and has reached that. Choose another.",
        "This teacher gives %(n)d lectures a year at most and has reached that. Choose another.",
        quota,
    )
    return Refusal("quota", text % {"n": quota})


def fits(headcount: int, seats: int | None) -> Refusal | None:
    """Whether ``headcount`` people fit into ``seats`` places (None where unknown)."""
    if seats is None or headcount <= seats:
        return None
    return Refusal(
        "too_small",
        _("%(n)d people are expected, but only %(seats)d fit. Choose a larger place.")
        % {"n": headcount, "seats": seats},
    )


def may_record_delivery(
    *, dispatcher: bool, is_teacher: bool, state: str, starts_at: datetime, now: datetime
) -> Refusal | None:
    """The dispatch office or the teacher records a session that has begun."""
    if not (dispatcher or is_teacher):
        return Refusal("not_yours", _("Only the dispatch office or the teacher of the session records it."))
    if state != DispatchState.PLANNED:
        return Refusal("recorded", _("This session is already recorded or was cancelled."))
    if starts_at > now:
        return Refusal("not_begun", _("The session has not begun yet. Record it when it is over."))
    return None


def may_issue_slips(
    *, dispatcher: bool, own_unit: bool, is_teacher: bool, state: str, slips: int, rated: int
) -> Refusal | None:
    """The dispatch office or the unit that ordered hands out rating slips; never who is rated.

    A session is rated either with accounts or with slips: nobody knows who holds which slip, so whoever had both
    could rate twice. The first slip, or the first rating, decides.
    """
    if is_teacher:
        return Refusal(
            "own_session", _("Rating slips are handed out by the unit or the dispatch office, not by the teacher.")
        )
    if not (dispatcher or own_unit):
        return Refusal("not_yours", _("Only the unit that ordered and the dispatch office hand out rating slips."))
    if state == DispatchState.CANCELLED:
        return Refusal("cancelled", _("This session was cancelled, so there is nothing to rate."))
    if rated and not slips:
        return Refusal(
            "rated_by_account",
            _(
                "Listeners have rated with their accounts already. With slips somebody could rate twice, so none are "
                "made; print them before the session next time."
            ),
        )
    return None


def may_rate(
    *,
    admitted: bool,
    by_slips: bool,
    has_slip: bool,
    is_teacher: bool,
    state: str,
    starts_at: datetime,
    now: datetime,
    rated: int,
    attendance: int | None,
) -> Refusal | None:
    """Listeners rate from the beginning of a session until thirty days after, as many as came.

    ``admitted`` is whoever has an account or holds a slip with a code of the session. Once slips are made
    (``by_slips``) a rating needs one, account or not: a person has one voice.
    """
    if by_slips and not has_slip:
        return Refusal(
            "slip_needed",
            _("Slips were handed out for this session. Enter the code of yours; your account is not needed."),
        )
    if not admitted:
        return Refusal("sign_in", _("Sign in, or enter the code on your slip. Your name is not kept with the rating."))
    if is_teacher:
        return Refusal("own_session", _("Teachers do not rate their own session."))
    if state == DispatchState.CANCELLED:
        return Refusal("cancelled", _("This session was cancelled, so there is nothing to rate."))
    if starts_at > now:
        return Refusal("not_begun", _("The session has not begun yet. Come back when it is over."))
    if (now - starts_at).days > RATING_DAYS:
        return Refusal("closed", _("Ratings close %(n)d days after the session.") % {"n": RATING_DAYS})
    if attendance is not None and rated >= attendance:
        return Refusal("all_rated", _("As many people have rated as were present."))
    return None
