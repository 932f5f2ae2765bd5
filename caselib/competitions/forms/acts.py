"""Small forms of single acts: objections, declarations, bids, appointments."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from caselib.accounts.enums import Role
from caselib.accounts.models import User
from caselib.vocabularies.models import Sector, Topic
from caselib.vocabularies.selectors import in_use

from ..models import Award, Bid, Competition, Entry, Need, Objection, Track
from .setup import MomentField

NAMES = re.compile(r"[,，、;；\n]+")
MILESTONE = re.compile(r"^\s*(?P<day>\d{4}-\d{1,2}-\d{1,2})\s+(?P<title>.+)$")


class ObjectionForm(forms.ModelForm):
    class Meta:
        model = Objection
        fields = ["entry", "name", "contact", "text"]

    def __init__(self, *args: Any, competition: Competition, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        awarded = Award.objects.filter(competition=competition).values("entry_id")
        self.fields["entry"].queryset = Entry.objects.filter(pk__in=awarded).order_by("number")  # type: ignore[attr-defined]
        self.fields["entry"].empty_label = _("The list as a whole")  # type: ignore[attr-defined]


class DeclarationForm(forms.Form):
    names = forms.CharField(
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
        label=_("Persons I am related or bound to"),
        help_text=_("Relatives, own students, partners in projects: one a line."),
    )
    units = forms.CharField(
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
        label=_("Units I am bound to"),
        help_text=_("One a line. Your own unit and those you belonged to in recent years are known already."),
    )
    complete = forms.BooleanField(
        label=_("I declare that this is complete and that I will step back where I am partial.")
    )

    def clean_names(self) -> list[str]:
        return [name.strip()[:60] for name in NAMES.split(self.cleaned_data["names"]) if name.strip()]

    def clean_units(self) -> list[str]:
        return [name.strip()[:120] for name in NAMES.split(self.cleaned_data["units"]) if name.strip()]


class AppointForm(forms.Form):
    user = forms.ModelChoiceField(User.objects.none(), label=_("judge"))
    tracks = forms.ModelMultipleChoiceField(
        Track.objects.none(), widget=forms.CheckboxSelectMultiple, label=_("tracks")
    )
    topics = forms.ModelMultipleChoiceField(Topic.objects.none(), required=False, label=_("topics the judge knows"))
    sectors = forms.ModelMultipleChoiceField(Sector.objects.none(), required=False, label=_("sectors the judge knows"))

    def __init__(self, *args: Any, competition: Competition, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        seated = competition.judges.filter(active=True).values("user_id")
        judges = User.objects.filter(groups__name=Role.JUDGE, is_active=True).exclude(pk__in=seated)
        self.fields["user"].queryset = judges.select_related("unit").order_by("name", "pk")  # type: ignore[attr-defined]
        self.fields["tracks"].queryset = competition.tracks.all()  # type: ignore[attr-defined]
        self.fields["topics"].queryset = in_use(Topic)  # type: ignore[attr-defined]
        self.fields["sectors"].queryset = in_use(Sector)  # type: ignore[attr-defined]


class ReasonForm(forms.Form):
    reason = forms.CharField(max_length=500, label=_("reason"))


class ProlongForm(forms.Form):
    until = MomentField(label=_("until"))
    reason = forms.CharField(max_length=300, label=_("reason"))


class NeedForm(forms.ModelForm):
    deadline = MomentField(label=_("bids until"))
    readings = forms.IntegerField(label=_("judges for each bid"), min_value=1, max_value=15, initial=3)

    class Meta:
        model = Need
        fields = ["title", "topic", "audience", "requirements", "deadline", "deliver_by"]
        widgets = {"deliver_by": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")}


class BidForm(forms.ModelForm):
    class Meta:
        model = Bid
        fields = ["title", "outline", "team"]
        widgets = {"outline": forms.Textarea(attrs={"rows": 14})}

    seen = forms.CharField(required=False, widget=forms.HiddenInput)


class BidDraftForm(BidForm):
    """A bid that is not ready: its title suffices."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["outline"].required = self.fields["team"].required = False


class MilestonesForm(forms.Form):
    milestones = forms.CharField(
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 5}),
        label=_("milestones"),
        help_text=_("One a line: the date as 2026-09-30, a space, what is due. The last one hands in the course."),
    )

    def clean_milestones(self) -> list[tuple[str, date]]:
        found = []
        for line in self.cleaned_data["milestones"].splitlines():
            if not line.strip():
                continue
            match = MILESTONE.match(line)
            try:
                if match is None:
                    raise ValueError
                year, month, day = (int(part) for part in match["day"].split("-"))
                found.append((match["title"].strip()[:120], date(year, month, day)))
            except ValueError:
                raise forms.ValidationError(_("This line has no date: %(line)s"), params={"line": line[:40]}) from None
        if not found:
            raise forms.ValidationError(_("Write down at least one milestone."))
        return found
