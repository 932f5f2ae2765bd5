"""Changing the circulation level of a published resource."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.contrib.auth.models import Group
from django.db import transaction
from django.utils.translation import gettext as _
from wagtail.models import Revision

from caselib.accounts.enums import Role
from caselib.accounts.models import User
from caselib.core import audit, clock, page_cache
from caselib.core.errors import ConflictError, Refusal, RefusedError, require
from caselib.core.seen import require_seen, stamp
from caselib.resources.content import digest, digest_of
from caselib.resources.enums import Circulation
from caselib.resources.models import ResourcePage, RestrictedGroup
from caselib.resources.publishing import publish_granted

from ..models import CirculationChange
from ..rules import reason_given
from ..selectors.stages import active_run, author_ids, editor_ids, namesakes
from . import similarity
from .submission import submit_for_review

# How far a level reaches; a change to a farther one goes through a whole review.
REACH = {Circulation.RESTRICTED: 0, Circulation.INTERNAL: 1, Circulation.PUBLIC: 2}


def widens(page: ResourcePage, level: str, groups: Collection[int]) -> bool:
    """Whether ``level`` with ``groups`` lets anybody read ``page`` who could not before."""
    before, after = REACH[Circulation(page.circulation)], REACH[Circulation(level)]
    if before == after == 0:
        return bool(set(groups) - set(page.restricted_group_ids()))
    return after > before


def level_only(revision: Revision, level: str) -> dict[str, Any]:
    """Return the content of ``revision`` with nothing changed but the circulation level."""
    return {**revision.content, "circulation": level}


def stamp_of_level(page: ResourcePage) -> str:
    """Return what tells whether the level of ``page`` and its groups are still those that somebody was shown."""
    return stamp([page.circulation, sorted(page.restricted_group_ids())])


@transaction.atomic
def change_circulation(
    page: ResourcePage,
    level: str,
    reason: str,
    *,
    groups: Collection[int] = (),
    seen: str = "",
    by: User,
    at: datetime | None = None,
) -> CirculationChange:
    """Change who may read a published resource, as an act with a reason; return its record.

    Narrowing takes effect at once and is the final stage's act: by a final reviewer who neither owns, wrote nor
    edited the text. Widening stores a draft with the new level and puts it through the whole review of that level,
    which ends with the final stage; editors and final reviewers may ask for it. ``groups`` (primary keys) mean something
    for the restricted level only; ``seen`` is the stamp of the level that was shown (``stamp_of_level``), and ConflictError
    is raised if it is another by now. Effects in order: groups, revision, publication or submission, record, audit row.
    """
    moment = at or clock.now()
    groups = frozenset(groups) if level == Circulation.RESTRICTED else frozenset()
    page = ResourcePage.objects.lock(page.pk)
    require_seen(seen, stamp_of_level(page))
    wider = _checked(page, level, groups, reason, by)
    change = CirculationChange(
        page_id=page.pk,
        before=page.circulation,
        after=level,
        groups=sorted(groups),
        reason=reason.strip(),
        requested_by=by,
        requested_at=moment,
        based_on_id=page.live_revision_id,
    )
    base = page.live_revision
    draft = base.as_object()
    draft.circulation = level
    if wider:
        revision = draft.save_revision(user=by, log_action=True)
        change.revision, change.sha256 = revision, digest(revision)
        change.save()
        submit_for_review(page, by=by, at=moment)
    else:
        revision = _level_revision(base, level, by=by)
        change.revision, change.sha256 = revision, digest(revision)
        change.decided_by, change.decided_at = by, moment
        change.save()  # the database grants the publication on the strength of this row
        _narrow(page, revision, level, groups, by=by, at=moment)
    audit.record(
        "review.circulation_changed" if not wider else "review.circulation_requested",
        page,
        by=by,
        at=moment,
        before=change.before,
        after=level,
        groups=change.groups,
        reason=change.reason,
        revision=revision.pk,
        sha256=change.sha256,
        based_on=base.pk,
    )
    return change


def _checked(page: ResourcePage, level: str, groups: Collection[int], reason: str, by: User) -> bool:
    """Ask the rules; return whether the change widens the circle of readers."""
    require(reason_given(reason))
    if level not in Circulation.values:
        raise RefusedError(Refusal("no-level", _("Choose a circulation level.")))
    if not page.live or page.live_revision_id is None:
        raise RefusedError(Refusal("not-live", _("This item is not published.")))
    if active_run(page) is not None or page.has_unpublished_changes:
        text = _("There is a newer draft or a review in progress. Finish or take it back first.")
        raise RefusedError(Refusal("under-review", text))
    if level == Circulation.RESTRICTED and not Group.objects.filter(pk__in=groups).exists():
        raise RefusedError(Refusal("no-group", _("Choose at least one group that may read the item.")))
    if level == page.circulation and (
        level != Circulation.RESTRICTED or set(groups) == set(page.restricted_group_ids())
    ):
        raise RefusedError(Refusal("no-change", _("The item has this level already.")))
    if widens(page, level, groups):
        if not by.has_role(Role.EDITOR, Role.FINAL_REVIEWER):
            raise RefusedError(
                Refusal("not-editor", _("Only editors and final reviewers ask for a wider circulation."))
            )
        return True
    barred = {page.owner_id, *author_ids(page, page.live_revision), *editor_ids(page)}
    barred |= namesakes([by], page, page.live_revision)
    if not by.has_role(Role.FINAL_REVIEWER) or by.pk in barred:
        text = _("A final reviewer who neither wrote nor edited the text decides on its circulation level.")
        raise RefusedError(Refusal("not-final", text))
    return False


def _level_revision(base: Revision, level: str, *, by: User) -> Revision:
    """Store the vetted text of ``base`` at another level, provably with nothing else changed."""
    revision = Revision.objects.create(
        content_type=base.content_type,
        base_content_type=base.base_content_type,
        object_id=base.object_id,
        user=by,
        content=level_only(base, level),
        object_str=base.object_str,
    )
    if digest_of({**revision.content, "circulation": base.content["circulation"]}) != digest(base):
        raise ConflictError(Refusal("content-changed", _("The text is no longer the one that was published.")))
    return revision


def _narrow(
    page: ResourcePage, revision: Revision, level: str, groups: Collection[int], *, by: User, at: datetime
) -> None:
    """Publish ``revision``, which differs from the live text in its narrower level only."""
    set_groups(page, groups)
    ResourcePage.objects.filter(pk=page.pk).update(latest_revision=revision)
    reviewed, due = page.reviewed_on, page.review_due_on
    publish_granted(page, revision, digest(revision), by=by, at=at)
    # Only the level was looked at: the date of the last reading of the text stays.
    ResourcePage.objects.filter(pk=page.pk).update(reviewed_on=reviewed, review_due_on=due)
    similarity.index_live(page, revision)
    page_cache.bump(page_cache.PAGES, page_cache.LISTS, pages=[page.pk])


def set_groups(page: ResourcePage, groups: Collection[int]) -> None:
    """Make ``groups`` the groups that may read ``page`` while it is restricted."""
    RestrictedGroup.objects.filter(page_id=page.pk).exclude(group_id__in=groups).delete()
    for pk in Group.objects.filter(pk__in=groups).values_list("pk", flat=True):
        RestrictedGroup.objects.get_or_create(page_id=page.pk, group_id=pk)


def finish_widening(page: ResourcePage, revision: Revision, *, by: User | None, at: datetime) -> None:
    """Give the groups of a requested change once its revision has passed; called by the publication."""
    change = CirculationChange.objects.filter(page_id=page.pk, revision=revision, decided_at__isnull=True).first()
    if change is not None:
        set_groups(page, change.groups if change.after == Circulation.RESTRICTED else ())
        change.decided_by, change.decided_at = by, at
        change.save(update_fields=["decided_by", "decided_at"])
