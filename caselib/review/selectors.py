"""Every non-trivial query of the review app."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import BigIntegerField, Count, Exists, F, Max, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Cast
from wagtail.models import Comment, Page, Revision, TaskState, WorkflowState

from caselib.accounts.enums import REVIEWERS, Role
from caselib.accounts.models import User
from caselib.accounts.viewers import Viewer
from caselib.resources.models import ResourceAuthor, ResourcePage

from .enums import CheckTrigger, Disposition, Outcome, Severity
from .models import (
    BuiltinRule,
    CheckRun,
    CirculationChange,
    CommentAnchor,
    Decision,
    Finding,
    Rule,
    Seat,
    Similarity,
    StageState,
    StageTask,
)
from .routing import stage_ids
from .rules import Reader, StageView, same_person

# The security administrator keeps roles, levels and rule packs, and needs no manuscript for that.
OVERSEERS = frozenset({Role.EDITOR.value, Role.AUDIT_ADMIN.value})


def page_of(run: WorkflowState) -> ResourcePage | None:
    """Return the resource that ``run`` reviews, as a specific page, or None if it is no resource."""
    page = ResourcePage.objects.filter(pk=run.object_id).first() if str(run.object_id).isdigit() else None
    return page.specific if page is not None else None


def active_run(page: Page) -> WorkflowState | None:
    """Return the run that is in progress or waits for the author, or None."""
    return WorkflowState.objects.for_instance(page).active().select_related("workflow", "current_task_state").first()


def current_state(run: WorkflowState) -> StageState | None:
    """Return the open stage of ``run``, or None while the author has it."""
    return (
        StageState.objects.filter(workflow_state=run, status=TaskState.STATUS_IN_PROGRESS)
        .select_related("assignee", "revision", "workflow_state")
        .order_by("-pk")
        .first()
    )


def author_ids(page: ResourcePage, revision: Revision | None = None) -> set[int]:
    """Return the accounts that stand as authors in the database or in ``revision``."""
    found = set(page.authors.exclude(user=None).values_list("user_id", flat=True)) if page.pk else set()
    for row in (revision.content.get("authors") or []) if revision else []:
        if isinstance(row, dict) and isinstance(row.get("user"), int):
            found.add(row["user"])
    return found


def namesakes(people: Iterable[User], page: ResourcePage, revision: Revision | None) -> set[int]:
    """Return those of ``people`` whose name and unit are printed on the text as an author's without an account."""
    unit = page.unit
    rows = [(row.name, row.unit_name) for row in page.authors.all() if row.user_id is None]
    for row in (revision.content.get("authors") or []) if revision else []:
        if isinstance(row, dict) and not row.get("user"):
            rows.append((str(row.get("name") or ""), str(row.get("unit_name") or "")))
    found = set()
    for person in people if rows else ():
        own = person.unit
        units = {own.name, own.short_name} - {""} if own else set()
        if own is None or (unit is not None and own.pk == unit.pk):
            units.add("")
        if any(same_person(name, where, person=str(person), units=units) for name, where in rows):
            found.add(person.pk)
    return found


def has_groups(page: ResourcePage, revision: Revision) -> bool:
    """Whether ``page`` has groups that may read it, or ``revision`` is a requested change of level that brings them."""
    asked = CirculationChange.objects.filter(page_id=page.pk, revision=revision, decided_at__isnull=True)
    return page.restricted_groups.exists() or any(change.groups for change in asked)


def editor_ids(page: ResourcePage) -> set[int]:
    """Return the accounts that stored a revision of ``page`` since it was last published."""
    revisions = Revision.objects.filter(
        base_content_type=ContentType.objects.get_for_model(Page), object_id=str(page.pk), user__isnull=False
    )
    published = page.live_revision
    if published is not None:
        revisions = revisions.filter(created_at__gt=published.created_at)
    return set(revisions.values_list("user_id", flat=True))


def open_states_of(page_id: int) -> list[StageState]:
    """Return the open stages of a resource, one at most, with run and revision."""
    states = StageState.objects.filter(status=TaskState.STATUS_IN_PROGRESS, workflow_state__object_id=str(page_id))
    return list(states.select_related("workflow_state", "revision"))


