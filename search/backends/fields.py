"""Names of the fields both engines have, so that queries can be made without knowing the engine."""

from __future__ import annotations

TEXT = "t"  # on a record, numbered by the permission slot: the text of those who may see that slot
READERS = "k"  # on a passage, and on a record numbered by the slot: who may see it
FACETS = "f"  # on a passage: the facet values of its record
TITLES = "n"  # on a record and on each of its passages: what it is called
FACET_SEPARATOR = "\x1f"

# What both engines must count and find alike.
MOST_VALUES = 5_000  # of an axis: more units than a province has; of ten axes as many as Elasticsearch counts
MOST_ENDS = 30_000  # tokens a prefix may stand for: a character goes on in as many ways as there are characters


def facet_term(axis: str, value: str) -> str:
    """Return the raw term under which a passage carries a facet value of its record."""
    return f"{axis}{FACET_SEPARATOR}{value}"
