"""Form fields and widgets that several forms of the catalogue share."""

from __future__ import annotations

from typing import Any

from django import forms
from django.forms.widgets import DateInput, DateTimeInput
from django.utils.translation import gettext_lazy as _

from caselib.vocabularies.models import Term
from caselib.vocabularies.selectors import in_use


class Day(DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class Moment(DateTimeInput):
    input_type = "datetime-local"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%dT%H:%M")


class TermChoice(forms.ModelChoiceField):
    """A choice of vocabulary terms, indented as the tree is; retired terms are not offered."""

    def __init__(self, model: type[Term], **kwargs: Any) -> None:
        kwargs.setdefault("required", False)
        kwargs.setdefault("empty_label", _("none"))
        super().__init__(queryset=in_use(model), **kwargs)

    def label_from_instance(self, obj: Term) -> str:  # type: ignore[override]
        return "\u3000" * (obj.level - 1) + obj.name
