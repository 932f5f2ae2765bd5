"""Titles: lines of equal length, and the short form that runs above the pages."""

from __future__ import annotations

from caselib.word import ooxml
from caselib.word.styles import HouseStyle, Look
from caselib.word.writer import measure

POINTS_PER_MM = 72 / 25.4


def room_of(look: Look, style: HouseStyle) -> float:
    """Return how many ems of ``look`` a line of the page holds."""
    return style.page.text_width_mm * POINTS_PER_MM / max(1.0, look.size_pt + look.tracking_pt)


def balance(text: str, look: Look, style: HouseStyle, names: frozenset[str] = frozenset()) -> str:
    """Return the ``w:ind`` that makes the lines of a centred title equally long, nothing for a title of one line.

    Space at the sides, not a line end: the contents and the navigation pane take the title over as it is. ``names`` are
    stretches of it that no line end should part.
    """
    if look.align != "center":
        return ""
    return _sides((text,), look, style, names)


def _sides(pieces: tuple[str, ...], look: Look, style: HouseStyle, names: frozenset[str]) -> str:
    room = room_of(look, style)
    spare = round((room - measure.balanced_together(pieces, room, names)) / 2 * look.size_pt * 20)
    return f'<w:ind w:left="{spare}" w:right="{spare}"/>' if spare > 100 else ""


def title_line(text: str, look: Look, style: HouseStyle, names: frozenset[str] = frozenset()) -> tuple[str, str]:
    """Return the runs of a title and what ``balance`` says of it; a subtitle behind ——, which would be parted from its
    title anywhere, begins a line of its own if that costs one line at most.
    """
    head, dash, subtitle = text.partition("——")
    room = room_of(look, style)
    whole = len(measure.lines(text, room))
    pieces = (head.rstrip(), dash + subtitle)
    rows = [len(measure.lines(piece, room)) for piece in pieces]
    if look.align != "center" or not head.strip() or not subtitle.strip() or whole == 1 or sum(rows) > whole + 1:
        return ooxml.run(text), balance(text, look, style, names)
    return _pieces_line(pieces, look, style, names)


def part_line(number: str, title: str, look: Look, style: HouseStyle) -> tuple[str, str]:
    """Return the runs of the heading of a part and what ``balance`` says of it: its number and title in one paragraph,
    else the contents that Word makes anew would lose the number; on two lines where one does not hold both.
    """
    text = f"{number}\u3000{title}" if number and title else number or title
    if not number or not title or measure.width(text) <= room_of(look, style):
        return ooxml.run(text), balance(text, look, style)
    return _pieces_line((number, title), look, style, frozenset())


def _pieces_line(pieces: tuple[str, str], look: Look, style: HouseStyle, names: frozenset[str]) -> tuple[str, str]:
    """Return ``pieces`` as runs that each begin a line, and the space at their sides."""
    return "<w:r><w:br/></w:r>".join(map(ooxml.run, pieces)), _sides(pieces, look, style, names)


def running(text: str, style: HouseStyle) -> str:
    """Return ``text`` as it runs above the pages: one line, since a second would push the text down."""
    return measure.shorten(text, room_of(style.header, style) - 1)


def fits_running(text: str, style: HouseStyle) -> bool:
    """True when ``text`` runs above the pages unshortened."""
    return running(text, style) == text
