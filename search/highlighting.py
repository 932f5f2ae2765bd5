"""Where in a text the words of a query stand, as offsets: markup is the template's business, never the index's."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from search.analysis.folding import MARKS, fold_with_offsets
from search.analysis.query import ParsedQuery
from search.analysis.tokens import words
from search.records import ITEM

SNIPPET = 160  # characters shown of a passage
ELLIPSIS = "…"  # before and after a piece of a sentence
_LEAD = 30  # characters shown before the first mark, at least where the text has them
_REACH = 70  # so many if the sentence begins there
_ENDS = "。！？!?；;…\n"  # of a sentence
_CLOSES = "”’」』）)】》"  # what may follow the end of a sentence
_NO_OPENING = f"{_ENDS}{_CLOSES}，、,：: \t\r\u3000"  # what never begins one
_MOST_MARKS = 40
_FOLDED_ITEM = ";"
_APART = "\x00"  # folded text never has it, so no pattern does
_MARKS_BEHIND = re.compile(f"[{MARKS}]+")
_RUNS = ("[0-9]", "[a-z]")  # what is one token however long
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
    return re.compile("|".join(map(_whole, ordered))) if ordered else None


def _whole(text: str) -> str:
    """The text as a pattern that finds no piece of a longer number or Latin word: none was searched for."""
    before, after = (next((kind for kind in _RUNS if re.match(kind, sign)), "") for sign in (text[0], text[-1]))
    return f"{before and f'(?<!{before})'}{re.escape(text)}{after and f'(?!{after})'}"


def mark(text: str, pattern: re.Pattern[str] | None) -> tuple[Span, ...]:
    """Return the (start, end) offsets of all matches in the text as it is written, joined where they touch."""
    if pattern is None or not text:
        return ()
    folded, origins = fold_with_offsets(text)
    spans: list[Span] = []
    for match in pattern.finditer(folded):
        start, end = origins[match.start()], origins[match.end() - 1] + 1
        if behind := _MARKS_BEHIND.match(text, end):
            end = behind.end()
        if spans and start <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(end, spans[-1][1]))
        elif len(spans) < _MOST_MARKS:
            spans.append((start, end))
    return tuple(spans)


def snippet(text: str, pattern: re.Pattern[str] | None) -> tuple[int, str, tuple[Span, ...]]:
    """Return (offset, piece, marks in the piece): the stretch of the text with the most marked characters.

    A piece that begins or ends inside a sentence says so by an ellipsis, which `offset` does not count and marks do.
    """
    spans = mark(text, pattern)
    start = _best_start(text, spans)
    stop = min(len(text), start + SNIPPET)
    start += len(text[start:stop]) - len(text[start:stop].lstrip(_NO_OPENING))
    piece = text[start:stop].rstrip()
    before = ELLIPSIS if not _begins_sentence(text, start) else ""
    after = ELLIPSIS if text[stop:].strip() and piece.rstrip(_CLOSES)[-1:] not in _ENDS else ""
    shift = len(before) - start
    inside = [(max(a, start) + shift, min(b, start + len(piece)) + shift) for a, b in spans]
    return start, before + piece + after, tuple((a, b) for a, b in inside if a < b)


def marked_items(text: str, pattern: re.Pattern[str] | None) -> tuple[str, tuple[Span, ...]]:
    """Return (text, marks) of a list of names and terms: only the items in which something is marked, if any is."""
    items = _marked_of([item for item in text.split(ITEM) if item], pattern) if pattern is not None else []
    kept = ITEM.join(items) if items else text[:SNIPPET] + ELLIPSIS * (len(text) > SNIPPET)
    # Where no item is marked, only words with the sign between items can stand here, in two of them.
    anywhere = bool(items) or (pattern is not None and _FOLDED_ITEM in pattern.pattern)
    return kept, mark(kept, pattern) if anywhere else ()


def _marked_of(items: Sequence[str], pattern: re.Pattern[str]) -> list[str]:
    """The items in which something is marked. Mostly none is: all are looked through at once before each by itself."""
    folded = [fold_with_offsets(item)[0] for item in items]
    if pattern.search(_APART.join(folded)) is None:
        return []
    return [item for item, each in zip(items, folded, strict=True) if pattern.search(each)]


def _best_start(text: str, spans: tuple[Span, ...]) -> int:
    if not spans or len(text) <= SNIPPET:
        return 0
    best, weight = 0, -1
    for first, _ in spans:
        start = max(0, min(_opening(text, first), len(text) - SNIPPET))
        marked = sum(min(b, start + SNIPPET) - a for a, b in spans if start <= a < start + SNIPPET)
        if marked > weight:
            best, weight = start, marked
    return best


def _opening(text: str, first: int) -> int:
    """Where to begin what is shown before a mark: with its sentence if that is near, else a few characters before."""
    begun = max(text.rfind(end, max(0, first - _REACH), first) for end in _ENDS) + 1
    while begun and begun < first and text[begun] in _CLOSES:
        begun += 1
    return begun or max(0, first - _LEAD)


def _begins_sentence(text: str, start: int) -> bool:
    before = text[:start].rstrip(" \t\u3000\r")
    return not before or before.rstrip(_CLOSES)[-1:] in _ENDS
