"""Whether something still says what somebody was shown: the one guard of every form that writes over what stood there.

A form carries a stamp of what it showed. Who sends it back after a colleague saved something else is told so, and what was
typed stays on the screen; the last one would else win in silence.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models.fields.files import FieldFile
from django.utils.translation import gettext as _

from .errors import ConflictError, Refusal

LENGTH = 16
#: The field of a form that carries the stamp.
SEEN = "seen"


def stamp(values: Any) -> str:
    """Return a short text that is another one as soon as ``values`` (of JSON, rows or files) are others."""
    text = json.dumps(values, cls=_Encoder, sort_keys=True)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:LENGTH]


def stamp_of(row: models.Model, names: Iterable[str] = ()) -> str:
    """Return the stamp of the fields ``names`` of ``row``, of all but files if none is named; empty for a row that is not
    there yet."""
    if row.pk is None:
        return ""
    wanted = set(names)
    fields = [
        field
        for field in row._meta.concrete_fields
        if (field.name in wanted if wanted else not isinstance(field, models.FileField))
    ]
    return stamp({field.name: field.value_from_object(row) for field in fields})


def stamp_of_form(form: forms.BaseForm) -> str:
    """Return the stamp of what ``form`` shows of its row before anybody typed anything, with the rows of its formsets."""
    return stamp(_shown(form))


def changed() -> Refusal:
    """Return what is said of something that a colleague changed meanwhile."""
    text = _(
        "A colleague changed this meanwhile. Yours was not saved: open it again in another window, look at what stands "
        "there now, and repeat there what is still needed."
    )
    return Refusal("changed", text)


def require_seen(seen: str, now: str) -> None:
    """Raise ConflictError if ``seen``, the stamp that a form carried, is not the one of ``now``; who sends none is let pass."""
    if seen and seen != now:
        raise ConflictError(changed())


class SeenField(forms.CharField):
    """The hidden field of a form that carries the stamp; nobody changes anything by it."""

    def has_changed(self, initial: Any, data: Any) -> bool:
        return False


def seen_field(initial: str = "") -> SeenField:
    """Return the field that carries the stamp ``initial``."""
    return SeenField(max_length=64, required=False, initial=initial, widget=forms.HiddenInput)


def _shown(form: forms.BaseForm) -> dict[str, Any]:
    shown = {
        name: _value(form.get_initial_for_field(field, name)) for name, field in form.fields.items() if name != SEEN
    }
    formsets: dict[str, Any] = getattr(form, "formsets", {})
    below = {name: [_shown(row) for row in formset.initial_forms] for name, formset in formsets.items()}
    return {**shown, **below}


def _value(value: Any) -> Any:
    """Rows come from the database in any order."""
    if isinstance(value, list) and value and all(isinstance(row, models.Model) for row in value):
        return sorted(row.pk for row in value)
    return value


class _Encoder(DjangoJSONEncoder):
    def default(self, o: Any) -> Any:
        if isinstance(o, FieldFile):
            return o.name
        if isinstance(o, models.Model):
            return o.pk
        if isinstance(o, models.QuerySet):
            return sorted(o.values_list("pk", flat=True))
        try:
            return super().default(o)
        except TypeError:
            return str(o)
