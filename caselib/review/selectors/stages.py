"""Runs, their stages, and who is who in them."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib.contenttypes.models import ContentType
from django.db.models import Q, QuerySet
from wagtail.models import Comment, Page, Revision, TaskState, WorkflowState

from caselib.accounts.models import User
from caselib.resources.models import ResourcePage

from ..enums import Outcome
from ..models import CirculationChange, CommentAnchor, Decision, Seat, StageState, StageTask
from ..routing import stage_ids
from ..rules import Reader, StageView, same_person


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


def comments_on(page: Page) -> list[Comment]:
    """Return the open comments on ``page``, oldest first, with replies; each has its ``anchor`` or None as attribute."""
    open_ones = Comment.objects.filter(page_id=page.pk, resolved_at__isnull=True)
    comments = list(open_ones.select_related("user").prefetch_related("replies__user").order_by("created_at"))
    anchors = {anchor.comment_id: anchor for anchor in CommentAnchor.objects.filter(comment__in=comments)}
    for comment in comments:
        comment.anchor = anchors.get(comment.pk)
    return comments
