"""Dispatch (派单): planning sessions without clashes, moving them, recording that they took place."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from caselib.accounts.models import User
from caselib.accounts.services import notify
from caselib.core import audit, clock
from caselib.core.errors import Refusal, require
from caselib.resources.models import ResourcePage, Teacher, TeachingPoint, TeachingRoute

from ..enums import BookingKind, DispatchState, OrderState
from ..models import Booking, Dispatch, OrderLine, OrderRequest, Room
from ..rules import orders as rules
from ..selectors.dispatch import sessions_of_teacher_in_year, taken_slots
from .orders import advance, lock
from .uses import count


@dataclass(frozen=True, slots=True)
class SessionPlan:
    """Who, where and when. Times are aware; at least one of teacher, room, site and place is given."""

    starts_at: datetime
    ends_at: datetime
    teacher: Teacher | None = None
    room: Room | None = None
    site: TeachingPoint | None = None
    place: str = ""


@transaction.atomic
def dispatch_order(
    order: OrderRequest,
    *,
    line: OrderLine,
    plan: SessionPlan,
    by: User,
    version: int | None = None,
    at: datetime | None = None,
) -> Dispatch:
    """Plan (or plan anew) the session of ``line`` and return it. Raises RefusedError or ConflictError.

    The order becomes dispatched when each line has its session. Effects in order: earlier session of the line
    cancelled, session and bookings made, state, audit ``catalogue.order_dispatched``, notices to unit and teachers.
    """
    moment = at or clock.now()
    require(rules.may_dispatch(by.roles))
    order = lock(order, version)
    if line.order_id != order.pk:
        require(Refusal("other_order", _("This item belongs to another order.")))
    if order.state not in (OrderState.ACCEPTED, OrderState.DISPATCHED):
        require(rules.may_become(order.state, OrderState.DISPATCHED))
    require(rules.is_still_given(line.title, withdrawn=line.resource.withdrawn))
    plan = _with_what_was_ordered(line, plan)
    _check_plan(order, plan)
    slots = _slots(line, plan)
    _lock_targets(slots)
    former = line.dispatches.exclude(state=DispatchState.CANCELLED).select_related("teacher__user").first()
    if former is not None and former.state == DispatchState.DELIVERED:
        require(Refusal("recorded", _("This session has already taken place.")))
    require(rules.clashes(slots, taken_slots(slots, without=former)))
    if plan.teacher is not None and not _counted_already(former, plan):
        require(
            rules.within_quota(sessions_of_teacher_in_year(plan.teacher.pk, plan.starts_at), plan.teacher.yearly_quota)
        )
    if former is not None:
        _cancel(former, _("planned anew"))
    session = _book(line, plan, slots, by=by, at=moment)
    order.state = _state_after_planning(order)
    order.version += 1
    order.save(update_fields=["state", "version"])
    audit.record(
        "catalogue.order_dispatched",
        order,
        by=by,
        at=moment,
        line=line.pk,
        session=session.pk,
        replaced=former and former.pk,
    )
    _tell_session(session, former, moment)
    return session


def _with_what_was_ordered(line: OrderLine, plan: SessionPlan) -> SessionPlan:
    """A lecture of a teacher is given by that teacher, a teaching point is visited, unless the plan names another."""
    if line.kind == "teacher" and plan.teacher is None:
        return replace(plan, teacher=Teacher.objects.get(pk=line.resource_id))
    if line.kind == "teachingpoint" and plan.site is None:
        return replace(plan, site=TeachingPoint.objects.get(pk=line.resource_id))
    return plan


def _counted_already(former: Dispatch | None, plan: SessionPlan) -> bool:
    """Whether the session that is planned anew stood in the same teacher's quota of the same year."""
    if former is None or plan.teacher is None or former.teacher_id != plan.teacher.pk:
        return False
    return clock.day_of(former.starts_at).year == clock.day_of(plan.starts_at).year


