"""Who may do what with collections, and when: pure rules."""

from __future__ import annotations

from collections.abc import Collection

from django.utils.translation import gettext_lazy as _

from caselib.accounts.enums import Role
from caselib.accounts.viewers import Viewer
from caselib.core.errors import Refusal
from caselib.resources.enums import Circulation

MAX_CASES = 2000
_RANK = {Circulation.PUBLIC.value: 0, Circulation.INTERNAL.value: 1, Circulation.RESTRICTED.value: 2}


def may_edit(roles: Collection[str]) -> Refusal | None:
    """Editors make collections."""
    if Role.EDITOR.value not in roles:
        return Refusal("not-an-editor", _("Only editors make collections. Ask your office for the role."))
    return None


def may_change(roles: Collection[str], *, frozen: bool) -> Refusal | None:
    """A frozen edition stays as it is."""
    if frozen:
        return Refusal("frozen", _("This edition is frozen. Make a new edition from it to change anything."))
    return may_edit(roles)


def may_pin(*, live: bool, withdrawn: bool, granted: bool) -> Refusal | None:
    """Only what passed review and is live may be selected."""
    if withdrawn:
        return Refusal("withdrawn", _("It has been withdrawn."))
    if not live or not granted:
        return Refusal("not-published", _("It is not published."))
    return None


def too_open(page_level: str, edition_level: str) -> bool:
    """Whether a resource is more restricted than the edition it would be printed in."""
    return _RANK[page_level] > _RANK[edition_level]


def may_freeze(*, frozen: bool, cases: int, errors: int) -> Refusal | None:
    """An edition is frozen once, with at least one case and no error left."""
    if frozen:
        return Refusal("frozen", _("This edition is frozen already."))
    if not cases:
        return Refusal("empty", _("Select at least one case first."))
    if errors:
        return Refusal("errors", _("The check found errors. Put them right first."))
    return None


def may_compile(*, cases: int, blocking: int) -> Refusal | None:
    """Nothing withdrawn or more restricted than the edition is printed."""
    if not cases:
        return Refusal("empty", _("Select at least one case first."))
    if blocking:
        return Refusal(
            "errors", _("The check found cases that may not be printed in this edition. Put that right first.")
        )
    return None


def may_read(viewer: Viewer, *, circulation: str, audience: str, frozen: bool, offended: bool) -> Refusal | None:
    """Readers see frozen editions of their level; editors see all. ``offended``: a case is no longer open enough."""
    if may_edit(viewer.roles) is None:
        return None
    level = {Circulation.PUBLIC.value: True, Circulation.INTERNAL.value: viewer.internal}.get(circulation, False)
    if not frozen or not level or audience not in viewer.audiences:
        return Refusal("not-readable", _("This collection does not exist, or is not for you."))
    if offended:
        return Refusal("offended", _("A case of this collection was withdrawn. Ask the editors for a newer edition."))
    return None
