"""What comes of compiling a book."""

from __future__ import annotations

from dataclasses import dataclass

from caselib.word.writer.body import Fault


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the contents as printed; ``page`` is the folio, or empty when nobody counted. ``key`` names chapters."""

    text: str
    level: int
    page: str
    anchor: str
    key: str = ""


@dataclass(frozen=True, slots=True)
class Compiled:
    """What came of compiling: the lines of the contents, faults met, and whether pages were counted."""

    entries: tuple[Entry, ...]
    faults: tuple[Fault, ...]
    counted: bool
    pages: int = 0
