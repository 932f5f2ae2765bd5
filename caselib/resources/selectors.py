"""Queries about resources."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any
from urllib.parse import quote

from django.contrib.contenttypes.models import ContentType
from django.db.models import CharField, Count, Exists, OuterRef, Q, QuerySet, prefetch_related_objects
from django.db.models.functions import Cast
from django.urls import get_script_prefix, reverse
from django.utils.translation import gettext_lazy as _
from taggit.models import Tag, TaggedItem
from wagtail.models import Page, Site, WorkflowState

from caselib.accounts.enums import REVIEWERS, Role
from caselib.accounts.models import Unit, User
from caselib.accounts.viewers import Viewer
from caselib.core import fragments, page_cache
from caselib.core.questions import Question
from caselib.media.models import CaseDocument, CaseImage
from caselib.media.policies import choosable
from caselib.vocabularies.models import Position, Topic

from .enums import Circulation
from .models import FreeTagging, PositionTagging, ResourcePage, RestrictedGroup, TopicTagging
from .models.base import access_tokens

#: What ``reverse`` leaves as it is in an address.
UNQUOTED = "!$&'()*+,;=/~:@"
TAG_PREFETCHES = ("topic_taggings__tag", "sector_taggings__tag", "position_taggings__tag", "free_taggings__tag")


def with_tags(queryset: QuerySet[ResourcePage]) -> QuerySet[ResourcePage]:
    """Return ``queryset`` with unit, authors and all tags fetched in a fixed number of queries."""
    return queryset.select_related("unit").prefetch_related("authors", "restricted_groups", *TAG_PREFETCHES)


def visible(viewer: Viewer) -> QuerySet[ResourcePage]:
    """Return the live resources that ``viewer`` may read, newest first."""
    return ResourcePage.objects.visible_to(viewer).order_by("-first_published_at", "-pk")


def visible_by_id(ids: list[int], viewer: Viewer) -> dict[int, ResourcePage]:
    """Return those of ``ids`` that ``viewer`` may read, as specific pages by id."""
    found = ResourcePage.objects.visible_to(viewer).filter(pk__in=ids).specific()
    return {page.pk: page for page in found}


def sees_every_draft(user: User) -> bool:
    """Whether ``user`` works for the whole library, as editors and reviewers do."""
    return bool(user.is_superuser or user.has_role(Role.EDITOR, *REVIEWERS))


def workable(user: User) -> QuerySet[ResourcePage]:
    """Return the resources whose drafts ``user`` may see in the admin: own, of the own unit, or all for reviewers.

    Editors and reviewers work for the whole library; everybody else sees of other units only what is live.
    """
    pages = ResourcePage.objects.all()
    if sees_every_draft(user):
        return pages
    own = Q(owner=user) | Q(unit_id=user.unit_id, unit__isnull=False)
    return pages.filter(own | Q(live=True, circulation__in=(Circulation.PUBLIC, Circulation.INTERNAL)))


def suggested_tags(user: User) -> QuerySet[Tag]:
    """Return the free tags that may be suggested to ``user``: those on resources and files they may work with."""
    held = Q(pk__in=FreeTagging.objects.filter(content_object__in=workable(user)).values("tag"))
    for model in (CaseImage, CaseDocument):
        kind = ContentType.objects.get_for_model(model)
        on_files = TaggedItem.objects.filter(content_type=kind, object_id__in=choosable(model, user).values("pk"))
        held |= Q(pk__in=on_files.values("tag"))
    return Tag.objects.filter(held)


def address_of(url_path: str) -> str:
    """Return what ``get_url`` says of a page with this path, without the page; empty outside of every site."""
    return addresses()(url_path)


def addresses() -> Callable[[str], str]:
    """Return the function that does what ``address_of`` does, for the many pages of a list."""
    roots = fragments.kept("site roots", _roots, names=(page_cache.BESIDE,))
    base = _base(get_script_prefix())
    alone = len(roots) == 1

    def address(url_path: str) -> str:
        for _site, root_path, root_url, _language in roots:
            if url_path.startswith(root_path):
                path = base + _quoted(url_path[len(root_path) :])
                return path if alone else f"{root_url}{path}"
        return ""

    return address


@lru_cache(maxsize=4096)
def _quoted(path: str) -> str:
    return quote(path, safe=UNQUOTED)


def _roots() -> Sequence[Any]:
    """Return the root paths of the sites as Wagtail has them: from its cache, which unpacks them each time."""
    if fragments.keeping():
        fragments.needs(*map(page_cache.page, Site.objects.values_list("root_page_id", flat=True)))
    return Site.get_site_root_paths()


@lru_cache(maxsize=16)
def _base(prefix: str) -> str:
    """Return where pages are served; ``prefix`` is what ``reverse`` puts before it in this thread."""
    return reverse("wagtail_serve", args=("",))


@dataclass(frozen=True, slots=True)
class Listed:
    """What is told of a live page that was found, and the tokens of which a reader needs one."""

    pk: int
    title: str
    code: str
    kind: str
    url: str
    tokens: frozenset[str]

    def open_to(self, viewer: Viewer) -> bool:
        """Whether ``viewer`` may read it; the same rule as ``ResourcePage.is_visible_to``."""
        return self.pk not in viewer.veiled and not viewer.tokens.isdisjoint(self.tokens)


LISTED = Question(
    lambda ids: (
        ResourcePage.objects.filter(pk__in=ids, live=True, withdrawn_at__isnull=True)
        .order_by()
        .values_list("pk", "title", "code", "content_type_id", "url_path", "circulation", "audience")
    )
)
IN_GROUPS = Question(lambda ids: RestrictedGroup.objects.filter(page_id__in=ids).values_list("page_id", "group_id"))


def listed_by_id(ids: Iterable[int], viewer: Viewer) -> dict[int, Listed]:
    """Return those of ``ids`` that ``viewer`` may read, by id.

    Two queries at most, and none inside a reading request for pages that were listed since the last change.
    """
    found = fragments.kept_each("listed", ids, listed, names=(page_cache.BESIDE,), each=page_cache.page)
    return {pk: item for pk, item in found.items() if item.open_to(viewer)}


def listed(ids: Sequence[int]) -> dict[int, Listed]:
    """Return the live pages among ``ids``, whoever may read them. Two queries at most."""
    rows = LISTED.rows(ids)
    groups = groups_of([row[0] for row in rows if row[5] == Circulation.RESTRICTED])
    address = addresses()
    return {
        pk: Listed(pk, title, code, kind_of_type(type_id), address(path), tokens_by(pk, level, audience, groups))
        for pk, title, code, type_id, path, level, audience in rows
    }


def kind_of_type(content_type_id: int) -> str:
    """Return the kind of the resources of a content type, empty if it is none of theirs."""
    kind = getattr(ContentType.objects.get_for_id(content_type_id).model_class(), "kind", None)
    return str(kind.value) if kind is not None else ""


def groups_of(ids: Sequence[int]) -> dict[int, list[int]]:
    """Return the groups of each restricted page. One query, none for an empty list."""
    found: dict[int, list[int]] = {}
    for page, group in IN_GROUPS.rows(ids):
        found.setdefault(page, []).append(group)
    return found


def tokens_by(pk: int, circulation: str, audience: str, groups: Mapping[int, Sequence[int]]) -> frozenset[str]:
    """Return the access tokens of a page of which only the columns were read."""
    return _tokens(circulation, audience, tuple(groups.get(pk, ())))


@lru_cache(maxsize=1024)
def _tokens(circulation: str, audience: str, groups: tuple[int, ...]) -> frozenset[str]:
    return frozenset(access_tokens(circulation, audience, lambda: groups))


def tokens_of(pages: Collection[ResourcePage]) -> dict[int, frozenset[str]]:
    """Return the access tokens of each page by id; one query if any of them is restricted to groups, else none."""
    closed = [page for page in pages if page.circulation == Circulation.RESTRICTED]
    if closed:
        prefetch_related_objects(closed, "restricted_groups")
    return {page.pk: frozenset(page.access_tokens()) for page in pages}


def with_submitted(pages: QuerySet[Any]) -> QuerySet[Any]:
    """Annotate ``was_submitted``: whether a page ever entered a review. Permissions of list rows read it."""
    page_type = ContentType.objects.get_for_model(Page)
    runs = WorkflowState.objects.filter(base_content_type=page_type, object_id=Cast(OuterRef("pk"), CharField()))
    return pages.annotate(was_submitted=Exists(runs))


# What a live resource may lack, and what it is called; ``missing_metadata`` annotates each as ``has_<relation>``.
LACKABLE = {
    "topic_taggings": _("topics"),
    "sector_taggings": _("sectors"),
    "position_taggings": _("positions"),
    "authors": _("authors"),
}


def missing_metadata() -> QuerySet[ResourcePage]:
    """Return live resources that lack a term on one of the three axes, an abstract, or an author."""
    lacking: Any = Q(abstract="")
    has: dict[str, Any] = {}
    for relation in LACKABLE:
        model = ResourcePage._meta.get_field(relation).related_model
        key = "content_object_id" if relation != "authors" else "page_id"
        has[f"has_{relation}"] = Exists(model.objects.filter(**{key: OuterRef("pk")}))
        lacking |= Q(**{f"has_{relation}": False})
    return ResourcePage.objects.annotate(**has).filter(lacking, live=True).select_related("unit", "content_type")


def lacks_of(page: Any) -> str:
    """Return what a row of ``missing_metadata`` lacks, in the reader's language."""
    names = [] if page.abstract else [_("abstract")]
    names += [name for relation, name in LACKABLE.items() if not getattr(page, f"has_{relation}")]
    return "、".join(str(name) for name in names)


