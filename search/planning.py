"""From a parsed query to what the engines are asked: what must match, and what ranks."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import groupby

from search.analysis import everyday, numerals, titles, tokens
from search.analysis.query import ParsedQuery, Part
from search.backends.fields import TEXT, TITLES
from search.queries import Anywhere, Bool, Everything, Node, Nothing, OneOf, Prefix, Term, all_of, any_of
from search.ranking import (
    Shares,
    Synonyms,
    bigrams_of,
    no_shares,
    no_synonyms,
    phrase_node,
    query_bigrams,
    rank,
    rarest,
    telling,
    whole,
)

_PHRASE_BOOST = {True: 2.0, False: 0.5}  # keywords (exact) mean the phrase, in a sentence it is chance
_MOST_PIECES = 128  # of a query, any of which may match
_UNCOUNTED = 1.0
_ENOUGH = 0.3  # of all passages: rarer pieces that stand in so many together leave the commoner ones nothing to say


@dataclass(frozen=True, slots=True)
class Plan:
    """The conditions, strictest first, and the ranking; `exact` when the first condition is a promise to the reader.

    `scoring` ranks passages; `whole`, unless Everything, ranks records of which passages are parts. `loose` are the last
    of the conditions, which need some of the words only: none where a record with some of them has all.
    """

    matches: tuple[Node, ...]
    scoring: Node
    exact: bool
    spelt: int | None  # which of `matches` reads the query as pinyin: what it finds is what was asked
    whole: Node = field(default_factory=Everything)
    loose: tuple[Node, ...] = ()

    def narrow(self, level: int) -> bool:
        """Whether what meets the condition of this level, and no looser one, has all the words where others have some."""
        return self.exact and bool(self.loose) and level < len(self.matches) - len(self.loose)


def make(
    parsed: ParsedQuery,
    *,
    viewer: frozenset[str] | None,
    synonyms: Synonyms = no_synonyms,
    shares: Shares = no_shares,
) -> Plan:
    """Plan a parsed query for a viewer. `shares(field, tokens)` are the shares of passages that hold each token."""
    if parsed.empty:
        return Plan((Everything(),), Everything(), exact=False, spelt=None)
    without = tuple(_part(p, viewer, no_synonyms) for p in parsed.excluded)
    names = [name for of in dict.fromkeys(p.of for p in parsed.wanted if p.of) for name in synonyms(of)]
    called = _called(parsed.text, shares)
    formal = everyday.formal([w for run in parsed.runs for w in tokens.words(run)]) if parsed.told else ()
    scoring = rank(
        parsed.runs,
        phrase_boost=_PHRASE_BOOST[parsed.exact],
        synonyms=synonyms,
        shares=shares,
        formal=formal,
        names=names,
        called=called,
    )
    matches: list[Node] = []
    spelt: int | None = None
    if parsed.exact:
        strict = (_named(of, list(parts), viewer, synonyms) for of, parts in groupby(parsed.wanted, lambda p: p.of))
        matches.append(_guard(all_of(*strict), without))
        if parsed.brief:
            matches.append(_guard(all_of(*(_pieces(p, viewer) for p in parsed.wanted)), without))
        if parsed.pinyin:
            spelt = len(matches)
            matches.append(_guard(Prefix("py", parsed.pinyin), without))
    loose: tuple[Node, ...] = ()
    if not any(p.quoted or p.field for p in parsed.wanted):
        loose = tuple(_guard(node, without) for node in _loosely(parsed, viewer, synonyms, shares, formal, called))
    several = len(bigrams_of(parsed.runs)) > 1
    return Plan((*matches, *loose), scoring, parsed.exact, spelt, whole(parsed.runs, shares), loose if several else ())


def other_than(key: str) -> Node:
    """Return the condition that a record is not the one with this key."""
    return Bool(must=(Everything(),), without=(OneOf("key", (key,)),))


def hiding(plan: Plan, keys: Iterable[str]) -> Plan:
    """Return the plan without the records of these keys."""
    keys = tuple(keys)
    return replace(plan, matches=besides(plan.matches, keys), loose=besides(plan.loose, keys))


def besides(matches: Iterable[Node], keys: Iterable[str]) -> tuple[Node, ...]:
    """Return ``matches``, each without the records of these keys, so that they are not even counted."""
    hidden = OneOf("key", tuple(sorted(keys)))
    return tuple(Bool(must=(match,), without=(hidden,)) for match in matches)


def _in_text(node: Node, viewer: frozenset[str] | None) -> Node:
    """A condition on record text that holds in a slot the viewer may see."""
    if isinstance(node, Nothing):
        return node
    return Anywhere(node, None if viewer is None else tuple(sorted(viewer)))


def _anywhere(text: str, viewer: frozenset[str] | None, *, quoted: bool = False) -> Node:
    return _in_text(_as_written(TEXT, text, quoted=quoted), viewer)


def _as_written(field: str, text: str, *, quoted: bool) -> Node:
    """The words of the text, as one phrase if they were quoted: blanks and punctuation between them do not count."""
    return all_of(*(phrase_node(field, t) for t in ([text] if quoted else text.split())))


def _named(of: str, parts: list[Part], viewer: frozenset[str] | None, synonyms: Synonyms) -> Node:
    """All of the parts or, where what they were written as is a name, one of its other names."""
    all_parts = all_of(*(_part(part, viewer, synonyms) for part in parts))
    field = parts[0].field
    others = synonyms(of) if of else ()
    if field:
        return any_of(all_parts, *(_as_written(field, other, quoted=False) for other in others))
    return any_of(all_parts, *(_anywhere(other, viewer) for other in others))


def _part(part: Part, viewer: frozenset[str] | None, synonyms: Synonyms) -> Node:
    """The part as it stands, or in another spelling or by a synonym."""
    others = numerals.variants(part.text) + (() if part.quoted else synonyms(part.text))
    texts = (part.text, *others)
    if part.field:
        return any_of(*(_as_written(part.field, text, quoted=part.quoted) for text in texts))
    return any_of(*(_anywhere(text, viewer, quoted=part.quoted) for text in texts))


def _pieces(part: Part, viewer: frozenset[str] | None) -> Node:
    """All bigrams of the part, in any order: what is left when nothing has it as it stands."""
    if part.quoted or part.field:
        return _part(part, viewer, no_synonyms)
    grams = dict.fromkeys(query_bigrams(part.text))
    if not grams:
        return _anywhere(part.text, viewer)
    return _in_text(all_of(*(Term(TEXT, g) for g in grams)), viewer)


def _loosely(
    parsed: ParsedQuery,
    viewer: frozenset[str] | None,
    synonyms: Synonyms,
    shares: Shares,
    formal: tuple[str, ...],
    called: tuple[str, ...],
) -> Iterator[Node]:
    """Any of the rarer pieces of the query, or a title it names; then, if nothing has one, any piece."""
    runs = parsed.runs or tuple(p.text for p in parsed.wanted)
    grams = bigrams_of(runs)
    others = [*formal, *(s for run in runs for s in synonyms(run))]
    if not grams:
        yield any_of(*(_anywhere(run, viewer) for run in runs))
        return

    def any_piece(pieces: Collection[str]) -> Node:
        text = any_of(*(Term(TEXT, g) for g in pieces), *(phrase_node(TEXT, s) for s in others))
        named = OneOf(TITLES, called) if called else Nothing()
        return any_of(_in_text(text, viewer), named)

    kept = rarest(telling(grams, TEXT, shares, _MOST_PIECES), shares, _ENOUGH)
    yield any_piece(kept)
    if len(kept) < min(len(grams), _MOST_PIECES):
        yield any_piece(list(grams)[:_MOST_PIECES])


def _called(text: str, shares: Shares) -> tuple[str, ...]:
    """What the query may name by a title: all that is possible, where the engine does not know which titles there are."""
    possible = titles.possible(text)
    known = shares(TITLES, possible)
    return tuple(name for name in possible if known.get(name, _UNCOUNTED))


def _guard(node: Node, without: tuple[Node, ...]) -> Node:
    kept = tuple(n for n in without if not isinstance(n, Nothing))
    return Bool(must=(node,), without=kept) if kept else node
