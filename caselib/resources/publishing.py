"""The one road to a live resource: a grant for a revision, then the publication of exactly that revision."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from wagtail.actions.publish_page_revision import PublishPageRevisionAction
from wagtail.models import Revision

from caselib.accounts.models import User
from caselib.core import clock
from caselib.core.errors import ConflictError, Refusal

from .codes import next_code
from .content import digest
from .models import PublicationGrant, ResourcePage, TextOpening


@contextmanager
def opened(pages: Collection[int]) -> Iterator[None]:
    """Let the block change what readers see of ``pages``, in the transaction of an act that may (see ``guards``)."""
    with transaction.atomic():
        TextOpening.objects.bulk_create(
            [TextOpening(page_id=pk) for pk in sorted(set(pages))], ignore_conflicts=True, batch_size=500
        )
        yield
        TextOpening.objects.filter(page_id__in=pages).delete()


@transaction.atomic
def publish_granted(
    page: ResourcePage, revision: Revision, sha256: str, *, by: User | None, at: datetime | None = None
) -> PublicationGrant:
    """Publish ``revision`` of ``page`` if its content is still what ``sha256`` says.

    Called by the review app when every stage has passed, and by nothing else (a contract of import-linter and a
    test see to it). Effects in order: grant written, page published with its facts (last reviewed, no longer
    withdrawn, a code if it has none yet; the code stays for good). Raises ConflictError if the content has changed since it was read.
    """
    locked = ResourcePage.objects.lock(page.pk)
    revision = Revision.objects.select_for_update(no_key=True).get(pk=revision.pk)
    if revision.object_id != str(page.pk) or digest(revision) != sha256:
        raise ConflictError(
            Refusal("content-changed", _("The text is no longer the one that was read. Please review it again."))
        )
    moment = at or clock.now()
    grant, _made = PublicationGrant.objects.update_or_create(
        revision=revision,
        defaults={"page_id": page.pk, "sha256": sha256, "granted_by": by, "granted_at": moment, "revoked_at": None},
    )
    today = clock.day_of(moment)
    ResourcePage.objects.filter(pk=page.pk).update(
        withdrawn_at=None,
        withdrawn_reason="",
        reviewed_on=today,
        code=locked.code or next_code(locked.specific_class.kind, today.year),
    )
    with opened([page.pk]):
        PublishPageRevisionAction(revision, user=by, changed=True).execute(skip_permission_checks=True)
    page.refresh_from_db()
    return grant
