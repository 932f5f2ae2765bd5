"""What every resource adds to Wagtail's pages so that the vetted text stays the published text."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import transaction
from django.db.models import PROTECT
from django.utils.module_loading import import_string
from wagtail.models import Page, Revision, Workflow

from caselib.core.errors import ConflictError, Refusal

from ..permissions import FolderPermissionTester, ResourcePermissionTester
from ..signals import revision_saved


def is_pinned(revision: Revision) -> bool:
    """Whether something holds ``revision`` to its words: a review stage, a grant, an edition, an entry."""
    for relation in Revision._meta.related_objects:
        held = relation.on_delete is PROTECT or relation.related_model._meta.label == "wagtailcore.TaskState"
        if held and relation.related_model._base_manager.filter(**{relation.field.name: revision}).exists():
            return True
    return False


#: A revision and when it was written: autosave writes over one.
Newest = tuple[int, datetime]


def newest_of(page: Page) -> Newest | None:
    """Return the newest revision of ``page``. The page names one too, but a form writes back what it was loaded with."""
    return Revision.objects.for_instance(page).order_by("-pk").values_list("pk", "created_at").first()


class GuardedRevisions:
    """Mixed into ResourcePage before Wagtail's Page."""

    #: Of the next text that is saved: which one was shown to whoever wrote it, and what is said if it is no longer that.
    seen: tuple[Newest | None, Refusal] | None = None

    def permissions_for_user(self, user: Any) -> ResourcePermissionTester:
        return ResourcePermissionTester(user, self)

    def get_workflow(self) -> Workflow | None:
        """Return the workflow that the layer above names (settings.CASELIB_WORKFLOW_FOR), not that of the folder."""
        return import_string(settings.CASELIB_WORKFLOW_FOR)(self)

    def save_revision(self, *args: Any, **kwargs: Any) -> Revision:
        """Store a revision. Autosave never writes over one that somebody reads or has pinned; it starts a new one.

        The page is locked first: whether the old text is pinned must not change until the new one stands. Raises
        ConflictError if ``seen`` was given and the text was saved since.
        """
        with transaction.atomic():
            if self.pk:  # type: ignore[attr-defined]
                rows = apps.get_model("resources", "ResourcePage")._base_manager.filter(pk=self.pk)  # type: ignore[attr-defined]
                rows.select_for_update(of=("self",), no_key=True).values_list("pk").first()
            if self.seen is not None:
                seen, refusal = self.seen
                self.seen = None
                if newest_of(self) != seen:  # type: ignore[arg-type]
                    raise ConflictError(refusal)
            overwritten = kwargs.get("overwrite_revision")
            if overwritten is not None and is_pinned(overwritten):
                kwargs["overwrite_revision"] = overwritten = None
            revision: Revision = super().save_revision(*args, **kwargs)  # type: ignore[misc]
            if overwritten is None:
                revision_saved.send(sender=type(self), page=self, revision=revision, user=revision.user)
        return revision


class GuardedFolder:
    """Mixed into the folders before Wagtail's Page."""

    preview_modes: tuple[tuple[str, str], ...] = ()  # a folder has no page of its own

    def permissions_for_user(self, user: Any) -> FolderPermissionTester:
        return FolderPermissionTester(user, self)
