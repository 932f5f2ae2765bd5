"""Downloads of the admin's listings and reports that are safe to open in a spreadsheet program."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .workbooks import guarded

BOM = b"\xef\xbb\xbf"


class GuardedExportMixin:
    """Mixed in before a view of Wagtail that exports: no cell is a formula, and Excel reads the CSV as UTF-8."""

    def preprocess_field_value(self, field: str, value: Any, export_format: str) -> Any:
        value = super().preprocess_field_value(field, value, export_format)  # type: ignore[misc]
        if value is None or isinstance(value, int | float) or hasattr(value, "isoformat"):
            return value
        return guarded(str(value))

    def stream_csv(self, queryset: Any) -> Iterator[bytes]:
        yield BOM
        yield from super().stream_csv(queryset)  # type: ignore[misc]
