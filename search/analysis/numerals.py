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
    """Return the Arabic digits of a Chinese numeral ("二〇二四", "一百二十"), None if it is not one.

    十四五 is a plan and no number, 万一 a word, 二三十 about so many: where digits stand beside each other among units, a
    unit stands alone or units do not fall, nothing is counted.
    """
    if all(c in _VALUE for c in chinese):
        return "".join(str(_VALUE[c]) for c in chinese)
    total = section = 0
    digit: int | None = None
    unit = big = 10**9
    for c in chinese:
        if c in _VALUE:
            if digit:  # 零 may stand before another
                return None
            digit = _VALUE[c]
        elif c in _UNIT:
            if _UNIT[c] >= unit or digit == 0 or (digit is None and c != "十"):
                return None
            unit = _UNIT[c]
            section += (1 if digit is None else digit) * unit
            digit = None
        elif c in _BIG:
            section += digit or 0
            if _BIG[c] >= big or not section:
                return None
            big = _BIG[c]
            total += section * big
            section, digit, unit = 0, None, 10**9
        else:
            return None
    value = total + section + _last(digit, chinese)
    return str(value) if value else None


def _last(digit: int | None, chinese: str) -> int:
    """The last digit of a numeral: of 一百二 and 三万五 it counts what is one step below the unit before it."""
    before = (_UNIT | _BIG).get(chinese[-2], 1) if digit else 1
    return (digit or 0) * (before // 10 if before > 10 else 1)


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

    First those with all numbers of one kind: who writes 二〇一九年 goes on with 十二月. None is a single character: 5 by
    itself is not the 五 of 五味子, and 10 not the 十 of 十分.
    """
    found = [_CHINESE.sub(lambda match: _arabic(match)[0], folded)]
    found += [_ARABIC.sub(partial(_chinese, zero), folded) for zero in "〇零"]
    for match in _CHINESE.finditer(folded):
        found.extend(folded[: match.start()] + a + folded[match.end() :] for a in _arabic(match))
    for match in _ARABIC.finditer(folded):
        found.extend(folded[: match.start()] + c + folded[match.end() :] for c in to_chinese(match.group()))
    return tuple(v for v in dict.fromkeys(found) if v != folded and len(v) > 1)[:limit] if len(folded) > 1 else ()


def _arabic(match: re.Match[str]) -> tuple[str, ...]:
    """The numeral as people write it in digits, 3500万 before 35000000; as it stands if it is none."""
    chinese = match.group()
    whole = None if _is_word(chinese, match.string[match.end() :][:1]) else to_arabic(chinese)
    if whole is None:
        return (chinese,)
    of_big = to_arabic(chinese[:-1]) if chinese[-1] in _BIG and len(chinese) > 1 else None
    return (whole,) if of_big is None else (of_big + chinese[-1], whole)


def _is_word(chinese: str, after: str) -> bool:
    """Whether two digits are no number: 五四 and 三八 are days, 七八 is about so many, 一一 each; 九八年 is a year."""
    if len(chinese) != 2 or not all(_VALUE.get(c) for c in chinese):
        return False
    first, second = (_VALUE[c] for c in chinese)
    return after not in ("年", "号") or second == first + 1 or chinese == "三五"


def _chinese(zero: str, match: re.Match[str]) -> str:
    """The number as it stands among others: a year digit by digit, all else with units."""
    spellings = to_chinese(match.group())
    of_year = [s for s in spellings if len(s) == len(match.group()) == 4 and match.string[match.end() :][:1] == "年"]
    return next((s for s in of_year if zero in s), next(iter(of_year or spellings), match.group()))
