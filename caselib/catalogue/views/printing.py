"""Printed catalogues: of a list at once, of the whole library as a job."""

from __future__ import annotations

import uuid

from django.contrib.auth.decorators import login_required
from django.core.files.storage import default_storage
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from caselib.accounts.requests import SignedInRequest
from caselib.accounts.viewers import Viewer
from caselib.core import clock, jobs
from caselib.core.enums import JobState
from caselib.core.models import Job
from caselib.word.writer import compile_bytes

from ..jobs import stored_name
from ..printing import GROUPINGS, catalogue_book
from ..selectors.printing import entries_of_list
from .lists import find_or_404

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@login_required
@require_safe
def list_word(request: HttpRequest, code: str) -> HttpResponse:
    """Send a list as a Word file: cover, contents, entries, indexes; ``?group=`` orders it."""
    viewer = Viewer.of(request.user)
    found = find_or_404(viewer, code)
    entries = entries_of_list(found, viewer)
    group = request.GET.get("group", "section")
    book = catalogue_book(
        entries,
        title=found.title,
        subtitle=found.get_kind_display(),
        lines=(str(found.unit or ""), f"{clock.today():%Y-%m-%d}", found.code),
        group=group if group in GROUPINGS else "section",
        address=lambda pk: request.build_absolute_uri(reverse("catalogue:resource", args=[pk])),
    )
    return word_response(compile_bytes(book), f"{found.title}.docx")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def library_word(request: SignedInRequest) -> HttpResponse:
    """Ask how the catalogue of everything shall be grouped, and start the job."""
    if request.method == "POST":
        group = request.POST.get("group", "kind")
        job = jobs.start(
            "catalogue.print_library",
            by=request.user,
            group=group if group in GROUPINGS else "kind",
            user_id=request.user.pk,
            base_url=request.build_absolute_uri("/").rstrip("/"),
            language=get_language() or "zh-hans",
        )
        return redirect("core:job", pk=job.pk)
    choices = [
        ("kind", _("by type")),
        ("topic", _("by topic")),
        ("sector", _("by sector")),
        ("position", _("by position")),
    ]
    return render(request, "catalogue/print.html", {"choices": choices})


@login_required
@require_safe
def library_file(request: HttpRequest, job: uuid.UUID) -> HttpResponse:
    """Send the file of the reader's own finished job."""
    found = Job.objects.filter(
        pk=job, requested_by_id=request.user.pk, kind="catalogue.print_library", state=JobState.DONE
    ).first()
    if found is None or not default_storage.exists(stored_name(job)):
        raise Http404
    with default_storage.open(stored_name(job)) as stored:
        return word_response(stored.read(), _("Catalogue of the library") + ".docx")


def word_response(data: bytes, name: str) -> HttpResponse:
    """Return a Word file as a download that no cache keeps."""
    response = HttpResponse(data, content_type=DOCX)
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    response["Cache-Control"] = "private, no-store"
    return response
