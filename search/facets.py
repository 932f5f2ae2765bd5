"""Facet counts with the names people know, and filter values that may come from anywhere."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from operator import attrgetter
from typing import NamedTuple

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from caselib.accounts.models import Unit
from caselib.core import fragments, page_cache
from caselib.resources.enums import AwardTier, EducationalLevel, Kind, Method
from caselib.vocabularies.models import Position, Sector, Topic
from search.records import AXES

_VALUES_AT_MOST = 50  # of one axis in one request
_CHOICES = {"kind": Kind, "level": EducationalLevel, "methods": Method, "award": AwardTier}
_TERMS = {"topics": Topic, "sectors": Sector, "positions": Position}


class FacetBucket(NamedTuple):
    """One value of an axis. `parent` is the value above it in its tree, empty at the top."""

    value: str
    label: str
    count: int  # type: ignore[assignment]  # nobody misses the count of a tuple
    selected: bool = False
    parent: str = ""


VALUE, LABEL, COUNT = attrgetter("value"), attrgetter("label"), attrgetter("count")


def clean_filters(filters: Mapping[str, Iterable[str]]) -> dict[str, tuple[str, ...]]:
    """Return the known axes with their values as clean short strings; unknown axes and empty values are dropped."""
    cleaned: dict[str, tuple[str, ...]] = {}
    for axis in AXES:
        given = filters.get(axis)
        values = list(given) if isinstance(given, Iterable) and not isinstance(given, str) else [given]
        values = ["" if v is None else str(v)[:64] for v in values[:_VALUES_AT_MOST]]
        kept = dict.fromkeys(v for v in values if v.isprintable() and v)
        if kept:
            cleaned[axis] = tuple(kept)
    return cleaned


def buckets(
    counts: Mapping[str, Mapping[str, int]], selected: Mapping[str, Sequence[str]]
) -> dict[str, tuple[FacetBucket, ...]]:
    """Return the buckets of each axis, most frequent first, years newest first; at most one query a named axis."""
    found = {}
    for axis, values in counts.items():
        chosen = selected.get(axis, ())
        every = {*values, *chosen}
        names = _names(axis, every)
        rows = [
            FacetBucket(value, name[0], values.get(value, 0), value in chosen, name[1])
            for value in every
            if (name := names.get(value)) is not None
        ]
        if axis == "year":
            rows.sort(key=VALUE, reverse=True)
        else:
            rows.sort(key=LABEL)
            rows.sort(key=COUNT, reverse=True)
        found[axis] = tuple(rows)
    return found


def _names(axis: str, values: set[str]) -> dict[str, tuple[str, str]]:
    """Value to (label, parent value)."""
    if axis in _TERMS or axis == "unit":
        return fragments.kept(("names", axis), lambda: _names_of_all(axis), names=(page_cache.BESIDE,))
    if axis in _CHOICES or axis == "hours":
        return _choices(axis, get_language())
    return {v: (v, "") for v in values}


@lru_cache(maxsize=64)
def _choices(axis: str, language: str | None) -> dict[str, tuple[str, str]]:
    """The names of the values that no table holds, in the language that is spoken."""
    if axis == "hours":
        return {
            "to2": (_("up to 2 class hours"), ""),
            "to4": (_("2 to 4 class hours"), ""),
            "to8": (_("4 to 8 class hours"), ""),
            "over8": (_("more than 8 class hours"), ""),
        }
    return {value: (str(label), "") for value, label in _CHOICES[axis].choices}


def _names_of_all(axis: str) -> dict[str, tuple[str, str]]:
    """The names of every term or unit: a few hundred rows, read once until one of them changes."""
    if axis in _TERMS:
        rows = _TERMS[axis].objects.values_list("pk", "name", "parent_id")
        return {str(pk): (name, str(parent or "")) for pk, name, parent in rows}
    steplen = Unit.steplen
    units = list(Unit.objects.values_list("pk", "name", "path"))
    by_path = {path: str(pk) for pk, _name, path in units}
    return {str(pk): (name, by_path.get(path[:-steplen], "")) for pk, name, path in units}
