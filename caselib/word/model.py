"""The document model that the reader produces and the writer consumes.

It is plain data: no python-docx object, no XML element and no ORM row leaves ``caselib.word``. Lengths are in
millimetres; text is Unicode without control characters.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

ParagraphRole = Literal["body", "lead", "quote", "caption", "list", "byline", "toc", "signature"]
NoteKind = Literal["footnote", "endnote"]


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of text with one look. ``note`` is the key of the note that is called at the end of the run."""

    text: str
    bold: bool = False
    italic: bool = False
    underline: bool = False
    superscript: bool = False
    subscript: bool = False
    href: str = ""
    ruby: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the source a block stood: the paragraph's ordinal in the body (from 0) and character offsets."""

    paragraph: int
    start: int = 0
    end: int = 0


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading, level 1 (case title) to 6. ``number`` is the materialised automatic number, not part of ``runs``.

    ``title`` is set by the reader when the line stands as the title of the whole document.
    """

    level: int
    runs: tuple[Run, ...]
    number: str = ""
    guessed: bool = False
    place: Place | None = None
    title: bool = False

    @property
    def text(self) -> str:
        return plain_text(self.runs)


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph. ``lead`` is a run-in lead (段首小标题) that stands before ``runs`` in the same paragraph."""

    runs: tuple[Run, ...]
    role: ParagraphRole = "body"
    number: str = ""
    lead: str = ""
    place: Place | None = None

    @property
    def text(self) -> str:
        return self.lead + plain_text(self.runs)


@dataclass(frozen=True, slots=True)
class Cell:
    """A table cell in its anchor position; cells covered by a span are not listed. Spans are at least 1.

    ``pictures`` are the images that stand in the cell, in reading order.
    """

    blocks: tuple[Paragraph, ...]
    colspan: int = 1
    rowspan: int = 1
    pictures: tuple[Picture, ...] = ()

    @property
    def text(self) -> str:
        return "\n".join(block.text for block in self.blocks)


@dataclass(frozen=True, slots=True)
class Table:
    """A table as rows of anchor cells; ``columns`` is the width of the grid."""

    rows: tuple[tuple[Cell, ...], ...]
    columns: int
    header_rows: int = 0
    caption: str = ""
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Picture:
    """A placed image. ``image`` is a key of ``Document.images``."""

    image: str
    alt: str = ""
    caption: str = ""
    width_mm: float = 0.0
    height_mm: float = 0.0
    place: Place | None = None


Block = Heading | Paragraph | Table | Picture


@dataclass(frozen=True, slots=True)
class ImageData:
    """The bytes of one image, stored once per document; ``key`` is the sha1 of ``data`` in hexadecimal."""

    key: str
    data: bytes
    content_type: str
    name: str = ""
    width_px: int = 0
    height_px: int = 0


@dataclass(frozen=True, slots=True)
class Note:
    """A footnote or endnote; called from a run by ``key``."""

    key: str
    runs: tuple[Run, ...]
    kind: NoteKind = "footnote"


@dataclass(frozen=True, slots=True)
class Comment:
    """A reviewer's comment anchored to a passage (``paragraph`` is the ordinal of the block, offsets in characters)."""

    author: str
    text: str
    paragraph: int
    start: int = 0
    end: int = 0
    at: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True)
class Warning:  # noqa: A001 — the report's word, never caught
    """One line for the import report. ``code`` is stable and machine-readable, ``text`` is for people."""

    code: str
    place: str
    text: str


@dataclass(frozen=True, slots=True)
class Document:
    """A whole manuscript: blocks in reading order and everything they refer to by key.

    ``pages``: the paragraphs (by their ordinal) that begin a page by a break of their author, and the size of their letters.
    """

    blocks: tuple[Block, ...]
    notes: Mapping[str, Note] = field(default_factory=dict)
    images: Mapping[str, ImageData] = field(default_factory=dict)
    comments: tuple[Comment, ...] = ()
    properties: Mapping[str, str] = field(default_factory=dict)
    warnings: tuple[Warning, ...] = ()
    pages: Mapping[int, int] = field(default_factory=dict)


def plain_text(runs: tuple[Run, ...]) -> str:
    """Return the text of ``runs`` without look, ruby or note calls."""
    return "".join(run.text for run in runs)
