"""Forms of posts, rosters, demand and teaching points."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from caselib.core import clock
from caselib.resources.enums import EducationalLevel
from caselib.resources.models import ResourcePage
from caselib.vocabularies.models import Position, Sector, Topic

from ..enums import EvaluationOutcome
from .fields import Day, TermChoice

MAX_ROSTER_BYTES = 2 * 1024 * 1024


class PostForm(forms.Form):
    """The post somebody holds; every part may be left out. Values are codes, so that the address can be kept."""

    position = TermChoice(Position, label=_("Position"), to_field_name="code", empty_label=_("any"))
    sector = TermChoice(Sector, label=_("Sector"), to_field_name="code", empty_label=_("any"))
    level = forms.ChoiceField(label=_("Rank"), choices=[("", _("any")), *EducationalLevel.choices], required=False)
    risk = TermChoice(Topic, label=_("Risk or topic"), to_field_name="code", empty_label=_("any"))


class RosterForm(forms.Form):
    """A class roster as pasted lines or as a workbook."""

    roster = forms.CharField(
        label=_("Roster"),
        required=False,
        max_length=200_000,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_("One person a line, the post in the line, for example: 王小满，村党支部书记"),
    )
    file = forms.FileField(
        label=_("or a workbook (.xlsx)"), required=False, widget=forms.FileInput(attrs={"accept": ".xlsx"})
    )
    sector = TermChoice(Sector, label=_("Sector of the class"), to_field_name="code", empty_label=_("any"))
    level = forms.ChoiceField(
        label=_("Rank of the class"), choices=[("", _("any")), *EducationalLevel.choices], required=False
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        upload = data.get("file")
        if upload and upload.size > MAX_ROSTER_BYTES:
            self.add_error("file", _("The workbook is larger than 2 MB. Paste the column of posts instead."))
        if not upload and not (data.get("roster") or "").strip() and "file" not in self.errors:
            raise forms.ValidationError(_("Paste the roster or choose a workbook."))
        return data


class AskForm(forms.Form):
    text = forms.CharField(label=_("What do you look for?"), max_length=120)
    details = forms.CharField(
        label=_("For which class or work?"), max_length=600, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )


class MeetForm(forms.Form):
    """Which published item meets a wish; the number stands at the foot of its page."""

    resource = forms.ModelChoiceField(
        label=_("Number of the published item"),
        queryset=ResourcePage.objects.filter(live=True, withdrawn_at__isnull=True),
        widget=forms.NumberInput,
        error_messages={"invalid_choice": _("No published item has this number.")},
    )


class EvaluationForm(forms.Form):
    """An evaluation of a teaching point."""

    score = forms.IntegerField(label=_("Points of 100"), min_value=0, max_value=100)
    findings = forms.CharField(label=_("Findings"), max_length=2000, widget=forms.Textarea(attrs={"rows": 5}))
    outcome = forms.ChoiceField(label=_("Outcome"), choices=EvaluationOutcome.choices, widget=forms.RadioSelect)
    rectify_by = forms.DateField(label=_("Rectify by"), required=False, widget=Day())

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        day = data.get("rectify_by")
        if data.get("outcome") == EvaluationOutcome.RECTIFY and (day is None or day < clock.today()):
            self.add_error("rectify_by", _("Name the day by which it must be put right; it lies ahead."))
        return data
