"""The search page in the admin: engines, failed jobs, and why something is found."""

from __future__ import annotations

import json

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from caselib.accounts.requests import SignedInRequest
from caselib.accounts.viewers import Viewer
from caselib.core import jobs
from caselib.resources.selectors import visible_by_id
from search import api, engines, office
from search.forms import ActForm, ExplainForm

_SHOWN = 100


def _require(request: HttpRequest, permission: str) -> None:
    if not request.user.has_perm(permission):
        raise PermissionDenied


@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """Show each engine's state and the jobs that failed."""
    _require(request, "search.view_outboxjob")
    context = {
        "engines": [office.status_of(name) for name in engines.configured()],
        "failing": office.failing()[:_SHOWN],
        "may_change": request.user.has_perm("search.change_outboxjob"),
        "explain_form": ExplainForm(),
    }
    return render(request, "search/office/overview.html", context)


@require_POST
def act(request: SignedInRequest) -> HttpResponse:
    """Retry failed jobs, or start a comparison or rebuild in the background."""
    _require(request, "search.change_outboxjob")
    form = ActForm(request.POST, list(office.failing().values_list("pk", flat=True)[:_SHOWN]))
    if not form.is_valid():
        messages.error(request, _("Choose what to do, and for which engine."))
        return redirect("search_office")
    chosen = form.cleaned_data
    if chosen["act"] == ActForm.RETRY:
        count = office.retry(chosen["jobs"])
        told = ngettext(
            "%(count)d job will be tried again at once.", "%(count)d jobs will be tried again at once.", count
        )
        messages.success(request, told % {"count": count})
        return redirect("search_office")
    engine = chosen["engine"] or engines.configured()[0]
    job, begun = jobs.start_once(f"search.{chosen['act']}", by=request.user, engine=engine)
    if not begun:
        messages.info(request, jobs.already())
    return redirect("core:job", pk=job.pk)


@require_safe
def explain(request: HttpRequest) -> HttpResponse:
    """Show how a query was read and how one resource, which this person may read, was scored."""
    _require(request, "search.view_outboxjob")
    form = ExplainForm(request.GET or None)
    account = None
    if form.is_valid():
        viewer = Viewer.of(request.user)
        page = visible_by_id([form.cleaned_data["resource"]], viewer).get(form.cleaned_data["resource"])
        if page is None:
            raise Http404
        told = api.explain(api.SearchRequest(form.cleaned_data["text"], viewer=viewer), page)
        account = json.dumps(told, ensure_ascii=False, indent=2, default=str)
    return render(request, "search/office/explain.html", {"form": form, "account": account})
