"""Baskets and orders as a viewer may see them."""

from __future__ import annotations

from django.db.models import Prefetch, Q, QuerySet

from caselib.accounts.enums import Role
from caselib.accounts.models import User
from caselib.accounts.viewers import Viewer
from caselib.core.questions import Tally
from caselib.resources.models import ResourcePage

from ..models import BasketLine, Dispatch, OrderLine, OrderRequest
from ..rules.orders import Orderable, may_be_ordered
from .cards import Card, cards_by_id, kind_of


def orderable_facts(page: ResourcePage, viewer: Viewer) -> Orderable:
    """Return what the rules need to know about ``page``. At most two queries."""
    kind = kind_of(page)
    return Orderable(
        title=page.title,
        kind=kind.value if kind else "",
        visible=page.is_visible_to(viewer),
        withdrawn=page.withdrawn,
        orderable=bool(getattr(page.specific, "orderable", True)),
    )


def basket_lines(user: User) -> QuerySet[BasketLine]:
    return BasketLine.objects.filter(user=user).select_related("resource")


def basket(user: User, viewer: Viewer) -> tuple[list[Card], list[BasketLine]]:
    """Return the cards that can be ordered, and the lines whose item is no longer open to the viewer."""
    lines = list(basket_lines(user))
    found = cards_by_id([line.resource_id for line in lines], viewer)
    gone = [line for line in lines if line.resource_id not in found]
    return [found[line.resource_id] for line in lines if line.resource_id in found], gone


IN_BASKET = Tally(lambda user: BasketLine.objects.filter(user=user).order_by().values_list("pk"))


def basket_size(user: User) -> int:
    return IN_BASKET.of(user.pk)[0]


def orders_for(viewer: Viewer) -> QuerySet[OrderRequest]:
    """Return the orders of the viewer's unit, or all orders for the dispatch office."""
    orders = OrderRequest.objects.select_related("unit", "placed_by").prefetch_related("lines")
    if Role.DISPATCHER in viewer.roles:
        return orders
    if not viewer.internal or viewer.unit_id is None:
        return orders.none()
    return orders.filter(unit_id=viewer.unit_id)


def find_order(viewer: Viewer, pk: int) -> OrderRequest | None:
    """Return order ``pk`` with lines and sessions, or None when the viewer may not know it."""
    sessions = Prefetch("dispatches", queryset=Dispatch.objects.select_related("teacher", "room", "site"))
    lines = Prefetch("lines", queryset=OrderLine.objects.select_related("resource").prefetch_related(sessions))
    return (
        orders_for(viewer)
        .select_related("decided_by")
        .prefetch_related(None)
        .prefetch_related(lines)
        .filter(pk=pk)
        .first()
    )


def search_orders(viewer: Viewer, *, state: str = "", text: str = "") -> QuerySet[OrderRequest]:
    """Return the viewer's orders in ``state`` whose number, unit or item contains ``text``."""
    orders = orders_for(viewer)
    if state:
        orders = orders.filter(state=state)
    if text:
        lines = OrderLine.objects.filter(title__icontains=text).values("order_id")
        orders = orders.filter(Q(number__icontains=text) | Q(unit__name__icontains=text) | Q(pk__in=lines))
    return orders


def refusal_for(page: ResourcePage, viewer: Viewer) -> str:
    """Return why ``page`` cannot be ordered, or an empty string."""
    refusal = may_be_ordered(orderable_facts(page, viewer))
    return str(refusal.message) if refusal else ""
