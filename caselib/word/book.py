"""A book as data: what is printed in which order. No page numbers, no Word; the writer turns it into a file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from caselib.word.model import Document, ImageData

MatterKind = Literal["foreword", "interlude", "appendix", "awards", "colophon"]


@dataclass(frozen=True, slots=True)
class Cover:
    """A cover or title page: ``lines`` stand at its foot (unit, date); ``mark`` at its head (for example 内部资料)."""

    title: str
    subtitle: str = ""
    lines: tuple[str, ...] = ()
    mark: str = ""
    image: ImageData | None = None


@dataclass(frozen=True, slots=True)
class Chapter:
    """One case, or one entry of a catalogue. ``key`` names it for indexes and is unique in the book.

    ``document`` is the text without the title. ``qr`` is the address printed as a code at the end, with ``qr_line``
    beside it. With ``new_page`` off the chapter follows the one before on the same page.
    """

    key: str
    title: str
    document: Document
    byline: tuple[str, ...] = ()
    abstract: str = ""
    qr: str = ""
    qr_line: str = ""
    new_page: bool = True


@dataclass(frozen=True, slots=True)
class Part:
    """A part with a page of its own. ``number`` is printed before the title, for example 第一辑.

    With ``own_page`` off the title is a heading above its first chapter, and neighbours of the kind share their pages:
    a catalogue of many small groups. Such a part prints no ``note``.
    """

    title: str
    chapters: tuple[Chapter, ...]
    number: str = ""
    note: str = ""
    own_page: bool = True


@dataclass(frozen=True, slots=True)
class Matter:
    """Text that is no case: foreword, interlude, appendix, award table, colophon. ``listed`` puts it in the contents."""

    key: str
    title: str
    document: Document
    kind: MatterKind = "appendix"
    listed: bool = True


@dataclass(frozen=True, slots=True)
class IndexEntry:
    """A term and the keys of the chapters it leads to."""

    term: str
    keys: tuple[str, ...]
    group: str = ""


@dataclass(frozen=True, slots=True)
class Index:
    """An index; entries are printed in the given order, ``group`` (for example a first letter) above its entries."""

    key: str
    title: str
    entries: tuple[IndexEntry, ...]


@dataclass(frozen=True, slots=True)
class Book:
    """A whole book. ``contents_depth`` is how many levels the contents show; 0 leaves them out."""

    title: str
    cover: Cover | None = None
    title_page: Cover | None = None
    front: tuple[Matter, ...] = ()
    body: tuple[Part | Chapter | Matter, ...] = ()
    back: tuple[Matter | Index, ...] = ()
    contents_title: str = "目录"
    contents_depth: int = 2
    properties: Mapping[str, str] = field(default_factory=dict)

    @property
    def has_parts(self) -> bool:
        return any(isinstance(item, Part) for item in self.body)

    def chapters(self) -> list[Chapter]:
        """Return every chapter in printed order."""
        found: list[Chapter] = []
        for item in self.body:
            found += item.chapters if isinstance(item, Part) else [item] if isinstance(item, Chapter) else []
        return found
