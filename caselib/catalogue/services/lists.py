"""Keeping online lists: making, filling, ordering, publishing; each step is in the list's own history."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from caselib.accounts.models import User
from caselib.core import audit, clock, page_cache
from caselib.core.errors import ConflictError, Refusal, require
from caselib.core.seen import require_seen, stamp_of
from caselib.resources.models import ResourcePage

from ..enums import ListKind, Obligation
from ..models import CatalogueList, ListChange, ListItem
from ..rules import lists as rules

MAX_ITEMS = 500
#: What an editor says of an item.
SAID = ("section", "line", "obligation")


@dataclass(frozen=True, slots=True)
class ListDetails:
    """What an editor says about a list. Days are the library's own, both included; ids are of vocabulary terms."""

    title: str
    kind: str = ListKind.CURATED.value
    introduction: str = ""
    circulation: str = "internal"
    audience: str = "learner"
    unit_id: int | None = None
    topic_id: int | None = None
    sector_id: int | None = None
    position_id: int | None = None
    level: str = ""
    rule_text: str = ""
    rule_filters: dict[str, list[str]] = field(default_factory=dict)
    starts_on: date | None = None
    ends_on: date | None = None
    pinned: bool = False


def _check(details: ListDetails) -> None:
    if details.kind == ListKind.CAMPAIGN and not (details.starts_on and details.ends_on):
        require(Refusal("no_window", _("A campaign list needs a first and a last day.")))
    if details.starts_on and details.ends_on and details.ends_on < details.starts_on:
        require(Refusal("window", _("The last day lies before the first day.")))


@transaction.atomic
def create_list(details: ListDetails, *, by: User, at: datetime | None = None) -> CatalogueList:
    """Make an unpublished list. Effects in order: list, history, audit ``catalogue.list_created``. Raises RefusedError."""
    moment = at or clock.now()
    require(rules.may_keep_lists(by.roles))
    _check(details)
    made = CatalogueList.objects.create(created_by=by, created_at=moment, **asdict(details))
    _note(made, "created", by=by, at=moment, title=made.title)
    return made


@transaction.atomic
def change_list(
    catalogue_list: CatalogueList,
    details: ListDetails,
    *,
    version: int | None = None,
    by: User,
    at: datetime | None = None,
) -> CatalogueList:
    """Change what is said about a list. Raises ConflictError when it is no longer at ``version``.

    Effects in order: list, page cache, history, audit ``catalogue.list_changed``.
    """
    require(rules.may_keep_lists(by.roles))
    _check(details)
    locked = _lock(catalogue_list, version)
    changed = []
    for name, value in asdict(details).items():
        if getattr(locked, name) != value:
            changed.append(name)
            setattr(locked, name, value)
    if changed:
        _save(locked)
        _note(locked, "changed", by=by, at=at, fields=changed)
    return locked


@transaction.atomic
def add_item(
    catalogue_list: CatalogueList,
    resource: ResourcePage,
    *,
    section: str = "",
    line: str = "",
    obligation: str = Obligation.ELECTIVE.value,
    by: User,
    at: datetime | None = None,
) -> ListItem:
    """Put ``resource`` at the end of a list; if it stands there already, return that item unchanged.

    Effects in order: item, page cache, history, audit ``catalogue.list_item_added``. Raises RefusedError.
    """
    require(rules.may_keep_lists(by.roles))
    locked = _lock(catalogue_list, None)
    if locked.kind == ListKind.RULE:
        require(Refusal("rule_list", _("A rule-based list fills itself. Change its saved search instead.")))
    if resource.withdrawn or not resource.live:
        require(
            Refusal(
                "withdrawn",
                _("“%(title)s” is not published, so it cannot stand on a list.") % {"title": resource.title},
            )
        )
    present = locked.items.filter(resource_id=resource.pk).first()
    if present is not None:
        return present
    if locked.items.count() >= MAX_ITEMS:
        require(Refusal("too_many", _("A list holds %(n)d items at most.") % {"n": MAX_ITEMS}))
    last = locked.items.aggregate(last=Max("order"))["last"] or 0
    item = ListItem.objects.create(
        catalogue_list=locked,
        resource_id=resource.pk,
        section=section.strip()[:80],
        line=line.strip()[:300],
        obligation=Obligation(obligation),
        order=last + 1,
    )
    _save(locked)
    _note(locked, "item_added", by=by, at=at, resource=resource.pk, title=resource.title)
    return item


