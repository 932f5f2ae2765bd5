"""Background work of the vocabularies: the import of a large file."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from caselib.accounts.models import User
from caselib.accounts.services import notify
from caselib.core import jobs
from caselib.core.models import Job

from . import transfer
from .exchange.records import Change, TermRecord, shown_first
from .models import AXES, Term

KIND = "vocabularies.import"
_MOST_ROWS = 1000  # of a report that are kept: those left out before all others


def start(model: type[Term], wanted: Sequence[TermRecord], *, by: User) -> tuple[Job, bool]:
    """Queue the import of ``wanted``; return the job, and whether it was begun now or is being done already."""
    return jobs.start_once(KIND, by=by, axis=model.axis, records=_packed(wanted))


@jobs.job(KIND)
def import_terms(ctx: jobs.JobContext, *, axis: str, records: str) -> dict[str, Any]:
    """Bring a vocabulary to what a file says, as the person who asked. Begun again it goes on with what is missing.

    Effects in order: terms and audit rows, a batch at a time; a notice that leads whoever asked to the report.
    """
    by = ctx.job.requested_by
    wanted = [_record(values) for values in json.loads(records)]
    changes = transfer.import_one_by_one(
        AXES[axis], wanted, by=by if isinstance(by, User) else None, progress=ctx.progress
    )
    ctx.progress(len(changes), len(changes))
    url = reverse("vocabulary_imported", args=[axis, ctx.job.pk])
    acts = [change.act for change in changes]
    if isinstance(by, User):
        words = {"vocabulary": AXES[axis]._meta.verbose_name_plural, "left": acts.count("refuse")}
        notify([by], subject=_("%(vocabulary)s: the import is done, %(left)d left out"), words=words, url=url)
    return {
        "url": url,
        "acts": acts,
        "rows": _packed(shown_first(changes)[:_MOST_ROWS]),
    }


def rows_of(result: dict[str, Any]) -> list[Change]:
    """Return the changes that the report of a finished job shows."""
    return [Change(row["act"], _record(row["record"]), row["reason"]) for row in json.loads(result["rows"])]


def _packed(things: Sequence[TermRecord | Change]) -> str:
    """Return records or changes as text: a name may hold what is left out for it, and PostgreSQL's JSON takes no NUL."""
    return json.dumps([asdict(thing) for thing in things])


def _record(values: dict[str, Any]) -> TermRecord:
    lists = {name: tuple(value) for name, value in values.items() if isinstance(value, list | tuple)}
    return TermRecord(**{**values, **lists})
