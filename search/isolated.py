"""The part of reading documents that may die: run as a process of its own (``python -m search.isolated``), no Django.

Arguments: source file, its name, output folder. Writes ``text`` there piece by piece, so that what was read before a file
turned out to be damaged, or before its time was over, is kept; then ``told.json``: {"convert": kind} where the parent has
to convert the file first, {"error": why} where reading ended early, else {}.
"""

from __future__ import annotations

import json
import sys
import zipfile
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import olefile

from caselib.word import convert, guard, text_readers
from caselib.word.flatopc import to_package
from caselib.word.html_reader import read_html
from caselib.word.model import Document, Paragraph, Table, plain_text
from caselib.word.reader.document import read_docx
from search import sheets, slides
from search.extraction import MAX_CHARACTERS

_MAX_PAGES = 2_000


class ConversionNeeded(Exception):
    """The file is of a kind (of ``guard``) that has to be converted first."""


def pieces(path: Path, name: str) -> Iterator[str]:
    """Yield the text of a document, by what it is and not by what it is called. Raises anything, ConversionNeeded among it."""
    with path.open("rb") as file:
        head = file.read(1024)
    if b"%PDF-" in head:
        yield from _pdf(path)
    elif head.startswith(b"PK"):
        yield from _package(path, name)
    elif head.startswith(guard.OLE):
        yield from _compound(path, name)
    else:
        yield from _word(path.read_bytes(), name)


def _package(path: Path, name: str) -> Iterator[str]:
    with zipfile.ZipFile(path) as archive:
        parts = archive.namelist()
    if any(part.startswith("xl/") for part in parts):
        yield from sheets.pieces(path)
    elif any(part.startswith("ppt/") for part in parts):
        yield from slides.pieces(path)
    else:
        yield from _word(path.read_bytes(), name)


def _compound(path: Path, name: str) -> Iterator[str]:
    with olefile.OleFileIO(str(path)) as file:
        streams = {names[0] for names in file.listdir() if len(names) == 1}
    if slides.STREAM in streams:
        yield from slides.old_pieces(path)
    elif streams & {"Workbook", "Book"}:
        yield from sheets.old_pieces(path)
    else:
        yield from _word(path.read_bytes(), name)


def _word(data: bytes, name: str) -> Iterator[str]:
    kind = guard.sniff(data, name)
    if kind in convert.KINDS:
        raise ConversionNeeded(kind)
    if kind in ("html", "mhtml"):
        yield from _blocks(read_html(data, kind))
    elif kind == "text":
        yield text_readers.decode(data)[0]
    else:
        yield from _blocks(read_docx(to_package(data) if kind == "flatopc" else data))


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


def _pdf(path: Path) -> Iterator[str]:
    import pypdfium2

    document = pypdfium2.PdfDocument(path)
    try:
        for page in islice(document, _MAX_PAGES):
            text = page.get_textpage()
            yield text.get_text_bounded().replace("\r\n", "\n")
            text.close()
            page.close()
    finally:
        document.close()


def main(source: str, name: str, folder: str) -> None:
    """Read one file into the folder."""
    told: dict[str, str] = {}
    length = 0
    with Path(folder, "text").open("w", encoding="utf-8", errors="replace", newline="\n") as out:
        try:
            for piece in pieces(Path(source), name):
                if piece:
                    out.write(piece + "\n")
                    length += len(piece) + 1
                if length > MAX_CHARACTERS:
                    break
        except ConversionNeeded as kind:
            told["convert"] = str(kind)
        except BaseException as error:  # libraries raise anything over a damaged file; those in Rust no Exception
            told["error"] = f"{type(error).__name__}: {error}"
    Path(folder, "told.json").write_text(json.dumps(told), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
