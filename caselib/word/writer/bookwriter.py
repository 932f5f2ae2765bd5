"""Writes a whole book: flows once, page numbers from the oracle, contents and indexes from both, then the file."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import BinaryIO

from caselib.word import ooxml
from caselib.word.book import Book, Chapter, Index, Matter, Part
from caselib.word.folios import Stretch, folio, local_name, starts
from caselib.word.oracle import Measured, PageOracle
from caselib.word.styles import HouseStyle
from caselib.word.writer.body import BodyWriter, Mark
from caselib.word.writer.contents import contents_xml, index_xml
from caselib.word.writer.covers import cover_xml
from caselib.word.writer.document import save
from caselib.word.writer.flows import Flow, FlowWriter, part_title, with_own_notes
from caselib.word.writer.images import TINY, ImageStore
from caselib.word.writer.package import Package
from caselib.word.writer.results import Entry
from caselib.word.writer.sections import Furniture, Section, section_xml
from caselib.word.writer.stylesheet import styles_xml
from caselib.word.writer.templates import looks_of, merge_styles
from caselib.word.writer.titles import fits_running, running

# Raised with every change of what the writer prints: it is part of every fingerprint and of every frozen edition.
WRITER_VERSION = "6"
Progress = Callable[[int, int, str], None]


@dataclass(slots=True)
class Piece:
    """A section of the book with its flows. Sections that are not ``counted`` do not move page numbers."""

    section: Section
    flows: list[Flow]
    counted: bool = True


@dataclass(slots=True)
class BookWriter:
    """The state of one compilation."""

    book: Book
    style: HouseStyle
    template: bytes | None = None
    package: Package = field(default_factory=Package)
    images: ImageStore = field(default_factory=ImageStore)
    pieces: list[Piece] = field(default_factory=list)
    writer: BodyWriter = field(init=False)
    flows: FlowWriter = field(init=False)
    styles: str = field(init=False)
    levels: int = field(init=False)
    contents: Flow | None = None
    indexes: list[tuple[Index, Flow]] = field(default_factory=list)

    def __post_init__(self) -> None:
        parts = self.book.has_parts
        self.levels = max(0, self.book.contents_depth - (0 if parts else 1))
        if self.book.contents_depth:
            self.levels = max(1, self.levels)
        shift = 1 if parts else 0
        self.styles = styles_xml(self.style, parts=parts)
        if self.template:
            self.styles = merge_styles(self.styles, self.template)
            self.style = looks_of(self.styles, self.style, parts=parts)
        self.writer = BodyWriter(self.style, self.package, self.images, shift=shift, deepest_mark=self.levels - shift)
        self.flows = FlowWriter(self.writer, self.levels)

    @property
    def odd(self) -> bool:
        """True when the book is printed on both sides: parts begin on odd pages."""
        return self.style.page.mirrored

    def _section(
        self,
        *,
        recto: bool,
        numbers: str = "decimal",
        first: int = 0,
        odd_header: str = "",
        folio: bool = True,
        columns: int = 1,
        reference: int = 0,
    ) -> Section:
        above = self.style.running_titles and folio
        return Section(
            "oddPage" if recto and self.odd else "nextPage",
            numbers,
            first,
            running(odd_header, self.style) if above else "",
            running(ooxml.line(self.book.title), self.style) if above else "",
            folio,
            columns,
            reference if above else 0,
        )

    # what the book consists of

    def plan(self, progress: Progress | None) -> None:
        """Write every flow whose text does not depend on page numbers, and note the sections."""
        book = self.book
        for cover in filter(None, (book.cover, book.title_page)):
            flow = Flow("cover", cover_xml(cover, self.writer))
            self.pieces.append(Piece(self._section(recto=bool(self.pieces), folio=False), [flow], counted=False))
        front = 1
        for matter in book.front:
            self._front(self.flows.matter(matter), front)
            front = 0
        if book.contents_depth:
            self.contents = Flow("contents", "", title=book.contents_title)
            self._front(self.contents, front)
        self._body(progress)
        for item in book.back:
            self._back(item)
        if not any(piece.counted for piece in self.pieces):
            empty = Flow("matter", ooxml.paragraph("BodyText", ""))
            self.pieces.append(Piece(self._section(recto=True, first=1), [empty]))

    def _front(self, flow: Flow, first: int) -> None:
        section = self._section(recto=True, numbers="lowerRoman", first=first, odd_header=flow.title)
        self.pieces.append(Piece(section, [flow]))

    def _body(self, progress: Progress | None) -> None:
        first, total, done = 1, len(self.book.chapters()), 0
        loose: list[Chapter] = []
        heads: dict[str, str] = {}
        title = ooxml.line(self.book.title)
        for item in (*self.book.body, None):
            run_on = isinstance(item, Part) and not item.own_page
            if loose and not (run_on or isinstance(item, Chapter)):
                self.pieces.append(self._chapters(loose, title, first, heads))
                first, loose, heads = 0, [], {}
            if isinstance(item, Chapter):
                loose.append(item)
            elif isinstance(item, Part) and run_on:
                loose += item.chapters
                heads |= {chapter.key: part_title(item) for chapter in item.chapters[:1]}
                done += len(item.chapters)
            elif isinstance(item, Matter):
                flow = self.flows.matter(item)
                self.pieces.append(Piece(self._section(recto=True, first=first, odd_header=flow.title), [flow]))
                first = 0
            elif isinstance(item, Part):
                part = self.flows.part(item)
                self.pieces.append(Piece(self._section(recto=True, first=first, folio=False), [part]))
                first = 0
                if item.chapters:
                    self.pieces.append(self._chapters(list(item.chapters), part.title, 0))
                done += len(item.chapters)
            if progress:
                progress(done, total, ooxml.line(item.title) if item else "")

    def _chapters(
        self, chapters: list[Chapter], cached: str, first: int, heads: Mapping[str, str] | None = None
    ) -> Piece:
        """Return the piece of ``chapters``; ``heads`` are titles of parts without a page, by the key of the chapter below."""
        heads = heads or {}
        groups: list[list[Chapter]] = []
        for chapter in chapters:
            if chapter.new_page or not groups:
                groups.append([chapter])
            else:
                groups[-1].append(chapter)
        # A title too long for the line above the page would be printed whole by Word, and push the text down.
        running_texts = list(heads.values()) or [ooxml.line(chapter.title) for chapter in chapters]
        short = all(fits_running(text, self.style) for text in running_texts)
        reference = (1 if heads else 1 + self.writer.shift) if short else 0
        section = self._section(recto=True, first=first, odd_header=cached, reference=reference)
        return Piece(section, [self.flows.chapters(group, heads) for group in groups])

    def _back(self, item: Matter | Index) -> None:
        first = 0 if any(piece.section.numbers == "decimal" and piece.counted for piece in self.pieces) else 1
        if isinstance(item, Matter):
            flow = self.flows.matter(item)
            plain = item.kind == "colophon"
            self.pieces.append(
                Piece(self._section(recto=False, first=first, odd_header=flow.title, folio=not plain), [flow])
            )
            return
        number = self.flows.count
        self.flows.count += 1
        title = ooxml.line(item.title)
        flow = Flow("index", "", [Mark(f"_Toc{number}c0", title, 1)], title=title, columns=2)
        self.indexes.append((item, flow))
        self.pieces.append(Piece(self._section(recto=False, first=first, odd_header=title, columns=2), [flow]))

    # page numbers

    def fingerprint(self) -> str:
        """Return the fingerprint of everything but the text that moves page numbers."""
        page = repr(self.style.page) + repr(self.style.notes_per_page)
        return hashlib.sha256(f"{WRITER_VERSION}\x00{self.styles}\x00{page}".encode()).hexdigest()

    def count(self, oracle: PageOracle, progress: Progress | None) -> dict[str, str]:
        """Return the printed page of every heading. Indexes are laid out last: they quote the numbers of all others."""
        base = self.fingerprint()
        skip = {id(flow) for _index, flow in self.indexes} | {id(self.contents)}
        flows = [flow for piece in self.pieces if piece.counted for flow in piece.flows if id(flow) not in skip]

        def report(done: int, total: int) -> None:
            if progress:
                progress(done, total, "layout")

        measured = dict(zip(map(id, flows), oracle.measure(flows, base, self.thin_copy, report), strict=True))
        pages = self._pages(measured)
        if self.indexes:
            self.fill_indexes(pages)
            found = oracle.measure([flow for _index, flow in self.indexes], base, self.thin_copy)
            measured |= {id(flow): item for (_index, flow), item in zip(self.indexes, found, strict=True)}
            pages = self._pages(measured)
        return pages

    def _pages(self, measured: Mapping[int, Measured]) -> dict[str, str]:
        one = Measured(1)
        pieces = [piece for piece in self.pieces if piece.counted]
        rows = starts(
            [
                Stretch(
                    tuple(measured.get(id(flow), one).pages for flow in piece.flows),
                    piece.section.start == "oddPage",
                    piece.section.first,
                )
                for piece in pieces
            ]
        )
        pages: dict[str, str] = {}
        for piece, row in zip(pieces, rows, strict=True):
            for flow, start in zip(piece.flows, row, strict=True):
                inside = dict(measured.get(id(flow), one).headings)
                for mark in flow.marks:
                    number = start + inside.get(local_name(mark.anchor), 0)
                    pages[mark.anchor] = folio(
                        number, "lowerRoman" if piece.section.numbers == "lowerRoman" else "decimal"
                    )
        return pages

    def learn(self, oracle: PageOracle, where: Mapping[str, int], blank: Collection[int] = ()) -> None:
        """Take over where headings stand on the pages of the whole book (``where``: bookmark to page, from 0).

        LibreOffice now and then breaks a page with footnotes otherwise in the whole book than in the thin copy.
        ``blank`` are the pages with nothing on them, which stand before a section that begins on an odd page.
        """
        base = self.fingerprint()
        flows = [flow for piece in self.pieces if piece.counted for flow in piece.flows]
        for flow, after in zip(flows, [*flows[1:], None], strict=True):
            first = where.get(flow.marks[0].anchor) if flow.marks else None
            key = flow.fingerprint(base)
            if first is None or key not in oracle.cache:
                continue
            known = oracle.cache[key]
            found = tuple((local_name(a), where[a] - first) for a in flow.anchors() if where.get(a, -1) >= first)
            following = where.get(after.marks[0].anchor, 0) if after and after.marks else 0
            pages = following - first - (following - 1 in blank) if following > first else known.pages
            if (found, pages) != (known.headings, known.pages) and all(place < pages for _name, place in found):
                oracle.cache[key] = replace(known, headings=found, pages=pages)

    def fill_indexes(self, pages: Mapping[str, str]) -> None:
        """Write the indexes with the numbers in ``pages``."""
        anchors = {key: anchor for piece in self.pieces for flow in piece.flows for key, anchor in flow.keys}
        for index, flow in self.indexes:
            mark = flow.marks[0]
            # In its column, not across the page: sections in the middle of a page lay out differently from time to time.
            title = self.writer.marked(mark.anchor, ooxml.run(mark.text))
            heading = ooxml.paragraph("MatterTitle", title, '<w:jc w:val="left"/>')
            flow.xml = heading + index_xml(index, anchors, pages, self.style)

    def thin_copy(self, flows: Sequence[Flow]) -> bytes:
        """Return a file with ``flows`` alone, each on a new page and marked, with one pixel for every picture."""
        package, images = Package(), ImageStore()
        package.links = self.package.links
        package.relations = [row for row in self.package.relations if "/hyperlink" in row]
        images.stored = {key: replace(item, data=TINY, suffix="png") for key, item in self.images.stored.items()}
        furniture = Furniture(package, self.style, odd_even=False)
        body, notes = with_own_notes([self._marked_flow(flow, index) for index, flow in enumerate(flows)])
        columns = flows[0].columns if flows else 1
        end = ooxml.bookmark(9_000_000, "flowend", "")
        body += ooxml.paragraph("Spacer", end, "<w:pageBreakBefore/>")
        body += section_xml(Section(columns=columns, folio=False), self.style, furniture, notes=True)
        counters = replace(self.writer.counters, notes=notes, comments=[])
        out = io.BytesIO()
        save(out, body, package, images, counters, self.style, properties={}, styles=self.styles)
        return out.getvalue()

    def _marked_flow(self, flow: Flow, index: int) -> Flow:
        mark = ooxml.bookmark(9_000_001 + index, f"flow{index}", "")
        return replace(flow, xml=_first_paragraph(flow.xml, page_break=index > 0, content=mark))

    # the file

    def write(self, out: BinaryIO, pages: Mapping[str, str], *, counted: bool) -> tuple[Entry, ...]:
        """Write the book to ``out`` and return the lines of its contents."""
        marks = [mark for piece in self.pieces for flow in piece.flows for mark in flow.marks]
        if self.contents is not None:
            self.contents.xml = contents_xml(self.book.contents_title, marks, pages, self.levels, self.style)
        furniture = Furniture(self.package, self.style, odd_even=self.odd)
        chunks: list[str] = []
        for piece in self.pieces:
            for position, flow in enumerate(piece.flows):
                xml = _first_paragraph(flow.xml, page_break=True) if position else flow.xml
                if position == len(piece.flows) - 1:
                    xml = _end_section(xml, section_xml(piece.section, self.style, furniture, notes=True))
                chunks.append(xml)
        chunks[-1] = _last_section(chunks[-1])
        named = {"title": ooxml.line(self.book.title), "language": "zh-CN", **dict(self.book.properties)}
        save(
            out,
            "".join(chunks),
            self.package,
            self.images,
            self.writer.counters,
            self.style,
            properties=named,
            parts=self.book.has_parts,
            odd_even=self.odd,
            update_fields=not counted and self.contents is not None,
            styles=self.styles,
        )
        keys = {anchor: key for piece in self.pieces for flow in piece.flows for key, anchor in flow.keys}
        return tuple(
            Entry(
                mark.text,
                mark.level,
                pages.get(mark.anchor, "") if counted else "",
                mark.anchor,
                keys.get(mark.anchor, ""),
            )
            for mark in marks
            if mark.level <= max(self.levels, 1)
        )


def _first_paragraph(xml: str, *, page_break: bool, content: str = "") -> str:
    """Put a page break before the first paragraph and ``content`` at its start."""
    style = xml.index("/>", xml.index("<w:pStyle")) + 2
    at = xml.index("</w:pPr>")
    broken = "<w:pageBreakBefore/>" if page_break else ""
    return f"{xml[:style]}{broken}{xml[style:at]}</w:pPr>{content}{xml[at + 8 :]}"


def _end_section(xml: str, properties: str) -> str:
    """Put section properties into the last paragraph, so that no empty line can make a page of its own."""
    start = xml.rindex("<w:p><w:pPr>")
    at = xml.index("</w:pPr>", start)
    return xml[:at] + properties + xml[at:]


def _last_section(xml: str) -> str:
    """Move the section properties of the last paragraph to the end: those of the last section belong to the body."""
    start, end = xml.rindex("<w:sectPr>"), xml.rindex("</w:sectPr>") + len("</w:sectPr>")
    return xml[:start] + xml[end:] + xml[start:end]
