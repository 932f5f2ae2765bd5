"""Accounts and units in the admin."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.http import HttpResponse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from wagtail.admin.ui.tables import Column
from wagtail.admin.views.generic import EditView as EditModelView
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.users.views.bulk_actions import SetActiveStateBulkAction
from wagtail.users.views.groups import EditView as EditGroupView
from wagtail.users.views.groups import GroupViewSet as WagtailGroupViewSet
from wagtail.users.views.users import CreateView, EditView, IndexView, UserColumn
from wagtail.users.views.users import UserViewSet as WagtailUserViewSet

from caselib.core.admin import SeenMixin
from caselib.core.errors import Refusal
from caselib.core.seen import SEEN

from . import services
from .enums import Role
from .forms import AccountForm, UnitForm
from .models import Unit, User
from .rules import may_set_permissions, may_switch


class ActingUserMixin:
    """Hands the person at the keyboard to the form."""

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "acting": self.request.user}  # type: ignore[misc, attr-defined]


class AccountCreateView(ActingUserMixin, CreateView):  # type: ignore[misc]
    """Adds an account."""


class AccountEditView(SeenMixin, ActingUserMixin, EditView):  # type: ignore[misc]
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


class ActivityBulkAction(SetActiveStateBulkAction):  # type: ignore[misc]
    """Switches several accounts on or off; Wagtail's own asks too little and leaves no row in the audit chain."""

    def check_perm(self, obj: User) -> bool:
        by = self.request.user
        return may_switch(by.roles, everything=by.is_superuser, own=False) is None

    @classmethod
    def execute_action(
        cls, objects: list[User], mark_as_active: bool = False, user: User | None = None, **kwargs: Any
    ) -> tuple[int, int]:
        assert user is not None
        with transaction.atomic():
            for account in objects:
                services.set_active(account, mark_as_active, by=user)
        return len(objects), 0


class GroupEditView(EditGroupView):  # type: ignore[misc]
    """Changes what a group may do, if the rule lets this person; else the page may be read only."""

    @cached_property
    def refusal(self) -> Refusal | None:
        by = self.request.user
        return may_set_permissions(self.object.name, own=by.groups.filter(pk=self.object.pk).exists())

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {
            **super().get_context_data(**kwargs),
            "refusal": self.refusal,
            "seen": services.stamp_of_group(self.object),
        }

    def process_form(self) -> HttpResponse:
        seen = self.request.POST.get(SEEN, "")
        with services.changing_permissions(self.get_object(), seen=seen, by=self.request.user):
            response: HttpResponse = super().process_form()
        return response


class GroupViewSet(WagtailGroupViewSet):  # type: ignore[misc]
    edit_view_class = GroupEditView
    edit_template_name = "accounts/admin/group.html"


class UnitEditView(SeenMixin, EditModelView):  # type: ignore[misc]
    """Changes a unit."""


class UnitViewSet(ModelViewSet):  # type: ignore[misc]
    model = Unit
    edit_view_class = UnitEditView
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
