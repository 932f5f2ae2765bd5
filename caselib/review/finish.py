"""The end of a workflow: publishing exactly the text that was vetted, or nothing.

Wagtail imports this module while its own models load, so no model is imported at the top.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wagtail.models import WorkflowState

    from caselib.accounts.models import User


def publish_vetted(workflow_state: WorkflowState, user: User | None = None) -> None:
    """Publish the revision that every stage has passed (``WAGTAIL_FINISH_WORKFLOW_ACTION``).

    Anything that is no resource is published as Wagtail does. Raises RefusedError when a stage has not passed this
    very text; the caller's transaction then takes back the last pass too, so nothing is ever half done.
    """
    from wagtail.workflows import publish_workflow_state

    from caselib.resources.models import ResourcePage

    from .services.publication import publish_run

    page = workflow_state.content_object
    page = page.specific if page is not None else None
    if isinstance(page, ResourcePage):
        publish_run(workflow_state, page, by=user)
    else:
        publish_workflow_state(workflow_state, user=user)