def readers_for(users: Iterable[User], page: ResourcePage, state: StageState) -> dict[int, Reader]:
    """Return how the rules see each of ``users`` with regard to ``state``. A fixed number of queries."""
    users = list(users)
    stage = StageTask.objects.get(pk=state.task_id)
    members = set(User.groups.through.objects.filter(group_id=stage.group_id).values_list("user_id", flat=True))
    authors, editors = author_ids(page, state.revision), editor_ids(page)
    same = namesakes(users, page, state.revision)
    seats = dict(Seat.objects.filter(run_id=state.workflow_state_id).values_list("reviewer_id", "stage_id"))
    return {
        user.pk: Reader(
            user_id=user.pk,
            active=user.is_active,
            in_group=user.pk in members,
            owner=page.owner_id == user.pk,
            author=user.pk in authors,
            edited=user.pk in editors,
            namesake=user.pk in same,
            seat=seats.get(user.pk),
        )
        for user in users
    }


def reader_for(user: User, page: ResourcePage, state: StageState) -> Reader:
    """Return how the rules see ``user`` with regard to ``state``."""
    return readers_for([user], page, state)[user.pk]


def stage_view(state: StageState, page: Page) -> StageView:
    """Return how the rules see ``state``; the latest revision is read from the database, not from ``page``."""
    latest = Page.objects.filter(pk=page.pk).values_list("latest_revision_id", flat=True).first()
    return StageView(
        stage=state.task_id,
        open=state.status == TaskState.STATUS_IN_PROGRESS,
        revision=state.revision_id,
        latest=latest or 0,
        assignee=state.assignee_id,
    )


def group_members(stage: StageTask) -> QuerySet[User]:
    """Return the active accounts in the reviewers' group of ``stage``, with their units."""
    members = User.objects.filter(groups=stage.group_id, is_active=True)
    return members.select_related("unit").order_by("name", "pk").distinct()


def standing_passes(run: WorkflowState) -> QuerySet[Decision]:
    """Return the passes of ``run`` that still count, in stage order."""
    return run.decisions.filter(outcome=Outcome.PASS, voided_at__isnull=True).select_related("stage", "decided_by")


def history(page: ResourcePage) -> QuerySet[Decision]:
    """Return every decision ever taken on ``page``, oldest first."""
    return page.decisions.select_related("stage", "decided_by", "checklist__checklist", "return_to", "revision")


def visible_decisions(state: StageState) -> QuerySet[Decision]:
    """Return the earlier decisions of the run that the reader of ``state`` is shown: the first stage's report to the
    second, both to the third, and whatever was decided before at the same stage."""
    order = stage_ids(state.workflow_state)
    earlier = order[: order.index(state.task_id) + 1] if state.task_id in order else order
    return history_of_run(state.workflow_state).filter(
        Q(stage_id__in=earlier) | Q(outcome__in=[Outcome.RETURN, Outcome.RETURN_TO])
    )


def history_of_run(run: WorkflowState) -> QuerySet[Decision]:
    return run.decisions.select_related("stage", "decided_by", "checklist", "return_to").order_by("decided_at", "pk")


@dataclass(frozen=True, slots=True)
class QueueFilter:
    """What the queue shows. Empty fields do not filter; ``older_than`` is in days since the stage began.

    ``mine`` is what the reader may decide: neither a colleague's, nor the own work, nor decided by the reader at
    another stage.
    """

    stage: int | None = None
    unit: int | None = None
    kind: str = ""
    reviewer: int | None = None
    mine: bool = False
    older_than: int | None = None
    light: str = ""


