"""The reviewers' queue, and assigning inside a group."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from caselib.accounts.enums import Role
from caselib.accounts.models import User
from caselib.core import clock
from caselib.core.errors import RefusedError
from caselib.core.selectors import work_calendar
from caselib.resources.models import ResourcePage

from ..forms import AssignForm, QueueForm
from ..models import StageState
from ..rules import light
from ..selectors.queue import may_see_reviews, pages_by_id, queue
from ..services.assigning import assign
from .access import person, stage_or_404

PAGE_SIZE = 30
TONES = {"calm": "ok", "soon": "soon", "overdue": "late"}


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the queue."""

    state: StageState
    page: ResourcePage | None
    tone: str
    words: str
    waiting: int


@login_required
@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    """Lead each person to where their work is: reviewers to the queue, authors to their manuscripts, the security
    administrator to the rules."""
    user = person(request)
    if may_see_reviews(user):
        return redirect("review:queue")
    return redirect("review:packs" if user.has_role(Role.SECURITY_ADMIN) else "review:manuscripts")


@login_required
@require_safe
def queue_list(request: HttpRequest) -> HttpResponse:
    """List the open stages of the reader's groups (or all, for editors and administrators), the most urgent first."""
    user = person(request)
    if not may_see_reviews(user):
        raise Http404
    form = QueueForm(request.GET)
    wanted = form.wanted()
    today, calendar = clock.today(), work_calendar()
    states = queue(user, wanted, today)
    if wanted.older_than:
        states = states.filter(started_at__lte=clock.now() - timedelta(days=wanted.older_than))
    page = Paginator(states, PAGE_SIZE).get_page(request.GET.get("page"))
    pages = pages_by_id([state.workflow_state.object_id for state in page])
    rows = []
    for state in page:
        lamp = light(state.due_on, today, calendar)
        waiting = (today - clock.day_of(state.started_at)).days
        found = pages.get(state.workflow_state.object_id)
        rows.append(Row(state, found, TONES[lamp.value], str(lamp.label), waiting))
    context = {"rows": rows, "page_obj": page, "form": form, "filtered": bool(request.GET), "user_id": user.pk}
    return render(request, "review/queue.html", context)


@login_required
@require_POST
def assign_stage(request: HttpRequest, pk: int) -> HttpResponse:
    """Assign a stage to a colleague, to oneself, or to nobody."""
    state, _stage, _page = stage_or_404(request, pk)
    form = AssignForm(request.POST)
    if not form.is_valid():
        raise Http404
    chosen = form.cleaned_data["assignee"]
    colleague = User.objects.filter(pk=chosen).first() if chosen else None
    if chosen and colleague is None:
        raise Http404
    try:
        assign(state, colleague, seen=form.cleaned_data["seen"], by=person(request))
    except RefusedError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Assigned: %s") % colleague if colleague else _("Nobody is assigned now."))
    return redirect("review:read", pk=state.pk)
