"""Full and initial pinyin of titles and names, so that a Latin keyboard finds Chinese."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from search.analysis.tokens import RUN, is_han, word_starts

_LATIN_QUERY = re.compile(r"[a-zü' ]{2,48}")
_SUFFIXES = 8  # a title can be entered at the start of any of its first words


def spell(folded: str) -> tuple[str, str]:
    """Return (full, initials) of a folded text: "党风" gives ("dangfeng", "df"); Latin and digits are kept."""
    return _joined([syllable for _, syllable in _syllables(folded)])


def keys(folded: str) -> list[str]:
    """Return the pinyin keys under which a title or name is found by prefix, from each of its first words on."""
    out: dict[str, None] = {}
    for full, initials in spell_from(folded, word_starts(folded)[:_SUFFIXES]):
        if full:
            out[full[:64]] = None
            out[initials[:32]] = None
    return list(out)


def spell_from(folded: str, starts: Iterable[int]) -> list[tuple[str, str]]:
    """Return (full, initials) of the text from each of the offsets on; the text is spelt only once."""
    syllables = _syllables(folded)
    return [_joined([s for offset, s in syllables if offset >= start]) for start in starts]


def _joined(syllables: list[str]) -> tuple[str, str]:
    return "".join(syllables), "".join(s if s.isdigit() else s[0] for s in syllables)


@lru_cache(maxsize=256)
def _syllables(folded: str) -> tuple[tuple[int, str], ...]:
    """(offset, syllable) of each Han character that has one, and of each Latin or digit run."""
    from pypinyin.seg.simpleseg import seg

    found: list[tuple[int, str]] = []
    for run in RUN.finditer(folded):
        if is_han(run.group()):
            # A character without a reading gives an empty syllable, so that places stay in step.
            spelt = [syllable for word in seg(run.group()) for syllable in _spelt(word)]
            found.extend((run.start() + i, s) for i, s in enumerate(spelt) if s)
        else:
            found.append((run.start(), run.group()))
    return tuple(found)


@lru_cache(maxsize=32_768)
def _spelt(word: str) -> tuple[str, ...]:
    """The syllables of one word: the library finds the words of a text fast and spells them slowly."""
    from pypinyin import Style, lazy_pinyin

    return tuple(lazy_pinyin(word, style=Style.NORMAL, errors=_unread))


def _unread(characters: str) -> Any:
    """An empty syllable for each character without a reading; pypinyin takes a list, though its types say text."""
    return [""] * len(characters)


def as_query(folded: str) -> str | None:
    """Return the query as a pinyin key, or None when it is not written in Latin letters only."""
    if not _LATIN_QUERY.fullmatch(folded):
        return None
    return folded.replace("'", "").replace(" ", "").replace("ü", "v") or None
