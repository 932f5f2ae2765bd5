"""Forms of the search office."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from search import engines


class ExplainForm(forms.Form):
    """A query and the number of a resource."""

    text = forms.CharField(label=_("Query"), max_length=1000)
    resource = forms.IntegerField(label=_("Number of the resource"), min_value=1, max_value=2**31 - 1)


class ActForm(forms.Form):
    """What to do with an engine's index, or with failed jobs."""

    RETRY, RECONCILE, REBUILD = "retry", "reconcile", "rebuild"

    act = forms.ChoiceField(choices=[(name, name) for name in (RETRY, RECONCILE, REBUILD)])
    engine = forms.ChoiceField(required=False, choices=[(n, n) for n in (engines.EMBEDDED, engines.ELASTIC)])
    jobs = forms.TypedMultipleChoiceField(required=False, coerce=int)

    def __init__(self, data: object, job_ids: list[int]) -> None:
        super().__init__(data)  # type: ignore[arg-type]
        self.fields["jobs"].choices = [(pk, pk) for pk in job_ids]  # type: ignore[attr-defined]

    def clean_engine(self) -> str:
        """Only an engine that this installation has."""
        name = str(self.cleaned_data["engine"])
        if name and name not in engines.configured():
            raise forms.ValidationError(_("This engine is not configured here."))
        return name
