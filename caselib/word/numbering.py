"""Automatic numbering as Word would print it: definitions, counters and the Chinese number formats."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

_DIGITS = "零一二三四五六七八九"
_LEGAL = "零壹贰叁肆伍陆柒捌玖"
_STEMS = "甲乙丙丁戊己庚辛壬癸"
_BRANCHES = "子丑寅卯辰巳午未申酉戌亥"
_ROMAN = (
    (1000, "M"),
    (900, "CM"),
    (500, "D"),
    (400, "CD"),
    (100, "C"),
    (90, "XC"),
    (50, "L"),
    (40, "XL"),
    (10, "X"),
    (9, "IX"),
    (5, "V"),
    (4, "IV"),
    (1, "I"),
)
_BULLETS = {
    "\uf06c": "●",
    "\uf06e": "■",
    "\uf075": "◆",
    "\uf0d8": "➢",
    "\uf0fc": "✓",
    "\uf0b7": "•",
    "\uf0a7": "▪",
    "\uf0a8": "□",
    "\uf0fe": "☑",
    "o": "○",
}
MAX_LEVEL = 8


def chinese(number: int, *, digits: str = _DIGITS, units: str = "十百千", shorten: bool = True) -> str:
    """Return ``number`` (0 to 99,999,999) in Chinese: 12 → 十二, 105 → 一百零五; beyond that, Arabic digits."""
    if number == 0:
        return digits[0]
    if not 0 < number < 100_000_000:
        return str(number)
    if number >= 10_000:
        high, low = divmod(number, 10_000)
        head = chinese(high, digits=digits, units=units, shorten=shorten) + "万"
        if not low:
            return head
        gap = digits[0] if low < 1000 else ""
        return head + gap + chinese(low, digits=digits, units=units, shorten=False)
    text = ""
    pending_zero = False
    for power in (3, 2, 1, 0):
        digit = number // 10**power % 10
        if digit == 0:
            pending_zero = bool(text)
            continue
        if pending_zero:
            text += digits[0]
            pending_zero = False
        text += digits[digit] + (units[power - 1] if power else "")
    if shorten and 10 <= number < 20:
        return text.removeprefix(digits[1])
    return text


def roman(number: int) -> str:
    """Return 1 to 3999 in Roman numerals, other numbers in Arabic digits."""
    if not 0 < number < 4000:
        return str(number)
    out = ""
    for value, sign in _ROMAN:
        count, number = divmod(number, value)
        out += sign * count
    return out


def letters(number: int) -> str:
    """Return a, b … z, aa, bb … as Word repeats letters (27 is aa)."""
    if not 0 < number <= 780:
        return str(number)
    repeat, index = divmod(number - 1, 26)
    return chr(ord("a") + index) * (repeat + 1)


def circled(number: int) -> str:
    """Return ① to ㊿; beyond that, the number in brackets."""
    if number == 0:
        return "⓪"
    if 1 <= number <= 20:
        return chr(0x2460 + number - 1)
    if 21 <= number <= 35:
        return chr(0x3251 + number - 21)
    if 36 <= number <= 50:
        return chr(0x32B1 + number - 36)
    return f"({number})"


def _from(base: int, last: int, number: int, fallback: str) -> str:
    return chr(base + number - 1) if 1 <= number <= last else fallback


def _simple(fmt: str, number: int) -> str | None:
    if fmt in ("upperRoman", "lowerRoman"):
        return roman(number) if fmt == "upperRoman" else roman(number).lower()
    if fmt in ("upperLetter", "lowerLetter"):
        return letters(number).upper() if fmt == "upperLetter" else letters(number)
    if fmt == "decimalZero":
        return f"{number:02d}"
    if fmt in ("decimalFullWidth", "decimalFullWidth2"):
        return str(number).translate({ord(str(i)): 0xFF10 + i for i in range(10)})
    if fmt in ("ordinal", "cardinalText", "ordinalText", "decimal", "decimalHalfWidth", "custom", ""):
        return str(number)
    if fmt == "numberInDash":
        return f"- {number} -"
    return None


def format_number(number: int, fmt: str) -> str:
    """Return ``number`` in the OOXML number format ``fmt``; formats that nobody defined print Arabic digits."""
    simple = _simple(fmt, number)
    if simple is not None:
        return simple
    if fmt in (
        "chineseCounting",
        "chineseCountingThousand",
        "japaneseCounting",
        "taiwaneseCounting",
        "taiwaneseCountingThousand",
        "koreanCounting",
    ):
        return chinese(number)
    if fmt in ("ideographDigital", "japaneseDigitalTenThousand", "taiwaneseDigital", "koreanDigital2"):
        return "".join("○一二三四五六七八九"[int(digit)] for digit in str(max(number, 0)))
    if fmt in ("chineseLegalSimplified", "ideographLegalTraditional", "japaneseLegal"):
        return chinese(number, digits=_LEGAL, units="拾佰仟", shorten=False)
    if fmt == "ideographTraditional":
        return _STEMS[number - 1] if 1 <= number <= 10 else str(number)
    if fmt == "ideographZodiac":
        return _BRANCHES[number - 1] if 1 <= number <= 12 else str(number)
    if fmt == "ideographZodiacTraditional":
        return _STEMS[(number - 1) % 10] + _BRANCHES[(number - 1) % 12] if number > 0 else str(number)
    if fmt in ("decimalEnclosedCircle", "decimalEnclosedCircleChinese"):
        return circled(number)
    if fmt == "decimalEnclosedFullstop":
        return _from(0x2488, 20, number, f"{number}.")
    if fmt == "decimalEnclosedParen":
        return _from(0x2474, 20, number, f"({number})")
    if fmt == "ideographEnclosedCircle":
        return _from(0x3280, 10, number, f"({chinese(number)})")
    return str(number)


@dataclass(frozen=True, slots=True)
class Level:
    """One level of a list: format, printed pattern (``%1.%2``), first number, and when it starts anew.

    ``restart`` is the one-based level whose advance restarts this one; None means any higher level, 0 never.
    """

    fmt: str = "decimal"
    text: str = ""
    start: int = 1
    restart: int | None = None
    legal: bool = False
    style: str = ""


@dataclass(frozen=True, slots=True)
class ListDefinition:
    """A list instance: which counters it shares (``abstract``), its levels, and its own start numbers."""

    abstract: str
    levels: Mapping[int, Level]
    starts: Mapping[int, int] = field(default_factory=dict)


class Counters:
    """Counts the numbered paragraphs of one document in reading order."""

    def __init__(self, lists: Mapping[str, ListDefinition]) -> None:
        self._lists = lists
        self._values: dict[str, dict[int, int]] = {}
        self._started: set[tuple[str, int]] = set()

    def label(self, list_id: str, level: int) -> str:
        """Advance ``level`` of list ``list_id`` and return what Word prints before the paragraph ("" for none)."""
        definition = self._lists.get(list_id)
        level = min(max(level, 0), MAX_LEVEL)
        if definition is None or level not in definition.levels:
            return ""
        values = self._values.setdefault(definition.abstract, {})
        self._advance(definition, list_id, level, values)
        return self._print(definition, level, values)

    def is_bullet(self, list_id: str, level: int) -> bool:
        """True when the level prints the same sign for every paragraph."""
        definition = self._lists.get(list_id)
        found = definition.levels.get(min(max(level, 0), MAX_LEVEL)) if definition else None
        return found is not None and found.fmt in ("bullet", "none")

    def _advance(self, definition: ListDefinition, list_id: str, level: int, values: dict[int, int]) -> None:
        first_use = (list_id, level) not in self._started
        self._started.add((list_id, level))
        if first_use and level in definition.starts:
            values[level] = definition.starts[level]
        elif level in values:
            values[level] += 1
        else:
            values[level] = definition.levels[level].start
        for higher in range(level):
            if higher not in values and higher in definition.levels:
                values[higher] = definition.starts.get(higher, definition.levels[higher].start)
        for lower in [key for key in values if key > level]:
            restart = definition.levels[lower].restart if lower in definition.levels else None
            if restart is None or (restart != 0 and level < restart):
                del values[lower]

    @staticmethod
    def _print(definition: ListDefinition, level: int, values: dict[int, int]) -> str:
        shown = definition.levels[level]
        if shown.fmt == "none":
            return re.sub(r"%\d", "", shown.text).strip()
        if shown.fmt == "bullet":
            return "".join(_BULLETS.get(sign, "•" if "\ue000" <= sign <= "\uf8ff" else sign) for sign in shown.text)

        def value(match: re.Match[str]) -> str:
            index = int(match.group(1)) - 1
            source = definition.levels.get(index)
            if source is None or index > level:
                return ""
            fmt = "decimal" if shown.legal else source.fmt
            return format_number(values.get(index, source.start), fmt)

        return re.sub(r"%([1-9])", value, shown.text)
