"""Takes the contents out of an attachment in a process of its own (``python -m caselib.competitions.isolated_attachment``).

No Django. Arguments: what it is (pdf, slides, sheets, word, picture), the file, where the result goes as JSON. A picture
is written beside it as PNG.
"""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from PIL import Image

from caselib.word import codec, text_readers
from caselib.word.guard import LIMITS, UnreadableError
from caselib.word.reader.document import read_docx

PAGES, CELLS, SHAPES = 500, 200_000, 20_000
# Fewer characters a page than this, and the file is a scan: nobody can say what stands in its pictures.
SCAN = 20
PICTURE_SIDE = 1600


class Withheld(Exception):
    """There can be no safe copy; the argument is the reason's code."""


def pdf(data: bytes) -> list[list[str]]:
    """Return the lines of each page. Raises Withheld for a scan and for too many pages."""
    import pypdfium2

    document = pypdfium2.PdfDocument(data)
    try:
        if len(document) > PAGES:
            raise Withheld("kind")
        texts = [document[number].get_textpage().get_text_bounded() for number in range(len(document))]
    finally:
        document.close()
    if sum(len(text.strip()) for text in texts) < SCAN * max(1, len(texts)):
        raise Withheld("scan")
    return [text_readers.clean(text).splitlines() for text in texts]


def slides(data: bytes) -> list[list[str]]:
    """Return the texts of each slide. Raises Withheld where there are none."""
    from pptx import Presentation

    pages = [list(_shape_texts(slide.shapes, SHAPES)) for slide in Presentation(io.BytesIO(data)).slides]
    if not any(pages):
        raise Withheld("scan")
    return [[text_readers.clean(text) for text in page] for page in pages[:PAGES]]


def _shape_texts(shapes: Any, left: int) -> Iterator[str]:
    """Yield the texts of shapes, tables and groups. Speaker's notes and pictures stay out."""
    for shape in list(shapes)[:left]:
        if shape.shape_type is not None and hasattr(shape, "shapes"):
            yield from _shape_texts(shape.shapes, left)
        elif getattr(shape, "has_table", False) and shape.has_table:
            for row in shape.table.rows:
                yield " | ".join(cell.text for cell in row.cells)
        elif getattr(shape, "has_text_frame", False) and shape.has_text_frame:
            yield from (paragraph.text for paragraph in shape.text_frame.paragraphs if paragraph.text.strip())


def sheets(data: bytes) -> list[Any]:
    """Return name and cells (row, column, type, value) of each visible sheet. Raises Withheld for too many cells."""
    from openpyxl import load_workbook

    found: list[Any] = []
    left = CELLS
    for sheet in load_workbook(io.BytesIO(data), read_only=True, data_only=True).worksheets:
        if sheet.sheet_state != "visible":
            continue
        cells: list[Any] = []
        for row_number, row in enumerate(sheet.iter_rows(values_only=True), start=1):
            left -= max(1, len(row))
            if left < 0:
                raise Withheld("kind")
            cells += [
                [row_number, column, *_written(value)] for column, value in enumerate(row, start=1) if value is not None
            ]
        found.append([sheet.title, cells])
    return found


def _written(value: object) -> tuple[str, Any]:
    if isinstance(value, bool | int | float | str):
        return "", value
    if isinstance(value, datetime | date | time):
        return type(value).__name__, value.isoformat()
    return ("timedelta", value.total_seconds()) if isinstance(value, timedelta) else ("", str(value))


def value_of(kind: str, written: Any) -> Any:
    """Return the value of a cell as ``sheets`` wrote it."""
    if kind == "timedelta":
        return timedelta(seconds=written)
    readers = {"datetime": datetime.fromisoformat, "date": date.fromisoformat, "time": time.fromisoformat}
    return readers[kind](written) if kind else written


def word(data: bytes) -> dict[str, Any]:
    """Return the blocks and notes of a Word file as JSON data."""
    document = read_docx(data)
    return {"blocks": codec.encode_blocks(document.blocks), "notes": codec.encode(document.notes)}


def clean_picture(source: Any) -> bytes:
    """Return a picture as a fresh PNG: no metadata, no file name, at most 1600 pixels a side.

    Raises OSError, ValueError or DecompressionBombError for what cannot be read, ValueError for too many pixels.
    """
    with Image.open(source) as opened:
        if opened.width * opened.height > LIMITS.pixels:
            raise ValueError(f"{opened.width} x {opened.height} pixels")
        rgba = opened.convert("RGBA")
    clean = Image.new("RGB", rgba.size, "white")
    clean.paste(rgba, mask=rgba.getchannel("A"))
    clean.thumbnail((PICTURE_SIDE, PICTURE_SIDE))
    out = io.BytesIO()
    clean.save(out, "PNG")
    return out.getvalue()


def main(kind: str, source: str, out: str) -> int:
    """Write the contents, or why there are none. What cannot be read ends in an exception."""
    data = Path(source).read_bytes()
    try:
        if kind == "picture":
            Path(out).with_suffix(".png").write_bytes(clean_picture(io.BytesIO(data)))
            told: Any = ""
        else:
            told = {"pdf": pdf, "slides": slides, "sheets": sheets, "word": word}[kind](data)
        result = {"contents": told}
    except Withheld as reason:
        result = {"withheld": str(reason)}
    except UnreadableError:
        result = {"withheld": "unreadable"}
    Path(out).write_text(json.dumps(result, ensure_ascii=False), encoding="utf-8", errors="replace")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:4]))
