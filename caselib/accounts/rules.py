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


def keeps_own_credentials(roles: Collection[str], *, everything: bool = False) -> bool:
    """Whether the account's name and password are nobody else's to set: whoever sets them could sign in as it.

    ``everything`` is said of an account that may do everything (Django's superuser).
    """
    return everything or bool({Role.SECURITY_ADMIN, Role.AUDIT_ADMIN} & set(roles))


def may_set_permissions(group: str, *, own: bool) -> Refusal | None:
    """Refuse other permissions for the group called ``group``: one of one's ``own``, or one of an administrator.

    Else the security administrator, who may change groups, gives the own account every right, or makes one
    administrator of three.
    """
    if own:
        return Refusal("own-permissions", _("Nobody changes what a group of one's own may do."))
    if group in ADMINISTRATORS:
        return Refusal(
            "administrators-permissions", _("What the three administrators may do is part of the library and stays.")
        )
    return None


def may_switch(roles: Collection[str], *, everything: bool, own: bool) -> Refusal | None:
    """Refuse to switch an account on or off to whoever keeps no accounts, and for the own one."""
    if not everything and Role.SYSTEM_ADMIN not in roles:
        return Refusal("no-accounts-kept", _("Accounts are switched on and off by the system administrator."))
    if own:
        return Refusal("own-account", _("Nobody switches the own account off."))
    return None
