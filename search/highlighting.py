"""Where in a text the words of a query stand, as offsets: markup is the template's business, never the index's."""

from __future__ import annotations

import re
from collections.abc import Iterable

from search.analysis.folding import fold_with_offsets
from search.analysis.query import ParsedQuery
from search.analysis.tokens import words
from search.records import ITEM

SNIPPET = 160  # characters shown of a passage
_LEAD = 30  # of them before the first mark
_MOST_MARKS = 40
Span = tuple[int, int]


def patterns(parsed: ParsedQuery, others: Iterable[str] = (), *, pieces: bool = True) -> re.Pattern[str] | None:
    """Return what is to be marked for a query: whole parts, other spellings or synonyms, and with `pieces` their words."""
    wanted: dict[str, None] = {}
    for text in (*(p.text for p in parsed.wanted if p.field in (None, "title")), *others):
        wanted[text] = None
    for run in parsed.runs if pieces else ():
        for word in words(run):
            if len(word) > 1 or len(parsed.runs) == 1 == len(run) or word.isdigit():
                wanted[word] = None
    ordered = sorted((w for w in wanted if w.strip()), key=len, reverse=True)[:200]
    return re.compile("|".join(map(re.escape, ordered))) if ordered else None


def mark(text: str, pattern: re.Pattern[str] | None) -> tuple[Span, ...]:
    """Return the (start, end) offsets of all matches in the text as it is written, joined where they touch."""
    if pattern is None or not text:
        return ()
    folded, origins = fold_with_offsets(text)
    spans: list[Span] = []
    for match in pattern.finditer(folded):
        start, end = origins[match.start()], origins[match.end() - 1] + 1
        if spans and start <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(end, spans[-1][1]))
        elif len(spans) < _MOST_MARKS:
            spans.append((start, end))
    return tuple(spans)


def snippet(text: str, pattern: re.Pattern[str] | None) -> tuple[int, str, tuple[Span, ...]]:
    """Return (offset, piece, marks in the piece): the stretch of the text with the most marked characters."""
    spans = mark(text, pattern)
    start = _best_start(text, spans)
    piece = text[start : start + SNIPPET]
    inside = [(max(0, a - start), min(len(piece), b - start)) for a, b in spans if a < start + len(piece) and b > start]
    return start, piece, tuple(inside)


def marked_items(text: str, pattern: re.Pattern[str] | None) -> tuple[str, tuple[Span, ...]]:
    """Return (text, marks) of a list of names and terms: only the items in which something is marked, if any is."""
    items = [item for item in text.split(ITEM) if mark(item, pattern)]
    kept = ITEM.join(items) if items else text[:SNIPPET]
    return kept, mark(kept, pattern)


def _best_start(text: str, spans: tuple[Span, ...]) -> int:
    if not spans or len(text) <= SNIPPET:
        return 0
    best, weight = 0, -1
    for first, _ in spans:
        start = max(0, min(first - _LEAD, len(text) - SNIPPET))
        marked = sum(min(b, start + SNIPPET) - a for a, b in spans if start <= a < start + SNIPPET)
        if marked > weight:
            best, weight = start, marked
    return best
