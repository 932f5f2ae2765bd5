"""The page for metadata from Excel or CSV: try, look, apply; and the template to fill in."""

from __future__ import annotations

import io

import openpyxl
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from caselib.accounts.requests import SignedInRequest
from caselib.accounts.viewers import Viewer
from caselib.core.errors import require
from caselib.word.guard import UnreadableError

from . import metadata as importing
from .forms import MetadataForm
from .messages import table_refusal
from .reading import read_table
from .rules import may_upload

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_http_methods(["GET", "HEAD", "POST"])
def metadata(request: SignedInRequest) -> HttpResponse:
    """Check a table of metadata and show what it would do; with the box ticked do it."""
    require(may_upload(Viewer.of(request.user)))
    form = MetadataForm(request.POST or None, request.FILES or None)
    rows, unread = None, []
    if request.method == "POST" and form.is_valid():
        try:
            table = read_table(form.cleaned_data["file"].read())
            rows = importing.plan(table, by=request.user)
            unread = importing.unread_columns(table)
        except UnreadableError as error:
            form.add_error("file", table_refusal(error.code, error.detail))
        except ValueError as error:
            form.add_error("file", str(error))
        else:
            if form.cleaned_data["apply"]:
                done = importing.apply(rows, by=request.user)
                messages.success(
                    request,
                    ngettext("%(count)d draft was written.", "%(count)d drafts were written.", len(done))
                    % {"count": len(done)},
                )
                refused = len(rows) - len(done)
                if refused:
                    messages.warning(
                        request,
                        ngettext("%(count)d row was left out.", "%(count)d rows were left out.", refused)
                        % {"count": refused},
                    )
                else:
                    return redirect("imports_metadata")
    acts = {"create": _("Will be created"), "update": _("Will be updated"), "refuse": _("Row left out")}
    shown = None if rows is None else [(row, acts[row.act]) for row in rows]
    return render(request, "ingest/metadata.html", {"form": form, "rows": shown, "unread": unread})


@require_safe
def template(request: HttpRequest) -> HttpResponse:
    """Send an empty Excel file with the columns that are understood."""
    require(may_upload(Viewer.of(request.user)))
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None, "a new workbook has a sheet"
    sheet.append([names[0] for names in importing.COLUMNS.values()])
    out = io.BytesIO()
    book.save(out)
    response = HttpResponse(out.getvalue(), content_type=XLSX)
    response["Content-Disposition"] = 'attachment; filename="metadata.xlsx"'
    return response
