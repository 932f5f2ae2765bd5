"""Rules on accounts: the three administrators are three persons."""

from __future__ import annotations

from collections.abc import Collection

from django.utils.translation import gettext_lazy as _

from caselib.core.errors import Refusal

from .enums import ADMINISTRATORS


def may_hold(roles: Collection[str]) -> Refusal | None:
    """Refuse a set of roles with more than one of the three administrators (三员分立)."""
    if len(ADMINISTRATORS & set(roles)) > 1:
        return Refusal(
            "three-administrators",
            _("System, security and audit administration must be three different accounts: keep only one of them."),
        )
    return None
