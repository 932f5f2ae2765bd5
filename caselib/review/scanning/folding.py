"""Folding text before matching, so that full-width digits, traditional characters, spaces and signs put between
characters and invisible marks do not hide a term, and every hit still points at the original characters."""

from __future__ import annotations

import unicodedata
from bisect import bisect_right
from dataclasses import dataclass
from functools import lru_cache

import regex

CJK = r"\p{Han}"
# Latin capitals, full-width and half-width forms, compatibility ideographs, superscripts, circled and mathematical characters.
COMPATIBLE = (
    *((0x41, 0x5B), (0xB2, 0xBA), (0x2070, 0x209D), (0x2460, 0x2500), (0x2776, 0x2794), (0x2F00, 0x2FE0)),
    *((0x3220, 0x3248), (0x3280, 0x32B1), (0xF900, 0xFB00), (0xFF01, 0xFFEF), (0x1D400, 0x1D800), (0x1F100, 0x1F10B)),
)
# Signs that are strewn between characters, 台-湾-独-立; those of an enumeration (第三、四、五条) are not.
_STREWN = r"[\p{P}\p{S}--[、，。；：,;:()（）\[\]【】《》〈〉“”‘’]]"
# Invisible marks anywhere, and strokes and dots put over a Han character; white space only next to a Han character that
# another or a letter or digit of Latin text faces: many an editor sets "709 律师" apart, a list has it together. One sign
# again and again between three or more characters that each stand alone.
_REMOVABLE = regex.compile(
    rf"[\p{{Cf}}\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0\ufe00-\ufe0f]+"
    rf"|(?<={CJK})\p{{M}}+"
    rf"|(?<={CJK}\p{{M}}*)[\s\u3000\u2800\p{{Cf}}]+(?=[{CJK}0-9a-z])"
    rf"|(?<=[0-9a-z])[\s\u3000\u2800\p{{Cf}}]+(?={CJK})"
    rf"|({_STREWN})(?<={CJK}\1)(?={CJK}\1{CJK})|({_STREWN})(?<={CJK}\2{CJK}\2)(?={CJK})",
    regex.VERSION1,
)


@lru_cache(maxsize=1)
def _table() -> dict[int, str]:
    """Return the one-to-one character table: compatibility forms, lower case and simplified characters."""
    import opencc

    convert = opencc.OpenCC("t2s").convert
    table: dict[int, str] = {}
    for code in range(0x4E00, 0xA000):
        simple = convert(chr(code))
        if simple != chr(code) and len(simple) == 1:
            table[code] = simple
    for first, last in COMPATIBLE:
        for code in range(first, last):
            plain = unicodedata.normalize("NFKC", chr(code)).lower()
            if len(plain) == 1 and plain != chr(code):
                table[code] = plain
    # Digits of other scripts (Arabic-Indic, Devanagari, mathematical …) read as digits and are typed to hide a number.
    for first, last in ((0x660, 0x1A9A), (0xA620, 0xABFA), (0x1D7CE, 0x1D800), (0x1FBF0, 0x1FBFA)):
        for code in range(first, last):
            digit = unicodedata.decimal(chr(code), None)
            if digit is not None:
                table[code] = str(digit)
    table |= {0x3000: " ", 0xA0: " "}
    return table


@dataclass(frozen=True, slots=True)
class Folded:
    """Folded ``text``; ``starts`` and ``shifts`` say how far each part of it was moved from the original."""

    text: str
    starts: tuple[int, ...] = (0,)
    shifts: tuple[int, ...] = (0,)

    def original(self, position: int) -> int:
        """Return the place in the original text of the folded character at ``position``."""
        return position + self.shifts[bisect_right(self.starts, position) - 1]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return the original range of the folded range ``start``–``end`` (end excluded, not empty)."""
        return self.original(start), self.original(end - 1) + 1


def fold(text: str) -> Folded:
    """Return ``text`` folded. Characters are replaced one for one; only invisible marks, spaces and strewn signs are removed."""
    plain = text.translate(_table())
    kept: list[str] = []
    starts, shifts = [0], [0]
    cursor = length = 0
    for gap in _REMOVABLE.finditer(plain):
        part = plain[cursor : gap.start()]
        kept.append(part)
        length += len(part)
        cursor = gap.end()
        if starts[-1] == length:
            shifts[-1] = cursor - length
        else:
            starts.append(length)
            shifts.append(cursor - length)
    if not kept:
        return Folded(plain)
    kept.append(plain[cursor:])
    return Folded("".join(kept), tuple(starts), tuple(shifts))