def stale(day: date) -> QuerySet[ResourcePage]:
    """Return live resources whose review was due on or before ``day``, the longest overdue first."""
    overdue = ResourcePage.objects.filter(live=True, review_due_on__lte=day)
    return overdue.select_related("unit", "content_type").order_by("review_due_on")


def by_unit() -> QuerySet[Unit]:
    """Return units with the number of live, draft and withdrawn resources each has. One query."""

    def count(**kwargs: object) -> Count:
        return Count("resources", filter=Q(**{f"resources__{key}": value for key, value in kwargs.items()}))

    return (
        Unit.objects.annotate(
            live_count=count(live=True),
            draft_count=count(live=False, withdrawn_at__isnull=True),
            withdrawn_count=count(withdrawn_at__isnull=False),
            total_count=Count("resources"),
        )
        .filter(total_count__gt=0)
        .order_by("-total_count", "path")
    )


@dataclass(frozen=True, slots=True)
class Coverage:
    """A heat map: ``cells[topic][position]`` counts live resources tagged with both, narrower terms included."""

    topics: tuple[tuple[int, str], ...]
    positions: tuple[tuple[int, str], ...]
    cells: dict[int, dict[int, int]]
    most: int


def coverage() -> Coverage:
    """Return the heat map of top-level topics by top-level positions over live resources. Four queries."""
    topics = list(Topic.objects.filter(level=1, retired_at__isnull=True).order_by("order"))
    positions = list(Position.objects.filter(level=1, retired_at__isnull=True).order_by("order"))
    pages: dict[int, tuple[set[int], set[int]]] = defaultdict(lambda: (set(), set()))
    axes: tuple[Any, ...] = (TopicTagging, PositionTagging)
    for index, model in enumerate(axes):
        rows = model.objects.filter(content_object__live=True).values_list("content_object_id", "tag__path")
        for pk, path in rows:
            pages[pk][index].add(int(path.split("/", 1)[0]))
    cells: dict[int, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for page_topics, page_positions in pages.values():
        for topic in page_topics:
            for position in page_positions:
                cells[topic][position] += 1
    most = max((count for row in cells.values() for count in row.values()), default=0)
    return Coverage(
        tuple((term.pk, term.name) for term in topics), tuple((term.pk, term.name) for term in positions), cells, most
    )
