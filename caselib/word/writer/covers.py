"""Covers and title pages: everything on one page, whatever the length of the title and the shape of the picture."""

from __future__ import annotations

from dataclasses import dataclass, replace

from caselib.word import ooxml
from caselib.word.book import Cover
from caselib.word.styles import HouseStyle, Look
from caselib.word.writer import measure
from caselib.word.writer.body import BodyWriter
from caselib.word.writer.images import fit
from caselib.word.writer.titles import POINTS_PER_MM, balance, room_of

# The sizes tried for a title too long for the one of the style, in points, and how many lines each may take.
_SMALLER = ((32, 4), (28, 4), (24, 5), (22, 6), (20, 7), (18, 9), (16, 12))
_LARGEST_PICTURE_MM = 110.0


@dataclass(frozen=True, slots=True)
class _Title:
    text: str
    look: Look
    lines: int

    @property
    def height(self) -> float:
        return self.lines * self.look.line_pt


def cover_xml(cover: Cover, writer: BodyWriter) -> str:
    """Return the paragraphs of a cover or title page; their heights and spaces add up to less than a page."""
    style = writer.style
    page = style.page.text_height_mm * POINTS_PER_MM - 4
    line = style.cover_line.line_pt or style.cover_line.size_pt * 1.5
    room = room_of(style.cover_line, style)
    mark = [measure.shorten(ooxml.line(cover.mark), room)] if cover.mark else []
    subtitle = measure.lines(ooxml.line(cover.subtitle), room)[:2] if cover.subtitle else []
    foot = [row for text in cover.lines for row in measure.lines(ooxml.line(text), room)][:6]
    rows = len(mark) + len(subtitle) + len(foot)
    most = min(page * (0.3 if cover.image else 0.5), page - (rows + 1) * line)
    title = _title(ooxml.line(cover.title), style, most)
    rest = page - title.height - rows * line
    picture, height = _picture(cover, writer, rest - 5 * line)
    rest -= height
    # Above the title, between title and picture, above the foot: the eye wants the title above the middle.
    above = max(0.0, min(rest * 0.4, page * (0.09 if picture else 0.2)))
    between = max(0.0, min(rest * 0.15, 1.5 * line)) if picture else 0.0
    below = max(0.0, rest - above - between - line / 2)
    out = [_row("CoverLine", mark[0], '<w:jc w:val="left"/>')] if mark else []
    out.append(_title_row(title, style, above))
    out += [_row("CoverLine", ooxml.line(row)) for row in subtitle]
    if picture:
        out.append(ooxml.paragraph("FigureLine", picture, f'<w:keepNext w:val="0"/>{_before(between)}'))
    for index, text in enumerate(foot):
        out.append(_row("CoverLine", text, _before(below) if index == 0 else ""))
    return "".join(out)


def _title(text: str, style: HouseStyle, room: float) -> _Title:
    """Return ``text`` in the largest size that sets it in a few lines and at most ``room`` points of height."""
    width = style.page.text_width_mm * POINTS_PER_MM
    look = style.cover_title
    if not look.line_pt:
        look = replace(look, line_pt=look.size_pt * 1.5)
    ratio = look.line_pt / look.size_pt
    best = None
    for size, most in ((look.size_pt, 4), *(pair for pair in _SMALLER if pair[0] < look.size_pt)):
        lines = len(measure.lines(text, width / size))
        best = _Title(text, replace(look, size_pt=size, line_pt=size * ratio), lines)
        if lines <= most and best.height <= room:
            return best
    assert best is not None
    if best.height > room:
        most = max(1, int(room / best.look.line_pt))
        kept = measure.lines(text, width / best.look.size_pt)[:most]
        best = _Title(measure.shorten("".join(kept), most * width / best.look.size_pt - 2) + "…", best.look, most)
    return best


def _title_row(title: _Title, style: HouseStyle, above: float) -> str:
    look = title.look
    properties = f'<w:spacing w:before="{round(above * 20)}" w:line="{round(look.line_pt * 20)}" w:lineRule="exact"/>'
    properties += balance(title.text, look, style)
    size = round(look.size_pt * 2)
    runs = ooxml.run_properties(title.text)
    if look.size_pt != style.cover_title.size_pt:
        runs = f'{runs.removesuffix("</w:rPr>") or "<w:rPr>"}<w:sz w:val="{size}"/><w:szCs w:val="{size}"/></w:rPr>'
    return ooxml.paragraph("CoverTitle", ooxml.run(title.text, runs), properties)


def _picture(cover: Cover, writer: BodyWriter, room: float) -> tuple[str, float]:
    """Return the run with the picture of a cover and its height in points, or nothing where it cannot be shown."""
    if cover.image is None or room < 40:
        return "", 0.0
    stored = writer.stored(cover.image, cover.image.name or cover.title)
    if stored is None:
        return "", 0.0
    wide = writer.style.page.text_width_mm
    size = fit(
        stored.width, stored.height, wanted_mm=(wide, 0), room_mm=(wide, min(room / POINTS_PER_MM, _LARGEST_PICTURE_MM))
    )
    return writer.drawing(stored, size, cover.image.name or "封面图"), size[1] * POINTS_PER_MM


def _before(points: float) -> str:
    return f'<w:spacing w:before="{round(points * 20)}"/>'


def _row(style: str, text: str, properties: str = "") -> str:
    return ooxml.paragraph(style, ooxml.run(text), properties)
