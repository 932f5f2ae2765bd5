"""How Chinese writing numbers its headings: which kind of number a line begins with, and what the number is."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

_CHINESE = "〇零○一二三四五六七八九十百千两"
_VALUES = {sign: index for index, sign in enumerate("零一二三四五六七八九")} | {"〇": 0, "○": 0, "两": 2}

# Order matters: the first pattern that fits names the kind.
_PATTERNS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("part", re.compile(rf"^第\s*([{_CHINESE}\d]+)\s*(?:部分|编|篇|辑|单元|部|卷)(?![分队门])[\s:：、.．]*")),
    ("chapter", re.compile(rf"^第\s*([{_CHINESE}\d]+)\s*章[\s:：、]*")),
    ("section", re.compile(rf"^第\s*([{_CHINESE}\d]+)\s*[节讲][\s:：、]*")),
    ("article", re.compile(rf"^第\s*([{_CHINESE}\d]+)\s*条(?=[\s【（(:：]|$)[\s:：]*")),
    (
        "case",
        re.compile(
            rf"^[【〔［\[（(]\s*(?:典型|优秀|教学|经典|示范)?案例\s*(?:之)?\s*([{_CHINESE}\d]+)\s*[】〕］\]）)][\s:：、.．—\-]*"
        ),
    ),
    (
        "case",
        re.compile(
            rf"^(?:典型|优秀|教学|经典|示范)?案例\s*(?:之)?\s*(\d+(?!\d)|[{_CHINESE}]+(?![{_CHINESE}\d]))(?![个起条年月日%])[\s:：、.．—\-]*"
        ),
    ),
    ("han", re.compile(rf"^([{_CHINESE}]+)\s*[、.．]\s*")),
    ("han_space", re.compile(r"^([一二三四五六七八九十]{1,3})[\s\u3000]+(?=\S)")),
    ("han_paren", re.compile(rf"^[（(〔]\s*([{_CHINESE}]+)\s*[）)〕]\s*[、.．]?\s*")),
    (
        "decimal3",
        re.compile(r"^(\d{1,2}\s*[.．]\s*\d{1,2}\s*[.．]\s*\d{1,2}(?:\s*[.．]\s*\d{1,2})?)(?![\d%％])[.．、]?\s*"),
    ),
    (
        "decimal2",
        re.compile(r"^(\d{1,2}\s*[.．]\s*\d{1,2})(?![\d%％.．]|\s*(?:万|亿|元|倍|个|公里|平方|吨|米))[、]?\s*"),
    ),
    ("arabic", re.compile(r"^(\d{1,3})\s*[.．、](?!\d)\s*")),
    ("arabic_half", re.compile(r"^(\d{1,3})\s*[）)]\s*")),
    ("arabic_paren", re.compile(r"^[（(]\s*(\d{1,3})\s*[）)]\s*[、.．]?\s*")),
    ("circle", re.compile(r"^([①-⑳㉑-㉟])\s*")),
    ("letter", re.compile(r"^([A-Za-z])\s*[.．、）)]\s*(?![A-Za-z]\s*[.．])")),
)


@dataclass(frozen=True, slots=True)
class Numeral:
    """The number at the head of a line: ``kind`` (see the patterns), ``value`` (0 when unknown) and its ``text``."""

    kind: str
    value: int
    text: str


@lru_cache(maxsize=8192)
def numeral(line: str) -> Numeral | None:
    """Return the heading number that ``line`` begins with, or None."""
    for kind, pattern in _PATTERNS:
        match = pattern.match(line)
        if match:
            return Numeral(kind, number_value(match.group(1)), match.group(0))
    return None


def strip_number(line: str) -> str:
    """Return ``line`` without the heading number at its head."""
    found = numeral(line)
    return line[len(found.text) :].strip() if found else line.strip()


def number_value(text: str) -> int:
    """Return the value of Chinese or Arabic digits, of ① and letters, of the last part of 1.2.3; 0 when unknown.

    A run of digits that nobody counts with has none: Python refuses to turn the longest into a number at all.
    """
    if len(text) > _LONGEST_NUMBER:
        return 0
    if len(text) == 1 and "①" <= text <= "⑳":
        return ord(text) - 0x2460 + 1
    if len(text) == 1 and text.isascii() and text.isalpha():
        return ord(text.lower()) - ord("a") + 1
    last = re.split(r"[.．]", text)[-1].strip()
    if last.isdecimal():
        return int(last)
    return _chinese_value(text)


def _chinese_value(text: str) -> int:
    if all(sign in _VALUES for sign in text):
        return int("".join(str(_VALUES[sign]) for sign in text)) if text else 0
    total = 0
    digit = 0
    for sign in text:
        unit = {"十": 10, "百": 100, "千": 1000}.get(sign)
        if unit is None:
            digit = _VALUES.get(sign, 0)
            continue
        total += (digit or 1) * unit
        digit = 0
    return total + digit


_LONGEST_NUMBER = 24
_TERMINAL = "。！？!?；;…"


def ends_sentence(text: str) -> bool:
    """True when ``text`` ends as a sentence does, closing quotes and brackets looked through."""
    bare = text.rstrip().rstrip("”’」』）)】》\"'")
    return bool(bare) and (bare[-1] in _TERMINAL or bare.endswith("．"))


@lru_cache(maxsize=8192)
def squeeze(text: str) -> str:
    """Collapse white space; letter-spaced Chinese (目　录, 总    则) becomes plain (目录, 总则)."""
    flat = re.sub(r"[\s\u00a0\u3000]+", " ", text).strip()
    if re.fullmatch(r"(?:[\u4e00-\u9fff] )+[\u4e00-\u9fff]", flat):
        return flat.replace(" ", "")
    return flat
