"""What the home page and the desk of each audience show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db.models import Q

from caselib.accounts.enums import Role
from caselib.accounts.models import Notice, User
from caselib.accounts.viewers import Viewer
from caselib.resources.models import ResourcePage

from ..enums import OrderState
from ..models import CatalogueList, Demand, OrderRequest
from .cards import Card, newest_of_each
from .lists import current_lists, running_campaigns
from .orders import basket_size, orders_for


@dataclass(frozen=True, slots=True)
class Shelf:
    """A row of the newest items of some kinds."""

    kinds: tuple[str, ...]
    cards: Sequence[Card]


@dataclass(frozen=True, slots=True)
class Front:
    """The public part of the home page."""

    campaigns: Sequence[CatalogueList]
    lists: Sequence[CatalogueList]
    shelves: Sequence[Shelf]


@dataclass(slots=True)
class Desk:
    """What waits for one person, by the roles the person holds."""

    unread: Sequence[Notice] = ()
    unread_count: int = 0
    orders: Sequence[OrderRequest] = ()
    waiting_orders: int = 0
    accepted_orders: int = 0
    drafts: Sequence[ResourcePage] = ()
    wanted: Sequence[Demand] = ()
    basket: int = 0
    roles: frozenset[str] = field(default_factory=frozenset)

    @property
    def writes(self) -> bool:
        return bool(self.roles & {Role.AUTHOR, Role.TEACHER, Role.EDITOR})

    @property
    def reviews(self) -> bool:
        return bool(self.roles & {Role.FIRST_REVIEWER, Role.SECOND_REVIEWER, Role.FINAL_REVIEWER})

    @property
    def dispatches(self) -> bool:
        return Role.DISPATCHER in self.roles

    @property
    def edits(self) -> bool:
        return Role.EDITOR in self.roles

    @property
    def runs_competitions(self) -> bool:
        return bool(self.roles & {Role.COMPETITION_OFFICE, Role.JUDGE})


SHELVES = (("casestudy",), ("course", "lessonplan", "textbook"), ("video",))


def front(viewer: Viewer) -> Front:
    """Return campaigns, lists and the newest items. A fixed number of queries."""
    shelved = newest_of_each(viewer, SHELVES, limit=4)
    return Front(
        campaigns=running_campaigns(viewer),
        lists=list(current_lists(viewer)[:6]),
        shelves=[Shelf(kinds, cards) for kinds, cards in zip(SHELVES, shelved, strict=True)],
    )


def desk(user: User, viewer: Viewer) -> Desk:
    """Return what waits for ``user``."""
    found = Desk(roles=viewer.roles)
    unread = Notice.objects.filter(recipient=user, read_at__isnull=True)
    found.unread = list(unread[:5])
    found.unread_count = unread.count()
    found.basket = basket_size(user)
    found.orders = list(orders_for(viewer)[:5])
    if found.dispatches:
        found.waiting_orders = OrderRequest.objects.filter(state=OrderState.PLACED).count()
        found.accepted_orders = OrderRequest.objects.filter(state=OrderState.ACCEPTED).count()
    if found.writes:
        mine = Q(owner=user) | Q(authors__user=user)
        drafts = ResourcePage.objects.filter(
            mine, Q(live=False) | Q(has_unpublished_changes=True), withdrawn_at__isnull=True
        )
        found.drafts = list(drafts.distinct().order_by("-latest_revision_created_at", "-pk")[:6])
        found.wanted = list(Demand.objects.filter(state="open")[:5])
    return found
