"""Deciding a stage: rule, decision, hand-over, in one transaction, once."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.models import TaskState, WorkflowState

from caselib.accounts.models import User
from caselib.accounts.services import notify
from caselib.core import audit, clock
from caselib.core.errors import ConflictError, Refusal, RefusedError, require
from caselib.resources.content import digest
from caselib.resources.models import ResourcePage

from ..enums import Outcome
from ..models import ChecklistVersion, Decision, Seat, StageState, StageTask
from ..routing import stage_ids
from ..rules import (
    answers_suffice,
    findings_allow,
    is_current,
    may_return_to,
    may_review,
    opinion_suffices,
)
from ..selectors.checks import open_blocking
from ..selectors.stages import author_ids, page_of, reader_for, stage_view
from . import checking
from .submission import void_decisions

ACTION_KEYS = frozenset({"opinion", "answers", "notes", "revision", "checklist", "return_to", "comment"})
ACTIONS = {
    "approve": Outcome.PASS,
    "pass": Outcome.PASS,
    "reject": Outcome.RETURN,
    "return": Outcome.RETURN,
    "return_to": Outcome.RETURN_TO,
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a reviewer says. ``revision`` is the one that was read, ``checklist`` the version that was answered."""

    outcome: str
    opinion: str
    revision: int
    answers: Mapping[str, str] = field(default_factory=dict)
    notes: Mapping[str, str] = field(default_factory=dict)
    checklist: int | None = None
    return_to: int | None = None


@transaction.atomic
def decide(state: TaskState, verdict: Verdict, *, by: User, at: datetime | None = None) -> Decision:
    """Decide the stage ``state`` and return the decision.

    Effects in order: seat and decision written, audit row, then by outcome: a pass opens the next stage or publishes
    the text (all of it or nothing), a return gives the text back to the author and voids the run's passes, a return
    to an earlier stage voids the passes from there on and opens that stage. Notices on commit. Raises RefusedError
    by the rules, and ConflictError if the stage is decided already or the text has changed.
    """
    moment = at or clock.now()
    page = page_of(WorkflowState.objects.get(pk=state.workflow_state_id))
    if page is None:
        raise RefusedError(Refusal("not-a-stage", _("This is no stage of a review of the library.")))
    page = ResourcePage.objects.lock(page.pk)
    run = WorkflowState.objects.select_for_update(no_key=True).get(pk=state.workflow_state_id)
    stage_state = StageState.objects.select_for_update(of=("self",), no_key=True).filter(pk=state.pk).first()
    if stage_state is None:
        raise RefusedError(Refusal("not-a-stage", _("This is no stage of a review of the library.")))
    stage = StageTask.objects.get(pk=stage_state.task_id)
    checklist = _checked(stage_state, stage, page, run, verdict, by, moment)
    decision = _write(stage_state, stage, page, run, verdict, checklist, by=by, at=moment)
    {
        Outcome.PASS: _pass,
        Outcome.RETURN: _return_to_author,
        Outcome.RETURN_TO: _return_to_stage,
    }[Outcome(verdict.outcome)](decision, stage_state, run, by)
    return decision


def _checked(
    state: StageState,
    stage: StageTask,
    page: ResourcePage,
    run: WorkflowState,
    verdict: Verdict,
    by: User,
    at: datetime,
) -> ChecklistVersion | None:
    """Ask every rule; return the checklist version that is answered. Raises RefusedError or ConflictError."""
    view = stage_view(state, page)
    if run.status != WorkflowState.STATUS_IN_PROGRESS or run.current_task_state_id != state.pk:
        raise ConflictError(Refusal("decided", _("This stage is no longer open. Nothing was changed; please reload.")))
    stale = is_current(view, verdict.revision)
    if stale:
        raise ConflictError(stale)
    if digest(state.revision) != state.sha256:
        raise ConflictError(Refusal("content-changed", _("The text is no longer the one that was submitted.")))
    require(may_review(reader_for(by, page, state), view))
    if verdict.outcome not in Outcome.values:
        raise RefusedError(Refusal("no-outcome", _("Choose what you decide.")))
    require(opinion_suffices(verdict.opinion, stage.minimum_opinion))
    checklist = stage.checklist.current() if stage.checklist else None
    if checklist and verdict.checklist != checklist.pk:
        raise ConflictError(
            Refusal("checklist-changed", _("The checklist was changed while you were reading. Please reload."))
        )
    require(answers_suffice(checklist.items if checklist else [], verdict.answers, verdict.outcome))
    # By the rules of today: a pack may have been changed while the text was being read.
    require(findings_allow(open_blocking(checking.checked(page, state.revision, at=at)), verdict.outcome))
    if verdict.outcome == Outcome.RETURN_TO:
        require(may_return_to(stage_ids(run), stage.pk, verdict.return_to))
    return checklist


