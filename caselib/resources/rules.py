"""Who may do what with a resource: pure rules that hide a button, explain it, and stop the call."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from caselib.accounts.enums import Role
from caselib.accounts.viewers import Viewer
from caselib.core.errors import Refusal

WRITERS = frozenset({Role.AUTHOR.value, Role.TEACHER.value, Role.EDITOR.value})


def may_create(viewer: Viewer) -> Refusal | None:
    """Authors, teachers and editors create resources, each for their own unit."""
    if not viewer.roles & WRITERS:
        return Refusal("not-an-author", _("Only authors and editors add resources. Ask your office for the role."))
    if viewer.unit_id is None:
        return Refusal("no-unit", _("Your account belongs to no unit yet. Ask the system administrator to set it."))
    return None


def may_file(*, movable: bool, under_review: bool) -> Refusal | None:
    """Editors file a resource elsewhere; while it is being read it stays where its readers found it."""
    if under_review:
        return Refusal("under-review", _("The resource is under review. Wait, or ask for its return."))
    if not movable:
        return Refusal("not-editor", _("Only editors file resources in another folder."))
    return None
