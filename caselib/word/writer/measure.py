"""How wide a line of text is, roughly, in ems: enough to balance titles and to keep long lines off their page numbers."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Sequence
from functools import lru_cache
from itertools import pairwise

from caselib.word.ooxml import AMBIGUOUS

# Chinese typesetting begins no line with the first of these and ends none with the second.
_NOT_FIRST = frozenset("，。、；：？！）》〉」』】〕”’…—·％‰,.;:!?)]}%")
_NOT_LAST = frozenset("（《〈「『【〔“‘([{")
# Latin letters and figures next to Chinese characters (not signs) stand a little apart.
_GAP = 0.25
_MEET = re.compile(
    "(?<=[\u3400-\u9fff\U00020000-\U0003ffff])(?=[0-9A-Za-z\u00c0-\u024f])"
    "|(?<=[0-9A-Za-z\u00c0-\u024f])(?=[\u3400-\u9fff\U00020000-\U0003ffff])"
)
_WIDE = frozenset("%&@")
# A line of a title ends well behind the first of these and before the second; the third should begin none (a dictionary
# does not know every village and parts its name from what it is), the fourth should end none.
_PAUSES = frozenset("：，、；。！？—…”’》〉」』）】·")
_OPENING = frozenset("—“‘《〈「『（【")
_CLINGS = frozenset("的地得了着过等们者省市县区镇乡村州旗社街")
_LEADS = frozenset("与和及在从把被向为对以第")
# How many widths are tried.
_WIDTHS = 6
_UNITS = re.compile(r"[!-~\u00c0-\u024f]+|——|……|[\s\S]")


def sign_width(sign: str) -> float:
    """Return the width of one sign in ems."""
    if sign > "\u2e80" or AMBIGUOUS.match(sign):
        return 0.0 if unicodedata.combining(sign) else 1.0
    if sign.isdigit() or sign.islower():
        return 0.5
    if sign.isupper():
        return 0.7
    if sign in _WIDE:
        return 0.85
    return 0.0 if unicodedata.combining(sign) else 0.3


def width(text: str) -> float:
    """Return the width of ``text`` on one line in ems."""
    return sum(map(sign_width, text)) + _GAP * len(_MEET.findall(text))


def words(text: str) -> list[str]:
    """Return the stretches of Latin letters, figures and their signs in ``text``, which no line end should part."""
    return [unit for unit in _UNITS.findall(text) if len(unit) > 1 and unit[0] < "\u2000"]


def lines(text: str, room: float) -> list[str]:
    """Break ``text`` into lines of at most ``room`` ems as Chinese typesetting does; a long word is cut where it must be."""
    rows: list[str] = []
    row, filled = "", 0.0
    units = [piece for unit in _UNITS.findall(text) for piece in _cut(unit, room)]
    for unit in units:
        wide = _beside(row, unit)
        hangs = unit[0] in _NOT_FIRST and len(unit) == 1 and filled <= room
        if row and filled + wide > room and not hangs:
            # A sign that begins no line takes the one before it along.
            keep = len(row) - (1 if unit[0] in _NOT_FIRST else 0)
            while keep > 1 and (row[keep - 1] in _NOT_LAST or row[keep : keep + 1] in _NOT_FIRST):
                keep -= 1
            if keep < 1 or row[keep : keep + 1] in _NOT_FIRST:
                # Nothing but closing signs: they stay together, whatever the room.
                row, filled = row + unit, filled + wide
                continue
            rows.append(row[:keep].rstrip(" "))
            row = row[keep:]
            filled = width(row)
            unit = unit.lstrip(" ") if not row else unit
            wide = _beside(row, unit)
        if rows and not row and unit[:1] in _NOT_FIRST:
            rows[-1] += unit
            continue
        row += unit
        filled += wide
    return [*rows, row] if row or not rows else rows


def _beside(row: str, unit: str) -> float:
    """Return what ``unit`` adds to the width of ``row`` in ems."""
    return width(unit) + (_GAP if _MEET.search(row[-1:] + unit[:1]) else 0.0)


def _cut(unit: str, room: float) -> list[str]:
    """Return ``unit`` in pieces that fit a line."""
    if len(unit) < 2 or width(unit) <= room:
        return [unit]
    size = max(1, int(room / 0.7))
    return [unit[at : at + size] for at in range(0, len(unit), size)]


def balanced(text: str, room: float, names: frozenset[str] = frozenset()) -> float:
    """Return the width in ems in which ``text`` takes no more lines than in ``room``, fills them evenly and parts no word
    and none of ``names``."""
    return balanced_together((text,), room, names)


@lru_cache(maxsize=4096)
def balanced_together(texts: tuple[str, ...], room: float, names: frozenset[str] = frozenset()) -> float:
    """Return the width that ``balanced`` returns, for ``texts`` that each begin a line.

    Of the widths from the most even one up to ``room`` the one is taken whose lines end best.
    """

    def broken(wide: float) -> list[list[str]]:
        return [lines(text, wide) for text in texts]

    count = sum(map(len, broken(room)))
    if count == len(texts) or count > 12:
        return room
    low, high = room / count, room
    while high - low > 0.25:
        middle = (low + high) / 2
        low, high = (low, middle) if sum(map(len, broken(middle))) <= count else (middle, high)
    starts = [word_starts(text, names) for text in texts]
    best, least = room, float("inf")
    for step in range(_WIDTHS + 1):
        wide = high + (room - high) * step / _WIDTHS
        rows = broken(wide)
        # No sign is left to hang over the edge of a centred line, and the next one does not find room there.
        widest = max(width(row) for piece in rows for row in piece)
        loose = min(room, widest + 0.5)
        rough = (wide - high) / room * 4 + sum(map(_roughness, rows, starts))
        if broken(loose) != rows:
            # Not every program hangs every sign: it would take the one before it along, and part a word.
            loose, rough = wide, rough + (10 if widest > wide else 1)
        if rough < least:
            best, least = loose, rough
    return best


def word_starts(text: str, names: frozenset[str] = frozenset()) -> frozenset[int]:
    """Return where words begin in ``text``, counted in signs other than blanks; none begins within one of ``names``."""
    import rjieba

    bare = "".join(text.split())
    starts, at = set(), 0
    for word in rjieba.cut(bare):
        starts.add(at)
        at += len(word)
    for name in names:
        at = bare.find(name)
        while at >= 0:
            starts -= set(range(at + 1, at + len(name)))
            at = bare.find(name, at + 1)
    return frozenset(starts)


def _roughness(rows: Sequence[str], starts: Collection[int]) -> float:
    """Return how badly the ``rows`` of a title end: a line should end behind a sign, or else between two words."""
    cost, at = 0.0, 0
    for row, following in pairwise(rows):
        at += len("".join(row.split()))
        if row[-1] in _PAUSES or following[:1] in _OPENING:
            continue
        if at not in starts:
            cost += 10
        elif following[0] in _CLINGS or row[-1] in _LEADS:
            cost += 4
        else:
            cost += 2
    last = width(rows[-1])
    return cost + (8 if last < 2.5 else 3 if last < 0.3 * max(map(width, rows)) else 0)


def shorten(text: str, room: float) -> str:
    """Return ``text`` cut to one line of ``room`` ems, with an ellipsis where something is missing."""
    if width(text) <= room:
        return text
    kept, filled = "", 1.0
    for sign in text:
        filled += sign_width(sign)
        if filled > room:
            break
        kept += sign
    return kept.rstrip("，。、；：—· ") + "…"
