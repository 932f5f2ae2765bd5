"""Numbers written in Chinese or in Arabic digits mean the same to a searcher."""

from __future__ import annotations

import re
from functools import partial

_DIGITS = "零一二三四五六七八九"
_VALUE = {c: i for i, c in enumerate(_DIGITS)} | {"〇": 0, "两": 2, "○": 0}
_UNIT = {"十": 10, "百": 100, "千": 1000}
_BIG = {"万": 10_000, "亿": 100_000_000}
_CHINESE = re.compile(
    r"[零〇一二三四五六七八九十百千万亿两]{2,}|(?<=第)[一二三四五六七八九十]|[二三四五六七八九十](?=[月日号届次章条款年级])"
    r"|一(?=[月日号届章条])"  # not 一次, 一年, 一级, 一款: there it is an article rather than a number
)
_ARABIC = re.compile(r"\d{1,9}")


def to_arabic(chinese: str) -> str | None:
    """Return the Arabic digits of a Chinese numeral ("二〇二四", "一百二十"), None if it is not one."""
    if all(c in _VALUE for c in chinese):
        return "".join(str(_VALUE[c]) for c in chinese)
    total = section = digit = 0
    for c in chinese:
        if c in _VALUE:
            digit = _VALUE[c]
        elif c in _UNIT:
            section += (digit or (1 if not section else 0)) * _UNIT[c]
            digit = 0
        elif c in _BIG:
            section += digit
            total = (total + section) * _BIG[c] if section or total else 0
            section = digit = 0
        else:
            return None
    value = total + section + digit
    return str(value) if value else None


def to_chinese(arabic: str) -> tuple[str, ...]:
    """Return the Chinese spellings of a number: with units up to 9999, and digit by digit for years and codes."""
    spellings = []
    value = int(arabic)
    if value < 10_000 and not arabic.startswith("0") and value:
        spellings.append(_with_units(value))
    if len(arabic) == 4:
        spellings.append("".join("〇" if c == "0" else _DIGITS[int(c)] for c in arabic))
        spellings.append("".join(_DIGITS[int(c)] for c in arabic))
    return tuple(dict.fromkeys(spellings))


def _with_units(value: int) -> str:
    out, gap = "", False
    for unit, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, value = divmod(value, unit)
        if digit:
            out += (
                ("零" if gap and out else "") + ("" if digit == 1 and unit == 10 and not out else _DIGITS[digit]) + name
            )
            gap = False
        else:
            gap = True
    return out


def variants(folded: str, *, limit: int = 8) -> tuple[str, ...]:
    """Return other spellings of a short text by its numbers, the text itself not among them.

    First those with all numbers of one kind: who writes 二〇一九年 goes on with 十二月.
    """
    if len(folded) == 1:  # 5 by itself is not the 五 of 五味子
        return ()
    found = [_CHINESE.sub(lambda match: _arabic(match.group())[0], folded)]
    found += [_ARABIC.sub(partial(_chinese, zero), folded) for zero in "〇零"]
    for match in _CHINESE.finditer(folded):
        found.extend(folded[: match.start()] + a + folded[match.end() :] for a in _arabic(match.group()))
    for match in _ARABIC.finditer(folded):
        found.extend(folded[: match.start()] + c + folded[match.end() :] for c in to_chinese(match.group()))
    return tuple(v for v in dict.fromkeys(found) if v != folded)[:limit]


def _arabic(chinese: str) -> tuple[str, ...]:
    """The numeral as people write it in digits, 3500万 before 35000000; as it stands if it is none."""
    whole = to_arabic(chinese)
    if whole is None:
        return (chinese,)
    of_big = to_arabic(chinese[:-1]) if chinese[-1] in _BIG and len(chinese) > 1 else None
    return (whole,) if of_big is None else (of_big + chinese[-1], whole)


def _chinese(zero: str, match: re.Match[str]) -> str:
    """The number as it stands among others: a year digit by digit, all else with units."""
    spellings = to_chinese(match.group())
    of_year = [s for s in spellings if len(s) == len(match.group()) == 4 and match.string[match.end() :][:1] == "年"]
    return next((s for s in of_year if zero in s), next(iter(of_year or spellings), match.group()))
