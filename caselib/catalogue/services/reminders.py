"""Reminders before a session, each sent once, by the worker."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext_lazy

from caselib.accounts.services import notify
from caselib.core import audit, clock

from ..enums import DispatchState
from ..models import Dispatch

# Who planned a session a moment ago has just been told of it.
BEFORE = timedelta(hours=24)
SETTLED = timedelta(hours=2)


def remind_of_sessions(*, at: datetime | None = None) -> int:
    """Remind of every planned session that begins within a day; return how many reminders were sent.

    Each session in a transaction of its own, so that a fault in one loses no other and a second worker sends nothing
    twice. Sessions that have begun are left alone.
    """
    moment = at or clock.now()
    due = Dispatch.objects.filter(
        state=DispatchState.PLANNED,
        reminded_at__isnull=True,
        starts_at__gt=moment,
        starts_at__lte=moment + BEFORE,
        dispatched_at__lte=moment - SETTLED,
    )
    return sum(remind_of_session(pk, at=moment) for pk in due.order_by("starts_at", "pk").values_list("pk", flat=True))


@transaction.atomic
def remind_of_session(pk: int, *, at: datetime) -> bool:
    """Remind whoever ordered session ``pk`` and its teacher, unless that was done or it is no longer planned.

    Effects in order: time of the reminder (compare and set), audit ``catalogue.session_reminded``, notices.
    """
    open_still = Dispatch.objects.filter(pk=pk, state=DispatchState.PLANNED, reminded_at__isnull=True)
    if not open_still.update(reminded_at=at):
        return False
    session = Dispatch.objects.select_related(
        "line__order__placed_by", "line__order__unit", "teacher__user", "room", "site"
    ).get(pk=pk)
    order = session.line.order
    audit.record("catalogue.session_reminded", order, by=None, at=at, session=pk)
    people = [order.placed_by]
    if session.teacher is not None and session.teacher.user is not None:
        people.append(session.teacher.user)
    notify(
        people,
        subject=gettext_lazy("Tomorrow or today: %(title)s"),
        body=gettext_lazy("%(when)s, %(place)s, %(audience)s, %(n)d people"),
        words={
            "title": session.line.title,
            "when": session.starts_at,
            "place": session.room or session.site or session.place or order.place,
            "audience": order.audience,
            "n": order.headcount,
        },
        url=reverse("catalogue:session", args=[pk]),
        at=at,
    )
    return True
