"""Downloads of the admin's listings and reports that are safe to open in a spreadsheet program."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from wagtail.admin.views.mixins import SpreadsheetExportMixin

from .workbooks import guarded

BOM = b"\xef\xbb\xbf"


def cell(value: Any) -> Any:
    """Return ``value`` as a cell holds it: nothing, numbers, days and moments as they are, all else as guarded text."""
    if value is None or isinstance(value, int | float) or hasattr(value, "isoformat"):
        return value
    return guarded(str(value))


def guard_wagtails_own() -> None:
    """Let the CSV of Wagtail's own reports begin and write cells as ours do; called once when the app is ready.

    There is no setting for it, and a field's own conversion goes before that of its type: so the methods are replaced.
    Without the mark at the beginning Excel and WPS take the file for GBK, and no Chinese word can be read.
    """
    theirs, lines = SpreadsheetExportMixin.preprocess_field_value, SpreadsheetExportMixin.stream_csv

    def preprocess_field_value(self: Any, field: str, value: Any, export_format: str) -> Any:
        value = theirs(self, field, value, export_format)
        return cell(value) if export_format == SpreadsheetExportMixin.FORMAT_CSV else value

    def stream_csv(self: Any, queryset: Any) -> Iterator[bytes]:
        yield BOM
        yield from lines(self, queryset)

    SpreadsheetExportMixin.preprocess_field_value = preprocess_field_value
    SpreadsheetExportMixin.stream_csv = stream_csv


class GuardedExportMixin:
    """Mixed in before a view of Wagtail that exports: no cell is a formula, in CSV and in workbooks."""

    def preprocess_field_value(self, field: str, value: Any, export_format: str) -> Any:
        return cell(super().preprocess_field_value(field, value, export_format))  # type: ignore[misc]
