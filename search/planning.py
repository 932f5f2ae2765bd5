"""From a parsed query to what the engines are asked: what must match, and what ranks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from search.analysis import numerals, tokens
from search.analysis.query import ParsedQuery, Part
from search.queries import Bool, Everything, Node, Nothing, OneOf, Phrase, Prefix, Term, all_of, any_of
from search.records import SLOTS

WORDS, BIGRAMS, SINGLES = "w", "b", "c"  # fields of a passage
_TEXT, _SLOT_TOKENS = "t", "k"  # fields of a record, one pair per permission slot
_PHRASE_UP_TO = 10  # characters: longer texts are not expected word for word
_MAX_TERMS = 64  # per field; of a longer query the terms that occur most in it are kept
# Coverage of the single characters is the best sign of all, bigrams say little that words do not.
WEIGHTS = {WORDS: 1.0, BIGRAMS: 0.5, SINGLES: 1.5}
_PHRASE_BOOST = {True: 2.0, False: 0.5}  # keywords (exact) mean the phrase, in a sentence it is chance

Synonyms = Callable[[str], tuple[str, ...]]
Common = Callable[[str, str], bool]


@dataclass(frozen=True, slots=True)
class Plan:
    """The conditions, strictest first, and the ranking; `exact` when the first condition is a promise to the reader."""

    matches: tuple[Node, ...]
    scoring: Node
    exact: bool


def no_synonyms(text: str) -> tuple[str, ...]:
    """Return no other words: the default where no vocabulary is at hand."""
    return ()


def make(
    parsed: ParsedQuery,
    *,
    viewer: frozenset[str] | None,
    synonyms: Synonyms = no_synonyms,
    common: Common = lambda field, token: False,
) -> Plan:
    """Plan a parsed query for a viewer. `common(field, token)` says that a token is too frequent to rank by."""
    if parsed.empty:
        return Plan((Everything(),), Everything(), exact=False)
    without = tuple(_anywhere(p.text, viewer) for p in parsed.excluded)
    strict = [_part(p, viewer, synonyms) for p in parsed.wanted]
    scoring = rank(parsed.runs, phrase_boost=_PHRASE_BOOST[parsed.exact], synonyms=synonyms, common=common)
    matches: list[Node] = []
    if parsed.exact:
        matches.append(_guard(all_of(*strict), without))
        matches.append(_guard(all_of(*(_pieces(p, viewer) for p in parsed.wanted)), without))
        if parsed.pinyin:
            spelt: Node = Prefix("py", parsed.pinyin)
            matches.append(_guard(spelt, without))
    if not any(p.quoted or p.field for p in parsed.wanted):
        matches.append(_guard(_loosely(parsed, viewer, synonyms, common), without))
    return Plan(tuple(matches), scoring, exact=parsed.exact)


def rank(runs: Iterable[str], *, phrase_boost: float = 0.5, synonyms: Synonyms = no_synonyms, common: Common) -> Node:
    """Return the scoring of passages: BM25 over three views of the text, plus whole phrases for short parts."""
    runs = tuple(runs)
    should: list[Node] = []
    for field, cut in ((WORDS, tokens.words), (BIGRAMS, _query_bigrams), (SINGLES, tokens.singles)):
        counted = Counter(t for run in runs for t in cut(run))
        kept = [t for t in counted if not common(field, t)] or list(counted)
        if len(kept) > _MAX_TERMS:
            kept = sorted(kept, key=lambda t: -counted[t])[:_MAX_TERMS]
        should.extend(Term(field, t, WEIGHTS[field] * min(counted[t], 3)) for t in kept)
    for run in runs:
        if len(run) <= _PHRASE_UP_TO:
            should.extend(_phrases(BIGRAMS, run, phrase_boost))
        for other in (*numerals.variants(run), *synonyms(run)):
            should.extend(_phrases(BIGRAMS, other, phrase_boost))
    return Bool(should=tuple(should), minimum=1) if should else Everything()


def other_than(key: str) -> Node:
    """Return the condition that a record is not the one with this key."""
    return Bool(must=(Everything(),), without=(OneOf("key", (key,)),))


def besides(matches: Iterable[Node], keys: Iterable[str]) -> tuple[Node, ...]:
    """Return ``matches``, each without the records of these keys, so that they are not even counted."""
    hidden = OneOf("key", tuple(sorted(keys)))
    return tuple(Bool(must=(match,), without=(hidden,)) for match in matches)


def phrase_node(field: str, text: str, boost: float = 1.0) -> Node:
    """Return the condition that the field contains the folded text as it stands."""
    positioned = tokens.phrase(text)
    if not positioned:
        return Nothing()
    if len(positioned) == 1:
        token = positioned[0][1]
        return Prefix(field, token[:-1]) if token.endswith("*") else Term(field, token, boost)
    exact = tuple((at, token.rstrip("*")) for at, token in positioned[:-1])
    at, last = positioned[-1]
    if last.endswith("*"):  # a lone Han character at the end may go on in the text: it cannot join the phrase
        head: Node = Phrase(field, exact, boost) if len(exact) > 1 else Term(field, exact[0][1], boost)
        return Bool(must=(head,), filters=(Prefix(field, last[:-1]),))
    return Phrase(field, (*exact, (at, last)), boost)


def _phrases(field: str, text: str, boost: float) -> list[Node]:
    node = phrase_node(field, text, boost)
    return [node] if isinstance(node, Phrase) else []


def _query_bigrams(run: str) -> list[str]:
    return [t for _, t in tokens.phrase(run) if not t.endswith("*")]


def _in_slots(build: Callable[[str], Node], viewer: frozenset[str] | None) -> Node:
    """A condition on record text that holds in a slot the viewer may see."""
    options: list[Node] = []
    for slot in range(SLOTS):
        node = build(f"{_TEXT}{slot}")
        if viewer is not None and not isinstance(node, Nothing):
            node = Bool(must=(node,), filters=(OneOf(f"{_SLOT_TOKENS}{slot}", tuple(sorted(viewer))),))
        options.append(node)
    return any_of(*options)


def _anywhere(text: str, viewer: frozenset[str] | None) -> Node:
    return _in_slots(lambda field: all_of(*(phrase_node(field, t) for t in text.split())), viewer)


def _part(part: Part, viewer: frozenset[str] | None, synonyms: Synonyms) -> Node:
    """The part as it stands, or in another spelling or by a synonym."""
    others = numerals.variants(part.text) + (() if part.quoted else synonyms(part.text))
    texts = (part.text, *others)
    if part.field:
        return any_of(*(all_of(*(phrase_node(part.field, t) for t in text.split())) for text in texts))
    return any_of(*(_anywhere(text, viewer) for text in texts))


def _pieces(part: Part, viewer: frozenset[str] | None) -> Node:
    """All bigrams of the part, in any order: what is left when nothing has it as it stands."""
    if part.quoted or part.field:
        return _part(part, viewer, no_synonyms)
    grams = dict.fromkeys(_query_bigrams(part.text))
    if not grams:
        return _anywhere(part.text, viewer)
    return _in_slots(lambda field: all_of(*(Term(field, g) for g in grams)), viewer)


def _loosely(parsed: ParsedQuery, viewer: frozenset[str] | None, synonyms: Synonyms, common: Common) -> Node:
    """Any piece of the query."""
    runs = parsed.runs or tuple(p.text for p in parsed.wanted)
    grams = dict.fromkeys(g for run in runs for g in _query_bigrams(run))
    kept = [g for g in grams if not common(BIGRAMS, g)] or list(grams)
    others = [s for run in runs for s in synonyms(run)]
    if not kept:
        return any_of(*(_anywhere(run, viewer) for run in runs))
    return _in_slots(
        lambda field: any_of(
            *(Term(field, g) for g in kept[: 2 * _MAX_TERMS]), *(phrase_node(field, s) for s in others)
        ),
        viewer,
    )


def _guard(node: Node, without: tuple[Node, ...]) -> Node:
    kept = tuple(n for n in without if not isinstance(n, Nothing))
    return Bool(must=(node,), without=kept) if kept else node
