"""The reviewer's page: the text with everything known about it on one side, the verdict on the other."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from wagtail.models import Comment, Revision, TaskState

from caselib.accounts.enums import Role
from caselib.accounts.models import User
from caselib.core import clock
from caselib.core.errors import ConflictError, Refusal, RefusedError
from caselib.core.selectors import work_calendar
from caselib.resources.models import ResourcePage

from ..enums import CHOSEN, Outcome
from ..forms import CommentForm, DispositionForm, VerdictForm
from ..models import Decision, Finding, Similarity, StageState, StageTask
from ..presenting import lines_of
from ..routing import stage_ids
from ..rules import light, may_assign, may_review
from ..selectors.checks import latest_run, open_blocking
from ..selectors.stages import comments_on, group_members, reader_for, readers_for, stage_view, visible_decisions
from ..services.checking import checked
from ..services.deciding import Verdict, decide
from ..services.findings import add_comment, dispose, resolve_comment
from .access import person, stage_or_404
from .queue import TONES


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def read(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one stage of one manuscript, and take its verdict."""
    state, stage, page = stage_or_404(request, pk)
    checklist = stage.checklist.current() if stage.checklist else None
    earlier = _earlier(state, stage)
    options = {"items": checklist.items if checklist else [], "earlier": earlier}
    refused: Refusal | None = None
    decision: Decision | None = None
    status = 200
    if request.method == "POST":
        form = VerdictForm(request.POST, **options)
        if form.is_valid():
            try:
                # By itself, so that what the rules of today find is seen although the decision is refused for it.
                if state.status == TaskState.STATUS_IN_PROGRESS:
                    checked(page, state.revision)
                decision = decide(state, form.verdict(), by=person(request))
            except RefusedError as error:
                conflict = isinstance(error, ConflictError)
                # Sent twice, by a second click or because no answer came: what was decided is said again.
                decision = _sent_before(state, form.verdict(), person(request)) if conflict else None
                refused, status = error.refusal, 409 if conflict else 422
            if decision is not None:
                messages.success(request, _said(decision))
                return redirect("review:queue")
        else:
            status = 422
    else:
        initial = {"revision": state.revision_id, "checklist": checklist.pk if checklist else None}
        form = VerdictForm(initial=initial, **options)
    context = _context(request, state, stage, page) | {"form": form, "refused": refused, "earlier": earlier}
    return render(request, "review/read.html", context, status=status)


def _sent_before(state: StageState, verdict: Verdict, by: User) -> Decision | None:
    """Return the decision that the same person made of this stage in the same words, or None."""
    rows = Decision.objects.filter(state=state, decided_by=by, voided_at__isnull=True, outcome=verdict.outcome)
    rows = rows.filter(opinion=verdict.opinion.strip())
    return rows.filter(return_to=verdict.return_to if verdict.outcome == Outcome.RETURN_TO else None).first()


def _said(decision: Decision) -> str:
    """Return what happened, in one sentence."""
    if decision.outcome == Outcome.PASS:
        page = ResourcePage.objects.get(pk=decision.page_id)
        if page.live_revision_id == decision.revision_id:
            return _("Passed. “%s” is published.") % page.title
        return _("Passed. The next stage has been told.")
    if decision.outcome == Outcome.RETURN:
        return _("Returned to the author, who has been told.")
    return _("Returned to “%s”.") % decision.return_to


def _earlier(state: StageState, stage: StageTask) -> list[StageTask]:
    """Return the stages of the run before ``stage``, in order."""
    order = stage_ids(state.workflow_state)
    before = order[: order.index(stage.pk)] if stage.pk in order else []
    found = StageTask.objects.in_bulk(before)
    return [found[pk] for pk in before]


def _context(request: HttpRequest, state: StageState, stage: StageTask, page: ResourcePage) -> dict[str, Any]:
    user = person(request)
    run = latest_run(page, state.revision_id)
    findings = list(run.findings.select_related("disposed_by")) if run else []
    similarities = list(run.similarities.select_related("other")) if run else []
    comments = list(comments_on(page))
    decisions = list(visible_decisions(state))
    before = _read_before(decisions, state)
    view = stage_view(state, page)
    members = list(group_members(stage))
    readers = readers_for(members, page, state)
    own = reader_for(user, page, state)
    free = view.__class__(view.stage, view.open, view.revision, view.latest, None)
    lamp = light(state.due_on, clock.today(), work_calendar())
    return {
        "state": state,
        "stage": stage,
        "page": page,
        "draft": state.revision.as_object(),
        "lines": lines_of(state.revision, findings, comments, similarities, before),
        "run": run,
        "findings": findings,
        "whole": [finding for finding in findings if finding.passage < 0],
        "blocking": open_blocking(run),
        "similarities": similarities,
        "comments": comments,
        "decisions": decisions,
        "before": before,
        "open": view.open,
        "refusal": may_review(own, view),
        "assignable": [m for m in members if may_review(readers[m.pk], free) is None]
        if may_assign(own, user.has_role(Role.EDITOR), None) is None
        else [],
        "dispositions": CHOSEN,
        "tone": TONES[lamp.value],
        "lamp": lamp.label,
        "stages": _progress(state),
    }


