"""Reads a class roster from a workbook in a process of its own (``python -m caselib.catalogue.isolated_roster``), no Django."""

from __future__ import annotations

import json
import sys
import warnings
from pathlib import Path
from typing import Any
from zipfile import ZipFile

MAX_INFLATED = 40 * 1024 * 1024
MAX_COLUMNS = 30

Row = tuple[int, tuple[str, ...]]


def read(source: Path, most: int) -> list[Row] | None:
    """Return number and cells of the rows of the first sheet that has any, None for a workbook that is too large.

    At most ``most`` rows. Formulas are read as their last values. Whatever the file leads the readers to is raised.
    """
    from openpyxl import load_workbook

    with ZipFile(source) as archive:
        if sum(entry.file_size for entry in archive.infolist()) > MAX_INFLATED:
            return None
    with source.open("rb") as stream:  # of a path, it would mind the suffix
        book = load_workbook(stream, read_only=True, data_only=True)
        return next((rows for sheet in book.worksheets if (rows := _rows(sheet, most))), [])


def _rows(sheet: Any, most: int) -> list[Row]:
    found: list[Row] = []
    for number, row in enumerate(sheet.iter_rows(max_row=most * 2, max_col=MAX_COLUMNS, values_only=True), start=1):
        cells = tuple(str(value).strip()[:80] for value in row if value is not None and str(value).strip())
        if cells:
            found.append((number, cells))
        if len(found) == most:
            break
    return found


def main(source: str, out: str, most: str) -> int:
    """Write the rows to ``out`` as JSON, null for what is too large. What cannot be read ends in an exception."""
    warnings.simplefilter("ignore")
    text = json.dumps(read(Path(source), int(most)), ensure_ascii=False)
    Path(out).write_text(text, encoding="utf-8", errors="replace")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:4]))