def queue(user: User, wanted: QueueFilter, today: date) -> QuerySet[StageState]:
    """Return the open stages ``user`` may see, the most urgent first: those of own groups, or all for overseers."""
    states = StageState.objects.filter(status=TaskState.STATUS_IN_PROGRESS).select_related(
        "workflow_state__requested_by", "assignee", "task", "revision"
    )
    if not user.roles & OVERSEERS or (wanted.mine and user.roles & REVIEWERS):
        groups = list(user.groups.values_list("pk", flat=True))
        states = states.filter(task__stagetask__group_id__in=groups)
    pages = ResourcePage.objects.all()
    if wanted.unit:
        pages = pages.filter(unit_id=wanted.unit)
    if wanted.kind:
        pages = pages.filter(content_type__model=wanted.kind)
    if wanted.unit or wanted.kind:
        states = states.filter(workflow_state__object_id__in=[str(pk) for pk in pages.values_list("pk", flat=True)])
    if wanted.stage:
        states = states.filter(task_id=wanted.stage)
    if wanted.mine:
        states = left_to(user, states)
    if wanted.reviewer:
        states = states.filter(assignee_id=wanted.reviewer)
    if wanted.light == "overdue":
        states = states.filter(due_on__lt=today)
    return states.order_by(F("due_on").asc(nulls_last=True), "started_at", "pk")


def to_review(user: User | int) -> QuerySet[StageState]:
    """Return the open stages of the groups of ``user`` (or of the account of this id) that this reader may decide."""
    states = StageState.objects.filter(status=TaskState.STATUS_IN_PROGRESS, task__stagetask__group__user=user)
    return left_to(user, states)


def left_to(user: User | int, states: QuerySet[StageState]) -> QuerySet[StageState]:
    """Narrow open ``states`` to those that are neither a colleague's, nor of own work, nor of a run in which ``user`` has
    another seat."""
    elsewhere = Seat.objects.filter(run_id=OuterRef("workflow_state_id"), reviewer=user)
    # From the few that are open to whose they are: the other way round costs with all that somebody ever wrote.
    own = owned_or_written(user).filter(pk=Cast(OuterRef("workflow_state__object_id"), BigIntegerField()))
    return states.filter(
        Q(assignee=user) | Q(assignee__isnull=True),
        ~Exists(own),
        ~Exists(elsewhere.exclude(stage_id=OuterRef("task_id"))),
    )


def returned_to(user: User | int, page_type: int) -> QuerySet[ResourcePage]:
    """Return the resources that came back to ``user`` (or the account of this id); ``page_type`` is the type of pages."""
    runs = WorkflowState.objects.filter(status=WorkflowState.STATUS_NEEDS_CHANGES, base_content_type=page_type)
    returned = runs.annotate(page_id=Cast("object_id", BigIntegerField()))
    return owned_or_written(user).filter(pk__in=returned.values("page_id"))


def owned_or_written(user: User | int) -> QuerySet[ResourcePage]:
    """Return what ``user`` (or the account of this id) owns or wrote, each once."""
    written = ResourceAuthor.objects.filter(user=user, page_id=OuterRef("pk"))
    return ResourcePage.objects.filter(Q(owner=user) | Exists(written))


def pages_by_id(ids: Collection[str]) -> dict[str, ResourcePage]:
    """Return resources by the object id that Wagtail keeps as text. Two queries."""
    numbers = [int(pk) for pk in ids if str(pk).isdigit()]
    rows = ResourcePage.objects.filter(pk__in=numbers).select_related("unit", "owner", "content_type")
    return {str(page.pk): page for page in rows}


def latest_run(page: ResourcePage, revision_id: int | None = None) -> CheckRun | None:
    """Return the newest check run of ``page`` (over ``revision_id`` if given), or None."""
    runs = CheckRun.objects.filter(page_id=page.pk)
    return (runs.filter(revision_id=revision_id) if revision_id else runs).order_by("-at", "-pk").first()


def run_before(page: ResourcePage, revision_id: int) -> CheckRun | None:
    """Return the run that a new one over ``revision_id`` goes on from: the newest over the same text, else over an earlier.

    A re-scan of what is live is no step of a newer text that is being written.
    """
    own = latest_run(page, revision_id)
    if own is not None:
        return own
    aside = Q(trigger=CheckTrigger.RESCAN, revision_id=page.live_revision_id)
    runs = CheckRun.objects.filter(page_id=page.pk).exclude(aside).order_by("-at", "-pk")
    return runs.first() or latest_run(page)


