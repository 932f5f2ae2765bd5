"""Submitting a text, taking it back, and what a change of the text does to a review in progress."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from wagtail.models import Revision, TaskState, WorkflowState

from caselib.accounts.enums import Role
from caselib.accounts.models import User
from caselib.core import audit, clock
from caselib.core.errors import Refusal, RefusedError, require
from caselib.resources.models import ResourcePage

from ..models import StageState, StageTask
from ..routing import stage_ids, workflow_for
from ..rules import may_recall, may_submit, readers_named, stages_suffice
from ..selectors.stages import active_run, author_ids, has_groups
from . import stages


@transaction.atomic
def submit_for_review(page: ResourcePage, *, by: User, at: datetime | None = None) -> WorkflowState:
    """Put the latest revision of ``page`` under review and return the run.

    A text that was returned goes on in the same run, from the first stage; with another workflow (its level or unit
    has changed) the old run is closed and a new one begins. Effects in order: run, first stage with checks and
    notices, audit row ``review.submitted``. Raises RefusedError if ``by`` may not submit or nothing can be submitted.
    """
    page = ResourcePage.objects.lock(page.pk)
    run = active_run(page)
    latest = page.get_latest_revision()
    is_author = by.pk == page.owner_id or by.pk in author_ids(page, latest)
    require(
        may_submit(
            author=is_author,
            editor=by.has_role(Role.EDITOR),
            under_review=run is not None and run.status == WorkflowState.STATUS_IN_PROGRESS,
            has_revision=latest is not None,
        )
    )
    require(readers_named(latest.content.get("circulation", ""), groups=has_groups(page, latest)))
    workflow = workflow_for(latest.as_object())
    if workflow is None:
        raise RefusedError(Refusal("no-route", _("No review route fits this item. Ask the security administrator.")))
    # Tasks of another kind in the workflow count for nothing: they start without asking and pass without reading.
    stages_there = StageTask.objects.filter(workflow_tasks__workflow=workflow, active=True).count()
    require(stages_suffice(stages_there, latest.content.get("circulation", "")))
    if run is not None and run.workflow_id != workflow.pk:
        run.cancel(user=by)
        run = None
    if run is not None:
        run.resume(user=by)
        run.refresh_from_db()
    else:
        run = workflow.start(page, by)
    audit.record("review.submitted", page, by=by, at=at, run=run.pk, revision=latest.pk, workflow=run.workflow_id)
    return run


@transaction.atomic
def recall(page: ResourcePage, *, by: User, at: datetime | None = None) -> None:
    """Take a text back from review; the run ends and its decisions are void.

    Effects in order: run cancelled, decisions voided and audited (by the receiver of Wagtail's signal).
    """
    page = ResourcePage.objects.lock(page.pk)
    run = active_run(page)
    require(
        may_recall(
            author=by.pk == page.owner_id or by.pk in author_ids(page, page.get_latest_revision()),
            requested=run is not None and run.requested_by_id == by.pk,
            under_review=run is not None,
        )
    )
    if run is not None:
        run.cancel(user=by)


def close_run(run: WorkflowState, page: ResourcePage, *, by: User | None, at: datetime | None = None) -> None:
    """Record that ``run`` was cancelled, by whatever road, and void what was decided in it."""
    void_decisions(run, "cancelled", by=by, at=at)
    audit.record("review.cancelled", page, by=by, at=at, run=run.pk)


def void_decisions(
    run: WorkflowState,
    reason: str,
    *,
    by: User | None,
    stages_from: int | None = None,
    at: datetime | None = None,
) -> int:
    """Void the standing passes of ``run`` (from stage ``stages_from`` on, if given); return how many.

    Effects in order: decisions voided, their approved stage states closed as cancelled so that Wagtail asks for the
    stages again, audit row for each decision.
    """
    moment = at or clock.now()
    decisions = run.decisions.filter(voided_at__isnull=True, outcome="pass").select_related("page")
    if stages_from is not None:
        order = stage_ids(run)
        decisions = decisions.filter(stage_id__in=order[order.index(stages_from) :])
    count = 0
    for decision in decisions:
        decision.voided_at, decision.voided_reason = moment, reason
        decision.save(update_fields=["voided_at", "voided_reason"])
        StageState.objects.filter(pk=decision.state_id, status=TaskState.STATUS_APPROVED).update(
            status=TaskState.STATUS_CANCELLED
        )
        audit.record(
            "review.decision_voided", decision.page, by=by, at=moment, run=run.pk, decision=decision.pk, reason=reason
        )
        count += 1
    return count


@transaction.atomic
def follow_revision(page: ResourcePage, revision: Revision, *, by: User | None, at: datetime | None = None) -> None:
    """Start the review in progress again on a new text: what was decided on the old one no longer holds.

    Does nothing when no review is in progress. Effects in order: decisions voided, open stage closed, first stage
    opened on ``revision`` with checks and notices.
    """
    page = ResourcePage.objects.lock(page.pk)
    run = (
        WorkflowState.objects.select_for_update(no_key=True)
        .for_instance(page)
        .filter(status=WorkflowState.STATUS_IN_PROGRESS)
        .first()
    )
    if run is None:
        return
    open_states = StageState.objects.filter(workflow_state=run, status=TaskState.STATUS_IN_PROGRESS)
    if open_states.filter(revision=revision).exists():
        return
    moment = at or clock.now()
    void_decisions(run, "edited", by=by, at=moment)
    open_states.update(status=TaskState.STATUS_CANCELLED, finished_at=moment)
    order = stage_ids(run)
    if not order:
        return
    state = stages.open_stage(StageTask.objects.get(pk=order[0]), run, page, revision, by=by, at=moment)
    WorkflowState.objects.filter(pk=run.pk).update(current_task_state=state)
