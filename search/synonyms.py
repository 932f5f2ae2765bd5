"""Words that mean the same: the vocabularies' synonyms and the office's own list, read with each query."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from caselib.core import page_cache
from caselib.vocabularies.models import AXES
from search.analysis.folding import fold
from search.models import SynonymGroup

COUNTER = "search-synonyms"
_OF_TERM = ("name", "synonyms")
_MOST = 12  # other words for one word
# A name and what is said of it: "乡村振兴（2023）" is also 乡村振兴.
_SAID_OF = re.compile(r"(?P<before>[^()（）]{2,})[(（][^()（）]+[)）]")
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
    """The words of a group mean each other. Those of a term mean the term, which means all of them.

    The office files 乡镇长 and 乡镇党委书记 under one post, but who types one does not mean the other.
    """
    found: dict[str, dict[str, None]] = {}

    def mean(word: str, others: Iterable[str]) -> None:
        found.setdefault(word, {}).update((other, None) for other in others if other != word)

    for group in SynonymGroup.objects.filter(active=True):
        words = _folded(group.as_list())
        for word in words:
            mean(word, words)
    for name, synonyms in terms:
        first, *others = _folded([name, *_spelt_out(name), *map(str, synonyms or ())]) or [""]
        mean(first, others)
        for word in others:
            mean(word, [first])
    return {word: tuple(others)[:_MOST] for word, others in found.items() if word and others}


def _folded(words: Iterable[str]) -> list[str]:
    return [word for word in dict.fromkeys(fold(str(w)).strip() for w in words) if word]


def _spelt_out(name: str) -> list[str]:
    """Return the names that a name with a bracket stands for: two if it is inside, one if it is the end; else none."""
    if said := _SAID_OF.fullmatch(name.strip()):
        return [said["before"]]
    parts = _TWO_IN_ONE.fullmatch(name.strip())
    return [f"{parts['before']}{parts['after']}", f"{parts['other']}{parts['after']}"] if parts else []
