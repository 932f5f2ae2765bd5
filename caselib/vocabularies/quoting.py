"""Quotation marks in a tag: those around all of it go, those within it belong to it (“三资”管理)."""

from __future__ import annotations

import re

_STRAIGHT = re.compile('"([^"]*)"')
_PAIRED = re.compile(r"(?:[^“”]|“[^“”]*”)*")
_AROUND = re.compile("“([^“”]*)”")


def with_own_quotes(word: str) -> str:
    """Return ``word`` without quotation marks around all of it; pairs within become Chinese ones, a single one goes."""
    word = _STRAIGHT.sub(r"“\1”", word).replace('"', "")
    if not _PAIRED.fullmatch(word):
        word = re.sub("[“”]", "", word)
    around = _AROUND.fullmatch(word.strip())
    return around.group(1) if around else word
