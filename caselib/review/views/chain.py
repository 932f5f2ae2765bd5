"""The audit chain for the audit administrator, who reads it and changes nothing."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.dateparse import parse_date
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from caselib.accounts.enums import Role
from caselib.core import audit, clock
from caselib.core.exports import BOM
from caselib.core.models import AuditRecord
from caselib.core.workbooks import guarded

from .. import acts
from .access import office_only, person

RECORDS = 50


@login_required
@require_safe
def chain(request: HttpRequest) -> HttpResponse:
    """Show the rows that are asked for, the last first, and whether the whole chain is as it was written."""
    office_only(request, Role.AUDIT_ADMIN)
    wanted = _wanted(request)
    query = request.GET.copy()
    for name in ("page", "verify"):
        query.pop(name, None)
    context = {
        "page_obj": Paginator(_rows(wanted), RECORDS).get_page(request.GET.get("page")),
        "wanted": wanted,
        "areas": acts.choices(),
        "verified": bool(request.GET.get("verify")),
        "fault": audit.verify() if request.GET.get("verify") else None,
        "query": query.urlencode(),
    }
    return render(request, "review/chain.html", context)


@login_required
@require_safe
def chain_csv(request: HttpRequest) -> StreamingHttpResponse:
    """Give the rows that are asked for, the first one first, as a table; that they were given stands in the chain."""
    office_only(request, Role.AUDIT_ADMIN)
    wanted = _wanted(request)
    until = audit.record("review.chain_exported", by=person(request), filters={k: v for k, v in wanted.items() if v})
    rows = _rows(wanted).filter(sequence__lt=until.sequence).order_by("sequence")
    response = StreamingHttpResponse(_lines(rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="audit-chain-{clock.today():%Y%m%d}.csv"'
    response["Cache-Control"] = "private, no-store"
    return response


def _wanted(request: HttpRequest) -> dict[str, str]:
    names = ("verb", "actor", "target", "since", "until")
    return {name: request.GET.get(name, "")[:100].replace("\x00", "") for name in names}


def _rows(wanted: dict[str, str]) -> QuerySet[AuditRecord]:
    records = AuditRecord.objects.order_by("-sequence")
    if wanted["verb"]:
        records = records.filter(verb__startswith=wanted["verb"])
    if wanted["actor"]:
        records = records.filter(actor_name__icontains=wanted["actor"])
    if wanted["target"]:
        records = records.filter(target_name__icontains=wanted["target"])
    if since := _midnight(wanted["since"]):
        records = records.filter(at__gte=since)
    if until := _midnight(wanted["until"]):
        records = records.filter(at__lt=until + timedelta(days=1))
    return records


def _midnight(day: str) -> datetime | None:
    """Return the beginning of an ISO day here, or None for what is no day."""
    try:
        found = parse_date(day)
    except ValueError:
        return None
    return clock.midnight(found) if found and 1 < found.year < 9999 else None


class _Echo:
    """A file whose writing is handed back, so that a row leaves as soon as it is written."""

    def write(self, text: str) -> str:
        return text


def _lines(rows: QuerySet[AuditRecord]) -> Iterator[bytes]:
    writer = csv.writer(_Echo())
    head = (pgettext("review", "No."), _("Time"), _("Act"), "verb", _("By"), _("Object"), _("Details"), _("Hash"))
    yield BOM
    yield writer.writerow(head).encode()
    for row in rows.iterator(chunk_size=1000):
        named, rest = acts.details(row.data)
        said = "; ".join(f"{name}={value}" for name, value in named + rest)
        moment = localtime(row.at, clock.ZONE).strftime("%Y-%m-%d %H:%M:%S")
        cells = (moment, acts.label(row.verb), row.verb, row.actor_name, row.target_name, said, row.hash)
        yield writer.writerow([row.sequence, *map(guarded, cells)]).encode()
