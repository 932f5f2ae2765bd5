"""Flows: stretches of a book that begin on a new page, so that their length does not depend on what stands before.

A flow is written once. The same text goes into the book, into the thin copy that is only laid out, and, with its
running numbers taken out, into the fingerprint under which its page count is remembered.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from caselib.word import ooxml
from caselib.word.book import Chapter, Matter, Part
from caselib.word.model import Document, Paragraph
from caselib.word.qr import qr_image
from caselib.word.writer import measure
from caselib.word.writer.body import BodyWriter, Mark
from caselib.word.writer.naming import names_in
from caselib.word.writer.titles import balance, part_line, room_of, title_line

FlowKind = Literal["cover", "matter", "contents", "part", "chapters", "index"]
_RUNNING = re.compile(
    r'(?:w:id|r:id|r:embed|id|name|w:name|w:anchor)="[^"]*"|(?:REF|PAGEREF) _[A-Za-z]+[0-9]+c[0-9]+[a-z0-9]*'
)
_FIGURE = re.compile(r"[0-9]")
_NOTE_CALL = re.compile(r'<w:(footnote|endnote)Reference w:id="([0-9]+)"/>')
_RULE = '<w:pBdr><w:top w:val="single" w:sz="6" w:space="8" w:color="auto"/></w:pBdr>'
_NOTE_ID = re.compile(r'^<w:(footnote|endnote) w:id="[0-9]+">')


@dataclass(slots=True)
class Flow:
    """A flow: its XML without section properties, its headings, and the notes that it calls."""

    kind: FlowKind
    xml: str
    marks: list[Mark] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    title: str = ""
    keys: tuple[tuple[str, str], ...] = ()
    columns: int = 1

    def fingerprint(self, base: str) -> str:
        """Return the sha256 of the content and ``base`` (the style); numbers that run through the file do not count."""
        text = _RUNNING.sub("", self.xml) + "\x00".join(_NOTE_ID.sub("", note) for note in self.notes)
        if self.kind == "index":
            # Figures are all as wide as each other: an index grows only when a number gets another digit.
            text = _FIGURE.sub("0", text)
        return hashlib.sha256(f"{base}\x00{self.columns}\x00{text}".encode("utf-8", "surrogatepass")).hexdigest()

    def anchors(self) -> list[str]:
        return [mark.anchor for mark in self.marks]


def with_own_notes(flows: list[Flow]) -> tuple[str, dict[str, list[str]]]:
    """Return the joined XML of ``flows`` with their notes numbered from 1 again, and those notes by kind."""
    notes: dict[str, list[str]] = {"footnote": [], "endnote": []}
    chunks = []
    for flow in flows:
        waiting = iter(flow.notes)

        def renumber(found: re.Match[str], waiting: object = waiting) -> str:
            kind = found.group(1)
            note = next(waiting)  # type: ignore[call-overload]
            notes[kind].append(_NOTE_ID.sub(f'<w:{kind} w:id="{len(notes[kind]) + 1}">', note))
            return f'<w:{kind}Reference w:id="{len(notes[kind])}"/>'

        chunks.append(_NOTE_CALL.sub(renumber, flow.xml))
    return "".join(chunks), notes


class FlowWriter:
    """Writes the flows of a book one after another with one body writer, whose counters run through the file."""

    def __init__(self, writer: BodyWriter, levels: int) -> None:
        self.writer = writer
        self.levels = levels
        self.count = 0

    def chapters(self, chapters: list[Chapter], heads: Mapping[str, str]) -> Flow:
        """Return the flow of ``chapters``, the first on a new page and the others running on.

        ``heads`` are the titles of parts without a page of their own, by the key of the chapter they stand above.
        """
        writer, number = self.writer, self.count
        self.count += 1
        before = self._note_counts()
        chunks: list[str] = []
        marks: list[Mark] = []
        keys = []
        for index, chapter in enumerate(chapters):
            anchor = f"_Toc{number}c{index}"
            keys.append((chapter.key, anchor))
            if head := heads.get(chapter.key):
                marks.append(Mark(f"{anchor}g", head, 1))
                around = balance(head, writer.style.part, writer.style)
                chunks.append(ooxml.paragraph("Heading1", writer.marked(f"{anchor}g", ooxml.run(head)), around))
            title = ooxml.line(chapter.title) or "（无题）"
            names = names_in(title, chapter)
            marks.append(Mark(anchor, title, 1 + writer.shift, names))
            runs, around = title_line(title, writer.style.title, writer.style, names)
            chunks.append(ooxml.paragraph(f"Heading{1 + writer.shift}", writer.marked(anchor, runs), around))
            # short entries: no page ends between the facts of one and its text
            keep = "<w:keepNext/>" if heads else ""
            chunks += [
                ooxml.paragraph("Byline", ooxml.run(ooxml.line(line)), keep) for line in chapter.byline if line.strip()
            ]
            if chapter.abstract:
                lead = ooxml.run("摘要：", ooxml.run_properties("摘要：", style="Lead"))
                chunks.append(ooxml.paragraph("Quote", lead + ooxml.run(ooxml.line(chapter.abstract))))
            xml, inner = writer.chapter(chapter.document, prefix=f"{number}c{index}", where=title)
            chunks.append(xml)
            if chapter.qr:
                # An entry may consist of its abstract alone.
                last = len(chunks) - 1 if xml else len(chunks) - 2
                chunks[last] = _kept_with_next(chunks[last])
            marks += inner
            chunks.append(self._code(chapter))
        return Flow("chapters", "".join(chunks), marks, self._notes_since(before), marks[0].text, tuple(keys))

    def matter(self, matter: Matter) -> Flow:
        """Return the flow of a foreword, an appendix or other matter."""
        writer, number = self.writer, self.count
        self.count += 1
        before = self._note_counts()
        anchor, title = f"_Toc{number}c0", ooxml.line(matter.title)
        marks = [Mark(anchor, title, 1)] if matter.listed and title else []
        style = "MatterTitle" if matter.listed else "TOCHeading"
        runs, around = title_line(title, writer.style.contents_title, writer.style)
        head = ooxml.paragraph(style, writer.marked(anchor, runs), around) if title else ""
        imprint = matter.kind == "colophon" and all(isinstance(block, Paragraph) for block in matter.document.blocks)
        if imprint and not title:
            return Flow("matter", self._imprint(matter.document), notes=self._notes_since(before), title=title)
        xml, inner = writer.chapter(matter.document, prefix=f"{number}c0", where=title)
        # A flow begins with a plain paragraph, which takes the page break.
        head = head or ooxml.paragraph("Spacer", "")
        return Flow("matter", head + xml, marks + inner, self._notes_since(before), title, ((matter.key, anchor),))

    def _imprint(self, document: Document) -> str:
        """Return the lines of a colophon at the foot of its page, below a rule."""
        style = self.writer.style
        look = style.index
        rows = [block.text for block in document.blocks if isinstance(block, Paragraph)]
        needed = sum(len(measure.lines(ooxml.line(row), room_of(look, style) - 1)) for row in rows) + 4
        space = ooxml.twips(style.page.text_height_mm) - round(needed * max(look.line_pt, look.size_pt) * 20)
        lines = [ooxml.paragraph("Spacer", "", f'<w:spacing w:before="{max(0, space)}"/>')]
        for index, row in enumerate(rows):
            lines.append(ooxml.paragraph("Imprint", ooxml.run(ooxml.line(row)), _RULE if index == 0 else ""))
        return "".join(lines) + ooxml.paragraph("Spacer", "")

    def part(self, part: Part) -> Flow:
        """Return the flow of a part's own page."""
        number, title = self.count, ooxml.line(part.title)
        self.count += 1
        anchor = f"_Toc{number}c0"
        label = ooxml.line(part.number)
        look = self.writer.style.part
        # Space, not vertical centring, which LibreOffice and WPS leave out.
        space = f'<w:spacing w:before="{ooxml.twips(self.writer.style.page.text_height_mm * 0.28) + round(look.line_pt * 20)}"/>'
        runs, around = part_line(label, title or ("" if label else "\u3000"), look, self.writer.style)
        chunks = [
            ooxml.paragraph("Spacer", ""),
            ooxml.paragraph("Heading1", self.writer.marked(anchor, runs), space + around),
        ]
        chunks += [
            ooxml.paragraph("CoverLine", ooxml.run(ooxml.line(row))) for row in part.note.splitlines() if row.strip()
        ]
        return Flow("part", "".join(chunks), [Mark(anchor, part_title(part), 1)], [], title or label)

    def _code(self, chapter: Chapter) -> str:
        if not chapter.qr:
            return ""
        writer = self.writer
        stored = writer.images.add(qr_image(ooxml.clean(chapter.qr)))
        assert stored is not None, "our own PNG is whole"
        writer.counters.picture += 1
        number = writer.counters.picture
        drawing = ooxml.inline_picture(
            number, stored.relation, width_mm=22, height_mm=22, alt=f"二维码：{chapter.qr}", name=f"二维码 {number}"
        )
        text = ooxml.line(chapter.qr_line or "扫码查看最新版本")
        keep = "<w:keepNext/><w:keepLines/>"
        return ooxml.paragraph(
            "FigureLine", drawing, keep + '<w:spacing w:before="160"/><w:jc w:val="right"/>'
        ) + ooxml.paragraph("SmallLine", ooxml.run(text))

    def _note_counts(self) -> tuple[int, int]:
        notes = self.writer.counters.notes
        return len(notes["footnote"]), len(notes["endnote"])

    def _notes_since(self, before: tuple[int, int]) -> list[str]:
        notes = self.writer.counters.notes
        return notes["footnote"][before[0] :] + notes["endnote"][before[1] :]


def part_title(part: Part) -> str:
    """Return number and title of ``part`` in one line, as the contents show them."""
    label, title = ooxml.line(part.number), ooxml.line(part.title)
    return f"{label}\u3000{title}" if label and title else title or label


def _kept_with_next(xml: str) -> str:
    """Let the last paragraph of ``xml`` go along with what follows: no page holds a code alone."""
    start = xml.rfind("<w:p><w:pPr><w:pStyle")
    if start < 0:
        return xml
    at = xml.index("/>", start) + 2
    return xml if xml.startswith("<w:keepNext", at) else f"{xml[:at]}<w:keepNext/><w:widowControl/>{xml[at:]}"
