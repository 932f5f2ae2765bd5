"""Who sees and who keeps online lists."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from django.utils.translation import gettext_lazy as _

from caselib.accounts.enums import Role
from caselib.accounts.viewers import Viewer
from caselib.core.errors import Refusal
from caselib.resources.enums import Circulation

from ..enums import ListKind


def may_keep_lists(roles: Collection[str]) -> Refusal | None:
    if Role.EDITOR not in roles:
        return Refusal("not_editor", _("Only editors keep online lists."))
    return None


def list_is_open_to(
    viewer: Viewer, *, circulation: str, audience: str, published: bool, starts_on: date | None, today: date
) -> bool:
    """Whether a reader sees a list; editors see every list, drafts too."""
    if Role.EDITOR in viewer.roles:
        return True
    if not published or (starts_on is not None and starts_on > today):
        return False
    return audience in viewer.audiences and (circulation == Circulation.PUBLIC or viewer.internal)


def may_publish_list(*, kind: str, items: int, has_rule: bool, title: str) -> Refusal | None:
    """A list is published when a reader finds something on it."""
    if not title.strip():
        return Refusal("no_title", _("Give the list a title first."))
    if kind == ListKind.RULE and not has_rule:
        return Refusal("no_rule", _("A rule-based list needs a saved search or at least one filter."))
    if kind != ListKind.RULE and items == 0:
        return Refusal("no_items", _("Put at least one item on the list before you publish it."))
    return None


def may_claim(roles: Collection[str], state: str) -> Refusal | None:
    """An author takes a wish on; one at a time."""
    if not {Role.AUTHOR, Role.TEACHER, Role.EDITOR} & set(roles):
        return Refusal("not_author", _("Only authors take a wish on."))
    if state != "open":
        return Refusal("taken", _("Somebody already works on this."))
    return None
