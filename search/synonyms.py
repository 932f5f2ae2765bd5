"""Words that mean the same: the vocabularies' synonyms and the office's own list, read with each query."""

from __future__ import annotations

from collections.abc import Mapping

from caselib.core import page_cache
from caselib.vocabularies.models import AXES
from search.analysis.folding import fold
from search.models import SynonymGroup

COUNTER = "search-synonyms"
_MOST = 8  # other words for one word
_table: tuple[int, Mapping[str, tuple[str, ...]]] | None = None


def lookup(text: str) -> tuple[str, ...]:
    """Return other words for a folded text, without those it already is."""
    return current().get(text, ())


def current() -> Mapping[str, tuple[str, ...]]:
    """Return the table as the database has it now; built again only when a list has changed. One query."""
    global _table
    version = page_cache.versions(COUNTER)[COUNTER]
    if _table is None or _table[0] != version:
        _table = (version, _build())
    return _table[1]


def changed() -> None:
    """Say, in the caller's transaction, that a list has changed."""
    page_cache.bump(COUNTER)


def forget() -> None:
    """Drop the table held by this process (for tests, whose transactions are rolled back)."""
    global _table
    _table = None


def _build() -> Mapping[str, tuple[str, ...]]:
    table: dict[str, dict[str, None]] = {}
    for group in _groups():
        words = [w for w in dict.fromkeys(fold(str(w)).strip() for w in group) if w]
        for word in words:
            table.setdefault(word, {}).update(dict.fromkeys(w for w in words if w != word))
    return {word: tuple(others)[:_MOST] for word, others in table.items()}


def _groups() -> list[list[str]]:
    groups = [group.as_list() for group in SynonymGroup.objects.filter(active=True)]
    for model in AXES.values():
        for name, synonyms in model.objects.filter(retired_at__isnull=True).values_list("name", "synonyms"):
            if synonyms:
                groups.append([name, *map(str, synonyms)])
    return groups