def _check_plan(order: OrderRequest, plan: SessionPlan) -> None:
    if plan.ends_at <= plan.starts_at:
        require(Refusal("window", _("The session ends before it begins.")))
    require(rules.follows_the_order(clock.day_of(plan.starts_at), clock.day_of(order.placed_at)))
    if (plan.ends_at - plan.starts_at).total_seconds() > 14 * 24 * 3600:
        require(Refusal("too_long", _("A session lasts fourteen days at most.")))
    if not (plan.teacher or plan.room or plan.site or plan.place.strip()):
        require(Refusal("nothing", _("Choose a teacher, a room, a teaching point or write a place.")))
    if plan.room is not None:
        require(rules.fits(order.headcount, plan.room.seats))
    if plan.site is not None:
        require(rules.fits(order.headcount, plan.site.capacity))


def _slots(line: OrderLine, plan: SessionPlan) -> list[rules.Slot]:
    """Everything the session takes up: a film session takes the film, a route all its points."""
    wanted: dict[tuple[str, int], str] = {}
    if plan.teacher is not None:
        wanted[BookingKind.TEACHER.value, plan.teacher.pk] = plan.teacher.title
    if plan.room is not None:
        wanted[BookingKind.ROOM.value, plan.room.pk] = plan.room.name
    if plan.site is not None:
        wanted[BookingKind.SITE.value, plan.site.pk] = plan.site.title
    if line.kind == "video":
        wanted[BookingKind.FILM.value, line.resource_id] = line.title
    if line.kind == "teachingroute":
        stops = TeachingRoute.objects.get(pk=line.resource_id).stops.select_related("point")
        wanted.update({(BookingKind.SITE.value, stop.point_id): stop.point.title for stop in stops})
    return [rules.Slot(kind, pk, plan.starts_at, plan.ends_at, label) for (kind, pk), label in wanted.items()]


def _lock_targets(slots: list[rules.Slot]) -> None:
    """Lock what is booked, so that two planners cannot both find it free (SQLite locks the whole base anyway)."""
    pages = sorted(slot.target_id for slot in slots if slot.kind != BookingKind.ROOM)
    rooms = sorted(slot.target_id for slot in slots if slot.kind == BookingKind.ROOM)
    list(ResourcePage.objects.select_for_update(of=("self",)).filter(pk__in=pages).order_by("pk"))
    list(Room.objects.select_for_update().filter(pk__in=rooms).order_by("pk"))


def _book(line: OrderLine, plan: SessionPlan, slots: list[rules.Slot], *, by: User, at: datetime) -> Dispatch:
    session = Dispatch.objects.create(
        line=line,
        teacher=plan.teacher,
        room=plan.room,
        site=plan.site,
        place=plan.place.strip()[:200],
        starts_at=plan.starts_at,
        ends_at=plan.ends_at,
        dispatched_by=by,
        dispatched_at=at,
    )
    Booking.objects.bulk_create(
        Booking(
            dispatch=session, kind=slot.kind, target_id=slot.target_id, starts_at=slot.starts_at, ends_at=slot.ends_at
        )
        for slot in slots
    )
    return session


def _cancel(session: Dispatch, reason: str) -> None:
    session.bookings.all().delete()
    session.state = DispatchState.CANCELLED
    session.cancel_reason = reason[:300]
    session.save(update_fields=["state", "cancel_reason"])


def _state_after_planning(order: OrderRequest) -> str:
    """Dispatched when each line has a session, delivered when each session took place, else accepted.

    What was withdrawn before it had a session can have none any more: the others decide.
    """
    states = []
    for line in order.lines.select_related("resource"):
        state = line.dispatches.exclude(state=DispatchState.CANCELLED).values_list("state", flat=True).first()
        if state is not None or not line.resource.withdrawn:
            states.append(state)
    if not states:
        return OrderState.ACCEPTED
    if all(state == DispatchState.DELIVERED for state in states):
        return OrderState.DELIVERED
    return OrderState.DISPATCHED if all(states) else OrderState.ACCEPTED


