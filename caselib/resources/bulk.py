"""Bulk acts on resources: add terms, assign a unit, file elsewhere. Each page is checked by itself; refusals are listed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from wagtail.admin.views.pages.bulk_actions.page_bulk_action import PageBulkAction
from wagtail.models import Page

from caselib.accounts.enums import Role
from caselib.accounts.models import Unit
from caselib.core import clock
from caselib.core.errors import RefusedError
from caselib.vocabularies.models import Position, Sector, Topic

from . import services
from .forms import TermField
from .models import ResourcePage


class TagForm(forms.Form):
    topics = TermField(Topic, label=_("Topics"))
    sectors = TermField(Sector, label=_("Sectors"))
    positions = TermField(Position, label=_("Positions"))


class UnitForm(forms.Form):
    unit = forms.ModelChoiceField(label=_("Unit"), queryset=Unit.objects.filter(active=True))


class FileForm(forms.Form):
    unit = forms.ModelChoiceField(label=_("Unit"), queryset=Unit.objects.filter(active=True).order_by("path"))
    year = forms.IntegerField(label=_("Year"), min_value=1949, max_value=2100, initial=lambda: clock.today().year)


class ResourceBulkAction(PageBulkAction):  # type: ignore[misc]
    """What the acts share: only resources that the user may edit, one service call a page."""

    template_name = "resources/admin/bulk.html"

    @classmethod
    def offered_to(cls, user: Any) -> bool:
        """Whether the act is offered in listings at all; ``check_perm`` then asks for each page."""
        return True

    def check_perm(self, page: Page) -> bool:
        return (
            isinstance(page.specific_deferred, ResourcePage) and page.permissions_for_user(self.request.user).can_edit()
        )

    def get_success_message(self, done: int, refused: int) -> str:
        message = ngettext("%(count)d resource changed.", "%(count)d resources changed.", done) % {"count": done}
        if refused:
            message += " " + ngettext(
                "%(count)d is under review or locked and was left as it is.",
                "%(count)d are under review or locked and were left as they are.",
                refused,
            ) % {"count": refused}
        return message

    @classmethod
    def apply(cls, objects: Iterable[Page], act: Any) -> tuple[int, int]:
        done = refused = 0
        for page in objects:
            try:
                act(page.specific)
                done += 1
            except RefusedError:
                refused += 1
        return done, refused


class TagBulkAction(ResourceBulkAction):
    display_name = _("Add terms")
    action_type = "add_terms"
    aria_label = _("Add terms to the selected resources")
    form_class = TagForm
    action_priority = 60

    def get_execution_context(self) -> dict[str, Any]:
        chosen = {axis: [term.name for term in terms] for axis, terms in self.cleaned_form.cleaned_data.items()}
        return {**super().get_execution_context(), "terms": chosen}

    @classmethod
    def execute_action(
        cls, objects: Iterable[Page], terms: Any = None, user: Any = None, **kwargs: Any
    ) -> tuple[int, int]:
        return cls.apply(objects, lambda page: services.add_terms(page, terms, by=user))


class UnitBulkAction(ResourceBulkAction):
    display_name = _("Assign unit")
    action_type = "assign_unit"
    aria_label = _("Assign the selected resources to a unit")
    form_class = UnitForm
    action_priority = 70

    def get_execution_context(self) -> dict[str, Any]:
        return {**super().get_execution_context(), "unit": self.cleaned_form.cleaned_data["unit"]}

    @classmethod
    def execute_action(
        cls, objects: Iterable[Page], unit: Any = None, user: Any = None, **kwargs: Any
    ) -> tuple[int, int]:
        return cls.apply(objects, lambda page: services.assign_unit(page, unit, by=user))


class FileBulkAction(ResourceBulkAction):
    """Takes the place of Wagtail's own: resources stand under unit, kind and year, so only unit and year are asked."""

    display_name = _("File elsewhere")
    action_type = "move"
    aria_label = _("File the selected resources under another unit or year")
    form_class = FileForm
    action_priority = 75

    @classmethod
    def offered_to(cls, user: Any) -> bool:
        return bool(user.is_superuser or user.has_role(Role.EDITOR))

    def check_perm(self, page: Page) -> bool:
        return (
            isinstance(page.specific_deferred, ResourcePage) and page.permissions_for_user(self.request.user).can_move()
        )

    def get_execution_context(self) -> dict[str, Any]:
        chosen = self.cleaned_form.cleaned_data
        return {**super().get_execution_context(), "unit": chosen["unit"], "year": chosen["year"]}

    @classmethod
    def execute_action(
        cls, objects: Iterable[Page], unit: Any = None, year: int = 0, user: Any = None, **kwargs: Any
    ) -> tuple[int, int]:
        return cls.apply(objects, lambda page: services.file_under(page, unit, year, by=user))
