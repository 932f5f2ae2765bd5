"""Asking for a compiled edition, and writing down what came of it."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from caselib.accounts.models import User
from caselib.accounts.viewers import Viewer
from caselib.core import audit, clock, jobs
from caselib.core.errors import require

from .. import rules
from ..models import Compilation, Edition
from ..preflight import not_to_be_printed


@transaction.atomic
def compile_edition(edition: Edition, by: User, *, at: datetime | None = None) -> Compilation:
    """Queue the compilation of ``edition`` and return its row; a worker makes Word file, PDF and check.

    Effects in order: row, job ``anthologies.compile``, audit ``anthologies.compile_asked``. A compilation of this edition
    that still runs is returned instead of a second one. Raises RefusedError if ``by`` is no editor, or if a case may not
    be printed in this edition.
    """
    moment = at or clock.now()
    require(rules.may_edit(Viewer.of(by).roles))
    row = Edition.objects.select_for_update(of=("self",)).get(pk=edition.pk)
    running = row.compilations.filter(
        state="waiting", job__state__in=("queued", "running"), job__cancel_requested=False
    ).first()
    if running is not None:
        return running
    require(rules.may_compile(cases=row.selections.count(), blocking=len(not_to_be_printed(row))))
    made = Compilation.objects.create(edition=row, requested_by=by, requested_at=moment)
    made.job = jobs.start("anthologies.compile", by=by, compilation=made.pk)
    made.save(update_fields=["job"])
    audit.record("anthologies.compile_asked", row, by=by, at=moment, compilation=made.pk)
    return made


@transaction.atomic
def cancel_compilation(compilation: Compilation, *, by: User, at: datetime | None = None) -> None:
    """Stop a compilation that still runs. Effects in order: job asked to stop, audit ``anthologies.compile_cancelled``."""
    require(rules.may_edit(Viewer.of(by).roles))
    if compilation.job is not None and not compilation.job.finished:
        jobs.cancel(compilation.job)
        audit.record("anthologies.compile_cancelled", compilation.edition, by=by, at=at, compilation=compilation.pk)
