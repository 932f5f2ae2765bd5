"""Registers units in the admin's settings menu, and closes a road to roles that leaves no trace."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from wagtail import hooks

from .choosers import AccountChooserViewSet, account_chooser_viewset
from .viewsets import ActivityBulkAction, UnitViewSet, unit_viewset


@hooks.register("register_admin_viewset")
def register_units() -> UnitViewSet:
    return unit_viewset


@hooks.register("register_admin_viewset")
def register_account_chooser() -> AccountChooserViewSet:
    return account_chooser_viewset


@hooks.register("before_bulk_action")
def roles_one_by_one(request: HttpRequest, action_type: str, objects: Any, action: Any) -> HttpResponse | None:
    """Wagtail lets whoever may change accounts give roles in bulk: past the security administrator and the audit chain."""
    if action_type != "assign_role" or request.method != "POST":
        return None
    messages.error(request, _("Roles are given by the security administrator, on the page of each account."))
    return redirect("wagtailusers_users:index")


# After Wagtail's own, whose place it takes.
hooks.register("register_bulk_action", ActivityBulkAction, order=100)
