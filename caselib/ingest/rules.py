"""Who may upload, see and accept what."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from caselib.accounts.enums import Role
from caselib.accounts.viewers import Viewer
from caselib.core.enums import JobState
from caselib.core.errors import Refusal

from .enums import BatchState, ItemState

UPLOADERS = frozenset({Role.AUTHOR.value, Role.TEACHER.value, Role.EDITOR.value})
OVERSEERS = frozenset({Role.EDITOR.value})


def may_upload(viewer: Viewer) -> Refusal | None:
    """Authors, teachers and editors upload manuscripts."""
    if not viewer.roles & UPLOADERS:
        return Refusal(
            "not-an-author", _("Only authors, teachers and editors upload manuscripts. Ask your office for the role.")
        )
    if viewer.unit_id is None:
        return Refusal("no-unit", _("Your account belongs to no unit yet. Ask the system administrator to set it."))
    return None


def sees_all(viewer: Viewer) -> bool:
    """Editors see the uploads of everybody; others see their own."""
    return bool(viewer.roles & OVERSEERS)


def may_decide(viewer: Viewer, *, owner_id: int | None) -> Refusal | None:
    """The person who uploaded a file, or an editor, decides on what was found in it."""
    refusal = may_upload(viewer)
    if refusal is not None:
        return refusal
    if owner_id != viewer.user_id and not sees_all(viewer):
        return Refusal(
            "not-yours", _("This file was uploaded by somebody else. An editor or that person can accept it.")
        )
    return None


def may_accept(state: str) -> Refusal | None:
    """An item is decided once."""
    if state == ItemState.ACCEPTED:
        return Refusal("already-accepted", _("This item has been accepted already. Open the draft instead."))
    if state == ItemState.REJECTED:
        return Refusal("already-rejected", _("This item was set aside. Take it back first if you want it after all."))
    return None


def may_read_again(state: str, *, job_state: str = "") -> Refusal | None:
    """A refused file may be tried again, for example when a converter has been installed; so may one that was given up."""
    stopped = state == BatchState.RECEIVED and job_state in (JobState.FAILED, JobState.CANCELLED)
    if state != BatchState.REFUSED and not stopped:
        return Refusal("not-refused", _("This file has been read already."))
    return None


def may_stop(state: str, *, job_state: str = "") -> Refusal | None:
    """Reading is stopped while it waits or runs."""
    if state != BatchState.RECEIVED or job_state not in (JobState.QUEUED, JobState.RUNNING):
        return Refusal("not-reading", _("This file is not being read, so there is nothing to stop."))
    return None
