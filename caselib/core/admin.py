"""What the admin views of several apps share."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db import models, transaction

from .errors import RefusedError
from .seen import SEEN, changed, seen_field, stamp_of_form


class RefusableFormMixin:
    """A refusal of a service becomes an error of the form, and nothing that was typed is lost."""

    refusal_field: str | None = None
    produced_error_message: Any = None

    def form_valid(self, form: Any) -> Any:
        try:
            return super().form_valid(form)  # type: ignore[misc]
        except RefusedError as error:
            form.add_error(self.refusal_field, str(error))
            self.produced_error_message = str(error)
            return self.form_invalid(form)  # type: ignore[attr-defined]


class SeenMixin:
    """Of an edit view: what a colleague saved since the form was shown is not written over.

    It stands before Wagtail's EditView. The row is locked while it is compared and saved; the form comes back with what
    was typed.
    """

    def get_form(self, form_class: Any = None) -> Any:
        form = super().get_form(form_class)  # type: ignore[misc]
        # Before the form writes into it: a form that was sent back with errors shows what it showed.
        shown = stamp_of_form(form) if form.instance.pk and not form.is_bound else ""
        form.fields[SEEN] = seen_field(shown)
        return form

    def form_valid(self, form: Any) -> Any:
        with transaction.atomic():
            if not self._as_seen(form):
                form.add_error(None, str(changed().message))
                self.produced_error_message = str(changed().message)
                return self.form_invalid(form)  # type: ignore[attr-defined]
            return super().form_valid(form)  # type: ignore[misc]

    def _as_seen(self, form: Any) -> bool:
        seen = form.cleaned_data.get(SEEN)
        if not seen:
            return True
        row = _locked(form.instance)
        return row is not None and stamp_of_form(self._showing(type(form), row)) == seen

    def _showing(self, form_class: Any, row: models.Model) -> forms.BaseForm:
        """Return the form as it would be shown of ``row`` now."""
        kwargs = {**self.get_form_kwargs(), "instance": row}  # type: ignore[attr-defined]
        found: forms.BaseForm = form_class(**{name: value for name, value in kwargs.items() if name not in _SENT})
        return found


_SENT = ("data", "files")


def _locked(row: models.Model) -> models.Model | None:
    rows = type(row)._default_manager.select_for_update(of=("self",), no_key=True)
    return rows.filter(pk=row.pk).first()
