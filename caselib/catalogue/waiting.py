"""What waits for the dispatch office, for teachers of sessions and for whoever has a full basket."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import ngettext

from caselib.accounts.enums import Role
from caselib.accounts.models import User
from caselib.accounts.waiting import Pile
from caselib.core import clock
from caselib.core.questions import Question, Tally, one_if

from .enums import OrderState
from .models import OrderRequest
from .selectors.dispatch import to_record
from .selectors.orders import basket_size
from .selectors.places import to_rectify

TEACHERS = frozenset({Role.TEACHER, Role.DISPATCHER})


def _by_state(day: date) -> QuerySet[OrderRequest, Any]:
    placed, accepted = Q(state=OrderState.PLACED), Q(state=OrderState.ACCEPTED)
    # An order is late when its first day has come.
    late = Q(starts_on__lte=day)
    columns = (one_if(found) for found in (placed, placed & late, accepted, accepted & late))
    return OrderRequest.objects.filter(placed | accepted).order_by().values_list("pk", *columns)


#: Orders to answer and of these the late ones, then orders to plan and of these the late ones.
ORDERS = Tally(_by_state)
#: Sessions of everybody, and of one teacher, that are over by a moment: how many, and when the first began.
ALL_SESSIONS = Tally(lambda at: to_record(0, everybody=True, at=at).order_by().values_list("pk"))
OWN_SESSIONS = Tally(lambda user, at: to_record(user, everybody=False, at=at).order_by().values_list("pk"))
FIRST_OF_ALL = Question(lambda at: to_record(0, everybody=True, at=at).values_list("starts_at")[:1])
FIRST_OF_OWN = Question(lambda user, at: to_record(user, everybody=False, at=at).values_list("starts_at")[:1])
POINTS = Tally(lambda day: to_rectify().order_by().values_list("pk", one_if(Q(rectify_by__lt=day))))


def piles(user: User, roles: frozenset[str]) -> Iterator[Pile]:
    """Return orders to answer and to plan, sessions to record, points to put right, and what lies in the basket."""
    if Role.DISPATCHER in roles:
        yield from _orders()
    if roles & TEACHERS:
        yield _sessions(user, roles)
    if Role.DISPATCHER in roles:
        yield _points()
    number = basket_size(user)
    yield Pile(number, ngettext("item in the basket", "items in the basket", number), reverse("catalogue:basket"))


def _orders() -> Iterator[Pile]:
    _all, placed, late_placed, accepted, late_accepted = ORDERS.of(clock.today())
    url = reverse("catalogue:orders") + "?state="
    words = ngettext("order to answer", "orders to answer", placed)
    yield Pile(placed, words, url + OrderState.PLACED, late_placed)
    words = ngettext("order to plan", "orders to plan", accepted)
    yield Pile(accepted, words, url + OrderState.ACCEPTED, late_accepted)


def _sessions(user: User, roles: frozenset[str]) -> Pile:
    """One query for most teachers, for whom nothing waits; two where something does."""
    everybody, at = Role.DISPATCHER in roles, clock.now()
    (number,) = ALL_SESSIONS.of(at) if everybody else OWN_SESSIONS.of(user.pk, at)
    first = (FIRST_OF_ALL.rows(at) if everybody else FIRST_OF_OWN.rows(user.pk, at)) if number else []
    url = f"{reverse('catalogue:sessions')}?week={clock.day_of(first[0][0])}" if first else ""
    return Pile(number, ngettext("session to record", "sessions to record", number), url)


def _points() -> Pile:
    number, late = POINTS.of(clock.today())
    words = ngettext("teaching point to be put right", "teaching points to be put right", number)
    return Pile(number, words, reverse("catalogue:points"), late)
