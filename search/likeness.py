"""What makes another resource like this one: shared terms first, then the words that set its text apart."""

from __future__ import annotations

from collections import Counter

from caselib.resources.models import ResourcePage
from caselib.resources.text import each_passage
from search.analysis.folding import fold
from search.analysis.tokens import words
from search.backends.fields import FACETS, facet_term
from search.harvest import axes
from search.queries import Bool, Everything, Node, Term
from search.ranking import WORDS, Shares, telling

_WORDS = 24
_LOOKED_AT = 400  # words of the text that are weighed against the library
_TEXT = 2_000  # characters read of the body
_TITLE_WEIGHT = 5
_AXIS_BOOSTS = {"topics": 1.5, "sectors": 1.0, "positions": 1.0, "kind": 0.2}


def like(resource: ResourcePage, shares: Shares) -> Node:
    """Return the scoring that ranks others by likeness to a resource. `shares` tells words that say nothing.

    Only text open to every reader of the resource is used, so that the list tells nothing of its guarded parts.
    """
    counted = Counter(w for w in words(fold(_beginning(resource))) if len(w) > 1)
    for word in words(fold(resource.title)):
        if len(word) > 1:
            counted[word] += _TITLE_WEIGHT
    chosen = telling(Counter(dict(counted.most_common(_LOOKED_AT))), WORDS, shares, _WORDS)
    should: list[Node] = [Term(WORDS, word, min(counted[word], 8) / 4) for word in chosen]
    facets = axes(resource)
    for axis, boost in _AXIS_BOOSTS.items():
        should += [Term(FACETS, facet_term(axis, value), boost) for value in facets[axis]]
    return Bool(should=tuple(should), minimum=1) if should else Everything()


def _beginning(resource: ResourcePage) -> str:
    """Return the first characters of what every reader of the resource may read beside its title."""
    parts: list[str] = []
    room = _TEXT
    for passage in each_passage(resource):
        if passage.kind != "title" and passage.audience == resource.audience:
            parts.append(passage.text)
            room -= len(passage.text) + 1
            if room < 0:
                break
    return "\n".join(parts)[:_TEXT]
