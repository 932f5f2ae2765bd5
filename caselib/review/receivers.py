"""What the review does when Wagtail or a resource says that something happened."""

from __future__ import annotations

from typing import Any

from wagtail.admin import signal_handlers
from wagtail.models import Revision, WorkflowState
from wagtail.signals import workflow_cancelled

from caselib.accounts.models import User
from caselib.resources.models import ResourcePage
from caselib.resources.signals import revision_saved

from .selectors.stages import page_of
from .services.submission import close_run, follow_revision


def connect() -> None:
    """Connect the receivers; called once when the app is ready."""
    workflow_cancelled.connect(_cancelled, dispatch_uid="review.cancelled")
    revision_saved.connect(_revised, dispatch_uid="review.revised")
    # Wagtail's own mail about a run would be a second one, name whoever returned the text and lead to its admin.
    for notifier in (
        signal_handlers.workflow_submission_email_notifier,
        signal_handlers.workflow_approval_email_notifier,
        signal_handlers.workflow_rejection_email_notifier,
    ):
        notifier.valid_classes = ()


def _cancelled(sender: type[WorkflowState], instance: WorkflowState, user: Any = None, **kwargs: Any) -> None:
    page = page_of(instance)
    if page is not None:
        close_run(instance, page, by=user if isinstance(user, User) else None)


def _revised(sender: type[ResourcePage], page: ResourcePage, revision: Revision, user: Any, **kwargs: Any) -> None:
    follow_revision(page, revision, by=user)
