"""Which workflow a resource takes, and in which order its stages stand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wagtail.models import Workflow, WorkflowState

if TYPE_CHECKING:
    from caselib.resources.models import ResourcePage


def workflow_for(page: ResourcePage) -> Workflow | None:
    """Return the active workflow of the most specific route for ``page`` as its object stands, or None.

    A route for a unit wins over one for every unit, a nearer unit over a farther one, then the kind, then the level.
    """
    from .models import Route

    path = page.unit.path if page.unit else ""
    best, chosen = (-1, False, False), None
    for route in Route.objects.filter(workflow__active=True).select_related("workflow", "unit"):
        if route.kind and route.kind != page.specific_class.kind.value:
            continue
        if route.circulation and route.circulation != page.circulation:
            continue
        if route.unit and not path.startswith(route.unit.path):
            continue
        weight = (len(route.unit.path) if route.unit else 0, bool(route.kind), bool(route.circulation))
        if weight > best:
            best, chosen = weight, route.workflow
    return chosen


def stage_ids(run: WorkflowState) -> list[int]:
    """Return the ids of the active stages of ``run`` in order."""
    from .models import StageTask

    stages = StageTask.objects.filter(workflow_tasks__workflow_id=run.workflow_id, active=True)
    return list(stages.order_by("workflow_tasks__sort_order", "workflow_tasks__pk").values_list("pk", flat=True))
