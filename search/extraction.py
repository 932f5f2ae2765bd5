"""The text of uploaded documents: Word, PDF, slides, spreadsheets and plain text, read with limits."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from pathlib import PurePath

from caselib.word import guard, text_readers
from caselib.word.model import Document, Paragraph, Table, plain_text
from caselib.word.reader.document import read_docx

MAX_BYTES = 100_000_000  # of a file that is read at all
MAX_CHARACTERS = 1_000_000  # of text kept of one file
_MAX_PAGES = 2_000
_MAX_ROWS = 20_000
_CUE = re.compile(r"(?:(\d+):)?(\d{1,2}):(\d{2})[.,](\d{3})\s*-->")
_TAG = re.compile(r"<[^>\n]{0,200}>")


class NoText(Exception):
    """The file has no text that can be read; the message says why."""


def text_of(data: bytes, name: str) -> str:
    """Return the text of a file by its content and name. Raises NoText for anything that cannot be read."""
    if len(data) > MAX_BYTES:
        raise NoText("the file is too large to be searched")
    reader = _READERS.get(PurePath(name).suffix.lower())
    if reader is None:
        raise NoText("files of this kind carry no text")
    try:
        pieces, length = [], 0
        for piece in reader(data):
            pieces.append(piece)
            length += len(piece) + 1
            if length > MAX_CHARACTERS:
                break
    except NoText:
        raise
    except Exception as error:  # libraries raise anything over a damaged file; the page must still be indexed
        raise NoText(f"{type(error).__name__}: {error}"[:300]) from error
    return "\n".join(pieces)[:MAX_CHARACTERS].replace("\x00", "")


def cues(vtt: str) -> tuple[str, tuple[tuple[int, float], ...]]:
    """Return (text, ((offset, seconds), ...)) of WebVTT captions: one line a cue, marks and settings removed."""
    lines: list[str] = []
    starts: list[tuple[int, float]] = []
    offset = 0
    for block in re.split(r"\n\s*\n", vtt.replace("\r\n", "\n").replace("\r", "\n")):
        rows = block.strip().split("\n")
        timing = next((i for i, row in enumerate(rows) if "-->" in row), None)
        if timing is None:
            continue
        match = _CUE.search(rows[timing])
        spoken = _TAG.sub("", " ".join(r.strip() for r in rows[timing + 1 :])).strip()
        if not match or not spoken:
            continue
        hours, minutes, seconds, thousandths = (int(g or 0) for g in match.groups())
        starts.append((offset, hours * 3600 + minutes * 60 + seconds + thousandths / 1000))
        lines.append(spoken)
        offset += len(spoken) + 1
    return "\n".join(lines), tuple(starts)


def _word(data: bytes) -> Iterator[str]:
    yield from _blocks(read_docx(data))


def _blocks(document: Document) -> Iterator[str]:
    for note in document.notes.values():
        yield plain_text(note.runs)
    for block in document.blocks:
        if isinstance(block, Paragraph):
            yield block.text
        elif isinstance(block, Table):
            yield from (cell.text for row in block.rows for cell in row if cell.text)
        else:
            yield getattr(block, "text", "") or getattr(block, "alt", "") or ""


def _plain(data: bytes) -> Iterator[str]:
    yield text_readers.decode(data)[0]


def _captions(data: bytes) -> Iterator[str]:
    yield cues(text_readers.decode(data)[0])[0]


def _pdf(data: bytes) -> Iterator[str]:
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        raise NoText(f"the PDF cannot be opened: {error}") from error
    try:
        for number in range(min(len(document), _MAX_PAGES)):
            page = document[number]
            text = page.get_textpage()
            yield text.get_text_bounded().replace("\r\n", "\n")
            text.close()
            page.close()
    finally:
        document.close()


def _slides(data: bytes) -> Iterator[str]:
    from pptx import Presentation

    _refuse_bomb(data)
    for slide in Presentation(io.BytesIO(data)).slides:
        for shape in slide.shapes:
            if shape.has_text_frame:
                yield shape.text_frame.text  # type: ignore[attr-defined]
            if getattr(shape, "has_table", False) and shape.has_table:
                rows = shape.table.rows  # type: ignore[attr-defined]
                yield from (" ".join(cell.text for cell in row.cells) for row in rows)
        if slide.has_notes_slide and slide.notes_slide.notes_text_frame:
            yield slide.notes_slide.notes_text_frame.text


def _sheets(data: bytes) -> Iterator[str]:
    from openpyxl import load_workbook

    _refuse_bomb(data)
    book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
    try:
        for sheet in book.worksheets:
            yield sheet.title
            for number, row in enumerate(sheet.iter_rows(values_only=True)):
                if number >= _MAX_ROWS:
                    break
                yield " ".join(str(value) for value in row if value is not None)
    finally:
        book.close()


def _refuse_bomb(data: bytes) -> None:
    """Raise what the Word guard raises for an archive that unpacks to far more than it should."""
    guard.open_archive(data).close()


_READERS: dict[str, Callable[[bytes], Iterator[str]]] = {
    ".docx": _word,
    ".docm": _word,
    ".pdf": _pdf,
    ".pptx": _slides,
    ".xlsx": _sheets,
    ".txt": _plain,
    ".md": _plain,
    ".srt": _captions,
    ".vtt": _captions,
}
