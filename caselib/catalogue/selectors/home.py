"""What the home page and the desk of each audience show."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from caselib.accounts.enums import REVIEWERS, Role
from caselib.accounts.models import Notice, User
from caselib.accounts.viewers import Viewer
from caselib.accounts.waiting import Pile, piles_of
from caselib.core.questions import Tally
from caselib.resources.models import ResourceAuthor, ResourcePage

from ..announcing import Announcement, announcements
from ..models import CatalogueList, Demand, OrderRequest
from .cards import Card, newest_of_each
from .lists import current_lists, running_campaigns
from .orders import orders_for


@dataclass(frozen=True, slots=True)
class Shelf:
    """A row of the newest items of some kinds."""

    kinds: tuple[str, ...]
    cards: Sequence[Card]


UNREAD = Tally(lambda user: Notice.objects.filter(recipient=user, read_at__isnull=True).order_by().values_list("pk"))
WRITERS = frozenset({Role.AUTHOR, Role.TEACHER, Role.EDITOR})


class Desk:
    """What waits for one person, by the roles the person holds. Each part is asked for when a page shows it."""

    def __init__(self, user: User, viewer: Viewer) -> None:
        self._user = user
        self._viewer = viewer
        self.roles = viewer.roles

    @property
    def writes(self) -> bool:
        return bool(self.roles & WRITERS)

    @property
    def edits(self) -> bool:
        return Role.EDITOR in self.roles

    @property
    def ways(self) -> Sequence[tuple[str, str]]:
        """The places of work of the person's roles: (address, words). The duties of the three administrators stay apart."""
        places: Sequence[tuple[Collection[str], str, str]] = (
            (REVIEWERS, "review:queue", _("Review desk")),
            (WRITERS, "review:manuscripts", _("My manuscripts")),
            (WRITERS, "imports", _("Upload manuscripts")),
            ({Role.JUDGE}, "competitions:judging", _("My judging desk")),
            ({Role.COMPETITION_OFFICE}, "competitions:office", _("Competition office")),
            ({Role.SYSTEM_ADMIN}, "wagtailusers_users:index", _("Accounts")),
            ({Role.SYSTEM_ADMIN}, "search_office", _("Search index")),
            ({Role.SECURITY_ADMIN}, "wagtailusers_users:index", _("Accounts and roles")),
            ({Role.SECURITY_ADMIN}, "review:packs", _("Rules and checklists")),
            ({Role.AUDIT_ADMIN}, "review:chain", _("Audit chain")),
        )
        return [(reverse(view), words) for roles, view, words in places if not self.roles.isdisjoint(roles)]

    @cached_property
    def piles(self) -> Sequence[Pile]:
        """What waits, said by each app; unread notices come last."""
        words = ngettext("unread notice", "unread notices", self.unread_count)
        notices = Pile(self.unread_count, words, reverse("accounts:notices"))
        return [*piles_of(self._user, self.roles), *([notices] if notices.count else [])]

    @cached_property
    def unread(self) -> Sequence[Notice]:
        return list(self._notices()[:5])

    @cached_property
    def unread_count(self) -> int:
        return UNREAD.of(self._user.pk)[0]

    @cached_property
    def orders(self) -> Sequence[OrderRequest]:
        return list(orders_for(self._viewer)[:5])

    @cached_property
    def drafts(self) -> Sequence[ResourcePage]:
        """The newest texts in work that the person owns or wrote, with what a list shows of them."""
        if not self.writes:
            return ()
        written = ResourceAuthor.objects.filter(user=self._user, page_id=OuterRef("pk"))
        mine = ResourcePage.objects.filter(Q(owner=self._user) | Exists(written), withdrawn_at__isnull=True)
        drafts = mine.filter(Q(live=False) | Q(has_unpublished_changes=True))
        newest = drafts.order_by("-latest_revision_created_at", "-pk")
        return list(newest.only("title", "draft_title", "latest_revision_created_at")[:6])

    @cached_property
    def wanted(self) -> Sequence[Demand]:
        return list(Demand.objects.filter(state="open")[:5]) if self.writes else ()

    def _notices(self) -> QuerySet[Notice]:
        return Notice.objects.filter(recipient=self._user, read_at__isnull=True)


SHELVES = (("casestudy",), ("course", "lessonplan", "textbook"), ("video",))


class Front:
    """The public part of the home page for readers of the same rights. Each part is asked for when a page shows it."""

    def __init__(self, viewer: Viewer) -> None:
        self._viewer = viewer

    @cached_property
    def campaigns(self) -> Sequence[CatalogueList]:
        return running_campaigns(self._viewer)

    @cached_property
    def lists(self) -> Sequence[CatalogueList]:
        return list(current_lists(self._viewer)[:6])

    @cached_property
    def announcements(self) -> Sequence[Announcement]:
        return announcements()

    @cached_property
    def shelves(self) -> Sequence[Shelf]:
        shelved = newest_of_each(self._viewer, SHELVES)
        return [Shelf(kinds, cards) for kinds, cards in zip(SHELVES, shelved, strict=True)]


def desk(user: User, viewer: Viewer) -> Desk:
    """Return what waits for ``user``."""
    return Desk(user, viewer)
