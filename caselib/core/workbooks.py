"""Tables as workbooks (.xlsx) that no spreadsheet program reads as formulas."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone
from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from .cells import FORMULA

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MAX_CHARACTERS = 32_000
NARROWEST, WIDEST = 8, 48


def guarded(text: str) -> str:
    """Return ``text`` so that no spreadsheet reads it as a formula, not even after it was saved as CSV."""
    clean = ILLEGAL_CHARACTERS_RE.sub("", text)[:MAX_CHARACTERS]
    return f"'{clean}" if clean.startswith(FORMULA) else clean


def table_workbook(title: str, head: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """Return one sheet with a bold first row that stays in sight.

    Numbers, days and moments (in the present time zone) stay what they are; everything else becomes text.
    """
    book = Workbook()
    sheet: Any = book.active
    sheet.title = "".join(c for c in title if c not in r"[]:*?/\'")[:31] or "1"
    widths = [0] * len(head)
    for number, row in enumerate((head, *rows), start=1):
        for column, value in enumerate(row):
            cell = sheet.cell(number, column + 1)
            cell.alignment = Alignment(vertical="top", wrap_text=True)
            if number == 1:
                cell.font = Font(bold=True)
            widths[column] = max(widths[column], _fill(cell, value))
    for column, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(column)].width = min(max(width + 2, NARROWEST), WIDEST)
    sheet.freeze_panes = "A2"
    # Printed, all columns stand on one A4 page, lying where they are many, and the first row on each.
    sheet.print_title_rows = "1:1"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.orientation = "landscape" if sum(min(width, WIDEST) for width in widths) > 80 else "portrait"
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.page_setup.fitToHeight = 0
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(head))}{sheet.max_row}"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _fill(cell: Any, value: object) -> int:
    """Put ``value`` into ``cell`` and return how wide it is, in half-width characters."""
    if isinstance(value, datetime):
        cell.value = timezone.make_naive(value) if timezone.is_aware(value) else value
        cell.number_format = "yyyy-mm-dd hh:mm"
        return 16
    if isinstance(value, date):
        cell.value, cell.number_format = value, "yyyy-mm-dd"
        return 10
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        cell.value = value
        if isinstance(value, Decimal) and (places := -int(value.as_tuple().exponent)) > 0:
            cell.number_format = f"0.{'0' * places}"  # 95.50 is not 95.5 to whoever compares it with the page
        return 8
    text = guarded("" if value is None else str(value))
    cell.value, cell.data_type = text, "s"
    return sum(2 if ord(c) > 0x2E7F else 1 for c in text)