@transaction.atomic
def cancel_session(session: Dispatch, *, reason: str, by: User, at: datetime | None = None) -> Dispatch:
    """Take a planned session back; its line waits again. Raises RefusedError.

    Effects in order: bookings freed, session cancelled, order state, audit ``catalogue.session_cancelled``, notices.
    """
    moment = at or clock.now()
    require(rules.may_dispatch(by.roles))
    if not reason.strip():
        require(Refusal("no_reason", _("Write the reason; the other side reads it.")))
    order = lock(session.line.order, None)
    session = Dispatch.objects.select_for_update().get(pk=session.pk)
    if session.state != DispatchState.PLANNED:
        require(Refusal("recorded", _("This session is already recorded or was cancelled.")))
    _cancel(session, reason.strip())
    order.state = _state_after_planning(order)
    order.version += 1
    order.save(update_fields=["state", "version"])
    audit.record("catalogue.session_cancelled", order, by=by, at=moment, session=session.pk, reason=reason.strip())
    people = [order.placed_by, *([session.teacher.user] if session.teacher and session.teacher.user else [])]
    notify(
        people,
        subject=gettext_lazy("Session cancelled: %(title)s"),
        quoted=reason.strip(),
        words={"title": session.line.title},
        url=reverse("catalogue:order", args=[order.pk]),
        at=moment,
    )
    return session


@transaction.atomic
def record_delivery(
    session: Dispatch, *, attendance: int, note: str = "", by: User, at: datetime | None = None
) -> Dispatch:
    """Record that ``session`` took place before ``attendance`` people. Raises RefusedError.

    Effects in order: session delivered, order delivered when it was the last, use counted, page cache, audit
    ``catalogue.session_delivered``, notice with the rating address to whoever placed the order.
    """
    moment = at or clock.now()
    order = lock(session.line.order, None)
    session = Dispatch.objects.select_for_update(of=("self",)).select_related("line", "teacher").get(pk=session.pk)
    is_teacher = session.teacher is not None and session.teacher.user_id == by.pk
    require(
        rules.may_record_delivery(
            dispatcher=rules.may_dispatch(by.roles) is None,
            is_teacher=is_teacher,
            state=session.state,
            starts_at=session.starts_at,
            now=moment,
        )
    )
    session.state, session.attendance, session.delivery_note = DispatchState.DELIVERED, attendance, note.strip()
    session.delivered_at, session.delivered_by = moment, by
    session.save(update_fields=["state", "attendance", "delivery_note", "delivered_at", "delivered_by"])
    after = _state_after_planning(order)
    if after == OrderState.DELIVERED:
        advance(order, OrderState.DELIVERED)
        order.save(update_fields=["state", "version"])
    count(session.line.resource_id, delivered=1, listeners=attendance)
    audit.record("catalogue.session_delivered", order, by=by, at=moment, session=session.pk, attendance=attendance)
    notify(
        [order.placed_by],
        subject=gettext_lazy("Please rate: %(title)s"),
        words={"title": session.line.title},
        url=reverse("catalogue:rate", args=[session.rating_token]),
        at=moment,
    )
    return session


def _tell_session(session: Dispatch, former: Dispatch | None, at: datetime) -> None:
    order = session.line.order
    people = [order.placed_by]
    if session.teacher is not None and session.teacher.user is not None:
        people.append(session.teacher.user)
    words = {
        "title": session.line.title,
        "when": session.starts_at,
        "place": session.room or session.site or session.place or order.place,
        "number": order.number,
    }
    notify(
        people,
        subject=gettext_lazy("Session planned for order %(number)s"),
        body=gettext_lazy("%(title)s, %(when)s, %(place)s"),
        words=words,
        url=reverse("catalogue:order", args=[order.pk]),
        at=at,
    )
    if former is not None and former.teacher and former.teacher.user and former.teacher_id != session.teacher_id:
        subject = gettext_lazy("You were relieved of a session: %(title)s")
        notify([former.teacher.user], subject=subject, words=words, url=reverse("catalogue:sessions"), at=at)
