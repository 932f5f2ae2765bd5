"""What one reading of a document carries along: budgets, counters, places, warnings."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from caselib.word.guard import LIMITS, MIB, UnreadableError
from caselib.word.model import Comment, ImageData, Note, Picture, Run, Warning
from caselib.word.numbering import Counters
from caselib.word.reader.lists import read_lists
from caselib.word.reader.package import Element, Package, Relationship
from caselib.word.reader.styles import Look, Styles

MAX_WARNINGS_PER_CODE = 200
_MOST_INSERTED, _MOST_INSERTED_DEPTH = 200, 2
_OF_ONE_DOCUMENT = (
    "package",
    "links",
    "styles",
    "counters",
    "fields",
    "open_comments",
    "comment_texts",
    "prefix",
    "depth",
)


@dataclass(slots=True)
class RawParagraph:
    """A paragraph as it stands in the file, before anybody decided what it is.

    ``front`` is the length of its beginning in a display face (黑体, 楷体) or, then ``front_marked``, in a style for leads.
    """

    look: Look
    runs: list[Run]
    ordinal: int
    start: int = 0
    label: str = ""
    bullet: bool = False
    toc: bool = False
    pictures: list[Picture] = field(default_factory=list)
    boxes: list[list[RawParagraph | RawTable]] = field(default_factory=list)
    size: int = 0
    mark_deleted: bool = False
    boxed: bool = False
    front: int = 0
    front_marked: bool = False

    @property
    def text(self) -> str:
        return "".join(run.text for run in self.runs)


@dataclass(slots=True)
class RawCell:
    """A cell in its anchor position."""

    paragraphs: list[RawParagraph]
    colspan: int = 1
    rowspan: int = 1


@dataclass(slots=True)
class RawTable:
    """A table as rows of anchor cells on a grid of ``columns``."""

    rows: list[list[RawCell]]
    columns: int
    ordinal: int
    header_rows: int = 0


RawBlock = RawParagraph | RawTable


@dataclass(slots=True)
class Field:
    """A complex field being read: its instruction so far, and whether its result has begun."""

    instruction: str = ""
    in_result: bool = False

    @property
    def name(self) -> str:
        words = self.instruction.split()
        return words[0].upper() if words else ""


class Context:
    """Shared by the readers of one document. ``part`` relationships belong to the part being read."""

    def __init__(self, package: Package) -> None:
        self._open(package)
        self.warnings: list[Warning] = package.warnings
        self.images: dict[str, ImageData] = {}
        self.pictures = 0
        self.paragraphs = 0
        self.paragraphs_inside = 0
        self.cells = 0
        self.offset = 0
        self.note_order: list[str] = []
        self.inserted_notes: dict[str, Note] = {}
        self.comments: list[Comment] = []
        self._per_code: dict[str, int] = {}
        self._inserted = 0
        self._inserted_bytes = 0

    def _open(self, package: Package) -> None:
        """Set what belongs to one document, unlike the budgets and the finds."""
        self.package = package
        self.links: dict[str, Relationship] = package.relationships(package.main)
        self.styles = Styles(self._part("styles"))
        self.counters = Counters(read_lists(self._part("numbering")))
        self.fields: list[Field] = []
        self.open_comments: dict[str, tuple[int, int]] = {}
        self.comment_texts: dict[str, tuple[str, str, str]] = {}
        self.prefix = ""  # of the keys of notes and comments, which every document counts from 1
        self.depth = 0
        self.radicals = 0  # characters replaced by the ones they stand for

    @contextmanager
    def inserted(self, package: Package) -> Iterator[None]:
        """Let the readers work in a document inserted into this one, on the same budgets.

        Raises UnreadableError when documents are inserted into inserted ones too deep or weigh more than one file may.
        """
        self._inserted_bytes += package.inflated_bytes
        if self._inserted >= _MOST_INSERTED:
            raise UnreadableError("too_many_entries", str(_MOST_INSERTED))
        if self.depth >= _MOST_INSERTED_DEPTH:
            raise UnreadableError("too_deep", str(_MOST_INSERTED_DEPTH))
        if self._inserted_bytes > LIMITS.inflated_bytes:
            raise UnreadableError("bomb", f"{self._inserted_bytes // MIB} MB")
        outer = {name: getattr(self, name) for name in _OF_ONE_DOCUMENT}
        self._inserted += 1
        depth = self.depth + 1
        try:
            self._open(package)
            self.prefix, self.depth = f"{self._inserted}:", depth
            yield
        finally:
            for name, value in outer.items():
                setattr(self, name, value)

    def _part(self, kind: str) -> Element | None:
        for link in self.links.values():
            if link.kind == kind and not link.external:
                return self.package.optional_xml(link.target)
        return None

    def part_name(self, kind: str) -> str:
        """Return the name of the part that the document links to as ``kind``, or ""."""
        for link in self.links.values():
            if link.kind == kind and not link.external and self.package.has(link.target):
                return link.target
        return ""

    def warn(self, code: str, text: str = "", place: str = "") -> None:
        """Add a line for the import report; beyond the cap only the count goes on."""
        count = self._per_code.get(code, 0) + 1
        self._per_code[code] = count
        if count <= MAX_WARNINGS_PER_CODE:
            self.warnings.append(Warning(code, place or self.place, text[:400]))

    @property
    def place(self) -> str:
        """The present place for people: the paragraph counted from 1."""
        return f"¶{self.paragraphs}"

    def next_paragraph(self, *, inside: bool = False) -> int:
        """Count one more paragraph and return its ordinal. Raises UnreadableError over the limit.

        A cell holds a paragraph at least, so those ``inside`` tables and boxes have a limit of their own.
        """
        self.paragraphs += 1
        self.paragraphs_inside += int(inside)
        if self.paragraphs - self.paragraphs_inside > LIMITS.paragraphs or self.paragraphs_inside > 2 * LIMITS.cells:
            raise UnreadableError("too_many_paragraphs", str(LIMITS.paragraphs))
        return self.paragraphs - 1

    def next_cell(self) -> None:
        """Count one more cell. Raises UnreadableError over the limit."""
        self.cells += 1
        if self.cells > LIMITS.cells:
            raise UnreadableError("too_many_cells", str(LIMITS.cells))

    def overflow(self) -> list[Warning]:
        """Return one line for every code whose warnings were cut off."""
        return [
            Warning("more_of_the_same", code, str(count - MAX_WARNINGS_PER_CODE))
            for code, count in self._per_code.items()
            if count > MAX_WARNINGS_PER_CODE
        ]
