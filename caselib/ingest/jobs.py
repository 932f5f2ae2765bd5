"""Background work of ingest: reading an upload."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from caselib.accounts.models import User
from caselib.core.jobs import JobContext, job

from . import deciding, selectors, services
from .enums import BatchState
from .models import ImportBatch


@job("ingest.read")
def read_upload(ctx: JobContext, *, batch: int) -> dict[str, Any]:
    """Read an uploaded file. Idempotent: a file that has been read is left alone."""
    row = ImportBatch.objects.filter(pk=batch).first()
    if row is None or row.state != BatchState.RECEIVED:
        return {"read": 0}
    ctx.progress(0, 1, _("Reading %(name)s …") % {"name": row.name})
    services.read_batch(row, progress=lambda done, total, name: ctx.progress(done, total, name))
    ctx.progress(1, 1, _("Done."))
    return {"read": 1, "batch": row.pk}


@job("ingest.accept")
def accept_archive(ctx: JobContext, *, archive: int) -> dict[str, Any]:
    """Accept everything that waits in an archive, as the person who asked. Begun again it goes on with what still waits."""
    row = ImportBatch.objects.filter(pk=archive).first()
    by = ctx.job.requested_by
    if row is None or not isinstance(by, User):
        return {"made": 0}
    drafts, refused = deciding.accept_each(selectors.waiting_in(row), by=by, progress=ctx.progress)
    made = len(drafts)
    said = ngettext("%(count)d draft was made.", "%(count)d drafts were made.", made) % {"count": made}
    if refused:
        said += " " + ngettext(
            "%(count)d item still waits; open it to see why.",
            "%(count)d items still wait; open them to see why.",
            len(refused),
        ) % {"count": len(refused)}
    total = max(made + len(refused), 1)
    ctx.progress(total, total, said)
    return {"made": made, "refused": refused[:50], "url": reverse("imports_report", args=[row.pk])}
