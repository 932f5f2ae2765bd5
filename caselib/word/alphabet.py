"""The order and the letters of a Chinese index: by pinyin, as readers of a printed index expect."""

from __future__ import annotations


def pinyin_key(term: str) -> tuple[list[str], str]:
    """Return the sort key of ``term``: its syllables, then the characters themselves."""
    return _syllables(term), term


def index_letter(term: str) -> str:
    """Return the capital letter under which ``term`` stands in an index; "#" for what has no letter."""
    syllables = _syllables(term[:1])
    first = syllables[0][:1].upper() if syllables else "#"
    return first if first.isascii() and first.isalpha() else "#"


def _syllables(text: str) -> list[str]:
    # Imported here: its dictionary takes 57 MB, and most web processes never make an index.
    from pypinyin import lazy_pinyin

    found: list[str] = lazy_pinyin(text)
    return found
