"""Words that mean the same: the vocabularies' synonyms and the office's own list, read with each query."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from caselib.core import page_cache
from caselib.vocabularies.models import AXES
from search.analysis.folding import fold
from search.models import SynonymGroup

COUNTER = "search-synonyms"
_OF_TERM = ("name", "synonyms")
_MOST = 12  # other words for one word
# A name of two in one: "村（社区）书记" is 村书记 as well as 社区书记.
_TWO_IN_ONE = re.compile(r"(?P<before>[^()（）]{1,4})[(（](?P<other>[^()（）]{1,6})[)）](?P<after>[^()（）]{2,})")


class Table(NamedTuple):
    """Other words by folded word, and the folded names of the terms in use."""

    others: Mapping[str, tuple[str, ...]]
    terms: frozenset[str]


_table: tuple[int, Table] | None = None


def lookup(text: str) -> tuple[str, ...]:
    """Return other words for a folded text, without those it already is."""
    return current().get(text, ())


def current() -> Mapping[str, tuple[str, ...]]:
    """Return the other words for each word as the database has them now."""
    return table().others


def table() -> Table:
    """Return other words and terms as the database has them now; read again only when a list has changed. One query."""
    global _table
    version = page_cache.versions(COUNTER)[COUNTER]
    if _table is None or _table[0] != version:
        rows = [row for m in AXES.values() for row in m.objects.filter(retired_at__isnull=True).values_list(*_OF_TERM)]
        _table = (version, Table(_build(rows), frozenset(fold(name) for name, _ in rows)))
    return _table[1]


def changed() -> None:
    """Say, in the caller's transaction, that a list has changed."""
    page_cache.bump(COUNTER)


def forget() -> None:
    """Drop the table held by this process (for tests, whose transactions are rolled back)."""
    global _table
    _table = None


def _build(terms: Iterable[tuple[str, list[str] | None]]) -> Mapping[str, tuple[str, ...]]:
    table: dict[str, dict[str, None]] = {}
    for group in _groups(terms):
        words = [w for w in dict.fromkeys(fold(str(w)).strip() for w in group) if w]
        for word in words:
            table.setdefault(word, {}).update(dict.fromkeys(w for w in words if w != word))
    return {word: tuple(others)[:_MOST] for word, others in table.items()}


def _groups(terms: Iterable[tuple[str, list[str] | None]]) -> Iterator[list[str]]:
    for group in SynonymGroup.objects.filter(active=True):
        yield group.as_list()
    for name, synonyms in terms:
        words = [name, *_spelt_out(name), *map(str, synonyms or ())]
        if len(words) > 1:
            yield words


def _spelt_out(name: str) -> list[str]:
    """Return the two names that a name with a bracket inside stands for, none for any other."""
    parts = _TWO_IN_ONE.fullmatch(name.strip())
    return [f"{parts['before']}{parts['after']}", f"{parts['other']}{parts['after']}"] if parts else []
