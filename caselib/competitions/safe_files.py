"""Copies of attachments that a blind judge may open, made anew from their contents: nothing of the original file's
properties, comments, tracked changes, headers, drawings or names is carried over. What cannot be made anew is withheld.
"""

from __future__ import annotations

import io
import json
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from openpyxl import Workbook
from PIL import Image

from caselib.core.errors import Refusal
from caselib.word import codec, text_readers
from caselib.word import model as word
from caselib.word.convert import to_docx
from caselib.word.guard import MIB, UnreadableError, open_archive, sniff
from caselib.word.sandbox import run_module
from caselib.word.writer import write_document

from .isolated_attachment import clean_picture, value_of

LARGEST = 50 * 1024 * 1024
SECONDS, MEMORY = 25.0, 600 * MIB  # of one file
FILM_SECONDS = 300
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SUFFIXES = {
    "docx": "docx", "docm": "docx", "doc": "docx", "wps": "docx", "rtf": "docx", "pdf": "docx", "pptx": "docx", "txt": "txt",
    "md": "txt", "xlsx": "xlsx", "xlsm": "xlsx", "png": "png", "jpg": "png", "jpeg": "png", "gif": "png", "webp": "png", "bmp": "png",
    "tif": "png", "tiff": "png", "mp4": "mp4", "m4v": "mp4", "webm": "webm",
}  # fmt: skip
REASONS = {
    "kind": gettext_lazy("Files of this kind cannot be cleared of names."),
    "scan": gettext_lazy("It is a scan: its pages are pictures, and names in pictures cannot be found."),
    "unreadable": gettext_lazy("The file cannot be read."),
    "tool": gettext_lazy("This server lacks the program that clears films of their metadata (ffmpeg)."),
    "office": gettext_lazy("The office has withheld it."),
    "changed": gettext_lazy("The file was changed after the entry was handed in."),
}

Mask = Callable[[str], str]
__all__ = ["SafeFile", "WithheldError", "clean_film", "clean_picture", "is_film", "masked", "outlook", "safe_copy"]


class WithheldError(Exception):
    """There can be no safe copy. ``code`` is a key of ``REASONS``."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code

    @property
    def refusal(self) -> Refusal:
        text = _("This attachment is withheld in a blind track. %(reason)s")
        return Refusal(f"withheld-{self.code}", text % {"reason": REASONS[self.code]})


@dataclass(frozen=True, slots=True)
class SafeFile:
    """The copy: its bytes, the suffix of its neutral name, its type."""

    data: bytes
    suffix: str
    content_type: str


def outlook(name: str) -> str:
    """Return why a file called ``name`` will be withheld whatever it holds, or an empty text; nothing is opened."""
    suffix = SUFFIXES.get(name.rpartition(".")[2].lower(), "")
    if suffix in ("mp4", "webm"):
        return "" if shutil.which("ffmpeg") else "tool"
    return "" if suffix else "kind"


def is_film(name: str) -> bool:
    return SUFFIXES.get(name.rpartition(".")[2].lower()) in ("mp4", "webm")


def safe_copy(data: bytes, name: str, mask: Mask) -> SafeFile:
    """Return the copy of a file in which every text went through ``mask``. What the file is, its bytes say.

    Raises WithheldError where there can be none.
    """
    if len(data) > LARGEST:
        raise WithheldError("kind")
    try:
        return _copy(data, name, mask)
    except WithheldError:
        raise
    except UnreadableError as error:
        raise WithheldError("unreadable") from error
    except (
        Exception
    ) as error:  # a hostile file makes the libraries raise anything; the judge is never shown the raw file
        raise WithheldError("unreadable") from error


def _copy(data: bytes, name: str, mask: Mask) -> SafeFile:
    if data[:1024].lstrip().startswith(b"%PDF"):
        return _as_word(_contents("pdf", data), mask, _("Page %(n)d"))
    if data[:4] in (b"PK\x03\x04", b"PK\x05\x06"):
        with open_archive(data) as archive:
            parts = set(archive.namelist())
        if "ppt/presentation.xml" in parts:
            return _as_word(_contents("slides", data), mask, _("Slide %(n)d"))
        if "xl/workbook.xml" in parts:
            return _sheets(_contents("sheets", data), mask)
        if "word/document.xml" in parts:
            return _word(data, mask)
        raise WithheldError("kind")
    if _is_picture(data):
        return SafeFile(_contents("picture", data), "png", "image/png")
    suffix = SUFFIXES.get(name.rpartition(".")[2].lower())
    kind = sniff(data, name)
    if suffix == "docx" and kind in ("legacy", "rtf", "wordml"):
        return _word(to_docx(data, kind), mask)
    if suffix == "txt" and kind == "text":
        text, _encoding = text_readers.decode(data)
        return SafeFile(mask(text_readers.clean(text)).encode(), "txt", "text/plain; charset=utf-8")
    raise WithheldError("kind")


def _word(data: bytes, mask: Mask) -> SafeFile:
    told = _contents("word", data)
    read = word.Document(codec.decode_blocks(told["blocks"]), notes=codec.decode(told["notes"]))
    document = masked(read, mask)
    return SafeFile(write_document(document, properties={"creator": ""}), "docx", DOCX)


def masked(document: word.Document, mask: Mask) -> word.Document:
    """Return ``document`` with names masked; links, notes' addresses, comments, properties and pictures are dropped."""
    notes = {
        key: word.Note(note.key, (word.Run(mask(word.plain_text(note.runs))),)) for key, note in document.notes.items()
    }
    return word.Document(tuple(b for block in document.blocks for b in _masked_block(block, mask)), notes=notes)


