"""What lies on the desks: stages that are open, what came back, what is due again."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from django.contrib.contenttypes.models import ContentType
from django.db.models import BigIntegerField, Exists, F, Max, OuterRef, Q, QuerySet
from django.db.models.functions import Cast
from wagtail.models import Page, TaskState, WorkflowState

from caselib.accounts.enums import REVIEWERS, Role
from caselib.accounts.models import User
from caselib.resources.models import ResourceAuthor, ResourcePage

from ..models import Seat, StageState, StageTask

# The security administrator keeps roles, levels and rule packs, and needs no manuscript for that.
OVERSEERS = frozenset({Role.EDITOR.value, Role.AUDIT_ADMIN.value})


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


def may_see_reviews(user: User) -> bool:
    """Whether ``user`` belongs to the offices that review: reviewers, editors, audit administrators."""
    return user.has_role(*REVIEWERS, *OVERSEERS) or StageTask.objects.filter(group__user=user).exists()
