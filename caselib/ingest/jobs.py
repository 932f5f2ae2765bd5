"""Background work of ingest: reading an upload."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from caselib.core.jobs import JobContext, job

from . import services
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
