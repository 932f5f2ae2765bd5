"""Verbs on resources: create a draft, save a revision, change the vocabulary terms of a draft."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _
from wagtail.models import Revision

from caselib.accounts.models import Unit, User
from caselib.accounts.viewers import Viewer
from caselib.core import audit, clock
from caselib.core.errors import Refusal, RefusedError, require

from .enums import Kind
from .filing import folder_for
from .models import KINDS, Folder, ResourceAuthor, ResourcePage
from .rules import may_create, may_file

AXES = ("topics", "sectors", "positions", "free_tags")


@transaction.atomic
def create_draft(
    kind: Kind | str,
    *,
    title: str,
    by: User,
    unit: Unit | None = None,
    fields: Mapping[str, Any] | None = None,
    authors: Collection[tuple[str, str]] = (),
    tags: Mapping[str, Collection[str]] | None = None,
    at: datetime | None = None,
) -> ResourcePage:
    """Create an unpublished resource under unit / kind / year and return it with its first revision.

    ``authors`` are (name, unit name) pairs; without any, ``by`` is the author. ``tags`` maps an axis (``topics``,
    ``sectors``, ``positions``, ``free_tags``) to term names that must exist. Raises RefusedError if ``by`` may not
    create. Effects in order: folders, page (never live), revision, audit row ``resources.created``.
    """
    require(may_create(Viewer.of(by)))
    moment = at or clock.now()
    values = dict(fields or {})
    day = values.get("written_on") or clock.day_of(moment)
    unit = unit or by.unit
    assert unit is not None, "may_create has seen to it"
    page = KINDS[Kind(kind).value](
        title=title[:255].strip(), live=False, has_unpublished_changes=True, owner=by, unit=unit, **values
    )
    page.slug = free_slug(page.title)
    page.draft_title = page.title
    folder = folder_for(unit, kind, day.year)
    folder.add_child(instance=page)
    page.slug = free_slug(page.title, suffix=str(page.pk))
    page.authors = [
        ResourceAuthor(name=name[:60], unit_name=unit_name[:120], user=by if name == str(by) else None)
        for name, unit_name in (authors or [(str(by), str(unit))])
    ]
    set_tags(page, tags or {})
    page.save()
    page.save_revision(user=by, log_action=True)
    audit.record("resources.created", page, by=by, at=moment, kind=str(Kind(kind).value), unit=unit.pk)
    return page


@transaction.atomic
def save_draft(page: ResourcePage, *, by: User, at: datetime | None = None) -> Revision:
    """Store the page object as a new draft revision and return it. Effects: revision, audit ``resources.revised``."""
    revision = page.save_revision(user=by, log_action=True, changed=True)
    audit.record("resources.revised", page, by=by, at=at, revision=revision.pk)
    return revision


@transaction.atomic
def add_terms(
    page: ResourcePage, terms: Mapping[str, Collection[str]], *, by: User, at: datetime | None = None
) -> Revision:
    """Add terms to the latest draft of ``page`` as a new revision; what is live stays as it was vetted.

    Raises RefusedError if the page is locked for ``by``. Effects in order: revision, audit ``resources.revised``.
    """
    draft = _draft_for(page, by)
    for axis, names in terms.items():
        getattr(draft, axis).add(*names)
    return save_draft(draft, by=by, at=at)


@transaction.atomic
def assign_unit(page: ResourcePage, unit: Unit, *, by: User, at: datetime | None = None) -> Revision:
    """Make ``unit`` answer for the next version of ``page``. Raises and effects as ``add_terms``."""
    draft = _draft_for(page, by)
    draft.unit = unit
    return save_draft(draft, by=by, at=at)


@transaction.atomic
def file_under(page: ResourcePage, unit: Unit, year: int, *, by: User, at: datetime | None = None) -> None:
    """File ``page`` in the folder of ``unit`` for ``year``; its text, state and owning unit stay as they are.

    Raises RefusedError while it is under review, or where ``by`` may not move it or not add there. Effects in order:
    folders, page moved (its address changes), audit ``resources.moved``. Nothing happens if it stands there already.
    """
    page = ResourcePage.objects.lock(page.pk)
    target = folder_for(unit, page.kind, year)
    before = page.get_parent()
    if before.pk == target.pk:
        return
    require(may_file(movable=page.permissions_for_user(by).can_move_to(target), under_review=page.workflow_in_progress))
    if target.get_children().filter(slug=page.slug).exists():
        raise RefusedError(Refusal("slug-taken", _("An item with the same address stands there already.")))
    page.move(Folder.objects.get(pk=target.pk), pos="last-child", user=by)
    audit.record("resources.moved", page, by=by, at=at, before=before.url_path, after=target.url_path)


def _draft_for(page: ResourcePage, by: User) -> ResourcePage:
    """Return the latest draft of ``page``, locked against a second writer."""
    page = ResourcePage.objects.lock(page.pk)
    lock = page.get_lock()
    if lock is not None and lock.for_user(by):
        raise RefusedError(Refusal("locked", _("The resource is under review or locked. Wait, or ask for its return.")))
    draft: ResourcePage = page.get_latest_revision_as_object()
    return draft


def set_tags(page: ResourcePage, tags: Mapping[str, Collection[str]]) -> None:
    """Set the terms of ``page`` on the given axes; the page must be saved by the caller.

    Raises ValueError for a name that is no term of a controlled axis (taggit would drop it silently).
    """
    for axis, names in tags.items():
        manager = getattr(page, axis)
        if axis != "free_tags":
            model = page._meta.get_field(axis).related_model
            known = set(model.objects.filter(name__in=names, retired_at__isnull=True).values_list("name", flat=True))
            missing = sorted(set(names) - known)
            if missing:
                raise ValueError(f"{axis}: {', '.join(missing)}")
        manager.set(list(names))


def free_slug(title: str, *, suffix: str = "") -> str:
    """Return a slug that keeps Chinese, at most 80 characters, made unique by ``suffix`` (the page's number)."""
    base = slugify(title, allow_unicode=True)[:60].strip("-") or "item"
    return f"{base}-{suffix}" if suffix else f"{base}-{clock.now():%Y%m%d%H%M%S%f}"
