"""Reads an Excel or CSV table in a process of its own (``python -m caselib.ingest.isolated_table``), no Django."""

from __future__ import annotations

import csv
import io
import json
import sys
import warnings
from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path
from typing import Any

from caselib.word import guard
from caselib.word.guard import UnreadableError
from caselib.word.text_readers import clean, decode

MAX_ROWS = 5000
MAX_COLUMNS = 60
MAX_CELL = 5000


def read(data: bytes) -> list[list[str]]:
    """Return the rows of the first sheet or of a CSV file as text. Raises UnreadableError."""
    if not data.strip():
        raise UnreadableError("empty_file")
    if data[:4] == b"PK\x03\x04":
        return _sheet(data)
    if data.startswith(guard.OLE):
        raise UnreadableError("old_table")
    if b"\x00" in data[:4096] and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise UnreadableError("not_a_table")
    text = clean(decode(data)[0])
    head = text.split("\n", 1)[0]
    delimiter = max(",\t;", key=head.count)
    csv.field_size_limit(200_000)
    try:
        return _rows(csv.reader(io.StringIO(text), delimiter=delimiter))
    except csv.Error as error:
        raise UnreadableError("not_a_table", str(error)[:100]) from error


def _sheet(data: bytes) -> list[list[str]]:
    with guard.open_archive(data) as archive:
        names = archive.namelist()
        if not any(name.startswith("xl/") for name in names):
            raise UnreadableError("not_a_table")
        for name in names:
            if name.endswith((".xml", ".rels")):
                guard.refuse_dtd(name, guard.inflate(archive, name)[:4096])
    import openpyxl

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
        sheet = book.worksheets[0]
        return _rows(sheet.iter_rows(values_only=True, max_row=MAX_ROWS + 1, max_col=MAX_COLUMNS))


def _rows(source: Iterable[Iterable[Any]]) -> list[list[str]]:
    rows: list[list[str]] = []
    for cells in source:
        if len(rows) > MAX_ROWS:
            raise UnreadableError("too_many_rows", str(MAX_ROWS))
        row = [_text(cell) for cell in list(cells)[:MAX_COLUMNS]]
        if rows or any(row):
            rows.append(row)
    while rows and not any(rows[-1]):
        rows.pop()
    return rows


def _text(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return clean(str(cell)).strip()[:MAX_CELL]


def main(source: str, out: str) -> int:
    """Read ``source`` and write rows or the refusal as JSON to ``out``."""
    try:
        result: dict[str, Any] = {"rows": read(Path(source).read_bytes())}
    except UnreadableError as error:
        result = {"refused": error.code, "detail": error.detail}
    except MemoryError:
        result = {"refused": "memory", "detail": ""}
    except Exception as error:
        result = {"refused": "unreadable", "detail": type(error).__name__}
    Path(out).write_text(json.dumps(result, ensure_ascii=False), encoding="utf-8", errors="replace")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]))
