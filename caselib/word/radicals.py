"""Radicals that stand for characters: what is copied or recovered from a PDF shows 文 and has U+2F42, which no search finds."""

from __future__ import annotations

import re
import unicodedata

# The supplement names no characters itself; of its forms those that are a whole character are read as it.
_FORMS = "⺎⺒⺓⺝⺟⺠⻁⻄⻅⻆⻉⻋⻑⻓⻔⻗⻘⻙⻚⻛⻜⻝⻢⻣⻤⻥⻦⻧⻨⻩⻬⻮⻰⻳"
_MEANT = "兀巳幺月母民虎西见角贝车長长门雨青韦页风飞食马骨鬼鱼鸟卤麦黄齐齿龙龟"
_RADICAL = re.compile("[\u2e80-\u2fdf]")  # far faster than a table on text that holds none
_CHARACTERS = {code: unicodedata.normalize("NFKC", chr(code)) for code in range(0x2F00, 0x2FD6)} | dict(
    zip(map(ord, _FORMS), _MEANT, strict=True)
)


def unified(text: str) -> str:
    """Return ``text`` with the characters that its radicals stand for; the length stays."""
    return text.translate(_CHARACTERS) if _RADICAL.search(text) else text


def count(text: str) -> int:
    """Return how many characters ``unified`` would replace."""
    return sum(1 for sign in _RADICAL.findall(text) if ord(sign) in _CHARACTERS)
