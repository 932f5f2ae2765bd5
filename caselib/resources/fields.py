"""Form fields of the resource editors."""

from __future__ import annotations

import json
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from caselib.core.characters import UNFIT

from .widgets import TableWidget

MAX_ROWS, MAX_COLUMNS, MAX_TEXT = 500, 60, 5000


class TableField(forms.CharField):
    """A table as JSON text: caption, number of header rows, and rows of anchor cells with their spans."""

    widget = TableWidget

    def prepare_value(self, value: Any) -> str:
        return value if isinstance(value, str) else json.dumps(value or {}, ensure_ascii=False)

    def to_python(self, value: Any) -> Any:
        """Return the table as data. Raises ValidationError for anything that is none."""
        if isinstance(value, str):
            try:
                value = json.loads(value or "{}")
            except (ValueError, RecursionError) as error:
                raise ValidationError(_("The table could not be read. Please enter it again.")) from error
        return clean_table(value)

    def validate(self, value: Any) -> None:
        if self.required and not value.get("rows"):
            raise ValidationError(_("Enter at least one row."))


def clean_table(value: Any) -> dict[str, Any]:
    """Return ``value`` as a well-formed table; raises ValidationError for anything that is none."""
    if not isinstance(value, dict) or not isinstance(value.get("rows", []), list):
        raise ValidationError(_("The table could not be read. Please enter it again."))
    rows = value.get("rows", [])
    if len(rows) > MAX_ROWS or any(not isinstance(row, list) or len(row) > MAX_COLUMNS for row in rows):
        raise ValidationError(
            _("A table may have %(rows)d rows and %(columns)d columns at most.")
            % {"rows": MAX_ROWS, "columns": MAX_COLUMNS}
        )
    header_rows = value.get("header_rows", 0)
    header_rows = header_rows if isinstance(header_rows, int) and 0 <= header_rows <= len(rows) else 0
    return {
        "caption": UNFIT.sub("", str(value.get("caption", "")))[:300],
        "header_rows": header_rows,
        "rows": [[_clean_cell(cell) for cell in row] for row in rows],
    }


def _clean_cell(cell: Any) -> dict[str, Any]:
    if not isinstance(cell, dict):
        cell = {"text": str(cell)}
    spans = {}
    for key, limit in (("colspan", MAX_COLUMNS), ("rowspan", MAX_ROWS)):
        span = cell.get(key, 1)
        spans[key] = min(span, limit) if isinstance(span, int) and span >= 1 else 1
    return {"text": UNFIT.sub("", str(cell.get("text", "")))[:MAX_TEXT], **spans}
