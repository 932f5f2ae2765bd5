"""The contents as a real field filled in beforehand, and indexes of page references."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from caselib.word import ooxml
from caselib.word.book import Index
from caselib.word.styles import HouseStyle
from caselib.word.writer import measure
from caselib.word.writer.body import Mark
from caselib.word.writer.titles import POINTS_PER_MM, room_of

# Shown where nobody has counted the pages; Word puts the number in when it opens the file.
UNKNOWN = "…"
# Ems at the end of each line of the contents that are kept free for dots and number.
_NUMBER_ROOM = 2.5
# In an index: what stands between the columns in points, and how far its further lines stand in, in ems.
_GUTTER = 21.25
_HANGING = 2.0


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
    rows = measure.lines(mark.text, measure.balanced(mark.text, room, mark.names))
    return "<w:r><w:br/></w:r>".join(ooxml.run(row) for row in rows)


def index_xml(index: Index, anchors: Mapping[str, str], pages: Mapping[str, str], style: HouseStyle) -> str:
    """Return the lines of ``index``: each term with the pages of its chapters, none twice."""
    lines: list[tuple[str, float]] = []
    look = style.index
    height = look.line_pt or look.size_pt * 1.5
    column = (room_of(look, style) - _GUTTER / look.size_pt) / 2 - 0.5
    # Every number takes as much room as the longest, so that the breaks do not move with them.
    number_width = max(3, *(len(shown) for shown in pages.values())) / 2 if pages else 1.5
    group = ""
    for entry in index.entries:
        targets = [anchors[key] for key in entry.keys if key in anchors]
        if not targets:
            continue
        if entry.group and entry.group != group:
            group = entry.group
            letter = ooxml.run(ooxml.line(group), ooxml.run_properties(group, bold=True))
            xml = ooxml.paragraph("IndexLine", letter, '<w:keepNext/><w:spacing w:before="120"/>')
            lines.append((xml, height + 6))
        seen: set[str] = set()
        numbers = []
        for anchor in targets:
            shown = pages.get(anchor, UNKNOWN)
            if shown == UNKNOWN or shown not in seen:
                seen.add(shown)
                numbers.append(ooxml.internal_link(anchor, page_reference(anchor, shown)))
        term = ooxml.line(entry.term) + "\u3000"
        name = measure.lines(term, max(6.0, column - _HANGING))
        filled, rows = measure.width(name[-1]) + (_HANGING if len(name) > 1 else 0.0), len(name)
        chunks = [ooxml.run(term)]
        for place, number in enumerate(numbers):
            last = place == len(numbers) - 1
            wide = number_width if last else number_width + 1
            if filled + wide > column and filled > _HANGING:
                # LibreOffice would break the number itself, and 159 would read as 15 and 9.
                chunks.append("<w:r><w:br/></w:r>")
                filled, rows = _HANGING, rows + 1
            chunks += [number, "" if last else ooxml.run("、")]
            filled += wide
        lines.append((ooxml.paragraph("IndexLine", "".join(chunks)), height * rows))
    head = style.contents_title
    above = 2 * head.line_pt + head.before_pt + head.after_pt
    return "".join(_in_halves(lines, style.page.text_height_mm * POINTS_PER_MM, above)) or ooxml.paragraph(
        "IndexLine", ""
    )


def _in_halves(lines: list[tuple[str, float]], room: float, above: float) -> list[str]:
    """Return the XML of ``lines`` (with their heights in points), the second half in the second column where all fit one
    page of ``room`` points; ``above`` is the height of the heading in the first column.

    Word and LibreOffice would make columns equally long only in ways of their own, and page numbers must not depend on it.
    """
    total = sum(height for _xml, height in lines) + above
    out: list[str] = []
    done = above
    split = len(lines) < 6 or above >= total / 2 or total > 1.8 * room
    for xml, height in lines:
        # A letter stays with the first of its terms.
        if not split and done >= total / 2 and "<w:keepNext/>" not in out[-1]:
            at = xml.index("</w:pPr>") + len("</w:pPr>")
            out.append(f'{xml[:at]}<w:r><w:br w:type="column"/></w:r>{xml[at:]}')
            split = True
        else:
            out.append(xml)
        done += height
    return out
