"""Full and initial pinyin of titles and names, so that a Latin keyboard finds Chinese."""

from __future__ import annotations

import re

from search.analysis.tokens import RUN, is_han, word_starts

_LATIN_QUERY = re.compile(r"[a-zü' ]{2,48}")
_SUFFIXES = 8  # a title can be entered at the start of any of its first words


def spell(folded: str) -> tuple[str, str]:
    """Return (full, initials) of a folded text: "党风" gives ("dangfeng", "df"); Latin and digits are kept."""
    from pypinyin import Style, lazy_pinyin

    full: list[str] = []
    for run in RUN.findall(folded):
        if is_han(run):
            full.extend(s for s in lazy_pinyin(run, style=Style.NORMAL, errors="ignore") if s)
        else:
            full.append(run)
    return "".join(full), "".join(s if s.isdigit() else s[0] for s in full)


def keys(folded: str) -> list[str]:
    """Return the pinyin keys under which a title or name is found by prefix, from each of its first words on."""
    out: dict[str, None] = {}
    for start in word_starts(folded)[:_SUFFIXES]:
        full, initials = spell(folded[start:])
        if full:
            out[full[:64]] = None
            out[initials[:32]] = None
    return list(out)


def as_query(folded: str) -> str | None:
    """Return the query as a pinyin key, or None when it is not written in Latin letters only."""
    if not _LATIN_QUERY.fullmatch(folded):
        return None
    return folded.replace("'", "").replace(" ", "").replace("ü", "v") or None
