"""A record that was found as the reader sees it: the resource, and the passages in which the words are marked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from search import highlighting, synonyms
from search.analysis import numerals
from search.analysis.folding import fold
from search.analysis.query import ParsedQuery
from search.queries import Found, FoundPassage
from search.records import ITEM, META

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of text that matched, plain, with the offsets of the words searched for.

    `source` is body, attachment, caption or meta; `label` names the attachment or track, of meta the terms it is tagged
    with that were meant, `ref` is the id of attachment or track;
    `seconds` is where in the film a caption is spoken; `start` is the offset in its source text.
    """

    text: str
    marks: tuple[Span, ...]
    source: str
    label: str = ""
    ref: str = ""
    seconds: float = 0.0
    start: int = 0


class Shown(Protocol):
    """What must be known of a resource that is shown."""

    @property
    def pk(self) -> int: ...

    @property
    def title(self) -> str: ...

    @property
    def kind(self) -> str: ...

    @property
    def url(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Hit:
    """One resource found, as the database has it now."""

    page: Shown
    title: str
    title_marks: tuple[Span, ...]
    kind: str
    url: str
    score: float
    passages: tuple[Passage, ...]


def hits_of(
    found: Sequence[Found], confirmed: Mapping[str, Shown], parsed: ParsedQuery, *, as_asked: bool
) -> tuple[Hit, ...]:
    """Return what was found and confirmed, with its marks. `as_asked`: each contains the words as they stand."""
    if not found:
        return ()
    table = synonyms.table() if parsed.runs else synonyms.Table({}, frozenset())
    others = [s for run in parsed.runs for s in numerals.variants(run)]
    named = dict.fromkeys((*parsed.runs, *(part.of for part in parsed.wanted if part.of)))
    others += [other for text in named for other in table.others.get(text, ())]
    pattern = highlighting.patterns(parsed, others, pieces=not as_asked) if parsed.runs else None
    return tuple(
        Hit(
            page=page,
            title=page.title,
            title_marks=highlighting.mark(page.title, pattern),
            kind=page.kind,
            url=page.url,
            score=one.score,
            passages=_passages(one, pattern, table.terms) if one.passages else (),
        )
        for one in found
        if (page := confirmed.get(one.key)) is not None
    )


def _passages(found: Found, pattern: Any, terms: frozenset[str]) -> tuple[Passage, ...]:
    """The passages in which something is marked, running text before a list of names and terms; if none is, the best."""
    shown = sorted((_passage(p, pattern, terms) for p in found.passages), key=lambda p: (not p.marks, p.source == META))
    return tuple(p for p in shown if p.marks) or tuple(shown[:1])


def _passage(found: FoundPassage, pattern: Any, terms: frozenset[str]) -> Passage:
    if found.source == META:
        text, marks = highlighting.marked_items(found.text, pattern)
        return Passage(text, marks, META, _tags(text, terms) if marks else "")
    offset, text, marks = highlighting.snippet(found.text, pattern)
    return Passage(text, marks, found.source, found.label, found.ref, found.seconds, found.start + offset)


def _tags(text: str, terms: frozenset[str]) -> str:
    """The terms among names and keywords, as they are written."""
    return ITEM.join(item for item in text.split(ITEM) if fold(item) in terms)
