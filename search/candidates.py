"""Which parts of a ranking choose the passages, and which only weigh those that were chosen."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence

from search.queries import Anywhere, Bool, Node, Nothing, Phrase, Term

Frequency = Callable[[str, str], float]  # of (field, token): how many passages hold it
WINDOW = 80  # hits that are chosen together and then weighed by everything
_PHRASE_COST = 2  # times the occurrences of its rarest token: the others are skipped to, and their places compared
_PHRASES_SHARE = 4  # times the budget of terms: a phrase tells more than any of them
_FEWEST = 1000  # occurrences: a name that stands in three passages does not fill the pages that follow


def split(should: Sequence[Node], frequency: Frequency, budget: float) -> tuple[tuple[Node, ...], tuple[Node, ...]]:
    """Return what chooses passages, and what then only weighs them: nothing, where all of it can be read at once.

    An engine reads every occurrence of what it ranks by, whatever the score has come to. Where that would be more than
    `budget` occurrences, the rarest terms choose, as many as keep within it, and more where these find next to nothing;
    the common ones would have added little. What has a phrase is what was asked for: found by its rarest token, and never
    behind passages without it.
    """
    costs = [(_cost(node, frequency), place) for place, node in enumerate(should)]
    if sum(cost for cost, _ in costs) <= budget:
        return tuple(should), ()
    chosen = _cheapest(((c, p) for c, p in costs if isinstance(should[p], Term)), budget, least=_FEWEST)
    phrases = ((c, p) for c, p in costs if isinstance(should[p], Phrase))
    chosen |= _cheapest(phrases, budget * _PHRASES_SHARE, least=0)
    if not chosen:
        return tuple(should), ()
    return tuple(should[p] for p in sorted(chosen)), tuple(n for p, n in enumerate(should) if p not in chosen)


def most(match: Node, frequency: Frequency) -> float:
    """Return how many records at most meet a condition on their words, infinitely many where that is not known.

    A record is counted for each of its passages that holds a word, so the true number is smaller.
    """
    match match:
        case Term(field, token):
            return frequency(field, token)
        case Phrase(field, tokens):
            return min(frequency(field, token) for _, token in tokens)
        case Anywhere(node):
            return most(node, frequency)
        case Bool(must, should, filters, minimum=minimum):
            bounds = [most(node, frequency) for node in (*must, *filters)]
            if should and (minimum or not bounds):
                bounds.append(sum(most(node, frequency) for node in should))
            return min(bounds, default=math.inf)
        case Nothing():
            return 0
        case _:
            return math.inf


def _cost(node: Node, frequency: Frequency) -> float:
    match node:
        case Term():
            return most(node, frequency)
        case Phrase():
            return _PHRASE_COST * most(node, frequency)
        case _:
            return 0


def _cheapest(costs: Iterable[tuple[float, int]], budget: float, *, least: int) -> set[int]:
    """Return the places of the cheapest that cost no more together, and of more while all before cost less than that."""
    chosen: set[int] = set()
    spent = 0.0
    for cost, place in sorted(costs):
        if spent + cost > budget and spent >= least:
            break
        spent += cost
        chosen.add(place)
    return chosen
