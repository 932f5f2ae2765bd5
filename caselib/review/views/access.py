"""Finding what a request names, or answering 404 without saying that it exists."""

from __future__ import annotations

from typing import cast

from django.http import Http404, HttpRequest
from wagtail.models import WorkflowState

from caselib.accounts.enums import REVIEWERS, Role
from caselib.accounts.models import User
from caselib.resources.models import ResourcePage

from ..models import StageState, StageTask
from ..selectors.queue import OVERSEERS
from ..selectors.stages import author_ids, page_of

BIG = 2**63


def person(request: HttpRequest) -> User:
    """Return the signed-in user of a view that demands one."""
    return cast(User, request.user)


def stage_or_404(request: HttpRequest, pk: int) -> tuple[StageState, StageTask, ResourcePage]:
    """Return a stage state that the reader's office may see, with its stage and page."""
    state = (
        StageState.objects.filter(pk=pk).select_related("workflow_state", "revision", "assignee", "task").first()
        if 0 < pk < BIG
        else None
    )
    page = page_of(state.workflow_state) if state else None
    if state is None or page is None:
        raise Http404
    stage = StageTask.objects.select_related("checklist", "group").get(pk=state.task_id)
    user = person(request)
    groups = StageTask.objects.filter(workflow_tasks__workflow_id=state.workflow_state.workflow_id)
    member = groups.filter(group__user=user).exists()
    if not (member or user.has_role(*OVERSEERS)):
        raise Http404
    return state, stage, page


def resource_or_404(pk: int) -> ResourcePage:
    """Return a resource by number."""
    page = ResourcePage.objects.filter(pk=pk).first() if 0 < pk < BIG else None
    if page is None:
        raise Http404
    return cast(ResourcePage, page.specific)


def own_or_office(request: HttpRequest, pk: int) -> tuple[ResourcePage, bool]:
    """Return a resource that the reader wrote or whose review is the reader's office, and whether it is their own.

    A draft that nobody has ever submitted is its authors' and, as everything, the overseers': reviewers know nothing of it.
    """
    page, user = resource_or_404(pk), person(request)
    own = user.pk == page.owner_id or user.pk in author_ids(page, page.latest_revision)
    reviews = user.has_role(*REVIEWERS) and WorkflowState.objects.for_instance(page).exists()
    if not (own or reviews or user.has_role(*OVERSEERS)):
        raise Http404
    return page, own


def office_only(request: HttpRequest, *roles: Role) -> None:
    """Answer 404 to whoever holds none of ``roles``."""
    if not person(request).has_role(*roles):
        raise Http404