def _write(
    state: StageState,
    stage: StageTask,
    page: ResourcePage,
    run: WorkflowState,
    verdict: Verdict,
    checklist: ChecklistVersion | None,
    *,
    by: User,
    at: datetime,
) -> Decision:
    answers = [
        {
            "key": item["key"],
            "text": item["text"],
            "answer": verdict.answers.get(item["key"], ""),
            "note": verdict.notes.get(item["key"], "")[:500],
        }
        for item in (checklist.items if checklist else [])
    ]
    try:
        with transaction.atomic():
            seat, _made = Seat.objects.get_or_create(run=run, reviewer=by, defaults={"stage": stage})
            decision = Decision.objects.create(
                page_id=page.pk,
                run=run,
                stage=stage,
                state=state,
                revision_id=state.revision_id,
                sha256=state.sha256,
                seat=seat,
                decided_by=by,
                decided_at=at,
                outcome=verdict.outcome,
                return_to_id=verdict.return_to if verdict.outcome == Outcome.RETURN_TO else None,
                opinion=verdict.opinion.strip(),
                checklist=checklist,
                answers=answers,
            )
    except IntegrityError as error:
        raise ConflictError(
            Refusal("decided", _("A colleague has already decided this stage. Nothing was changed; please reload."))
        ) from error
    audit.record(
        "review.decided",
        page,
        by=by,
        at=at,
        run=run.pk,
        stage=stage.pk,
        stage_name=stage.name,
        outcome=verdict.outcome,
        revision=state.revision_id,
        sha256=state.sha256,
        opinion=decision.opinion,
        answers=answers,
        return_to=decision.return_to_id,
    )
    return decision


def _pass(decision: Decision, state: StageState, run: WorkflowState, by: User) -> None:
    """Approve the state; Wagtail's workflow then starts the next stage or finishes, which publishes."""
    state.approve(user=by, comment=decision.opinion)


def _return_to_author(decision: Decision, state: StageState, run: WorkflowState, by: User) -> None:
    void_decisions(run, "returned", by=by, at=decision.decided_at)
    state.reject(user=by, comment=decision.opinion)
    page = decision.page
    people = User.objects.filter(pk__in={page.owner_id, run.requested_by_id, *author_ids(page.specific)} - {None})
    notify(
        people,
        subject=gettext_lazy("Returned to you: %(title)s"),
        body=gettext_lazy("%(stage)s: %(opinion)s"),
        words={"title": page.draft_title, "stage": decision.stage.name, "opinion": decision.opinion},
        url=reverse("review:manuscript", args=[page.pk]),
        at=decision.decided_at,
    )


def _return_to_stage(decision: Decision, state: StageState, run: WorkflowState, by: User) -> None:
    void_decisions(run, "returned", by=by, stages_from=decision.return_to_id, at=decision.decided_at)
    state.reject(user=by, update=False, comment=decision.opinion)
    run.refresh_from_db()
    run.current_task_state = None
    run.save()
    run.update(user=by, next_task=decision.return_to)


def decide_by_action(state: TaskState, user: User, action: str, given: Mapping[str, Any]) -> None:
    """Decide through ``Task.on_action``: the same service, with nothing but known keys. Raises RefusedError."""
    unknown = set(given) - ACTION_KEYS
    if action not in ACTIONS or unknown:
        raise RefusedError(Refusal("unknown-action", _("Decide a review on the reviewer's page.")))
    answers, notes = given.get("answers") or {}, given.get("notes") or {}
    if not isinstance(answers, dict) or not isinstance(notes, dict):
        raise RefusedError(Refusal("wrong-answers", _("The answers do not belong to this checklist. Please reload.")))
    decide(
        state,
        Verdict(
            outcome=ACTIONS[action],
            opinion=str(given.get("opinion") or given.get("comment") or ""),
            revision=_number(given.get("revision")) or 0,
            answers={str(key): str(value) for key, value in answers.items()},
            notes={str(key): str(value) for key, value in notes.items()},
            checklist=_number(given.get("checklist")),
            return_to=_number(given.get("return_to")),
        ),
        by=user,
    )


def _number(value: Any) -> int | None:
    """Return ``value`` as a row number, or None for anything else."""
    try:
        number = int(json.loads(str(value)))
    except (TypeError, ValueError):
        return None
    return number if 0 < number < 2**63 else None
