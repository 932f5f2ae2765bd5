"""The outline of an edition: adding, filling, ordering, arranging into parts, pinning to newer versions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from caselib.accounts.models import User
from caselib.accounts.viewers import Viewer
from caselib.core import audit, clock
from caselib.core.errors import ConflictError, Refusal, RefusedError, require
from caselib.core.seen import require_seen, stamp_of
from caselib.resources.content import digest
from caselib.resources.models import ResourcePage

from .. import rules
from ..arranging import group_cases
from ..binding import part_number
from ..enums import TEXT_KINDS, Axis, ItemKind
from ..models import Edition, OutlineItem, Selection
from ..selectors import granted
from .editions import locked, touch

#: What an editor changes of an item; the stamp that is compared is of these.
WORDING = ("title", "number", "text")
BACK = (ItemKind.APPENDIX, ItemKind.AWARDS, ItemKind.COLOPHON)


@dataclass(frozen=True, slots=True)
class Filled:
    """What filling did: how many cases were added, and for each one that was not, its title and why."""

    added: int
    refused: tuple[tuple[str, str], ...]


def pin(page: ResourcePage, viewer: Viewer, at: datetime) -> Selection:
    """Return an unsaved selection of the version of ``page`` that is published now. Raises RefusedError."""
    revision = page.live_revision
    passed = revision is not None and revision.pk in granted([revision.pk])
    require(rules.may_pin(live=page.live and page.is_visible_to(viewer), withdrawn=page.withdrawn, granted=passed))
    assert revision is not None
    return Selection(page=page, revision=revision, sha256=digest(revision), pinned_at=at)


@transaction.atomic
def fill(edition: Edition, page_ids: Sequence[int], *, by: User, at: datetime | None = None) -> Filled:
    """Add published resources by id, in the given order, before the back matter; those already there stay as they are.

    Effects in order: items and selections, audit ``anthologies.filled``. Raises RefusedError for a frozen edition or
    beyond the largest number of cases.
    """
    row = locked(edition, by)
    moment, viewer = at or clock.now(), Viewer.of(by)
    wanted = list(dict.fromkeys(page_ids))[: rules.MAX_CASES]
    present = set(row.selections.values_list("page_id", flat=True))
    if len(present) + len(wanted) > rules.MAX_CASES:
        raise RefusedError(Refusal("too-many", _("An edition holds at most %d cases.") % rules.MAX_CASES))
    pages = {page.pk: page for page in ResourcePage.objects.filter(pk__in=wanted).select_related("live_revision")}
    refused, made = [], []
    for pk in wanted:
        page = pages.get(pk)
        if page is None or pk in present:
            if page is not None:
                refused.append((page.title, _("It is in this edition already.")))
            continue
        try:
            selection = pin(page, viewer, moment)
        except RefusedError as error:
            # A title that this editor may not see is not shown either.
            refused.append((page.title if page.is_visible_to(viewer) or page.withdrawn else str(pk), str(error)))
            continue
        made.append((OutlineItem(edition=row, order=0, kind=ItemKind.CASE, title=page.title[:300]), selection))
    _insert(row, [item for item, _selection in made])
    for item, selection in made:
        selection.item, selection.edition = item, row
        selection.save()
    touch(row)
    audit.record("anthologies.filled", row, by=by, at=moment, added=len(made), pages=[s.page_id for _i, s in made])
    return Filled(len(made), tuple(refused))


def _insert(edition: Edition, new: list[OutlineItem], *, front: bool = False) -> None:
    """Save ``new`` items before the back matter (or after the last foreword) and number all of them again."""
    items = list(edition.items.all())
    if front:
        at = next((i for i, item in enumerate(items) if item.kind != ItemKind.FOREWORD), len(items))
    else:
        at = next((i for i, item in enumerate(items) if item.kind in BACK), len(items))
    _save_order([*items[:at], *new, *items[at:]])


def _save_order(items: Iterable[OutlineItem]) -> None:
    changed = []
    for order, item in enumerate(items, 1):
        if item.pk is None:
            item.order = order
            item.save()
        elif item.order != order:
            item.order = order
            changed.append(item)
    OutlineItem.objects.bulk_update(changed, ["order"], batch_size=200)


@transaction.atomic
def add_text(
    edition: Edition,
    kind: str,
    *,
    title: str = "",
    number: str = "",
    text: str = "",
    by: User,
    at: datetime | None = None,
) -> OutlineItem:
    """Add a part, a foreword or other text at its natural place. Effects in order: item, audit. Raises RefusedError."""
    row = locked(edition, by)
    if kind not in TEXT_KINDS and kind != ItemKind.PART:
        raise RefusedError(Refusal("kind", _("Cases are added by filling the edition.")))
    if kind == ItemKind.PART and not number:
        number = part_number(row.items.filter(kind=ItemKind.PART).count() + 1)
    item = OutlineItem(
        edition=row, order=0, kind=kind, title=title.strip()[:300], number=number.strip()[:40], text=text[:100_000]
    )
    if kind in BACK:
        items = list(row.items.all())
        last = next((i for i, other in enumerate(items) if other.kind == ItemKind.COLOPHON), len(items))
        _save_order([*items[:last], item, *items[last:]])
    else:
        _insert(row, [item], front=kind == ItemKind.FOREWORD)
    touch(row)
    audit.record("anthologies.item_added", row, by=by, at=at, item=item.pk, kind=str(kind))
    return item


def _there(edition: Edition, item: OutlineItem) -> OutlineItem:
    """Return ``item`` of the locked ``edition`` as it is now. Raises ConflictError if somebody took it out meanwhile."""
    found = edition.items.filter(pk=item.pk).first()
    if found is None:
        raise ConflictError(gone())
    return found


def gone() -> Refusal:
    """Return what is said of an item that is in the outline no longer."""
    return Refusal("gone", _("Somebody else took this out of the outline meanwhile."))


@transaction.atomic
def change_item(
    item: OutlineItem,
    *,
    title: str,
    number: str = "",
    text: str = "",
    seen: str = "",
    by: User,
    at: datetime | None = None,
) -> None:
    """Change a part or a text; cases keep the title of their pinned version. Effects in order: item, audit.

    ``seen`` is the stamp of what the editor was shown. Raises ConflictError if it was changed or taken out since,
    RefusedError for a case or a frozen edition.
    """
    row = locked(item.edition, by)
    now = _there(row, item)
    if now.kind == ItemKind.CASE:
        raise RefusedError(Refusal("kind", _("A case is printed as it was reviewed.")))
    require_seen(seen, stamp_of(now, WORDING))
    now.title, now.number, now.text = title.strip()[:300], number.strip()[:40], text[:100_000]
    now.save(update_fields=WORDING)
    touch(row)
    audit.record("anthologies.item_changed", row, by=by, at=at, item=now.pk)


@transaction.atomic
def remove_item(item: OutlineItem, *, by: User, at: datetime | None = None) -> None:
    """Take an item out of the outline; one that is out already stays out. Effects in order: item (and its selection)
    deleted, parts counted again, audit."""
    row = locked(item.edition, by)
    items = list(row.items.all())
    if item.pk not in {other.pk for other in items}:
        return
    audit.record("anthologies.item_removed", row, by=by, at=at, item=item.pk, kind=item.kind, title=item.title)
    counted = _counted(items)
    OutlineItem.objects.filter(pk=item.pk).delete()
    if counted:
        _count_parts(other for other in items if other.pk != item.pk)
    touch(row)


def _parts(items: Iterable[OutlineItem]) -> list[OutlineItem]:
    return [item for item in items if item.kind == ItemKind.PART]


def _counted(items: Iterable[OutlineItem]) -> bool:
    """Whether the parts bear the numbers we gave them, in order; others were chosen by somebody and stay."""
    return all(part.number == part_number(place) for place, part in enumerate(_parts(items), 1))


def _count_parts(items: Iterable[OutlineItem]) -> None:
    for place, part in enumerate(_parts(items), 1):
        if part.number != part_number(place):
            part.number = part_number(place)
            part.save(update_fields=["number"])


@transaction.atomic
def order_items(
    edition: Edition, ids: Sequence[int], *, version: int | None = None, by: User, at: datetime | None = None
) -> None:
    """Put the items into the order of ``ids``. Effects in order: order, parts counted again, audit
    ``anthologies.ordered``.

    ``version`` is that of the edition the order was made from. Raises ConflictError if it is not the present one, or if
    ``ids`` are not all the items there are now.
    """
    row = locked(edition, by)
    items = {item.pk: item for item in row.items.all()}
    if sorted(ids) != sorted(items) or (version is not None and version != row.version):
        raise ConflictError(
            Refusal("changed", _("Somebody else changed this edition meanwhile. Reload it and look again."))
        )
    counted = _counted(items.values())
    _save_order([items[pk] for pk in ids])
    if counted:
        _count_parts(items[pk] for pk in ids)
    touch(row)
    audit.record("anthologies.ordered", row, by=by, at=at, items=list(ids))


@transaction.atomic
def move_item(item: OutlineItem, step: int, *, by: User, at: datetime | None = None) -> None:
    """Move an item ``step`` places (-1: up, 1: down); at the end it stays. Effects as ``order_items``."""
    row = locked(item.edition, by)
    _there(row, item)
    ids = list(row.items.values_list("pk", flat=True))
    at_now = ids.index(item.pk)
    ids.insert(min(max(0, at_now + step), len(ids) - 1), ids.pop(at_now))
    order_items(item.edition, ids, by=by, at=at)


@transaction.atomic
def arrange_by(edition: Edition, axis: str, *, by: User, at: datetime | None = None) -> int:
    """Put the cases into parts by ``axis`` and return the number of parts; earlier part pages go, other text stays.

    Effects in order: old parts deleted, new parts, order, audit ``anthologies.arranged``. Raises RefusedError.
    """
    row = locked(edition, by)
    items = list(row.items.select_related("selection"))
    groups = group_cases([item for item in items if item.kind == ItemKind.CASE], Axis(axis))
    row.items.filter(kind=ItemKind.PART).delete()
    ordered = [item for item in items if item.kind == ItemKind.FOREWORD]
    for place, (title, cases) in enumerate(groups, 1):
        ordered += [
            OutlineItem(edition=row, order=0, kind=ItemKind.PART, title=title[:300], number=part_number(place)),
            *cases,
        ]
    ordered += [item for item in items if item.kind == ItemKind.INTERLUDE]
    ordered += [item for item in items if item.kind in BACK]
    _save_order(ordered)
    touch(row)
    audit.record("anthologies.arranged", row, by=by, at=at, axis=str(axis), parts=len(groups))
    return len(groups)


@transaction.atomic
def repin(item: OutlineItem, *, by: User, at: datetime | None = None) -> None:
    """Pin a case to the version published now. Effects in order: selection, title, audit. Raises RefusedError, also
    (ConflictError) if somebody took the case out meanwhile."""
    row = locked(item.edition, by)
    _there(row, item)
    moment = at or clock.now()
    selection = Selection.objects.select_for_update(of=("self",)).select_related("page__live_revision").get(item=item)
    fresh = pin(selection.page, Viewer.of(by), moment)
    before = selection.revision_id
    selection.revision, selection.sha256, selection.pinned_at = fresh.revision, fresh.sha256, moment
    selection.save()
    OutlineItem.objects.filter(pk=item.pk).update(title=selection.page.title[:300])
    touch(row)
    audit.record(
        "anthologies.repinned", row, by=by, at=moment, item=item.pk, before=before, after=selection.revision_id
    )
