"""Accounts and units in the admin."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from wagtail.admin.ui.tables import Column
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.users.views.users import CreateView, EditView, IndexView, UserColumn
from wagtail.users.views.users import UserViewSet as WagtailUserViewSet

from .enums import Role
from .forms import AccountForm, UnitForm
from .models import Unit


class ActingUserMixin:
    """Hands the person at the keyboard to the form."""

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "acting": self.request.user}  # type: ignore[misc, attr-defined]


class AccountCreateView(ActingUserMixin, CreateView):  # type: ignore[misc]
    """Adds an account."""


class AccountEditView(ActingUserMixin, EditView):  # type: ignore[misc]
    """Changes an account."""


class AccountIndexView(IndexView):  # type: ignore[misc]
    list_display = ["username"]

    @property
    def columns(self) -> list[Column]:
        return [
            UserColumn(
                "name",
                accessor=str,
                label=pgettext_lazy("accounts", "Name"),
                get_url=self.get_edit_url,
                sort_key="name",
            ),
            Column("username", accessor="get_username", label=_("Username"), sort_key="username"),
            Column("unit", label=_("Unit"), sort_key="unit__name"),
            Column("roles", accessor=_role_names, label=_("Roles")),
            Column("last_login", label=_("Last login"), sort_key="last_login"),
        ]

    def get_base_queryset(self) -> Any:
        return super().get_base_queryset().select_related("unit").prefetch_related("groups")

    def order_queryset(self, queryset: Any) -> Any:
        return queryset.order_by(self.ordering)


def _role_names(user: Any) -> str:
    labels = dict(Role.choices)
    return "、".join(str(labels.get(group.name, group.name)) for group in user.groups.all())


class UserViewSet(WagtailUserViewSet):  # type: ignore[misc]
    index_view_class = AccountIndexView
    add_view_class = AccountCreateView
    edit_view_class = AccountEditView
    copy_view_enabled = False  # an account is one person's; its roles are given, not copied
    # The viewset hands its own template to the view; Wagtail's has no fields for name, unit and telephone.
    create_template_name = "accounts/admin/create.html"
    edit_template_name = "accounts/admin/edit.html"

    def get_form_class(self, for_update: bool = False) -> type[AccountForm]:
        return AccountForm


class UnitViewSet(ModelViewSet):  # type: ignore[misc]
    model = Unit
    name = "units"
    icon = "group"
    menu_label = _("Units")
    add_to_settings_menu = True
    list_display = ["name", "code", "get_level_display", "get_kind_display", "active"]
    list_filter = ["level", "kind", "active"]
    search_fields = ["name", "code"]
    ordering = ["path"]
    copy_view_enabled = False
    inspect_view_enabled = False

    def get_form_class(self, for_update: bool = False) -> type[UnitForm]:
        return UnitForm


unit_viewset = UnitViewSet("units")
