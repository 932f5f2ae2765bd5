"""A query as both engines read it: a small tree of conditions, made once and translated by each engine."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from search.backends.fields import READERS, TEXT


@dataclass(frozen=True, slots=True)
class Term:
    field: str
    token: str
    boost: float = 1.0


@dataclass(frozen=True, slots=True)
class Phrase:
    """Tokens at given relative positions in one field."""

    field: str
    tokens: tuple[tuple[int, str], ...]
    boost: float = 1.0


@dataclass(frozen=True, slots=True)
class PhrasePrefix:
    """A phrase whose last token may go on; scores nothing."""

    field: str
    tokens: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class Prefix:
    """Any token of the field that begins so; scores nothing."""

    field: str
    prefix: str


@dataclass(frozen=True, slots=True)
class OneOf:
    """Any of the raw values in the field; scores `boost`, however rare they are."""

    field: str
    values: tuple[str, ...]
    boost: float = 0.0


@dataclass(frozen=True, slots=True)
class Bool:
    """`must`, `filters` (unscored) and none of `without`; of `should` at least `minimum`."""

    must: tuple[Node, ...] = ()
    should: tuple[Node, ...] = ()
    filters: tuple[Node, ...] = ()
    without: tuple[Node, ...] = ()
    minimum: int = 0


@dataclass(frozen=True, slots=True)
class Everything:
    """Matches all."""


@dataclass(frozen=True, slots=True)
class Nothing:
    """Matches none."""


@dataclass(frozen=True, slots=True)
class Anywhere:
    """A condition on a record's text that one of its permission slots meets by itself: one that the reader may see, unless
    `tokens` is None. What the node names TEXT is the text of the slot; it holds nothing but words and what joins them."""

    node: Node
    tokens: tuple[str, ...] | None = None


Node = Term | Phrase | PhrasePrefix | Prefix | OneOf | Bool | Everything | Nothing | Anywhere


def spread(anywhere: Anywhere, slots: Iterable[int]) -> Node:
    """Return what is met in one of these slots, each named by the number behind its fields."""
    options: list[Node] = []
    for slot in slots:
        node = _in_slot(anywhere.node, f"{TEXT}{slot}")
        if anywhere.tokens is not None and not isinstance(node, Nothing):
            node = Bool(must=(node,), filters=(OneOf(f"{READERS}{slot}", anywhere.tokens),))
        options.append(node)
    return any_of(*options)


def _in_slot(node: Node, name: str) -> Node:
    match node:
        case Term(_, token, boost):
            return Term(name, token, boost)
        case Phrase(_, tokens, boost):
            return Phrase(name, tokens, boost)
        case PhrasePrefix(_, tokens):
            return PhrasePrefix(name, tokens)
        case Prefix(_, prefix):
            return Prefix(name, prefix)
        case Bool(must, should, minimum=minimum):
            return Bool(
                must=tuple(_in_slot(n, name) for n in must),
                should=tuple(_in_slot(n, name) for n in should),
                minimum=minimum,
            )
        case _:
            return node


def any_of(*nodes: Node) -> Node:
    """Return a condition met when one of the nodes is."""
    kept = tuple(n for n in nodes if not isinstance(n, Nothing))
    if not kept:
        return Nothing()
    return kept[0] if len(kept) == 1 else Bool(should=kept, minimum=1)


def all_of(*nodes: Node) -> Node:
    """Return a condition met when every node is."""
    kept = tuple(n for n in nodes if not isinstance(n, Everything))
    if not kept:
        return Everything()
    return kept[0] if len(kept) == 1 else Bool(must=kept)


RELEVANCE, NEWEST, OLDEST, TITLE = "relevance", "newest", "oldest", "title"
SORTS = (RELEVANCE, NEWEST, OLDEST, TITLE)


SNIPPETS = 3  # passages kept of a record
# What the best passage, the second and the third add to the score of a record: the best one decides, but of two that are
# nearly as good, a document that speaks of the matter several times stands before one that mentions it once.
PASSAGE_SHARES = (1.0, 0.03, 0.01)


@dataclass(frozen=True, slots=True)
class EngineQuery:
    """What an engine is asked.

    `matches` are ever looser conditions on records, of which the first that finds anything counts; `scoring` ranks
    passages, `whole` the records beside them unless it is Everything; `filters` maps facet axes to accepted values; `tokens` are the viewer's (None: no restriction, for
    benchmarks and the office only); `axes` are the facets wanted.
    """

    matches: tuple[Node, ...]
    scoring: Node
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    tokens: frozenset[str] | None = None
    sort: str = RELEVANCE
    offset: int = 0
    after: tuple[object, ...] | None = None
    limit: int = 20
    axes: tuple[str, ...] = ()
    only: tuple[str, ...] | None = None
    whole: Node = field(default_factory=Everything)


@dataclass(frozen=True, slots=True)
class FoundPassage:
    """A passage an engine found, as stored: raw text and its place."""

    source: str
    label: str
    ref: str
    start: int
    seconds: float
    text: str


@dataclass(frozen=True, slots=True)
class Found:
    """One record found."""

    key: str
    score: float
    passages: tuple[FoundPassage, ...] = ()


@dataclass(frozen=True, slots=True)
class EngineAnswer:
    """What an engine found. `level` is the index of the condition in `matches` that counted.

    `others` follow where few records meet it: the best of those that meet a looser one only. They are not in `total`.
    """

    found: tuple[Found, ...] = ()
    total: int = 0
    level: int = 0
    facets: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    next_offset: int | None = None
    next_after: tuple[object, ...] | None = None
    others: tuple[Found, ...] = ()
