"""Withdrawing a published resource at once; it comes back only through a review."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.actions.unpublish_page import UnpublishPageAction
from wagtail.models import WorkflowState

from caselib.accounts.models import User
from caselib.accounts.services import notify
from caselib.core import audit, clock, page_cache
from caselib.core.errors import Refusal, RefusedError, require
from caselib.resources.models import PublicationGrant, ResourcePage

from ..rules import may_withdraw, reason_given
from ..selectors.stages import active_run, author_ids
from ..signals import withdrawn
from . import similarity
from .submission import submit_for_review


@transaction.atomic
def withdraw(page: ResourcePage, reason: str, *, by: User, at: datetime | None = None) -> None:
    """Take ``page`` out of the library at once; its address shows a tombstone with the reason.

    A review of a newer text ends with it: what was passed before anybody knew of the withdrawal does not bring the page
    back. Effects in order: facts of withdrawal, grants revoked, review in progress cancelled with its passes void, page
    unpublished (which takes it out of search and caches by Wagtail's signal), fingerprint, audit row
    ``review.withdrawn``, signal for lists, orders, editions and competitions, notice to the authors. Raises RefusedError
    without the role, without a reason, or when the page is not live.
    """
    moment = at or clock.now()
    page = ResourcePage.objects.lock(page.pk)
    require(may_withdraw(by.roles, live=page.live))
    require(reason_given(reason))
    reason = reason.strip()
    revision_id = page.live_revision_id
    page.withdrawn_at, page.withdrawn_reason = moment, reason
    ResourcePage.objects.filter(pk=page.pk).update(withdrawn_at=moment, withdrawn_reason=reason)
    PublicationGrant.objects.filter(page_id=page.pk, revoked_at__isnull=True).update(revoked_at=moment)
    run = active_run(page)
    if run is not None:
        run.cancel(user=by)
    UnpublishPageAction(page, user=by).execute(skip_permission_checks=True)
    similarity.forget_live(page)
    audit.record("review.withdrawn", page, by=by, at=moment, reason=reason, revision=revision_id)
    withdrawn.send(sender=ResourcePage, page=page, reason=reason, by=by, at=moment)
    page_cache.bump(page_cache.PAGES, page_cache.LISTS, pages=[page.pk])
    notify(
        User.objects.filter(pk__in={page.owner_id, run and run.requested_by_id, *author_ids(page)} - {None}),
        subject=gettext_lazy("Withdrawn: %(title)s"),
        quoted=reason,
        words={"title": page.title},
        url=reverse("review:manuscript", args=[page.pk]),
        at=moment,
    )


def tell_holders(page: ResourcePage, holders: Iterable[User], reason: str, *, at: datetime) -> None:
    """Notify whoever ordered, listed or printed ``page``. Called by those who hear the signal ``withdrawn``."""
    notify(
        holders,
        subject=gettext_lazy("Withdrawn: %(title)s"),
        body=gettext_lazy("An item that you ordered, listed or printed was withdrawn: %(reason)s"),
        words={"title": page.title, "reason": reason},
        url=page.url or "",
        at=at,
    )


@transaction.atomic
def restore(page: ResourcePage, *, by: User, at: datetime | None = None) -> WorkflowState:
    """Ask for a withdrawn resource to come back: its text goes through the whole review again.

    Effects in order: audit row ``review.restore_requested``, submission. The page stays withdrawn until it passes.
    """
    if not page.withdrawn:
        raise RefusedError(Refusal("not-withdrawn", _("This item is not withdrawn.")))
    audit.record("review.restore_requested", page, by=by, at=at)
    return submit_for_review(page, by=by, at=at)
