"""Acts on what is published: withdrawal, return to the library, circulation level, re-review, the review file."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import quote

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from caselib.accounts.enums import REVIEWERS, Role
from caselib.core import audit, clock
from caselib.core.errors import RefusedError

from ..dossier import write_dossier
from ..forms import CirculationForm, ReasonForm
from ..rules import may_withdraw
from ..selectors.queue import OVERSEERS, due_for_rereview
from ..services.circulation import change_circulation, stamp_of_level
from ..services.withdrawal import restore, withdraw
from .access import office_only, own_or_office, person, resource_or_404

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
PAGE_SIZE = 50


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Withdraw a published item at once."""
    office_only(request, Role.EDITOR, Role.FINAL_REVIEWER)
    page = resource_or_404(pk)
    form = ReasonForm(request.POST or None)
    refused = may_withdraw(person(request).roles, live=page.live)
    if request.method == "POST" and form.is_valid():
        try:
            withdraw(page, form.cleaned_data["reason"], by=person(request))
        except RefusedError as error:
            refused = error.refusal
        else:
            messages.success(request, _("Withdrawn. The item is gone from search, lists and kiosks."))
            return redirect("review:manuscript", pk=page.pk)
    status = 422 if request.method == "POST" else 200
    return render(request, "review/withdraw.html", {"page": page, "form": form, "refused": refused}, status=status)


@login_required
@require_POST
def restore_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for a withdrawn item to come back, through the whole review."""
    page, _own = own_or_office(request, pk)
    try:
        restore(page, by=person(request))
    except RefusedError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Submitted for review. The item comes back when every stage has passed it."))
    return redirect("review:manuscript", pk=page.pk)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def circulation(request: HttpRequest, pk: int) -> HttpResponse:
    """Change who may read a published item."""
    office_only(request, Role.EDITOR, Role.FINAL_REVIEWER)
    page = resource_or_404(pk)
    refused = None
    initial = {"level": page.circulation, "groups": page.restricted_group_ids(), "seen": stamp_of_level(page)}
    form = CirculationForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        groups = [group.pk for group in data["groups"]]
        try:
            change = change_circulation(
                page, data["level"], data["reason"], groups=groups, seen=data["seen"], by=person(request)
            )
        except RefusedError as error:
            refused = error.refusal
        else:
            done = change.decided_at is not None
            messages.success(
                request, _("The circulation level is changed.") if done else _("Submitted for review at the new level.")
            )
            return redirect("review:manuscript", pk=page.pk)
    status = 422 if request.method == "POST" else 200
    return render(request, "review/circulation.html", {"page": page, "form": form, "refused": refused}, status=status)


@login_required
@require_safe
def due(request: HttpRequest) -> HttpResponse:
    """List what is to be reviewed again soon."""
    office_only(request, *REVIEWERS, *(Role(role) for role in OVERSEERS))
    try:
        days = min(max(int(request.GET.get("days", 30)), 0), 3650)
    except ValueError:
        days = 30
    pages = due_for_rereview(clock.today() + timedelta(days=days))
    page = Paginator(pages, PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "review/due.html", {"page_obj": page, "days": days, "choices": (0, 30, 90, 180)})


@login_required
@require_safe
def dossier(request: HttpRequest, pk: int) -> HttpResponse:
    """Give the review file (审读档案) of a resource as a Word document."""
    page, own = own_or_office(request, pk)
    if own and not person(request).has_role(*REVIEWERS, *OVERSEERS):
        raise Http404
    data = write_dossier(page)
    audit.record("review.dossier_exported", page, by=person(request))
    response = HttpResponse(data, content_type=WORD)
    name = quote(f"审读档案-{page.code or page.pk}-{page.title[:40]}.docx")
    response["Content-Disposition"] = f"attachment; filename=\"review-file-{page.pk}.docx\"; filename*=UTF-8''{name}"
    response["Cache-Control"] = "private, no-store"
    return response