@transaction.atomic
def change_item(
    item: ListItem, *, section: str, line: str, obligation: str, seen: str = "", by: User, at: datetime | None = None
) -> ListItem:
    """Change section, line and obligation of an item. Effects as of ``change_list``; so is ConflictError, if it is not as
    it was ``seen``."""
    require(rules.may_keep_lists(by.roles))
    locked, item = _standing(item)
    require_seen(seen, stamp_of(item, SAID))
    item.section, item.line, item.obligation = section.strip()[:80], line.strip()[:300], Obligation(obligation)
    item.save(update_fields=SAID)
    _save(locked)
    _note(locked, "item_changed", by=by, at=at, resource=item.resource_id, title=item.resource.title)
    return item


@transaction.atomic
def remove_item(item: ListItem, *, by: User, at: datetime | None = None) -> None:
    """Take an item off its list. Effects in order: item, page cache, history, audit ``catalogue.list_item_removed``."""
    require(rules.may_keep_lists(by.roles))
    locked, item = _standing(item)
    resource = item.resource
    item.delete()
    _save(locked)
    _note(locked, "item_removed", by=by, at=at, resource=resource.pk, title=resource.title)


@transaction.atomic
def move_item(item: ListItem, *, up: bool, by: User, at: datetime | None = None) -> None:
    """Swap an item with its neighbour; at the end nothing happens. Effects as of ``change_list``."""
    require(rules.may_keep_lists(by.roles))
    locked, item = _standing(item)
    items = list(locked.items.all())
    here = next(i for i, other in enumerate(items) if other.pk == item.pk)
    there = here - 1 if up else here + 1
    if not 0 <= there < len(items):
        return
    items[here], items[there] = items[there], items[here]
    for number, other in enumerate(items, start=1):
        other.order = number
    ListItem.objects.bulk_update(items, ["order"])
    _save(locked)
    _note(locked, "item_moved", by=by, at=at, resource=item.resource_id, title=item.resource.title, place=there + 1)


@transaction.atomic
def publish_list(catalogue_list: CatalogueList, *, by: User, at: datetime | None = None) -> CatalogueList:
    """Open a list to its readers. Effects in order: list, page cache, history, audit. Raises RefusedError."""
    moment = at or clock.now()
    require(rules.may_keep_lists(by.roles))
    locked = _lock(catalogue_list, None)
    require(
        rules.may_publish_list(
            kind=locked.kind,
            items=locked.items.count(),
            has_rule=bool(locked.rule_text.strip() or any(locked.rule_filters.values())),
            title=locked.title,
        )
    )
    if locked.published_at is None:
        locked.published_at = moment
        _save(locked)
        _note(locked, "published", by=by, at=moment)
    return locked


@transaction.atomic
def unpublish_list(catalogue_list: CatalogueList, *, by: User, at: datetime | None = None) -> CatalogueList:
    """Take a list back from its readers. Effects as of ``publish_list``."""
    require(rules.may_keep_lists(by.roles))
    locked = _lock(catalogue_list, None)
    if locked.published_at is not None:
        locked.published_at = None
        _save(locked)
        _note(locked, "unpublished", by=by, at=at)
    return locked


def _lock(catalogue_list: CatalogueList, version: int | None) -> CatalogueList:
    locked = CatalogueList.objects.select_for_update().get(pk=catalogue_list.pk)
    if version is not None and locked.version != version:
        raise ConflictError(Refusal("changed", _("Somebody changed this list in the meantime. Look at it again.")))
    return locked


def _standing(item: ListItem) -> tuple[CatalogueList, ListItem]:
    """Return the list, locked, and its item as it stands. Raises ConflictError when somebody took it off meanwhile."""
    locked = _lock(item.catalogue_list, None)
    found = locked.items.select_related("resource").filter(pk=item.pk).first()
    if found is None:
        raise ConflictError(item_gone())
    return locked, found


def item_gone() -> Refusal:
    """Return what is said of an item that is on its list no longer."""
    return Refusal("item_gone", _("Somebody has taken this item off the list in the meantime."))


def _save(catalogue_list: CatalogueList) -> None:
    catalogue_list.version += 1
    catalogue_list.save()
    page_cache.bump(page_cache.LISTS)


def _note(catalogue_list: CatalogueList, verb: str, *, by: User, at: datetime | None, **data: Any) -> None:
    moment = at or clock.now()
    ListChange.objects.create(catalogue_list=catalogue_list, at=moment, by=by, verb=verb, data=data)
    audit.record(f"catalogue.list_{verb}", catalogue_list, by=by, at=moment, **data)
