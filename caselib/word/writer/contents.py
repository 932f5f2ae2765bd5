"""The contents as a real field filled in beforehand, and indexes of page references."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from caselib.word import ooxml
from caselib.word.book import Index
from caselib.word.styles import HouseStyle
from caselib.word.writer import measure
from caselib.word.writer.body import Mark
from caselib.word.writer.titles import room_of

# Shown where nobody has counted the pages; Word puts the number in when it opens the file.
UNKNOWN = "…"
# Ems at the end of each line of the contents that are kept free for dots and number.
_NUMBER_ROOM = 2.5


def page_reference(anchor: str, shown: str) -> str:
    """Return a PAGEREF field for ``anchor`` with its cached number."""
    return ooxml.field(rf"PAGEREF {anchor} \h", ooxml.run(shown))


def contents_xml(title: str, marks: Iterable[Mark], pages: Mapping[str, str], depth: int, style: HouseStyle) -> str:
    """Return the contents: a TOC field whose entries and numbers stand already. No entry has a note or a line end."""
    rows = [mark for mark in marks if mark.level <= depth]
    opening = (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
        rf'<w:r><w:instrText xml:space="preserve"> TOC \o "1-{depth}" \h \z \u </w:instrText></w:r>'
        '<w:r><w:fldChar w:fldCharType="separate"/></w:r>'
    )
    closing = '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    if not rows:
        return ooxml.paragraph("TOCHeading", ooxml.run(title)) + ooxml.paragraph("TOC1", opening + closing)
    lines = []
    for index, mark in enumerate(rows):
        number = page_reference(mark.anchor, pages.get(mark.anchor, UNKNOWN))
        entry = ooxml.internal_link(mark.anchor, _entry(mark, style) + "<w:r><w:tab/></w:r>" + number)
        entry = (opening if index == 0 else "") + entry + (closing if index == len(rows) - 1 else "")
        lines.append(ooxml.paragraph(f"TOC{min(mark.level, 3)}", entry))
    gallery = '<w:docPartObj><w:docPartGallery w:val="Table of Contents"/><w:docPartUnique/></w:docPartObj>'
    heading = ooxml.paragraph("TOCHeading", ooxml.run(title)) if title else ""
    return (
        f"<w:sdt><w:sdtPr>{gallery}</w:sdtPr><w:sdtContent>{heading}{''.join(lines)}</w:sdtContent></w:sdt>"
        + ooxml.paragraph("Spacer", "")
    )


def _entry(mark: Mark, style: HouseStyle) -> str:
    """Return the text of a line, broken before it runs into the page numbers.

    An indent on the right would do the same, but LibreOffice cuts off what stands behind a tab beyond it.
    """
    look = style.contents_look(mark.level)
    room = max(6.0, room_of(look, style) - look.indent_chars - _NUMBER_ROOM)
    rows = measure.lines(mark.text, measure.balanced(mark.text, room))
    return "<w:r><w:br/></w:r>".join(ooxml.run(row) for row in rows)


def index_xml(index: Index, anchors: Mapping[str, str], pages: Mapping[str, str]) -> str:
    """Return the lines of ``index``: each term with the pages of its chapters, none twice."""
    lines: list[str] = []
    group = ""
    for entry in index.entries:
        targets = [anchors[key] for key in entry.keys if key in anchors]
        if not targets:
            continue
        if entry.group and entry.group != group:
            group = entry.group
            lines.append(
                ooxml.paragraph(
                    "IndexLine",
                    ooxml.run(ooxml.line(group), ooxml.run_properties(group, bold=True)),
                    '<w:keepNext/><w:spacing w:before="120"/>',
                )
            )
        seen: set[str] = set()
        numbers = []
        for anchor in targets:
            shown = pages.get(anchor, UNKNOWN)
            if shown == UNKNOWN or shown not in seen:
                seen.add(shown)
                numbers.append(ooxml.internal_link(anchor, page_reference(anchor, shown)))
        lines.append(
            ooxml.paragraph("IndexLine", ooxml.run(ooxml.line(entry.term) + "\u3000") + ooxml.run("、").join(numbers))
        )
    return "".join(lines) or ooxml.paragraph("IndexLine", "")
