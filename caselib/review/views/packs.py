"""Rule packs and checklists for the security administrator."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from caselib.accounts.enums import Role
from caselib.core.enums import JobState
from caselib.core.errors import ConflictError
from caselib.core.models import Job
from caselib.core.seen import stamp_of

from ..forms import ChecklistForm, PackForm, RuleSwitchForm
from ..models import BuiltinRule, Checklist, RulePack
from ..scanning.builtin import RULES
from ..scanning.packs import PackError
from ..selectors.checks import rescan_summary, rules_with_counts
from ..services.packs import RESCAN, export_pack, import_pack, request_rescan, set_checklist, switch_builtin
from .access import office_only, person

SHOWN_FAULTS = 50


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def packs(request: HttpRequest) -> HttpResponse:
    """Show the rule packs with their counts, and take a pack as CSV."""
    office_only(request, Role.SECURITY_ADMIN)
    form = PackForm(request.POST or None, request.FILES or None)
    faults: list[Any] = []
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            pack = import_pack(data["code"], data["name"], data["file"].read(), by=person(request))
        except PackError as error:
            faults = list(error.faults)
        else:
            messages.success(
                request,
                _("Pack “%(name)s” is now version %(number)d; the library is being re-scanned.")
                % {"name": pack.name, "number": pack.version},
            )
            return redirect("review:packs")
    page = Paginator(rules_with_counts(), 50).get_page(request.GET.get("page"))
    known = {row.key: row for row in BuiltinRule.objects.all()}
    builtins = [{"key": key, "message": RULES[key][1], "row": known.get(key)} for key in RULES if key != "too-slow"]
    context = {
        "form": form,
        "faults": faults[:SHOWN_FAULTS],
        "more_faults": max(0, len(faults) - SHOWN_FAULTS),
        "packs": RulePack.objects.prefetch_related("versions__made_by"),
        "page_obj": page,
        "builtins": builtins,
        "rescans": Job.objects.filter(kind=RESCAN).order_by("-created_at")[:5],
        "summary": rescan_summary(),
        "checklists": Checklist.objects.all(),
    }
    return render(request, "review/packs.html", context, status=422 if request.method == "POST" else 200)


@login_required
@require_safe
def pack_csv(request: HttpRequest, code: str) -> HttpResponse:
    """Give the rules of a pack as CSV."""
    office_only(request, Role.SECURITY_ADMIN)
    pack = RulePack.objects.filter(code=code).first()
    if pack is None:
        raise Http404
    response = HttpResponse(export_pack(pack), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{pack.code}-{pack.version}.csv"'
    return response


@login_required
@require_POST
def builtin(request: HttpRequest) -> HttpResponse:
    """Switch a built-in rule on or off."""
    office_only(request, Role.SECURITY_ADMIN)
    form = RuleSwitchForm(request.POST)
    if not form.is_valid() or form.cleaned_data["key"] not in RULES:
        raise Http404
    switch_builtin(form.cleaned_data["key"], form.cleaned_data["active"], by=person(request))
    return redirect("review:packs")


@login_required
@require_POST
def rescan(request: HttpRequest) -> HttpResponse:
    """Start a re-scan of the published library."""
    office_only(request, Role.SECURITY_ADMIN)
    job, begun = request_rescan(by=person(request))
    if not begun:
        messages.info(request, _("A re-scan is waiting already."))
    if job.requested_by_id != request.user.pk:
        return redirect("review:packs")
    return redirect("core:job", pk=job.pk)


@login_required
@require_safe
def rescan_report(request: HttpRequest) -> HttpResponse:
    """Show what the last finished re-scan found, the gravest items first."""
    office_only(request, Role.SECURITY_ADMIN, Role.EDITOR)
    job = Job.objects.filter(kind=RESCAN, state=JobState.DONE).order_by("-finished_at").first()
    return render(request, "review/rescan_report.html", {"job": job})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def checklist(request: HttpRequest, pk: int) -> HttpResponse:
    """Edit a checklist; a change makes a new version."""
    office_only(request, Role.SECURITY_ADMIN)
    row = Checklist.objects.filter(pk=pk).first()
    if row is None:
        raise Http404
    current = row.current()
    lines = "\n".join(item["text"] + (" *" if item["required"] else "") for item in (current.items if current else []))
    form = ChecklistForm(
        request.POST or None, initial={"questions": lines, "seen": stamp_of(current) if current else ""}
    )
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        questions = data["questions"].replace("\x00", "").splitlines()
        try:
            version = set_checklist(row, questions, seen=data["seen"], by=person(request))
        except ConflictError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The checklist is now version %d.") % version.number)
            return redirect("review:packs")
    context = {"checklist": row, "form": form, "versions": row.versions.select_related("created_by")}
    return render(request, "review/checklist.html", context, status=422 if request.method == "POST" else 200)
