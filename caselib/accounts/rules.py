"""Rules on accounts: the three administrators are three persons, and nobody makes more of the own account."""

from __future__ import annotations

from collections.abc import Collection

from django.utils.translation import gettext_lazy as _

from caselib.core.errors import Refusal

from .enums import ADMINISTRATORS, Role


def may_hold(roles: Collection[str]) -> Refusal | None:
    """Refuse a set of roles with more than one of the three administrators (三员分立)."""
    if len(ADMINISTRATORS & set(roles)) > 1:
        return Refusal(
            "three-administrators",
            _("System, security and audit administration must be three different accounts: keep only one of them."),
        )
    return None


def may_give(roles: Collection[str], before: Collection[str], *, own: bool) -> Refusal | None:
    """Refuse roles that somebody gives to the own account; to lay one down is everybody's right."""
    if own and set(roles) - set(before):
        return Refusal("own-roles", _("Nobody gives roles to the own account."))
    return None


def keeps_own_credentials(roles: Collection[str]) -> bool:
    """Whether the account's name and password are nobody else's to set: whoever sets them could sign in as it."""
    return bool({Role.SECURITY_ADMIN, Role.AUDIT_ADMIN} & set(roles))