def _masked_block(block: word.Block, mask: Mask) -> list[word.Block]:
    if isinstance(block, word.Heading):
        return [word.Heading(block.level, _masked_runs(block.runs, mask), mask(block.number))]
    if isinstance(block, word.Paragraph):
        # A byline is the one line of a manuscript that is nothing but names.
        return [] if block.role == "byline" else [_masked_paragraph(block, mask)]
    if isinstance(block, word.Table):
        rows = tuple(
            tuple(
                word.Cell(tuple(_masked_paragraph(p, mask) for p in cell.blocks), cell.colspan, cell.rowspan)
                for cell in row
            )
            for row in block.rows
        )
        return [word.Table(rows, block.columns, block.header_rows, mask(block.caption))]
    return [_line(f"〔{_('picture left out')}〕")]


def _masked_paragraph(paragraph: word.Paragraph, mask: Mask) -> word.Paragraph:
    runs = _masked_runs(paragraph.runs, mask)
    return word.Paragraph(runs, paragraph.role, mask(paragraph.number), mask(paragraph.lead))


def _masked_runs(runs: tuple[word.Run, ...], mask: Mask) -> tuple[word.Run, ...]:
    """Mask the joined text, because a name may be cut across runs; note calls stay behind it."""
    text = mask(word.plain_text(runs))
    calls = tuple(word.Run("", note=run.note) for run in runs if run.note)
    return (word.Run(text), *calls)


def _line(text: str) -> word.Paragraph:
    return word.Paragraph((word.Run(text),))


def _as_word(pages: list[list[str]], mask: Mask, heading: str) -> SafeFile:
    """Return text by page as a Word file: what was drawn, scanned or written beside the text does not come along."""
    blocks: list[word.Block] = []
    for number, lines in enumerate(pages, start=1):
        blocks.append(word.Heading(2, (word.Run(heading % {"n": number}),)))
        # Masked as one text first: a name may be broken over two lines.
        blocks += [_line(text) for text in mask("\n".join(lines)).splitlines() if text.strip()]
    return SafeFile(write_document(word.Document(tuple(blocks)), properties={"creator": ""}), "docx", DOCX)


def _sheets(contents: list[Any], mask: Mask) -> SafeFile:
    """Return the values of a workbook: no formula, comment, link, name, drawing, hidden sheet or property."""
    made = Workbook()
    made.remove(made.worksheets[0])
    for title, cells in contents:
        target = made.create_sheet(mask(title)[:31])
        for row, column, kind, written in cells:
            value = value_of(kind, written)
            cell = target.cell(row, column)
            # A number may be a telephone number; what the mask changes becomes text.
            shown = mask(str(value))
            cell.value = shown if isinstance(value, str) or shown != str(value) else value
            if isinstance(cell.value, str):
                cell.data_type = "s"
    if not made.worksheets:
        raise WithheldError("unreadable")
    made.properties.creator = made.properties.lastModifiedBy = ""
    out = io.BytesIO()
    made.save(out)
    return SafeFile(out.getvalue(), "xlsx", XLSX)


def _is_picture(data: bytes) -> bool:
    try:
        with Image.open(io.BytesIO(data)):
            return True
    except (OSError, ValueError, Image.DecompressionBombError):
        return False


def _contents(kind: str, data: bytes) -> Any:
    """Return what ``isolated_attachment`` takes out of a file, apart from this process: files of strangers may hang or explode.

    Raises WithheldError.
    """
    with tempfile.TemporaryDirectory(prefix="caselib-copy-") as name:
        folder = Path(name)
        source, out = folder / "source", folder / "told.json"
        source.write_bytes(data)
        module, arguments = "caselib.competitions.isolated_attachment", (kind, str(source), str(out))
        outcome = run_module(module, *arguments, folder=folder, seconds=SECONDS, memory=MEMORY)
        if outcome.ending != "done" or not out.is_file():
            raise WithheldError("unreadable")
        if kind == "picture":
            return out.with_suffix(".png").read_bytes()
        told = json.loads(out.read_text(encoding="utf-8"))
    if "withheld" in told:
        raise WithheldError(told["withheld"])
    return told["contents"]


def clean_film(source: Path, target: Path) -> None:
    """Write the pictures and the sound of a film to ``target``: no title, author, place, chapter, subtitle or cover.

    Nothing is encoded again. Raises WithheldError where ffmpeg is missing or cannot read the film.
    """
    program = shutil.which("ffmpeg")
    if program is None:
        raise WithheldError("tool")
    command = [
        program, "-v", "error", "-y", "-protocol_whitelist", "file", "-i", f"file:{source}", "-map", "0:V:0?", "-map", "0:a?",
        "-c", "copy", "-map_metadata", "-1", "-map_metadata:s", "-1", "-map_chapters", "-1", "-sn", "-dn", "-fflags", "+bitexact",
        "-flags:v", "+bitexact", "-flags:a", "+bitexact", str(target),
    ]  # fmt: skip
    try:
        subprocess.run(command, timeout=FILM_SECONDS, check=True, capture_output=True)
    except subprocess.SubprocessError as error:
        target.unlink(missing_ok=True)
        raise WithheldError("unreadable") from error
    if not target.is_file() or not target.stat().st_size:
        raise WithheldError("unreadable")
