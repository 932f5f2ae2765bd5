"""Forms by which editors keep online lists."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from caselib.core.seen import seen_field
from caselib.resources.enums import Kind
from caselib.vocabularies.models import Position, Sector, Topic

from ..enums import ListKind, Obligation
from ..models import CatalogueList
from ..services import ListDetails
from .fields import Day, TermChoice


class ListForm(forms.ModelForm):
    """What is said about a list; the rule of a rule-based list is a search text and kinds and terms."""

    rule_kinds = forms.MultipleChoiceField(
        label=_("Kinds of the saved search"), choices=Kind.choices, required=False, widget=forms.CheckboxSelectMultiple
    )
    topic = TermChoice(Topic, label=_("Topic"))
    sector = TermChoice(Sector, label=_("Sector"))
    position = TermChoice(Position, label=_("Position"))
    version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0, max_value=2**31 - 1)

    class Meta:
        model = CatalogueList
        fields = (
            "title",
            "kind",
            "introduction",
            "circulation",
            "audience",
            "topic",
            "sector",
            "position",
            "level",
            "rule_text",
            "starts_on",
            "ends_on",
            "pinned",
        )
        widgets = {"starts_on": Day(), "ends_on": Day(), "introduction": forms.Textarea(attrs={"rows": 4})}
        help_texts = {
            "kind": _(
                "A curated list is filled by hand, a rule-based list fills itself, a campaign list runs between two days."
            ),
            "rule_text": _("For rule-based lists. The topic, sector and position chosen above narrow it as well."),
            "pinned": _("Running campaign lists that are pinned stand first on the home page."),
        }

    field_order = (*Meta.fields[:10], "rule_kinds", *Meta.fields[10:], "version")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial.setdefault("version", self.instance.version)
            self.initial["version"] = self.instance.version
            self.initial["rule_kinds"] = self.instance.rule_filters.get("kind", [])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        first, last = data.get("starts_on"), data.get("ends_on")
        if data.get("kind") == ListKind.CAMPAIGN and not (first and last):
            self.add_error("starts_on", _("A campaign list needs a first and a last day."))
        if first and last and last < first:
            self.add_error("ends_on", _("The last day lies before the first day."))
        return data

    def validate_constraints(self) -> None:
        """The clean method says the same in the words of the form."""

    def _post_clean(self) -> None:
        # The service writes the list; the instance on the screen stays as it was loaded.
        return

    def details(self) -> ListDetails:
        """Return what the form says; only after ``is_valid``."""
        data = dict(self.cleaned_data)
        filters = {"kind": data.pop("rule_kinds")} if data["kind"] == ListKind.RULE else {}
        data.pop("rule_kinds", None)
        data.pop("version", None)
        terms: dict[str, Any] = {}
        for axis, key in (("topic", "topics"), ("sector", "sectors"), ("position", "positions")):
            term = data.pop(axis)
            terms[f"{axis}_id"] = term.pk if term else None
            if term and data["kind"] == ListKind.RULE:
                filters[key] = [str(term.pk)]
        return ListDetails(**data, **terms, rule_filters={key: value for key, value in filters.items() if value})


class ItemForm(forms.Form):
    """Section, line and obligation of an item."""

    section = forms.CharField(label=pgettext_lazy("catalogue", "Section"), max_length=80, required=False)
    line = forms.CharField(label=_("Editor's line"), max_length=300, required=False)
    obligation = forms.ChoiceField(label=_("Obligation"), choices=Obligation.choices)
    seen = seen_field()
