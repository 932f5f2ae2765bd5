"""Who may see what, as one term a document: every distinct set of permission tokens is a term of its own.

A reader's tokens are then looked for in the few distinct sets of the library instead of in its documents, and because each
document has exactly one term, what is hidden can be left out where that is less than what is open.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import TYPE_CHECKING

from search.backends.fields import READERS
from search.queries import Anywhere, Bool, Everything, Node, Nothing, OneOf, spread
from search.records import SLOTS

if TYPE_CHECKING:
    import tantivy

#: The fields that hold such terms: of passages, and of the text slots of records.
FIELDS = frozenset({READERS, *(f"{READERS}{slot}" for slot in range(SLOTS))})
_BEGIN, _TOKEN, _SET = "=", "\x1f", "\x1e"
_LONGEST = 60_000  # bytes: the index library drops longer terms, and no term at all would be open to most
_BEGINNING = 5_000  # documents that can be read in the time it takes to begin with a term
_REMEMBERED = 512  # readers' rights whose conditions are kept between two commits


def term(*sets: Iterable[str]) -> str:
    """Return the term for what is open to those who have a token of each of the sets; an empty set is open to nobody."""
    made = _BEGIN + _SET.join(_TOKEN.join(sorted(set(tokens))) for tokens in sets)
    return made if len(made.encode()) <= _LONGEST else _BEGIN


def _open(made: str, tokens: frozenset[str]) -> bool:
    return all(not tokens.isdisjoint(some.split(_TOKEN)) for some in made.removeprefix(_BEGIN).split(_SET))


class Permissions:
    """The terms of one commit, and what they mean to a reader."""

    def __init__(self, searcher: tantivy.Searcher) -> None:
        self._searcher = searcher
        self._terms: dict[str, list[tuple[str, int]]] = {}
        self._conditions: dict[tuple[str, frozenset[str]], Node] = {}

    @cached_property
    def slots(self) -> tuple[int, ...]:
        """The text slots in which a record has anything; most libraries fill one, and the others need not be looked into."""
        # Asked of the few terms beside the text: to look for one of the text's own walks millions, after each commit.
        return tuple(n for n in range(SLOTS) if self._searcher.terms_with_prefix(f"{READERS}{n}", "", limit=1))

    def condition(self, field: str, tokens: Iterable[str]) -> Node:
        """Return the condition that a document is open to a reader with these tokens, by what names fewer documents."""
        asked = field, frozenset(tokens)
        if asked not in self._conditions:
            if len(self._conditions) >= _REMEMBERED:
                self._conditions.clear()
            self._conditions[asked] = self._made(*asked)
        return self._conditions[asked]

    def _made(self, field: str, tokens: frozenset[str]) -> Node:
        if field not in self._terms:
            self._terms[field] = self._searcher.terms_with_prefix(field, "")
        seen: dict[bool, list[str]] = {True: [], False: []}
        documents = {True: 0, False: 0}
        for made, count in self._terms[field]:
            visible = _open(made, tokens)
            seen[visible].append(made)
            documents[visible] += count
        if not seen[True] or not seen[False]:
            return Everything() if seen[True] else Nothing()
        # One term can be skipped through; of several every document is read, and to begin with each costs as well.
        costs = {side: documents[side] + _BEGINNING * len(seen[side]) for side in seen}
        if len(seen[True]) == 1 or costs[True] <= costs[False]:
            return OneOf(field, tuple(seen[True]))
        return Bool(must=(Everything(),), without=(OneOf(field, tuple(seen[False])),))


def simplified(node: Node, permissions: Permissions, met: OneOf | None = None) -> Node:
    """Return a tree with the permission conditions as this commit has them, without what cannot be met because of them.

    `met` is the permission condition under which the tree is asked anyway: it is not asked twice.
    """
    if isinstance(node, Anywhere):
        node = spread(node, permissions.slots)
    if isinstance(node, OneOf) and node.field in FIELDS:
        if met is not None and node.field == met.field and set(node.values) == set(met.values):
            return Everything()
        return permissions.condition(node.field, node.values)
    if not isinstance(node, Bool):
        return node
    filters = tuple(simplified(n, permissions, met) for n in node.filters)
    must = tuple(simplified(n, permissions, met) for n in node.must)
    if any(isinstance(n, Nothing) for n in (*filters, *must)):
        return Nothing()
    should = tuple(n for n in (simplified(n, permissions, met) for n in node.should) if not isinstance(n, Nothing))
    if node.minimum > len(should):
        return Nothing()
    hidden = tuple(n for f in filters for n in only_without(f))
    filters = tuple(f for f in filters if not isinstance(f, Everything) and not only_without(f))
    without = tuple(n for n in (simplified(n, permissions, met) for n in node.without) if not isinstance(n, Nothing))
    if node.filters and not (filters or must or should):
        must = (Everything(),)
    return Bool(must, should, filters, (*without, *hidden), node.minimum)


def only_without(node: Node) -> tuple[Node, ...]:
    """What a condition leaves out, if it is one on everything else."""
    if isinstance(node, Bool) and node.must == (Everything(),) and not (node.should or node.filters):
        return node.without
    return ()
