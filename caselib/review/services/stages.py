"""Beginning a stage: on the right text, with a due date, a reader where one is known, and a notice."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.models import Revision, TaskState, WorkflowState
from wagtail.signals import task_submitted

from caselib.accounts.enums import Role
from caselib.accounts.models import User
from caselib.accounts.services import notify
from caselib.core import audit, clock, jobs
from caselib.core.errors import Refusal, RefusedError, require
from caselib.core.selectors import work_calendar
from caselib.core.workdays import add_workdays
from caselib.resources.content import digest
from caselib.resources.models import ResourcePage

from .. import attached
from ..enums import CheckTrigger
from ..models import Seat, StageState, StageTask
from ..routing import stage_ids
from ..rules import may_review, may_submit, readers_named, stages_suffice
from ..selectors.checks import latest_run
from ..selectors.stages import author_ids, group_members, has_groups, page_of, readers_for, stage_view
from . import checking


@transaction.atomic
def start_stage(
    stage: StageTask, run: WorkflowState, user: User | AnonymousUser | None, *, at: datetime | None = None
) -> TaskState:
    """Begin ``stage`` of ``run``, or the first stage that has not passed this text if that comes earlier.

    Wagtail calls it through ``Task.start``; after a return it would resume at the stage that returned the text, so
    the hand-over to the first open stage happens here. Effects in order: rules of submission (at the beginning of a
    run only), stage state with due date and assignee, checks if this text was not checked yet, notices, audit row.
    Raises RefusedError if the submitter may not submit or the workflow is too short for the circulation level.
    """
    page = page_of(run)
    if page is None:
        raise RefusedError(Refusal("not-a-resource", _("These review stages are made for resources of the library.")))
    by = user if isinstance(user, User) else None
    order = stage_ids(run)
    if not run.task_states.exists():
        _require_submission(page, run, by, len(order))
    first = run.get_next_task()
    if first is not None and first.pk in order and order.index(first.pk) < order.index(stage.pk):
        stage = first.specific
    revision = page.get_latest_revision()
    if order and stage.pk == order[0]:  # a submission, also one after a return through Wagtail's own button
        require(readers_named(revision.content.get("circulation", ""), groups=has_groups(page, revision)))
    return open_stage(stage, run, page, revision, by=by, at=at)


def _require_submission(page: ResourcePage, run: WorkflowState, by: User | None, stages: int) -> None:
    """Raise RefusedError unless ``by`` may begin this run; the level counts that the submitted text has."""
    revision = page.get_latest_revision()
    authors = author_ids(page, revision)
    require(
        may_submit(
            author=by is None or by.pk == page.owner_id or by.pk in authors,
            editor=by is not None and by.has_role(Role.EDITOR),
            under_review=False,
            has_revision=revision is not None,
        )
    )
    require(stages_suffice(stages, revision.content.get("circulation", "public")))


def open_stage(
    stage: StageTask,
    run: WorkflowState,
    page: ResourcePage,
    revision: Revision,
    *,
    by: User | None,
    at: datetime | None = None,
) -> StageState:
    """Create the open state of ``stage`` on ``revision``; see ``start_stage`` for the effects."""
    moment = at or clock.now()
    sha256 = digest(revision)
    state = StageState(
        workflow_state=run,
        task=stage,
        revision=revision,
        status=TaskState.STATUS_IN_PROGRESS,
        due_on=add_workdays(clock.day_of(moment), stage.deadline_days, work_calendar()),
        sha256=sha256,
    )
    state.save()
    StageState.objects.filter(pk=state.pk).update(started_at=moment)  # Wagtail writes the time of the clock on insert
    state.assignee = _same_reader_as_before(state, page)
    if state.assignee_id:
        state.save(update_fields=["assignee"])
    known = latest_run(page, revision.pk)
    if known is None or known.sha256 != sha256:
        first = not run.decisions.exists() and run.task_states.count() == 1
        checking.run_checks(
            page, revision, trigger=CheckTrigger.SUBMISSION if first else CheckTrigger.REVISION, at=moment
        )
    else:
        checking.checked(page, revision, at=moment)
    if attached.unread(revision.as_object()):
        jobs.start(checking.READ_FILES, by=None, page=page.pk)
    audit.record(
        "review.stage_opened",
        page,
        by=by,
        at=moment,
        run=run.pk,
        stage=stage.pk,
        stage_name=stage.name,
        revision=revision.pk,
        sha256=sha256,
        due_on=state.due_on,
    )
    tell_readers(state, page, stage, at=moment)
    task_submitted.send(sender=StageState, instance=state, user=by)
    return state


def _same_reader_as_before(state: StageState, page: ResourcePage) -> User | None:
    """Return whoever decided this stage of the run before, if that person still may; a text comes back to its reader."""
    seats = Seat.objects.filter(run_id=state.workflow_state_id, stage_id=state.task_id).select_related("reviewer")
    people = [seat.reviewer for seat in seats.order_by("-pk")]
    readers = readers_for(people, page, state)
    view = stage_view(state, page)
    return next((person for person in people if may_review(readers[person.pk], view) is None), None)


def tell_readers(state: StageState, page: ResourcePage, stage: StageTask, *, at: datetime) -> None:
    """Notify the assignee, or everybody in the group who may decide the stage."""
    people = [state.assignee] if state.assignee else list(group_members(stage))
    readers = readers_for(people, page, state)
    view = stage_view(state, page)
    able = [person for person in people if may_review(readers[person.pk], view) is None]
    notify(
        able,
        subject=gettext_lazy("To review: %(title)s (%(stage)s)"),
        body=gettext_lazy("The manuscript waits for this stage. It is due on %(day)s."),
        words={"title": page.draft_title, "stage": stage.name, "day": state.due_on or "—"},
        url=reverse("review:read", args=[state.pk]),
        at=at,
    )
