"""What an author sees of the review: the own manuscripts, what was said, and the way to submit again."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from wagtail.models import WorkflowState

from caselib.accounts.enums import Role
from caselib.core.errors import RefusedError

from ..enums import ReviewPhase
from ..presenting import lines_of
from ..rules import may_recall, may_submit, may_withdraw, readers_named
from ..selectors.checks import latest_run, shared_with
from ..selectors.queue import manuscripts_of, runs_by_page
from ..selectors.stages import active_run, author_ids, comments_on, current_state, has_groups, history_of_run
from ..services.submission import recall, submit_for_review
from .access import own_or_office, person, resource_or_404

PAGE_SIZE = 20


def phase_of(page, run) -> ReviewPhase:  # type: ignore[no-untyped-def]
    """Return where a manuscript stands, as its author sees it."""
    if run is not None and run.status == WorkflowState.STATUS_IN_PROGRESS:
        return ReviewPhase.IN_REVIEW
    if run is not None and run.status == WorkflowState.STATUS_NEEDS_CHANGES:
        return ReviewPhase.RETURNED
    if page.withdrawn:
        return ReviewPhase.WITHDRAWN
    return ReviewPhase.PUBLISHED if page.live else ReviewPhase.DRAFT


@login_required
@require_safe
def manuscripts(request: HttpRequest) -> HttpResponse:
    """List what the reader owns or wrote, with where each stands."""
    page = Paginator(manuscripts_of(person(request)), PAGE_SIZE).get_page(request.GET.get("page"))
    runs = runs_by_page(page.object_list)
    rows = []
    for item in page:
        run = runs.get(str(item.pk))
        state = run.current_task_state if run and run.status == WorkflowState.STATUS_IN_PROGRESS else None
        rows.append({"page": item, "phase": phase_of(item, run), "stage": state.task.name if state else ""})
    return render(request, "review/manuscripts.html", {"rows": rows, "page_obj": page})


@login_required
@require_safe
def manuscript(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one manuscript to its author: where it stands, every opinion, the findings and comments in place."""
    page, own = own_or_office(request, pk)
    user = person(request)
    run = active_run(page)
    revision = page.latest_revision
    checked = latest_run(page, revision.pk) if revision else None
    checked = checked or latest_run(page)
    newest = run or WorkflowState.objects.for_instance(page).order_by("-pk").first()
    decisions = list(history_of_run(newest)) if newest else []
    findings = list(checked.findings.all()) if checked else []
    in_place = bool(checked and revision and checked.revision_id == revision.pk)
    comments = list(comments_on(page))
    shared = shared_with(checked, user) if checked else []
    in_progress = run is not None and run.status == WorkflowState.STATUS_IN_PROGRESS
    context = {
        "page": page,
        "own": own,
        "phase": phase_of(page, run),
        "run": run,
        "state": current_state(run) if run else None,
        "decisions": decisions,
        "findings": findings,
        "checked": checked,
        "in_place": in_place,
        "lines": lines_of(revision, findings if in_place else [], comments, shared if in_place else [])
        if revision
        else [],
        "comments": comments,
        "shared": shared,
        "submit_refusal": may_submit(
            author=own, editor=user.has_role(Role.EDITOR), under_review=in_progress, has_revision=revision is not None
        )
        or (revision and readers_named(revision.content.get("circulation", ""), groups=has_groups(page, revision))),
        "may_withdraw": may_withdraw(user.roles, live=page.live) is None,
        "recall_refusal": may_recall(
            author=own, requested=run is not None and run.requested_by_id == user.pk, under_review=run is not None
        ),
    }
    return render(request, "review/manuscript.html", context)


@login_required
@require_POST
def submit(request: HttpRequest, pk: int) -> HttpResponse:
    """Submit the latest saved text for review."""
    page = resource_or_404(pk)
    user = person(request)
    if not (user.pk == page.owner_id or user.pk in author_ids(page, page.latest_revision)):
        own_or_office(request, pk)
    try:
        submit_for_review(page, by=user)
    except RefusedError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Submitted for review. You will be told about each decision."))
    return redirect("review:manuscript", pk=page.pk)


@login_required
@require_POST
def take_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a text back from review."""
    page, _own = own_or_office(request, pk)
    try:
        recall(page, by=person(request))
    except RefusedError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Taken back. You can change the text now and submit it again."))
    return redirect("review:manuscript", pk=page.pk)
