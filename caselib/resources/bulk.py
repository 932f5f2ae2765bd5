"""Bulk acts on resources: add terms, assign a unit. Each page is checked by itself; refusals are listed, not hidden."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from wagtail.admin.views.pages.bulk_actions.page_bulk_action import PageBulkAction
from wagtail.models import Page

from caselib.accounts.models import Unit
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


class ResourceBulkAction(PageBulkAction):  # type: ignore[misc]
    """What both acts share: only resources that the user may edit, one service call a page."""

    template_name = "resources/admin/bulk.html"

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
