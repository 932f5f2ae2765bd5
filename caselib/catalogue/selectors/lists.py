"""Online lists as a viewer may see them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from caselib.accounts.enums import Role
from caselib.accounts.viewers import Viewer
from caselib.core import clock
from caselib.core.questions import Question
from caselib.resources.enums import Circulation
from caselib.vocabularies.models import Position

from ..enums import ListKind, Obligation
from ..models import CatalogueList, ListChange, ListItem
from .cards import Card, cards_by_id


@dataclass(frozen=True, slots=True)
class Entry:
    """An item of a list as it is shown."""

    card: Card
    line: str = ""
    section: str = ""
    obligation: str = Obligation.ELECTIVE.value
    item_id: int | None = None

    @property
    def required(self) -> bool:
        return self.obligation == Obligation.REQUIRED


@dataclass(frozen=True, slots=True)
class Section:
    title: str
    entries: Sequence[Entry]


def lists_for(viewer: Viewer) -> QuerySet[CatalogueList]:
    """Return the lists a viewer may open; editors get drafts too."""
    lists = CatalogueList.objects.select_related("unit", "topic", "sector", "position").annotate(size=Count("items"))
    if Role.EDITOR in viewer.roles:
        return lists
    levels = [Circulation.PUBLIC, Circulation.INTERNAL] if viewer.internal else [Circulation.PUBLIC]
    begun = Q(starts_on__isnull=True) | Q(starts_on__lte=clock.today())
    return lists.filter(begun, published_at__isnull=False, circulation__in=levels, audience__in=viewer.audiences)


def readable_lists(viewer: Viewer) -> QuerySet[CatalogueList]:
    """Return the published lists only, for editors too: what the public pages show."""
    begun = Q(starts_on__isnull=True) | Q(starts_on__lte=clock.today())
    return lists_for(viewer).filter(begun, published_at__isnull=False)


def running_campaigns(viewer: Viewer, *, limit: int = 4) -> list[CatalogueList]:
    """Return campaign lists whose window contains today, pinned ones first."""
    today = clock.today()
    found = readable_lists(viewer).filter(kind=ListKind.CAMPAIGN, starts_on__lte=today, ends_on__gte=today)
    return list(found.order_by("-pinned", "ends_on", "pk")[:limit])


def archived_campaigns(viewer: Viewer) -> QuerySet[CatalogueList]:
    return readable_lists(viewer).filter(kind=ListKind.CAMPAIGN, ends_on__lt=clock.today()).order_by("-ends_on", "-pk")


def current_lists(viewer: Viewer) -> QuerySet[CatalogueList]:
    """Return every published list that is no archived campaign, pinned ones first."""
    over = Q(kind=ListKind.CAMPAIGN, ends_on__lt=clock.today())
    return readable_lists(viewer).exclude(over).order_by("-pinned", "-published_at", "-pk")


#: The lists on which a resource stands.
STANDS_ON = Question(lambda pk: ListItem.objects.filter(resource_id=pk).order_by().values_list("catalogue_list_id"))


def lists_with(resource_id: int, viewer: Viewer, *, limit: int = 5) -> list[CatalogueList]:
    """Return the current lists on which a resource stands: one query for most of them, which stand on none."""
    ids = [pk for (pk,) in STANDS_ON.rows(resource_id)]
    return list(current_lists(viewer).filter(pk__in=ids)[:limit]) if ids else []


def find_list(viewer: Viewer, code: str) -> CatalogueList | None:
    """Return the list with the short ``code`` (in any case), or None when the viewer may not know it."""
    return lists_for(viewer).filter(code=code.upper()).first()


def entries_of(catalogue_list: CatalogueList, viewer: Viewer) -> list[Entry]:
    """Return the items of a curated or campaign list that the viewer may read, in order. Four queries."""
    items = list(ListItem.objects.filter(catalogue_list=catalogue_list))
    found = cards_by_id([item.resource_id for item in items], viewer)
    return [
        Entry(found[item.resource_id], item.line, item.section, item.obligation, item.pk)
        for item in items
        if item.resource_id in found
    ]


def missing_items(catalogue_list: CatalogueList, viewer: Viewer) -> list[ListItem]:
    """Return items that no longer show (withdrawn, not live, not open), for the editor's eyes."""
    shown = {entry.item_id for entry in entries_of(catalogue_list, viewer)}
    items = ListItem.objects.filter(catalogue_list=catalogue_list).select_related("resource")
    return [item for item in items if item.pk not in shown]


def history_of(catalogue_list: CatalogueList, *, editor: bool, shown: Collection[int]) -> list[ListChange]:
    """Return the newest changes; readers get none that name an item they do not see on the list."""
    changes = catalogue_list.changes.select_related("by")[:40]
    if editor:
        return list(changes)
    return [change for change in changes if "resource" not in change.data or change.data["resource"] in shown][:8]


def sections_of(entries: Sequence[Entry]) -> list[Section]:
    """Group entries by section in order of first appearance."""
    grouped: dict[str, list[Entry]] = {}
    for entry in entries:
        grouped.setdefault(entry.section, []).append(entry)
    return [Section(title, rows) for title, rows in grouped.items()]


def entries_for_position(position: Position, viewer: Viewer) -> Mapping[str, list[Entry]]:
    """Return required and elective entries from all current lists of a position and of the broader ones above it."""
    lists = current_lists(viewer).filter(position_id__in=position.ancestor_ids()).exclude(kind=ListKind.RULE)
    items = list(ListItem.objects.filter(catalogue_list__in=[found.pk for found in lists]))
    shown = cards_by_id([item.resource_id for item in items], viewer)
    tiers: dict[str, dict[int, Entry]] = {Obligation.REQUIRED.value: {}, Obligation.ELECTIVE.value: {}}
    for item in items:
        if item.resource_id in shown:
            tiers[item.obligation].setdefault(
                item.resource_id, Entry(shown[item.resource_id], item.line, "", item.obligation, item.pk)
            )
    for pk in tiers[Obligation.REQUIRED.value]:
        tiers[Obligation.ELECTIVE.value].pop(pk, None)
    return {tier: list(rows.values()) for tier, rows in tiers.items()}
