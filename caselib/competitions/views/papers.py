"""What the office prints and hands out: reports, lists of winners, certificates; and the needs it publishes."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from caselib.core import clock
from caselib.core.addresses import printed
from caselib.core.errors import Refusal, RefusedError
from caselib.resources import lettering
from caselib.word import pdf

from .. import papers
from ..enums import CallState
from ..forms.acts import MilestonesForm, NeedForm
from ..models import Certificate, Competition, Need
from ..selectors import fairness, outcome
from ..services import awards, bidding
from .base import DOCX, XLSX, actor, attempt, file_response, found, office_view


@office_view
@require_safe
def report(request: HttpRequest, pk: int) -> HttpResponse:
    """The fairness report as a page; the audit chain is checked while it is made."""
    call = _call(pk)
    context = {"call": call, "tab": "report", "report": fairness.report(call)}
    return render(request, "competitions/office/report.html", context)


@office_view
@require_safe
def report_docx(request: HttpRequest, pk: int) -> HttpResponse:
    """The fairness report as Word."""
    call = _call(pk)
    return file_response(
        papers.fairness_docx(call, fairness.report(call)), f"{call.title}-{_('fairness report')}.docx", DOCX
    )


@office_view
@require_safe
def winners(request: HttpRequest, pk: int, suffix: str) -> HttpResponse:
    """The list of winners as Word or Excel."""
    call = _call(pk)
    rows = outcome.winners(call)
    what = _("winners") if call.state == CallState.CONFIRMED else _("proposed awards")
    name = f"{call.title}-{what}.{suffix}"
    if suffix == "docx":
        return file_response(papers.winners_docx(call, rows), name, DOCX)
    if suffix == "xlsx":
        return file_response(papers.winners_xlsx(call, rows), name, XLSX)
    raise Http404


@office_view
@require_safe
def certificates(request: HttpRequest, pk: int) -> HttpResponse:
    """List the certificates of a call."""
    call = _call(pk)
    rows = Certificate.objects.filter(award__competition=call)
    rows = rows.select_related("award__entry__track", "award__entry__unit").order_by("number")
    unshown = lettering.unshown(row.text for row in rows) if pdf.available() else []
    context = {"call": call, "tab": "certificates", "certificates": rows, "pdf": pdf.available(), "unshown": unshown}
    return render(request, "competitions/office/certificates.html", context)


@office_view
@require_safe
def certificate_file(request: HttpRequest, pk: int, suffix: str) -> HttpResponse:
    """One certificate as Word or PDF."""
    row = found(Certificate.objects.select_related("award__competition__organiser", "award__entry"), pk=pk)
    document = papers.certificate_docx(row, _address(request, row))
    if suffix == "docx":
        return file_response(document, f"{row.number}.docx", DOCX)
    if suffix != "pdf":
        raise Http404
    made = pdf.to_pdf(document)
    if made is None:
        text = _("PDF cannot be made on this server because LibreOffice is missing. Take the Word file and print it.")
        raise RefusedError(Refusal("no-pdf", text))
    return file_response(made, f"{row.number}.pdf", "application/pdf")


@office_view
@require_safe
def certificates_archive(request: HttpRequest, pk: int) -> HttpResponse:
    """All certificates of a call that stand, as Word files in one archive."""
    call = _call(pk)
    rows = Certificate.objects.filter(award__competition=call, revoked_at=None).order_by("number")
    pairs = [
        (row, _address(request, row))
        for row in rows.select_related("award__competition__organiser", "award__competition__created_by__unit")
    ]
    if not pairs:
        raise Http404
    return file_response(papers.certificates_zip(pairs), f"{call.title}-{_('certificates')}.zip", "application/zip")


@office_view
@require_POST
def certificate_revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """Revoke a certificate."""
    row = found(Certificate.objects.select_related("award"), pk=pk)
    reason = request.POST.get("reason", "")
    attempt(request, lambda: awards.revoke_certificate(row, reason=reason, by=actor(request)), _("Revoked."))
    return redirect("competitions:certificates", pk=row.award.competition_id)


@office_view
@require_http_methods(["GET", "HEAD", "POST"])
def new_need(request: HttpRequest) -> HttpResponse:
    """Publish a course need."""
    form = NeedForm(
        request.POST if request.method == "POST" else None,
        instance=Need(created_at=clock.now(), created_by=actor(request)),
    )
    if request.method == "POST" and form.is_valid():
        readings = form.cleaned_data["readings"]
        try:
            need = bidding.publish_need(form.instance, readings=readings, by=actor(request))
        except RefusedError as error:
            form.add_error(None, str(error.refusal.message))
        else:
            return redirect("competitions:need", pk=need.pk)
    context = {"form": form, "title": _("Publish a course need")}
    return render(request, "competitions/office/form.html", context, status=422 if form.errors else 200)


@office_view
@require_http_methods(["GET", "HEAD", "POST"])
def commission_need(request: HttpRequest, pk: int) -> HttpResponse:
    """Give the commission to the winner, with its milestones."""
    need = found(Need.objects.select_related("competition"), pk=pk)
    form = MilestonesForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        steps = form.cleaned_data["milestones"]
        try:
            commission = bidding.commission_winner(need, milestones=steps, by=actor(request))
        except RefusedError as error:
            form.add_error(None, str(error.refusal.message))
        else:
            return redirect("competitions:commission", pk=commission.pk)
    context = {"form": form, "title": _("Commission the winner of “%(title)s”") % {"title": need.title}}
    return render(request, "competitions/office/form.html", context, status=422 if form.errors else 200)


def _address(request: HttpRequest, row: Certificate) -> str:
    return printed(request, reverse("competitions:certificate", args=[row.token]))


def _call(pk: int) -> Competition:
    return found(Competition.objects.select_related("organiser"), pk=pk)