def _read_before(decisions: list[Decision], state: StageState) -> Revision | None:
    """Return the revision this run decided on last, if the present one is another: the reader sees what changed."""
    older = [decision.revision_id for decision in decisions if decision.revision_id != state.revision_id]
    return Revision.objects.filter(pk=older[-1]).first() if older else None


def _progress(state: StageState) -> list[dict[str, Any]]:
    """Return the stages of the run with where it stands."""
    order = stage_ids(state.workflow_state)
    found = StageTask.objects.in_bulk(order)
    passed = set(
        state.workflow_state.decisions.filter(outcome=Outcome.PASS, voided_at__isnull=True).values_list(
            "stage_id", flat=True
        )
    )
    return [
        {
            "name": found[pk].name,
            "done": pk in passed,
            "now": pk == state.task_id and state.status == TaskState.STATUS_IN_PROGRESS,
        }
        for pk in order
    ]


def _back(state: StageState, anchor: str) -> HttpResponseRedirect:
    return HttpResponseRedirect(f"{reverse('review:read', args=[state.pk])}#{anchor}")


@login_required
@require_POST
def dispose_finding(request: HttpRequest, pk: int, finding: int) -> HttpResponse:
    """Record what becomes of one finding."""
    state, _stage, page = stage_or_404(request, pk)
    row = Finding.objects.filter(pk=finding, run__page_id=page.pk).first()
    if row is None:
        raise Http404
    form = DispositionForm(request.POST)
    refused: Refusal | None = None
    if not form.is_valid():
        refused = Refusal("no-disposition", _("Choose what becomes of the finding."))
    else:
        data = form.cleaned_data
        try:
            dispose(row, state, data["disposition"], reason=data["reason"], by=person(request))
        except RefusedError as error:
            refused = error.refusal
    if request.headers.get("HX-Request"):
        row = Finding.objects.select_related("disposed_by").get(pk=row.pk)
        # A part of the page shows no messages: what was refused is said in it.
        context = {"finding": row, "state": state, "open": True, "dispositions": CHOSEN, "finding_refused": refused}
        return render(request, "review/_finding.html", context)
    if refused is not None:
        messages.error(request, str(refused.message))
    return _back(state, f"finding-{row.pk}")


@login_required
@require_POST
def comment(request: HttpRequest, pk: int) -> HttpResponse:
    """Add a comment on a passage."""
    state, _stage, _page = stage_or_404(request, pk)
    form = CommentForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Write a comment of 1 to %d characters.") % 4000)
        return _back(state, "text")
    data = form.cleaned_data
    try:
        made = add_comment(
            state,
            data["text"].replace("\x00", ""),
            passage=data["passage"] - 1,
            start=data["start"] or 0,
            end=data["end"] or 0,
            by=person(request),
        )
    except RefusedError as error:
        messages.error(request, str(error))
        return _back(state, "text")
    return _back(state, f"comment-{made.pk}")


@login_required
@require_POST
def resolve(request: HttpRequest, pk: int) -> HttpResponse:
    """Mark a comment as dealt with."""
    row = Comment.objects.filter(pk=pk).first()
    if row is None:
        raise Http404
    user = person(request)
    page = ResourcePage.objects.filter(pk=row.page_id).first()
    if page is None or user.pk not in (row.user_id, page.owner_id):
        raise Http404
    resolve_comment(row, by=user)
    return redirect("review:manuscript", pk=page.pk)


@login_required
@require_safe
def compare(request: HttpRequest, pk: int, revision: int) -> HttpResponse:
    """Show what changed between a revision read before and the one under review, by Wagtail's comparison."""
    state, stage, page = stage_or_404(request, pk)
    other = Revision.objects.for_instance(page).filter(pk=revision).first()
    if other is None:
        raise Http404
    old, new = other.as_object(), state.revision.as_object()
    panel = type(page).get_edit_handler().get_bound_panel(instance=new, request=request, form=None)
    changes = [made for made in (part(old, new) for part in panel.get_comparison()) if made.has_changed()]
    context = {"state": state, "stage": stage, "page": page, "changes": changes, "other": other}
    return render(request, "review/compare.html", context)


@login_required
@require_safe
def similar(request: HttpRequest, pk: int, similarity: int) -> HttpResponse:
    """Show the passages shared with one other resource side by side."""
    state, stage, page = stage_or_404(request, pk)
    row = Similarity.objects.filter(pk=similarity, run__page_id=page.pk).select_related("other", "run").first()
    if row is None:
        raise Http404
    return render(request, "review/similar.html", {"state": state, "stage": stage, "page": page, "row": row})


@login_required
@require_safe
def preview(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the revision under review as readers would see it."""
    state, _stage, _page = stage_or_404(request, pk)
    draft = state.revision.as_object()
    response = draft.serve_preview(request, draft.default_preview_mode)
    response["X-Robots-Tag"] = "noindex"
    response["Cache-Control"] = "private, no-store"
    return response
