"""Printed catalogues of a list and of the whole library: jobs, because their pages are counted."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.files.storage import default_storage
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from caselib.accounts.requests import SignedInRequest
from caselib.accounts.viewers import Viewer
from caselib.core import jobs
from caselib.core.addresses import printed
from caselib.core.enums import JobState
from caselib.core.models import Job

from ..jobs import stored_name
from ..printing import GROUPINGS
from .lists import find_or_404

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def list_word(request: SignedInRequest, code: str) -> HttpResponse:
    """Ask how a list shall be grouped, and start the job that writes it as a Word file."""
    found = find_or_404(Viewer.of(request.user), code)
    if request.method == "POST":
        return _started(request, "catalogue.print_list", "section", list_id=found.pk)
    choices = [("section", _("in the sections of the list")), *_choices()]
    return render(request, "catalogue/print.html", {"choices": choices, "list": found})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def library_word(request: SignedInRequest) -> HttpResponse:
    """Ask how the catalogue of everything shall be grouped, and start the job."""
    if request.method == "POST":
        return _started(request, "catalogue.print_library", "kind")
    return render(request, "catalogue/print.html", {"choices": _choices()})


def _choices() -> list[tuple[str, str]]:
    return [
        ("kind", _("by type")),
        ("topic", _("by topic")),
        ("sector", _("by sector")),
        ("position", _("by position")),
    ]


def _started(request: SignedInRequest, kind: str, usual: str, **parameters: Any) -> HttpResponse:
    """Start a printing job, grouped as asked for (``usual`` where nothing sensible was asked), and show its progress.

    Whoever asks again for what waits or runs is told so and shown that, not queued behind it.
    """
    group = request.POST.get("group", usual)
    parameters |= {
        "group": group if group in GROUPINGS else usual,
        "user_id": request.user.pk,
        "base_url": printed(request, "/").rstrip("/"),
        "language": get_language() or "zh-hans",
    }
    job, begun = jobs.start_once(kind, by=request.user, **parameters)
    if not begun:
        messages.info(request, jobs.already())
    return redirect("core:job", pk=job.pk)


@login_required
@require_safe
def printed_file(request: HttpRequest, job: uuid.UUID) -> HttpResponse:
    """Send the file of the reader's own finished job."""
    found = Job.objects.filter(
        pk=job, requested_by_id=request.user.pk, kind__startswith="catalogue.print_", state=JobState.DONE
    ).first()
    if found is None or not default_storage.exists(stored_name(job)):
        raise Http404
    with default_storage.open(stored_name(job)) as stored:
        return word_response(stored.read(), f"{found.result['title']}.docx")


def word_response(data: bytes, name: str) -> HttpResponse:
    """Return a Word file as a download that no cache keeps."""
    response = HttpResponse(data, content_type=DOCX)
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    response["Cache-Control"] = "private, no-store"
    return response
