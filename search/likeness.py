"""What makes another resource like this one: shared terms first, then the words that set its text apart."""

from __future__ import annotations

from collections import Counter

from caselib.resources.models import ResourcePage
from caselib.resources.text import passages
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
    open_parts = (p.text for p in passages(resource) if p.kind != "title" and p.audience == resource.audience)
    counted = Counter(w for w in words(fold("\n".join(open_parts)[:_TEXT])) if len(w) > 1)
    for word in words(fold(resource.title)):
        if len(word) > 1:
            counted[word] += _TITLE_WEIGHT
    chosen = telling(Counter(dict(counted.most_common(_LOOKED_AT))), WORDS, shares, _WORDS)
    should: list[Node] = [Term(WORDS, word, min(counted[word], 8) / 4) for word in chosen]
    facets = axes(resource)
    for axis, boost in _AXIS_BOOSTS.items():
        should += [Term(FACETS, facet_term(axis, value), boost) for value in facets[axis]]
    return Bool(should=tuple(should), minimum=1) if should else Everything()
