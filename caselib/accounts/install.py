"""Installs the role groups; idempotent."""

from __future__ import annotations

from django.contrib.auth.models import Group

from .enums import Role


def install_roles() -> dict[str, Group]:
    """Create a group for each role that has none; return all of them by role."""
    return {role: Group.objects.get_or_create(name=role)[0] for role in Role.values}