def shared_with(run: CheckRun, user: User) -> list[Similarity]:
    """Return the similarities of ``run`` with texts that ``user`` may read; another's manuscript stays unnamed."""
    found = list(run.similarities.select_related("other"))
    readable = ResourcePage.objects.visible_to(Viewer.of(user)).filter(pk__in=[row.other_id for row in found])
    known = set(readable.values_list("pk", flat=True))
    return [row for row in found if row.other_id in known]


def open_blocking(run: CheckRun | None) -> int:
    """Return how many blocking findings of ``run`` are neither fixed nor dismissed; 0 without a run."""
    if run is None:
        return 0
    settled = (Disposition.FIXED, Disposition.DISMISSED)
    return run.findings.filter(severity=Severity.BLOCKING).exclude(disposition__in=settled).count()


def manuscripts_of(user: User) -> QuerySet[ResourcePage]:
    """Return the resources that ``user`` owns or wrote, those touched last first."""
    mine = Q(owner=user) | Q(authors__user=user)
    return (
        ResourcePage.objects.filter(mine)
        .distinct()
        .select_related("unit", "content_type")
        .order_by("-latest_revision_created_at", "-pk")
    )


def runs_by_page(pages: Iterable[Page]) -> dict[str, WorkflowState]:
    """Return the newest run of each of ``pages`` by its object id. One query."""
    ids = [str(page.pk) for page in pages]
    newest = (
        WorkflowState.objects.filter(base_content_type=ContentType.objects.get_for_model(Page), object_id__in=ids)
        .values("object_id")
        .annotate(newest=Max("pk"))
        .values("newest")
    )
    found = WorkflowState.objects.filter(pk__in=newest).select_related("current_task_state__task")
    return {run.object_id: run for run in found}


def due_for_rereview(until: date, unit: int | None = None) -> QuerySet[ResourcePage]:
    """Return the published resources whose re-review date is ``until`` or earlier, the oldest first."""
    due = ResourcePage.objects.filter(live=True, withdrawn_at__isnull=True, review_due_on__lte=until)
    due = due.filter(unit_id=unit) if unit else due
    return due.select_related("unit", "owner", "content_type").order_by("review_due_on", "pk")


def rules_with_counts() -> QuerySet[Rule]:
    """Return all rules, the most dismissed first."""
    return Rule.objects.select_related("pack").order_by("-dismissals", "-hits", "pk")


def builtin_off() -> frozenset[str]:
    """Return the keys of the built-in rules that are switched off."""
    return frozenset(BuiltinRule.objects.filter(active=False).values_list("key", flat=True))


def comments_on(page: Page) -> list[Comment]:
    """Return the open comments on ``page``, oldest first, with replies; each has its ``anchor`` or None as attribute."""
    open_ones = Comment.objects.filter(page_id=page.pk, resolved_at__isnull=True)
    comments = list(open_ones.select_related("user").prefetch_related("replies__user").order_by("created_at"))
    anchors = {anchor.comment_id: anchor for anchor in CommentAnchor.objects.filter(comment__in=comments)}
    for comment in comments:
        comment.anchor = anchors.get(comment.pk)
    return comments


def may_see_reviews(user: User) -> bool:
    """Whether ``user`` belongs to the offices that review: reviewers, editors, audit administrators."""
    return user.has_role(*REVIEWERS, *OVERSEERS) or StageTask.objects.filter(group__user=user).exists()


def rescan_summary() -> dict[str, Any]:
    """Return what the newest re-scan runs hold: numbers of items with open findings by severity."""
    live = CheckRun.objects.filter(
        page_id=OuterRef("run__page_id"), revision_id=OuterRef("run__page__live_revision_id")
    )
    newest = live.order_by("-at", "-pk").values("pk")[:1]
    rows = (
        Finding.objects.filter(run__page__live=True, run_id=Subquery(newest), disposition=Disposition.OPEN)
        .values("severity")
        .annotate(findings=Count("pk"), items=Count("run__page_id", distinct=True))
    )
    found = {row["severity"]: row for row in rows}
    return {
        severity.value: {"label": severity.label, **{key: found[severity][key] for key in ("findings", "items")}}
        for severity in Severity
        if severity.value in found
    }
