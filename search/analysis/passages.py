"""Cutting long text into passages at sentence ends, with the offset of each."""

from __future__ import annotations

import re
from collections.abc import Iterator

TARGET = 400  # characters of a passage: the unit that is ranked and shown
_HARD_LIMIT = 600
_SENTENCE = re.compile(r"[^。！？!?；;\n]*[。！？!?；;\n]+[”’」』）)】]*|[^。！？!?；;\n]+")


def cut(text: str, *, target: int = TARGET) -> Iterator[tuple[int, str]]:
    """Yield (offset, passage) so that the passages joined are the text again.

    Sentences are never broken unless one alone exceeds the hard limit.
    """
    start = end = 0
    for match in _SENTENCE.finditer(text):
        if end > start and match.end() - start > target:
            yield from _hard(text, start, end)
            start = end
        end = match.end()
    if end > start:
        yield from _hard(text, start, end)


def _hard(text: str, start: int, end: int) -> Iterator[tuple[int, str]]:
    while end - start > _HARD_LIMIT:
        yield start, text[start : start + TARGET]
        start += TARGET
    if text[start:end].strip():
        yield start, text[start:end]
