"""Forms of the office for a call and its parts."""

from __future__ import annotations

import re
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from caselib.accounts.enums import UnitKind, UnitLevel
from caselib.accounts.models import Unit
from caselib.resources.enums import Kind

from ..enums import TrackKind
from ..models import AwardRule, Competition, CompositionRule, Criterion, Quota, Round, Rubric, Track

LINE = re.compile(r"^\s*(?P<level>[^:：]{1,20})[:：]\s*(?P<text>.+)$")


class MomentField(forms.DateTimeField):
    """A date and time in the library's zone, typed with the browser's own picker. Seconds are kept."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local", "step": "1"}, format="%Y-%m-%dT%H:%M:%S")
    input_formats = ["%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M"]

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(input_formats=self.input_formats, **kwargs)


def unit_choices() -> forms.ModelChoiceField:
    return forms.ModelChoiceField(Unit.objects.filter(active=True).order_by("path"), required=False, label=_("unit"))


class CallForm(forms.ModelForm):
    entry_opens = MomentField(label=_("entries from"))
    entry_closes = MomentField(label=_("entries until"), help_text=_("The last second still counts."))
    nomination_opens = MomentField(label=_("recommendations from"), required=False)
    nomination_closes = MomentField(label=_("recommendations until"), required=False)

    class Meta:
        model = Competition
        fields = [
            "title", "slug", "year", "organiser", "call", "entry_opens", "entry_closes", "nomination_opens",
            "nomination_closes", "conflict_years", "publicity_days", "certificate_prefix", "certificate_text",
        ]  # fmt: skip
        help_texts: ClassVar[dict[str, Any]] = {
            "slug": _("It ends the address of the public page. Latin letters, figures and hyphens, such as cases-2027.")
        }

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for first, last in (("entry_opens", "entry_closes"), ("nomination_opens", "nomination_closes")):
            if data.get(first) and data.get(last) and data[last] <= data[first]:
                self.add_error(last, _("It must end after it begins."))
            if bool(data.get(first)) != bool(data.get(last)) and first not in self.errors and last not in self.errors:
                self.add_error(last, _("Give both dates, or neither."))
        return data


class TrackForm(forms.ModelForm):
    kinds = forms.MultipleChoiceField(
        choices=Kind.choices, required=False, widget=forms.CheckboxSelectMultiple, label=_("kinds of resources")
    )
    levels = forms.MultipleChoiceField(
        choices=UnitLevel.choices, required=False, widget=forms.CheckboxSelectMultiple, label=_("levels of units")
    )

    class Meta:
        model = Track
        fields = [
            "name", "kind", "order", "kinds", "levels", "published_from", "published_to", "free_of_awards_years",
            "with_attachment", "blind",
        ]  # fmt: skip
        widgets = {
            "published_from": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "published_to": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        }


class RoundForm(forms.ModelForm):
    opens_at = MomentField(label=_("scoring from"))
    closes_at = MomentField(label=_("scoring until"), help_text=_("The last second still counts."))

    class Meta:
        model = Round
        fields = ["order", "name", "mode", "opens_at", "closes_at", "weight", "advance"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("opens_at") and data.get("closes_at") and data["closes_at"] <= data["opens_at"]:
            self.add_error("closes_at", _("It must end after it begins."))
        return data


class RubricForm(forms.ModelForm):
    class Meta:
        model = Rubric
        fields = ["readings", "judge_weight", "audience_weight", "drop", "audience_drop", "pass_line", "spread_limit"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("readings") is not None and data.get("drop") is not None and data["readings"] <= 2 * data["drop"]:
            self.add_error("drop", _("With so many dropped no total would be left; have more judges read each entry."))
        if data.get("judge_weight") is not None and data["judge_weight"] <= 0:
            self.add_error("judge_weight", _("The judges always count."))
        return data


class CriterionForm(forms.ModelForm):
    descriptors = forms.CharField(
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        label=_("descriptors"),
        help_text=_("One a line: level, a colon, what it looks like."),
    )

    class Meta:
        model = Criterion
        fields = ["code", "name", "weight", "low", "high", "optional", "tie_order", "order", "descriptors"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        lines = [f"{level}：{text}" for level, text in (self.instance.descriptors or {}).items()]
        self.initial["descriptors"] = "\n".join(lines)

    def clean_descriptors(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for line in self.cleaned_data["descriptors"].splitlines():
            match = LINE.match(line)
            if line.strip() and not match:
                raise forms.ValidationError(_("This line has no colon: %(line)s"), params={"line": line[:40]})
            if match:
                found[match["level"].strip()] = match["text"].strip()
        return found

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("low") is not None and data.get("high") is not None and data["high"] <= data["low"]:
            self.add_error("high", _("The highest mark must be above the lowest."))
        if data.get("weight") is not None and data["weight"] <= 0:
            self.add_error("weight", _("A criterion must have a weight."))
        return data


class QuotaForm(forms.ModelForm):
    unit = unit_choices()

    class Meta:
        model = Quota
        fields = ["track", "level", "unit", "limit"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["track"].queryset = Track.objects.filter(competition=self.instance.competition_id)  # type: ignore[attr-defined]
        self.fields["track"].empty_label = _("All tracks together")  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not data.get("unit") and not data.get("level"):
            self.add_error("level", _("Choose a level of units, or one unit."))
        return data


class AwardRuleForm(forms.ModelForm):
    class Meta:
        model = AwardRule
        fields = ["tier", "count", "percent"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if (data.get("count") is None) == (data.get("percent") is None):
            self.add_error("percent", _("Give either a number of places or a percentage."))
        return data


class CompositionForm(forms.ModelForm):
    label = forms.ChoiceField(label=_("which entries"))

    class Meta:
        model = CompositionRule
        fields = ["label", "numerator", "denominator", "at_most", "text"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Some kinds of tracks and of resources have the same name; the heading says which is meant.
        groups = (
            (_("Kind of track"), "track", TrackKind), (_("Kind of resource"), "kind", Kind),
            (_("Level of the unit"), "level", UnitLevel), (_("Kind of unit"), "unit", UnitKind),
        )  # fmt: skip
        self.fields["label"].choices = [  # type: ignore[attr-defined]
            (heading, [(f"{name}:{value}", label) for value, label in enum.choices]) for heading, name, enum in groups
        ]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("numerator") is not None and data.get("denominator") and data["numerator"] > data["denominator"]:
            self.add_error("numerator", _("A share is at most the whole."))
        return data
