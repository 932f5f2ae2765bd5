"""Reading a class roster from a workbook, behind limits that are checked before anything is inflated."""

from __future__ import annotations

import zipfile
from typing import Any, BinaryIO
from zipfile import BadZipFile, ZipFile

from django.utils.translation import gettext as _
from openpyxl import load_workbook

from caselib.core.errors import Refusal

from .rules.roster import MAX_LINES, RosterLine

MAX_INFLATED = 40 * 1024 * 1024
MAX_COLUMNS = 30


def read_roster(stream: BinaryIO) -> list[RosterLine] | Refusal:
    """Return the rows of the first sheet that has any, or why the file cannot be read. Formulas are read as their last values."""
    unreadable = Refusal("unreadable", _("This is no workbook that can be read. Save it as .xlsx, or paste the lines."))
    try:
        with ZipFile(stream) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > MAX_INFLATED:
                return Refusal("too_large", _("The workbook is too large. Paste the column of posts instead."))
        stream.seek(0)
        book = load_workbook(stream, read_only=True, data_only=True)
        lines = next((rows for sheet in book.worksheets if (rows := _rows(sheet))), [])
        book.close()
    except (
        BadZipFile,
        zipfile.LargeZipFile,
        KeyError,
        ValueError,
        OSError,
        IndexError,
        EOFError,
        AttributeError,
        TypeError,
        SyntaxError,
    ):
        return unreadable
    return lines


def _rows(sheet: Any) -> list[RosterLine]:
    lines = []
    rows = sheet.iter_rows(max_row=MAX_LINES * 2, max_col=MAX_COLUMNS, values_only=True)
    for number, row in enumerate(rows, start=1):
        cells = tuple(str(value).strip()[:80] for value in row if value is not None and str(value).strip())
        if cells:
            lines.append(RosterLine(number, cells))
        if len(lines) == MAX_LINES:
            break
    return lines
