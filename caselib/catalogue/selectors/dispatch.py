"""Sessions: what is taken, the board of a week, a person's calendar, and results of ratings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Avg, Count, Q, QuerySet
from django.utils import timezone

from caselib.accounts.enums import Role
from caselib.accounts.models import User
from caselib.accounts.viewers import Viewer
from caselib.core import clock

from ..enums import DispatchState
from ..models import Booking, Dispatch, Rating
from ..rules.orders import Slot


@dataclass(frozen=True, slots=True)
class Day:
    """A day of the board with its sessions in order of time."""

    date: date
    sessions: Sequence[Dispatch]


@dataclass(frozen=True, slots=True)
class Results:
    """Means from 1 to 5 and comments of a session. Comments come in no order that tells who wrote them."""

    ratings: int
    content: float | None
    delivery: float | None
    use: float | None
    comments: Sequence[str]

    @property
    def mean(self) -> float | None:
        if self.content is None or self.delivery is None or self.use is None:
            return None
        return (self.content + self.delivery + self.use) / 3


def taken_slots(wanted: Sequence[Slot], *, without: Dispatch | None = None) -> list[Slot]:
    """Return what is booked at the times and targets of ``wanted``. One query."""
    condition = Q(pk__in=[])
    for slot in wanted:
        condition |= Q(kind=slot.kind, target_id=slot.target_id, starts_at__lt=slot.ends_at, ends_at__gt=slot.starts_at)
    bookings = Booking.objects.filter(condition).select_related("dispatch__line__order")
    if without is not None:
        bookings = bookings.exclude(dispatch_id=without.pk)
    return [
        Slot(
            booking.kind,
            booking.target_id,
            booking.starts_at,
            booking.ends_at,
            f"{booking.dispatch.line.order.number} {clock.written(booking.starts_at)}–{_local(booking.ends_at):%H:%M}",
        )
        for booking in bookings
    ]


def sessions_of_teacher_in_year(teacher_id: int, moment: datetime) -> int:
    """Return how many sessions count against the teacher's quota in the calendar year of ``moment``."""
    year = _local(moment).year
    first = datetime(year, 1, 1, tzinfo=clock.ZONE)
    after = datetime(year + 1, 1, 1, tzinfo=clock.ZONE)
    sessions = Dispatch.objects.filter(teacher_id=teacher_id, starts_at__gte=first, starts_at__lt=after)
    return sessions.exclude(state=DispatchState.CANCELLED).count()


def sessions_for(viewer: Viewer) -> QuerySet[Dispatch]:
    """Return the sessions the viewer may know: all for the dispatch office, else own unit's and own lectures."""
    sessions = Dispatch.objects.select_related("line__order__unit", "teacher", "room", "site")
    if Role.DISPATCHER in viewer.roles:
        return sessions
    if not viewer.internal:
        return sessions.none()
    mine = Q(teacher__user_id=viewer.user_id)
    if viewer.unit_id is not None:
        mine |= Q(line__order__unit_id=viewer.unit_id)
    return sessions.filter(mine)


def find_session(viewer: Viewer, pk: int) -> Dispatch | None:
    """Return session ``pk``, or None when the viewer may not know it."""
    return sessions_for(viewer).filter(pk=pk).first()


def week(viewer: Viewer, monday: date) -> list[Day]:
    """Return the seven days from ``monday`` with the planned and delivered sessions. One query."""
    first = clock.midnight(monday)
    found = sessions_for(viewer).exclude(state=DispatchState.CANCELLED)
    rows = list(found.filter(starts_at__lt=first + timedelta(days=7), ends_at__gt=first).order_by("starts_at", "pk"))
    days = []
    for offset in range(7):
        begin = first + timedelta(days=offset)
        end = begin + timedelta(days=1)
        days.append(Day(begin.date(), [row for row in rows if row.starts_at < end and row.ends_at > begin]))
    return days


def nearest(viewer: Viewer, monday: date) -> Dispatch | None:
    """Return the first session after the week from ``monday``, the last one before it when none follows, else None."""
    first = clock.midnight(monday)
    found = sessions_for(viewer).exclude(state=DispatchState.CANCELLED)
    after = found.filter(starts_at__gte=first + timedelta(days=7)).order_by("starts_at", "pk").first()
    return after or found.filter(starts_at__lt=first).order_by("-starts_at", "-pk").first()


def between(viewer: Viewer, first: date, last: date, *, limit: int = 40) -> list[Dispatch]:
    """Return what is planned from ``first`` to ``last`` (both included), at most ``limit`` sessions. One query."""
    begin = clock.midnight(first)
    end = clock.midnight(last + timedelta(days=1))
    found = sessions_for(viewer).filter(state=DispatchState.PLANNED, starts_at__lt=end, ends_at__gt=begin)
    return list(found.order_by("starts_at", "pk")[:limit])


def calendar_of(user: User) -> QuerySet[Dispatch]:
    """Return the sessions of the last 60 and the next 400 days for a calendar feed, cancelled ones too.

    A calendar program that merged the feed into others keeps what merely vanishes.
    """
    now = clock.now()
    window = sessions_for(Viewer.of(user))
    return window.filter(starts_at__gte=now - timedelta(days=60), starts_at__lte=now + timedelta(days=400)).order_by(
        "starts_at"
    )[:1000]


def to_record(user: User | int, *, everybody: bool, at: datetime) -> QuerySet[Dispatch]:
    """Return the sessions that are over and not recorded yet, oldest first: own lectures, or ``everybody``'s.

    ``user`` may be the id of the account."""
    over = Dispatch.objects.filter(state=DispatchState.PLANNED, ends_at__lt=at)
    mine = over if everybody else over.filter(teacher__user=user)
    return mine.order_by("starts_at", "pk")


def results_of(session: Dispatch) -> Results:
    """Return means and comments of one session. Two queries."""
    means = session.ratings.aggregate(n=Count("pk"), c=Avg("content"), d=Avg("delivery"), u=Avg("use"))
    comments = session.ratings.exclude(comment="").values_list("comment", flat=True)
    return Results(means["n"], means["c"], means["d"], means["u"], list(comments))


def comments_on(resource_id: int, limit: int = 5) -> list[str]:
    """Return some comments on a resource for its page, newest day first."""
    ratings = Rating.objects.filter(dispatch__line__resource_id=resource_id).exclude(comment="")
    return list(ratings.order_by("-rated_on", "voter").values_list("comment", flat=True)[:limit])


def _local(moment: datetime) -> datetime:
    return timezone.localtime(moment, clock.ZONE)


def sessions_of_author(user: User) -> QuerySet[Dispatch]:
    """Return the sessions at which an item of this author was taught: authors see the results."""
    sessions = Dispatch.objects.select_related("line__order__unit", "teacher", "room", "site")
    return sessions.filter(line__resource__authors__user=user, state=DispatchState.DELIVERED).distinct()
