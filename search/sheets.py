"""The text of spreadsheets, cell by cell."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

_MAX_ROWS = 20_000


def pieces(path: Path) -> Iterator[str]:
    """Yield sheet names and rows of an .xlsx, row by row from the file; what openpyxl does not take, all at once."""
    told = False
    try:
        for line, of_a_row in _streamed(path):
            told = told or of_a_row
            yield line
    except Exception:  # it reads styles that nobody asked for, and fails at odd ones
        if told:
            raise
    if not told:
        yield from old_pieces(path)


def old_pieces(path: Path) -> Iterator[str]:
    """Yield sheet names and rows of a spreadsheet of any format. Holds all of a sheet between its first and last cell."""
    from python_calamine import CalamineWorkbook

    with path.open("rb") as file:  # of a path, it would believe the suffix
        book = CalamineWorkbook.from_filelike(file)
        for name in book.sheet_names:
            yield name
            for row in islice(book.get_sheet_by_name(name).iter_rows(), _MAX_ROWS):
                yield _line(row)


def _streamed(path: Path) -> Iterator[tuple[str, bool]]:
    """Yield each text, and whether it is that of a row."""
    from openpyxl import load_workbook

    with path.open("rb") as file:  # of a path, it would mind the suffix
        for sheet in load_workbook(file, read_only=True, data_only=True).worksheets:
            yield sheet.title, False
            sheet.reset_dimensions()  # what a file says of its size is often wrong, and rows are cut off by it
            for row in islice(sheet.iter_rows(values_only=True), _MAX_ROWS):
                if line := _line(row):
                    yield line, True


def _line(row: Any) -> str:
    return " ".join(_written(value) for value in row if value is not None and value != "")


def _written(value: object) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
