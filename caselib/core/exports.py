"""Downloads of the admin's listings and reports that are safe to open in a spreadsheet program."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone
from wagtail.admin.views.mixins import SpreadsheetExportMixin

from .workbooks import guarded

BOM = b"\xef\xbb\xbf"


def cell(value: Any) -> Any:
    """Return ``value`` as a cell holds it: nothing, numbers, days and moments as they are, all else as guarded text."""
    if value is None or isinstance(value, int | float | Decimal) or hasattr(value, "isoformat"):
        return value
    return guarded(str(value))


def here(value: Any) -> Any:
    """Return a moment as the clock on the wall showed it, to the minute; Wagtail would write it in UTC and not say so."""
    if isinstance(value, datetime) and timezone.is_aware(value):
        return timezone.make_naive(value).replace(second=0, microsecond=0)
    return value


def guard_wagtails_own() -> None:
    """Let the downloads of Wagtail's own reports begin, be headed and write cells as ours do; called once when ready.

    There is no setting for it, and a field's own conversion goes before that of its type: so the methods are replaced.
    Without the mark at the beginning Excel and WPS take a CSV file for GBK, and no Chinese word can be read. Reports that
    hand on a list where a queryset is asked for would be headed by the names of attributes.
    """
    theirs, lines = SpreadsheetExportMixin.preprocess_field_value, SpreadsheetExportMixin.stream_csv
    headed = SpreadsheetExportMixin.get_heading

    def preprocess_field_value(self: Any, field: str, value: Any, export_format: str) -> Any:
        value = cell(theirs(self, field, here(value), export_format))
        if isinstance(value, datetime) and export_format == SpreadsheetExportMixin.FORMAT_CSV:
            return f"{value:%Y-%m-%d %H:%M}"
        return value

    def get_heading(self: Any, queryset: Any, field: str) -> str:
        if field not in self.export_headings and not hasattr(queryset, "model"):
            queryset = (self.model or self.filterset_class._meta.model)._default_manager.none()
        return str(headed(self, queryset, field))

    def stream_csv(self: Any, queryset: Any) -> Iterator[bytes]:
        yield BOM
        yield from lines(self, queryset)

    SpreadsheetExportMixin.preprocess_field_value = preprocess_field_value
    SpreadsheetExportMixin.get_heading = get_heading
    SpreadsheetExportMixin.stream_csv = stream_csv
