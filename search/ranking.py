"""What ranks: which tokens of a query count, in passages and, for long texts, in whole records."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

from search.analysis import numerals, tokens
from search.backends.fields import TEXT, TITLES
from search.queries import Bool, Everything, Node, Nothing, Phrase, PhrasePrefix, Prefix, Term, all_of

WORDS, BIGRAMS, SINGLES = "w", "b", "c"  # fields of a passage; its bigrams are coarse ones
_PHRASE_UP_TO = 10  # characters: longer texts are not expected word for word
# Coverage of the single characters is the best sign of all, bigrams say little that words do not.
WEIGHTS = {WORDS: 1.0, BIGRAMS: 0.5, SINGLES: 1.5}
_TITLE_WEIGHT = 4.0
_FORMAL_WEIGHT = 1.0  # of a word that stands for the reader's, beside a word of the question itself
_MAX_TERMS = 64  # per field; of a longer query those that tell most are kept
_MAX_WHOLE_TERMS = 128
_LONG = 60  # characters from which a query is a text itself, spread over what it is like
_WHOLE_WEIGHT = 6.0  # of the whole record beside its best passage, for such a text
# The share of passages above which ranking by a token is noise. Single characters tell by how many of a question's a passage
# has together, the common ones too.
_COMMON = 0.2
_COMMON_SINGLES = 0.5
_UNKNOWN = 0.0001  # the share of a token that an engine has not counted

Synonyms = Callable[[str], tuple[str, ...]]
Shares = Callable[[str, Collection[str]], Mapping[str, float]]


def no_shares(field: str, tokens: Collection[str]) -> Mapping[str, float]:
    """Return no shares: every token is as rare as any other."""
    return {}


def no_synonyms(text: str) -> tuple[str, ...]:
    """Return no other words: the default where no vocabulary is at hand."""
    return ()


def rank(
    runs: Iterable[str],
    *,
    phrase_boost: float = 0.5,
    synonyms: Synonyms = no_synonyms,
    shares: Shares,
    formal: Iterable[str] = (),
    names: Iterable[str] = (),
    called: Iterable[str] = (),
) -> Node:
    """Return the scoring of passages: BM25 over three views of the text, plus whole phrases for short parts.

    `shares(field, tokens)` gives the share of all passages that hold a token; what was not counted is left out.
    `formal` are words the text may have instead of the reader's, `names` other names of what several runs name together,
    `called` what records may be called that the query names by their titles: the longer, the surer, and
    surest where the query is nothing else.
    """
    runs = tuple(runs)
    should: list[Node] = []
    for field, cut in ((WORDS, tokens.words), (BIGRAMS, _coarse_bigrams), (SINGLES, tokens.singles)):
        counted = Counter(t for run in runs for t in cut(run))
        kept = telling(counted, field, shares, _MAX_TERMS)
        should.extend(Term(field, t, WEIGHTS[field] * min(counted[t], 3)) for t in kept)
    should.extend(Term(WORDS, other, _FORMAL_WEIGHT) for other in formal)
    for run in runs:
        if len(run) <= _PHRASE_UP_TO:
            should.extend(_phrases(BIGRAMS, run, phrase_boost))
        for other in (*numerals.variants(run), *synonyms(run)):
            should.extend(_phrases(BIGRAMS, other, phrase_boost))
    asked = "".join(runs)
    should.extend(Term(TITLES, name, _title_weight(name) * (2 if name == asked else 1)) for name in called)
    for name in names:
        should.extend(_phrases(BIGRAMS, name, phrase_boost))
    return Bool(should=tuple(should), minimum=1) if should else Everything()


def _title_weight(name: str) -> float:
    """A title of one letter is often chance, one of several is not."""
    return _TITLE_WEIGHT * len(name) / (len(name) + 2)


def whole(runs: Sequence[str], shares: Shares) -> Node:
    """Return the scoring of records as wholes, Everything for a query short enough to be answered by one passage.

    A pasted text, such as the facts of a case, speaks of many things that no single passage of a long document has
    together. Only the record's own slot counts, so that guarded text moves nothing.
    """
    if sum(map(len, runs)) < _LONG:
        return Everything()
    kept = telling(counted := bigrams_of(runs), TEXT, shares, _MAX_WHOLE_TERMS)
    should = tuple(Term(f"{TEXT}0", t, _WHOLE_WEIGHT * min(counted[t], 3)) for t in kept)
    return Bool(should=should, minimum=1) if should else Everything()


def telling(counted: Counter[str], field: str, shares: Shares, most: int) -> list[str]:
    """Return the tokens worth ranking by, at most so many: not the common ones, rather rare and repeated ones.

    A query of which the passages hold common tokens only keeps them.
    """
    if field == TEXT:  # nobody counts those: what passages hold says as much
        of_passages = shares(BIGRAMS, {tokens.coarse(t) for t in counted})
        known = {t: share for t in counted if (share := of_passages.get(tokens.coarse(t))) is not None}
    else:
        known = dict(shares(field, counted))
    common = _COMMON_SINGLES if field == SINGLES else _COMMON
    kept = [token for token in counted if known.get(token, 0.0) <= common]
    if not any(known.get(token, _UNKNOWN) for token in kept):
        kept = list(counted)
    if len(kept) <= most:
        return kept
    return sorted(kept, key=lambda t: min(counted[t], 3) * math.log(max(known.get(t, 0.0), _UNKNOWN)))[:most]


def rarest(bigrams: Collection[str], shares: Shares, most: float) -> list[str]:
    """Return bigrams from the rarest on, at least one, as long as their shares of the passages sum up to no more."""
    known = shares(BIGRAMS, {tokens.coarse(t) for t in bigrams})
    kept: list[str] = []
    for share, bigram in sorted((known.get(tokens.coarse(t), 0.0), t) for t in bigrams):
        most -= share
        if most < 0 and kept:
            break
        kept.append(bigram)
    return kept


def query_bigrams(run: str) -> list[str]:
    """Return the bigrams of a query's run without its lone last character."""
    return [t for _, t in tokens.phrase(run) if not t.endswith("*")]


def bigrams_of(runs: Iterable[str]) -> Counter[str]:
    """Return how often each bigram stands in the runs of a query."""
    return Counter(t for run in runs for t in query_bigrams(run))


def _coarse_bigrams(run: str) -> list[str]:
    return [tokens.coarse(t) for t in query_bigrams(run)]


def phrase_node(field: str, text: str, boost: float = 1.0) -> Node:
    """Return the condition that the field contains the folded text as it stands."""
    positioned = tokens.phrase(text)
    if field == BIGRAMS:
        positioned = [(at, tokens.coarse(token)) for at, token in positioned]
    if not positioned:
        return Nothing()
    if len(positioned) == 1:
        token = positioned[0][1]
        return Prefix(field, token[:-1]) if token.endswith("*") else Term(field, token, boost)
    exact = tuple((at, token.rstrip("*")) for at, token in positioned[:-1])
    at, last = positioned[-1]
    if last.endswith("*"):  # a lone Han character at the end begins a bigram where the text goes on
        if field != BIGRAMS and not tokens.is_han(before := exact[-1][1]):  # passages have no openings
            opening = Term(field, before + last[:-1])
            return all_of(Phrase(field, exact), opening) if len(exact) > 1 else opening
        return PhrasePrefix(field, (*exact, (at, last[:-1])))
    return Phrase(field, (*exact, (at, last)), boost)


def _phrases(field: str, text: str, boost: float) -> list[Node]:
    node = phrase_node(field, text, boost)
    return [node] if isinstance(node, Phrase) else []
