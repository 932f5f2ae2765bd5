"""Forms of orders, sessions and ratings."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from caselib.accounts.models import Unit
from caselib.core import clock
from caselib.core.seen import seen_field
from caselib.resources.models import Teacher, TeachingPoint

from ..enums import CRITERIA
from ..models import Room
from ..services import OrderDetails, Scores, SessionPlan
from ..services.ratings import MAX_SLIPS
from ..services.rooms import RoomDetails
from .fields import Day, Moment


class OrderForm(forms.Form):
    """What a unit tells about its order."""

    submission = forms.UUIDField(widget=forms.HiddenInput)
    starts_on = forms.DateField(label=_("First possible day"), widget=Day())
    ends_on = forms.DateField(label=_("Last possible day"), widget=Day())
    place = forms.CharField(label=_("Where it takes place"), max_length=200)
    audience = forms.CharField(
        label=_("Who will listen"), max_length=200, help_text=_("Posts and ranks, so that the content can be fitted.")
    )
    headcount = forms.IntegerField(label=_("How many people"), min_value=1, max_value=100000)
    purpose = forms.CharField(label=_("What for"), max_length=1000, widget=forms.Textarea(attrs={"rows": 4}))
    contact = forms.CharField(label=_("Contact and telephone"), max_length=120)
    remark = forms.CharField(
        label=_("Remark on the order"), max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("submission", uuid.uuid4())

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        first, last = data.get("starts_on"), data.get("ends_on")
        if first and last and last < first:
            self.add_error("ends_on", _("The last day lies before the first day."))
        if last and last < clock.today():
            self.add_error("ends_on", _("The days you ask for are over. Choose days that lie ahead."))
        return data

    def details(self) -> OrderDetails:
        data = {name: value for name, value in self.cleaned_data.items() if name not in ("submission", "version")}
        return OrderDetails(**data)


class ChangeForm(OrderForm):
    """The same of an order that was placed, with the version that was on the screen."""

    submission = None  # type: ignore[assignment]
    version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0, max_value=2**31 - 1)


class ReasonForm(forms.Form):
    """A reason that the other side reads, and the version of the order that was on the screen."""

    reason = forms.CharField(label=_("Reason"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3}))
    version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0, max_value=2**31 - 1)


class RoomChoice(forms.ModelChoiceField):
    """Rooms by name with their seats."""

    def label_from_instance(self, obj: Room) -> str:  # type: ignore[override]
        return _("%(name)s (%(n)d seats)") % {"name": obj.name, "n": obj.seats}


class DispatchForm(forms.Form):
    """Who gives a session, where and when."""

    starts_at = forms.DateTimeField(label=_("Begins"), widget=Moment())
    ends_at = forms.DateTimeField(label=_("Ends"), widget=Moment())
    teacher = forms.ModelChoiceField(
        label=pgettext_lazy("catalogue", "Teacher"),
        queryset=Teacher.objects.filter(live=True, withdrawn_at__isnull=True).order_by("title"),
        required=False,
        empty_label=_("none"),
    )
    room = RoomChoice(label=_("Room"), queryset=Room.objects.filter(active=True), required=False, empty_label=_("none"))
    site = forms.ModelChoiceField(
        label=_("Teaching point"),
        queryset=TeachingPoint.objects.filter(live=True, withdrawn_at__isnull=True).order_by("title"),
        required=False,
        empty_label=_("none"),
    )
    place = forms.CharField(label=_("Other place"), max_length=200, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0, max_value=2**31 - 1)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        first, last = data.get("starts_at"), data.get("ends_at")
        if first and last and last <= first:
            self.add_error("ends_at", _("The session ends before it begins."))
        return data

    def plan(self) -> SessionPlan:
        data = {name: value for name, value in self.cleaned_data.items() if name != "version"}
        return SessionPlan(**data)


class RoomForm(forms.Form):
    """A room."""

    name = forms.CharField(label=_("Name"), max_length=80)
    seats = forms.IntegerField(label=_("Seats"), min_value=1, max_value=20000)
    unit = forms.ModelChoiceField(
        label=_("Unit"), queryset=Unit.objects.order_by("path"), required=False, empty_label=_("none")
    )
    active = forms.BooleanField(label=_("in use"), required=False, initial=True)
    seen = seen_field()

    def details(self) -> RoomDetails:
        data = {name: value for name, value in self.cleaned_data.items() if name != "seen"}
        return RoomDetails(**data)


class DeliveryForm(forms.Form):
    attendance = forms.IntegerField(label=_("People who came"), min_value=0, max_value=100000)
    note = forms.CharField(
        label=_("Note on the session"), max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )


SCORE_CHOICES = [
    ("5", _("5 very good")),
    ("4", _("4 good")),
    ("3", _("3 fair")),
    ("2", _("2 weak")),
    ("1", _("1 poor")),
]


class SlipCodeForm(forms.Form):
    """The code of a rating slip, as people type it."""

    code = forms.CharField(
        label=_("Code on your slip"),
        max_length=40,
        help_text=_("Eight letters and figures; spaces, hyphens and small letters do not matter."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )


class SlipNumberForm(forms.Form):
    """How many rating slips a session needs."""

    number = forms.IntegerField(label=_("How many slips"), min_value=1, max_value=MAX_SLIPS)


class RatingForm(forms.Form):
    """One score a criterion and a comment."""

    comment = forms.CharField(
        label=_("Comment"), max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 4})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, label in CRITERIA:
            self.fields[name] = forms.ChoiceField(label=str(label), choices=SCORE_CHOICES, widget=forms.RadioSelect)
        self.order_fields([*(name for name, _label in CRITERIA), "comment"])

    def scores(self) -> Scores:
        return Scores(**{name: int(self.cleaned_data[name]) for name, _label in CRITERIA})
