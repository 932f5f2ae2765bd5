"""Choosing an account in a form: those who write, teach and review here, found by name, never a list of everybody."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms.choosers import BaseFilterForm
from wagtail.admin.ui.tables import Column
from wagtail.admin.views.generic.chooser import (
    ChooseResultsView,
    ChooseView,
    ChosenMultipleView,
    ChosenView,
    CreateView,
)
from wagtail.admin.viewsets.chooser import ChooserViewSet

from .enums import STAFF
from .models import User


def choosable() -> QuerySet[User]:
    """Return the active accounts that may stand as an author or a teacher: of those who work for the library."""
    people = User.objects.filter(is_active=True, groups__name__in=[str(role) for role in STAFF])
    return people.select_related("unit").order_by("name", "username").distinct()


class AccountFilterForm(BaseFilterForm):  # type: ignore[misc]
    q = forms.CharField(
        label=_("Search term"),
        widget=forms.TextInput(attrs={"placeholder": _("Name, username or unit")}),
        required=False,
    )

    def filter(self, objects: QuerySet[User]) -> QuerySet[User]:
        self.search_query = (self.cleaned_data.get("q") or "").replace("\x00", "").strip()
        self.is_searching = bool(self.search_query)
        for word in self.search_query.split()[:5]:
            objects = objects.filter(
                Q(name__icontains=word) | Q(username__icontains=word) | Q(unit__name__icontains=word)
            )
        return objects


class StaffOnlyMixin:
    """Administrators and readers choose nobody."""

    request: Any

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        user: Any = request.user
        if not (user.is_superuser or user.has_role(*STAFF)):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)  # type: ignore[misc, no-any-return]


class ListedMixin(StaffOnlyMixin):
    """What the window lists, with what tells two people of one name apart."""

    filter_form_class = AccountFilterForm

    def get_object_list(self) -> QuerySet[User]:
        return choosable()

    @property
    def columns(self) -> list[Column]:
        first, *others = super().columns  # type: ignore[misc]
        first.label = _("Full name")
        return [
            first,
            Column("unit", label=_("Unit")),
            Column("username", label=_("Username"), accessor="username"),
            *others,
        ]


class AccountChooseView(ListedMixin, ChooseView):  # type: ignore[misc]
    """The chooser's window."""


class AccountChooseResultsView(ListedMixin, ChooseResultsView):  # type: ignore[misc]
    """A page of its results."""


class AccountChosenView(StaffOnlyMixin, ChosenView):  # type: ignore[misc]
    """The answer to a choice; an account that is not offered does not exist."""

    def get_object(self, pk: str) -> User:
        return choosable().get(pk=int(pk) if pk.isdecimal() and len(pk) < 19 else 0)


class AccountsChosenView(StaffOnlyMixin, ChosenMultipleView):  # type: ignore[misc]
    """Several choices at once."""

    def get_objects(self, pks: list[str]) -> QuerySet[User]:
        return choosable().filter(pk__in=[int(pk) for pk in pks if pk.isdecimal() and len(pk) < 19])


class NoCreateView(StaffOnlyMixin, CreateView):  # type: ignore[misc]
    """Accounts are made by the system administrator on their own page."""

    def can_create(self) -> bool:
        return False


class AccountChooserViewSet(ChooserViewSet):  # type: ignore[misc]
    model = User
    icon = "user"
    per_page = 15
    choose_one_text = _("Choose an account")
    choose_another_text = _("Choose another account")
    edit_item_text = _("Open this account")
    register_widget = False
    choose_view_class = AccountChooseView
    choose_results_view_class = AccountChooseResultsView
    chosen_view_class = AccountChosenView
    chosen_multiple_view_class = AccountsChosenView
    create_view_class = NoCreateView


account_chooser_viewset = AccountChooserViewSet("account_chooser")
AccountChooser = account_chooser_viewset.widget_class
