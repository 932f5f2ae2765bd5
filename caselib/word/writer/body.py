"""Turns blocks of the document model into the XML of a body: paragraphs, headings, captions, pictures, notes, comments."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from caselib.word import ooxml
from caselib.word.model import Block, Comment, Document, Heading, ImageData, Note, Paragraph, Picture, Run, Table
from caselib.word.styles import HouseStyle, heading_number
from caselib.word.writer import captions, lists
from caselib.word.writer.comments import comment_ends, commented
from caselib.word.writer.images import ImageStore, Stored, fit
from caselib.word.writer.package import Package
from caselib.word.writer.tables import table_xml
from caselib.word.writer.titles import title_line

_STYLES = {
    "body": "BodyText",
    "lead": "BodyText",
    "quote": "Quote",
    "caption": "Caption",
    "list": "ListBody",
    "byline": "Byline",
    "toc": "BodyText",
    "signature": "Signature",
}
# Below this a picture is printed coarse.
MIN_DPI = 200
# No line end parts it, and what stands before it is too short for a line.
_ADDRESS = re.compile(
    r"[!-~]{24}|(?=[!-~]*[0-9/._@])[!-~]{16}"
    # formulas, and Tibetan, whose blanks stand between sentences only
    "|(?=[!-~\u00b1-\u00f7\u2080-\u22ff]{0,60}[\u00d7\u00f7\u2200-\u22ff])[!-~\u00b1-\u00f7\u2080-\u22ff]{12}|[\u0f00-\u0fff]{12}"
)
# What stands in the middle or at the edge is not drawn out to both.
_NEVER_DRAWN_OUT = frozenset({"caption", "byline", "signature"})
_SAFE_LINK = re.compile(r"^(?:https?://|mailto:)[^\s<>\"]+$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Fault:
    """Something the writer could not set as asked. ``code`` is stable, ``where`` the chapter, ``detail`` the thing."""

    code: str
    where: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Mark:
    """A heading of the contents: its bookmark, its text, its level in the contents (1 and deeper) and the names in it."""

    anchor: str
    text: str
    level: int
    names: frozenset[str] = frozenset()


@dataclass(slots=True)
class Counters:
    """The numbers that must be unique in a file, and what was collected on the way."""

    bookmark: int = 0
    picture: int = 0
    notes: dict[str, list[str]] = field(default_factory=lambda: {"footnote": [], "endnote": []})
    comments: list[str] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    anchors: set[str] = field(default_factory=set)


@dataclass(slots=True)
class BodyWriter:
    """Writes one chapter after another into one package. ``shift`` moves heading levels down (1 below parts)."""

    style: HouseStyle
    package: Package
    images: ImageStore
    counters: Counters = field(default_factory=Counters)
    shift: int = 0
    deepest_mark: int = 2
    where: str = ""
    _prefix: str = "d"
    _document: Document = field(default_factory=lambda: Document(()))
    _captions: captions.Captions = field(default_factory=dict)
    _sequence: dict[str, int] = field(default_factory=dict)
    _numbers: list[int] = field(default_factory=list)
    _standings: Mapping[int, lists.Standing] = field(default_factory=dict)
    _called: set[str] = field(default_factory=set)
    _marks: list[Mark] = field(default_factory=list)

    def chapter(
        self, document: Document, *, prefix: str, where: str = "", nested: bool = True
    ) -> tuple[str, list[Mark]]:
        """Return the XML of ``document`` and its headings for the contents.

        ``prefix`` makes bookmark names unique; with ``nested`` the title was written already, so a heading of level 1
        counts as level 2. Notes that no run calls are put behind the text, so that nothing is lost.
        """
        self._document, self._prefix, self.where = document, prefix, where
        self._sequence, self._numbers, self._called, self._marks = {"图": 0, "表": 0}, [0] * 10, set(), []
        self._captions = captions.captions_of(document.blocks, prefix)
        self._standings = lists.standings(document.blocks)
        comments: dict[int, list[Comment]] = {}
        for comment in document.comments:
            comments.setdefault(comment.paragraph, []).append(comment)
        chunks: list[str] = []
        for ordinal, block in enumerate(document.blocks):
            chunks.append(self._block(block, nested, comments.get(ordinal, ()), self._standings.get(ordinal)))
        chunks.append(self._uncalled_notes(document.notes.values()))
        return "".join(chunks), self._marks

    def next_bookmark(self) -> int:
        self.counters.bookmark += 1
        return self.counters.bookmark

    def marked(self, anchor: str, content: str) -> str:
        """Return ``content`` inside the bookmark ``anchor``."""
        self.counters.anchors.add(anchor)
        return ooxml.bookmark(self.next_bookmark(), anchor, content)

    # blocks

    def _commented(self, runs: Sequence[Run], comments: Sequence[Comment], offset: int) -> str:
        return commented(runs, comments, offset, self._run, self.counters.comments)

    def _around(self, content: str, comments: Sequence[Comment]) -> str:
        opening, closing = comment_ends(comments, self.counters.comments)
        return opening + content + closing

    def _block(self, block: Block, nested: bool, comments: Sequence[Comment], standing: lists.Standing | None) -> str:
        if isinstance(block, Paragraph):
            return self.paragraph(block, comments, standing=standing)
        if isinstance(block, Heading):
            return self._heading(block, nested, comments)
        if isinstance(block, Table):
            return self._table(block, comments)
        return self._picture(block, comments)

    def paragraph(
        self,
        block: Paragraph,
        comments: Sequence[Comment] = (),
        style: str = "",
        standing: lists.Standing | None = None,
    ) -> str:
        """Return one paragraph; ``style`` overrides the one of its role, ``standing`` says where an item of a list stands."""
        runs, properties = block.runs, ""
        lead = ooxml.run(block.lead, ooxml.run_properties(block.lead, style="Lead"))
        if block.role == "list":
            if block.number:
                apart = block.number.strip() + "\t" if self.style.list_hanging else lists.run_in(block.number)
                lead = ooxml.run(apart) + lead
            else:
                depth = standing.depth if standing else 0
                properties = f'<w:numPr><w:ilvl w:val="{depth}"/><w:numId w:val="1"/></w:numPr>'
            properties += standing.xml(self.style) if standing else ""
        elif block.number:
            lead = ooxml.run(block.number) + lead
        content = self._commented(runs, comments, len(block.lead)) if comments else self.runs(runs)
        properties += _loose(block.text) if block.role not in _NEVER_DRAWN_OUT else ""
        return ooxml.paragraph(style or _STYLES.get(block.role, "BodyText"), lead + content, properties)

    def _heading(self, block: Heading, nested: bool, comments: Sequence[Comment]) -> str:
        level = max(block.level, 2) if nested else max(block.level, 1)
        number = block.number or self._number(level, block.text)
        content = self._commented(block.runs, comments, 0) if comments else self.runs(block.runs)
        content = ooxml.run(number) + content
        around = ""
        if level == 1 and not self.shift:
            line, around = title_line(ooxml.line(number + block.text), self.style.title, self.style)
            # With comments, notes or looks of its own a title is set as it is.
            content = line if not comments and block.runs == (Run(block.text),) else content
        if level <= self.deepest_mark and block.text.strip():
            anchor = f"_Toc{self._prefix}h{len(self._marks) + 1}"
            self._marks.append(Mark(anchor, ooxml.line(number + block.text), level + self.shift))
            content = self.marked(anchor, content)
        return ooxml.paragraph(f"Heading{min(level + self.shift, 9)}", content, around)

    def _number(self, level: int, text: str) -> str:
        depth = level - 1
        if not self.style.number_headings or depth < 1 or _has_number(text):
            return ""
        self._numbers[depth] += 1
        self._numbers[depth + 1 :] = [0] * (len(self._numbers) - depth - 1)
        return heading_number(self.style, depth, self._numbers[depth])

    # pictures and tables

    def room_mm(self) -> tuple[float, float]:
        """Return the largest size of a picture: the width of the text, and its height less a caption."""
        page = self.style.page
        return page.text_width_mm, page.text_height_mm * 0.72

    def picture_run(self, block: Picture, room: tuple[float, float] | None = None) -> str:
        """Return the run with the picture, or an empty text when it cannot be shown."""
        name = block.caption or block.alt
        image = self._document.images.get(block.image)
        stored = self.stored(image, name or block.image[:12])
        if stored is None:
            return ""
        size = fit(
            stored.width, stored.height, wanted_mm=(block.width_mm, block.height_mm), room_mm=room or self.room_mm()
        )
        dpi = round(stored.width / size[0] * 25.4)
        if dpi < MIN_DPI:
            detail = f"{name or stored.key[:12]}: {dpi} dpi"
            self.counters.faults.append(Fault("low_resolution", self.where, detail))
        return self.drawing(stored, size, block.alt.strip() or block.caption.strip() or f"插图（{self.where[:60]}）")

    def stored(self, image: ImageData | None, name: str) -> Stored | None:
        """Return ``image`` as it is stored in the file, or None (and a fault) for one that cannot be shown."""
        stored = self.images.add(image) if image is not None else None
        if stored is None:
            self.counters.faults.append(Fault("broken_image", self.where, name))
        return stored

    def drawing(self, stored: Stored, size_mm: tuple[float, float], alt: str) -> str:
        """Return the run with a picture of ``size_mm``; ``alt`` is read aloud in its place."""
        self.counters.picture += 1
        number = self.counters.picture
        return ooxml.inline_picture(
            number, stored.relation, width_mm=size_mm[0], height_mm=size_mm[1], alt=alt, name=f"图片 {number}"
        )

    def _picture(self, block: Picture, comments: Sequence[Comment]) -> str:
        drawing = self.picture_run(block)
        keep = "" if block.caption else '<w:keepNext w:val="0"/>'
        line = (
            ooxml.paragraph("FigureLine", self._around(drawing, comments), keep)
            if drawing
            else self.box(f"〔图片无法显示：{ooxml.line(block.caption or block.alt or '未命名')[:60]}〕", comments)
        )
        return line + (self.caption("图", block.caption, "Caption") if block.caption else "")

    def box(self, text: str, comments: Sequence[Comment] = ()) -> str:
        """Return a framed line that stands where something is missing."""
        return ooxml.paragraph("Box", self._around(ooxml.run(text), comments))

    def _table(self, block: Table, comments: Sequence[Comment]) -> str:
        caption = self.caption("表", block.caption, "TableCaption") if block.caption else ""
        opening, closing = comment_ends(comments, self.counters.comments)
        # The line below keeps two tables apart, which Word would join, and no body ends in a table.
        above = caption or ooxml.paragraph("Spacer", "", "<w:keepNext/>")
        return above + table_xml(block, self, opening, closing) + ooxml.paragraph("Spacer", "")

    def caption(self, label: str, text: str, style: str) -> str:
        """Return a caption with its number as a SEQ field that begins again in each chapter."""
        bare = captions.bare(text)
        self._sequence[label] += 1
        number = self._sequence[label]
        restart = r" \r 1" if number == 1 else ""
        content = ooxml.run(label) + ooxml.field(rf"SEQ {label} \* ARABIC{restart}", ooxml.run(str(number)))
        anchor = captions.anchor(self._prefix, label, number)
        return ooxml.paragraph(style, self.marked(anchor, content) + ooxml.run("\u3000" + bare if bare else ""))

    # runs

    def runs(self, runs: Iterable[Run]) -> str:
        """Return the XML of ``runs`` with links, ruby, note calls and live references to captions."""
        return "".join([self._run(item) for item in runs])

    def _run(self, item: Run) -> str:
        raised = "superscript" if item.superscript else "subscript" if item.subscript else ""
        link = item.href if item.href and _SAFE_LINK.match(item.href) else ""
        style = "Hyperlink" if link else ""
        if item.ruby and item.text:
            content = ooxml.ruby(item.text, item.ruby)
        elif self._captions and not link and ("图" in item.text or "表" in item.text):
            content = self._with_references(item, raised)
        else:
            properties = ooxml.run_properties(
                item.text, style=style, bold=item.bold, italic=item.italic, underline=item.underline, raised=raised
            )
            content = ooxml.run(item.text, properties)
        if link and content:
            content = ooxml.external_link(self.package.link(ooxml.clean(link)), content)
        elif item.href.startswith("#") and content:
            content = (
                ooxml.internal_link(item.href[1:41], content) if item.href[1:41] in self.counters.anchors else content
            )
        return content + (self._note_call(item.note) if item.note else "")

    def _with_references(self, item: Run, raised: str) -> str:
        chunks: list[str] = []
        at = 0
        for found in captions.MENTION.finditer(item.text):
            target = self._captions.get((found.group(1), found.group(2)))
            if target is None:
                continue
            chunks.append(self._plain(item, item.text[at : found.start()], raised))
            properties = ooxml.run_properties(target[1], bold=item.bold, italic=item.italic, raised=raised)
            chunks.append(ooxml.field(rf"REF {target[0]} \h", ooxml.run(target[1], properties), properties=properties))
            at = found.end()
        return "".join(chunks) + self._plain(item, item.text[at:], raised)

    def _plain(self, item: Run, text: str, raised: str) -> str:
        return ooxml.run(
            text,
            ooxml.run_properties(text, bold=item.bold, italic=item.italic, underline=item.underline, raised=raised),
        )

    # notes

    def _note_call(self, key: str) -> str:
        note = self._document.notes.get(key)
        if note is None:
            self.counters.faults.append(Fault("missing_note", self.where, key))
            return ooxml.run(f"[^{key}]")
        self._called.add(key)
        return ooxml.note_call(note.kind, self._add_note(note))

    def _add_note(self, note: Note) -> int:
        notes = self.counters.notes[note.kind]
        number = len(notes) + 1
        kind, style = note.kind, "FootnoteText" if note.kind == "footnote" else "EndnoteText"
        # At the foot of the page the number stands on the line, in the size of the note.
        mark = f'<w:r><w:rPr><w:rFonts w:hint="eastAsia"/></w:rPr><w:{kind}Ref/></w:r>'
        # Links of a note would need relationships of the notes part; the address is printed anyway where it matters.
        plain = [replace(item, href="", note="") for item in note.runs]
        loose = _loose("".join(item.text for item in plain))
        inner = ooxml.paragraph(style, mark + "<w:r><w:tab/></w:r>" + self.runs(plain), loose)
        notes.append(f'<w:{kind} w:id="{number}">{inner}</w:{kind}>')
        return number

    def _uncalled_notes(self, notes: Iterable[Note]) -> str:
        left = [note for note in notes if note.key not in self._called and any(run.text.strip() for run in note.runs)]
        for note in left:
            self.counters.faults.append(Fault("uncalled_note", self.where, note.key))
        return "".join(
            ooxml.paragraph("FootnoteText", ooxml.run(f"［{note.key}］\t") + self.runs(note.runs)) for note in left
        )


def _loose(text: str) -> str:
    """Return what keeps the signs before a long address together: the line above it would be drawn out to the edge."""
    return '<w:jc w:val="left"/>' if _ADDRESS.search(text) else ""


def _has_number(text: str) -> bool:
    return bool(
        re.match(r"^\s*(?:[（(]?[一二三四五六七八九十百\d]+[、.．）)]|第[一二三四五六七八九十百\d]+[章节编篇部])", text)
    )
