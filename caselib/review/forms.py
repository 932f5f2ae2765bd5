"""Forms of the review: what a person sends is parsed here and judged by the rules."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.contrib.auth.models import Group
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from caselib.accounts.models import Unit, User
from caselib.core.seen import seen_field
from caselib.resources.enums import Circulation, Kind

from .enums import AnswerValue, Disposition, Outcome
from .models import StageTask
from .selectors.queue import QueueFilter
from .services.deciding import Verdict

BIG = 2**63 - 1


class VerdictForm(forms.Form):
    """A verdict: outcome, opinion, the revision that was read, and one answer a question."""

    revision = forms.IntegerField(min_value=1, max_value=BIG, widget=forms.HiddenInput)
    checklist = forms.IntegerField(min_value=1, max_value=BIG, required=False, widget=forms.HiddenInput)
    outcome = forms.ChoiceField(choices=Outcome.choices, label=_("Decision"), widget=forms.RadioSelect)
    return_to = forms.IntegerField(min_value=1, max_value=BIG, required=False, label=_("Return to"))
    opinion = forms.CharField(
        label=_("Opinion"), required=False, strip=False, widget=forms.Textarea(attrs={"rows": 8, "maxlength": 20000})
    )

    def __init__(self, *args: Any, items: list[dict[str, Any]], earlier: list[StageTask], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.items = items
        self.fields["return_to"].widget = forms.Select(
            choices=[("", _("Choose a stage")), *((stage.pk, stage.name) for stage in earlier)]
        )
        for item in items:
            self.fields[f"answer-{item['key']}"] = forms.ChoiceField(
                choices=AnswerValue.choices, required=False, label=item["text"], widget=forms.RadioSelect
            )
            self.fields[f"note-{item['key']}"] = forms.CharField(
                max_length=500,
                required=False,
                label=_("Remark"),
                widget=forms.TextInput(attrs={"placeholder": _("Remark, if any")}),
            )

    def questions(self) -> list[tuple[dict[str, Any], forms.BoundField, forms.BoundField]]:
        """Return (item, answer field, remark field) for each question."""
        return [(item, self[f"answer-{item['key']}"], self[f"note-{item['key']}"]) for item in self.items]

    def verdict(self) -> Verdict:
        """Return the verdict of a valid form."""
        data = self.cleaned_data
        answers = {item["key"]: data.get(f"answer-{item['key']}", "") for item in self.items}
        return Verdict(
            outcome=data["outcome"],
            opinion=data["opinion"].replace("\x00", ""),
            revision=data["revision"],
            answers={key: value for key, value in answers.items() if value},
            notes={item["key"]: data.get(f"note-{item['key']}", "") for item in self.items},
            checklist=data.get("checklist"),
            return_to=data.get("return_to"),
        )


class DispositionForm(forms.Form):
    disposition = forms.ChoiceField(choices=Disposition.choices, label=_("Disposition"))
    reason = forms.CharField(max_length=500, required=False, label=_("Reason"))


class CommentForm(forms.Form):
    """A comment; ``passage`` counts from 1, as the page shows it."""

    text = forms.CharField(
        max_length=4000, label=pgettext_lazy("review", "Comment"), widget=forms.Textarea(attrs={"rows": 3})
    )
    passage = forms.IntegerField(min_value=1, max_value=100_000)
    start = forms.IntegerField(min_value=0, max_value=10_000_000, required=False)
    end = forms.IntegerField(min_value=0, max_value=10_000_000, required=False)


class QueueForm(forms.Form):
    """The filters of the queue. A value that makes no sense does not filter."""

    stage = forms.ModelChoiceField(StageTask.objects.none(), required=False, label=_("Stage"), empty_label=_("All"))
    unit = forms.ModelChoiceField(Unit.objects.none(), required=False, label=_("Unit"), empty_label=_("All"))
    kind = forms.ChoiceField(choices=[("", _("All")), *Kind.choices], required=False, label=_("Kind"))
    reviewer = forms.ModelChoiceField(User.objects.none(), required=False, label=_("Reviewer"), empty_label=_("All"))
    light = forms.ChoiceField(choices=[("", _("All")), ("overdue", _("Overdue"))], required=False, label=_("Due"))
    older_than = forms.IntegerField(min_value=0, max_value=3650, required=False, label=_("Waiting at least (days)"))
    mine = forms.BooleanField(required=False, label=_("Mine and unassigned"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.ModelChoiceField, self.fields["stage"]).queryset = StageTask.objects.filter(active=True).order_by(
            "name"
        )
        cast(forms.ModelChoiceField, self.fields["unit"]).queryset = Unit.objects.filter(active=True).order_by("path")
        cast(forms.ModelChoiceField, self.fields["reviewer"]).queryset = (
            User.objects.filter(assigned_stages__status="in_progress").distinct().order_by("name")
        )

    def wanted(self) -> QueueFilter:
        """Return the filter of the fields that are valid."""
        self.is_valid()
        data = self.cleaned_data
        number = {name: data[name].pk if data.get(name) else None for name in ("stage", "unit", "reviewer")}
        return QueueFilter(
            kind=data.get("kind", ""),
            light=data.get("light", ""),
            older_than=data.get("older_than"),
            mine=bool(data.get("mine")),
            **number,
        )


class AssignForm(forms.Form):
    """Whom to assign; ``seen`` is who was when the form was shown, 0 for nobody."""

    assignee = forms.IntegerField(min_value=1, max_value=BIG, required=False)
    seen = forms.IntegerField(min_value=0, max_value=BIG, required=False)


class ReasonForm(forms.Form):
    reason = forms.CharField(max_length=2000, label=_("Reason"), widget=forms.Textarea(attrs={"rows": 4}))


class CirculationForm(forms.Form):
    """A change of circulation level."""

    level = forms.ChoiceField(choices=Circulation.choices, label=_("Circulation level"), widget=forms.RadioSelect)
    groups = forms.ModelMultipleChoiceField(
        Group.objects.none(), required=False, label=_("Groups"), help_text=_("Only for a restricted item.")
    )
    reason = forms.CharField(max_length=2000, label=_("Reason"), widget=forms.Textarea(attrs={"rows": 4}))
    seen = seen_field()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.ModelChoiceField, self.fields["groups"]).queryset = Group.objects.order_by("name")


class PackForm(forms.Form):
    """A rule pack as a CSV file."""

    code = forms.SlugField(max_length=40, label=_("Code"))
    name = forms.CharField(max_length=120, label=_("Name"))
    file = forms.FileField(label=_("CSV file"))


class RuleSwitchForm(forms.Form):
    key = forms.CharField(max_length=60)
    active = forms.BooleanField(required=False)


class ChecklistForm(forms.Form):
    """The questions of a checklist, one a line."""

    questions = forms.CharField(
        label=_("Questions"),
        help_text=_("One question a line. End a line with * if the text cannot pass when it is answered “no”."),
        widget=forms.Textarea(attrs={"rows": 14}),
        max_length=20_000,
    )
    seen = seen_field()
