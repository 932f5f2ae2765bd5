"""What waits for the dispatch office, for teachers of sessions and for whoever has a full basket."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import ngettext

from caselib.accounts.enums import Role
from caselib.accounts.models import User
from caselib.accounts.waiting import Pile
from caselib.core import clock

from .enums import OrderState
from .models import OrderRequest
from .selectors.dispatch import to_record
from .selectors.orders import basket_size
from .selectors.places import to_rectify

TEACHERS = frozenset({Role.TEACHER, Role.DISPATCHER})


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
    # An order is late when its first day has come.
    late = Q(starts_on__lte=clock.today())
    states = OrderRequest.objects.filter(state__in=[OrderState.PLACED, OrderState.ACCEPTED]).order_by().values("state")
    found = {row["state"]: row for row in states.annotate(n=Count("pk"), late=Count("pk", filter=late))}
    none = {"n": 0, "late": 0}
    placed, accepted = found.get(OrderState.PLACED, none), found.get(OrderState.ACCEPTED, none)
    url = reverse("catalogue:orders") + "?state="
    words = ngettext("order to answer", "orders to answer", placed["n"])
    yield Pile(placed["n"], words, url + OrderState.PLACED, placed["late"])
    words = ngettext("order to plan", "orders to plan", accepted["n"])
    yield Pile(accepted["n"], words, url + OrderState.ACCEPTED, accepted["late"])


def _sessions(user: User, roles: frozenset[str]) -> Pile:
    waiting = to_record(user, everybody=Role.DISPATCHER in roles, at=clock.now())
    first = waiting.first()
    number = waiting.count() if first else 0
    url = f"{reverse('catalogue:sessions')}?week={first.starts_at.astimezone(clock.ZONE).date()}" if first else ""
    return Pile(number, ngettext("session to record", "sessions to record", number), url)


def _points() -> Pile:
    found = to_rectify().aggregate(n=Count("pk"), late=Count("pk", filter=Q(rectify_by__lt=clock.today())))
    words = ngettext("teaching point to be put right", "teaching points to be put right", found["n"])
    return Pile(found["n"], words, reverse("catalogue:points"), found["late"])
