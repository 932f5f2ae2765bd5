"""The address of the browse page as a state: what its query string says, and the query strings that lead on from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from urllib.parse import quote_plus

from django.utils.translation import gettext_lazy

from search.api import AXES

MAX_PAGE = 500
TEXT_LIMIT = 400  # characters: a pasted paragraph; every link of the page carries them
SORT_LABELS = {
    "relevance": gettext_lazy("Best match"),
    "newest": gettext_lazy("Newest"),
    "used": gettext_lazy("Most used"),
    "rated": gettext_lazy("Best rated"),
}


@dataclass(frozen=True, slots=True)
class Query:
    """What the address says. Values are clean; ``filters`` keeps the order of the axes; ``cut``: the text was longer."""

    text: str = ""
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sort: str = "relevance"
    page: int = 1
    cut: bool = field(default=False, compare=False)

    @property
    def order(self) -> str:
        """What the results are really ordered by: without a text nothing matches better than the rest."""
        return "newest" if self.sort == "relevance" and not self.text else self.sort

    def url(self, *, sort: str = "", page: int = 0) -> str:
        """Return the query string that leads to this state, or to another order or page of it, starting with ``?``."""
        before, after = self._around("", sort)
        page = page or self.page
        return "?" + "&".join([*before, *after, f"page={page:d}"] if page > 1 else [*before, *after])

    def adding(self, axis: str) -> tuple[str, str]:
        """Return what stands before and after a value in the address that adds it to ``axis``, on the first page.

        Several hundred such links stand in one page, alike but for the value.
        """
        before, after = self._around(axis)
        return "?" + "".join(f"{pair}&" for pair in before) + f"{axis}=", "".join(f"&{pair}" for pair in after)

    def _around(self, axis: str, sort: str = "") -> tuple[list[str], list[str]]:
        """Return the pairs of the address up to and with those of ``axis``, and those after them, without the page."""
        before = [f"q={quoted(self.text)}"] if self.text else []
        after: list[str] = []
        side = before
        for name in AXES:
            if name in self.filters:
                side += [f"{name}={quoted(value)}" for value in self.filters[name]]
            if name == axis:
                side = after
        if (sort or self.sort) != "relevance":
            after.append(f"sort={quoted(sort or self.sort)}")
        return before, after

    def toggled(self, axis: str, value: str) -> Query:
        """Return the state with ``value`` added to or dropped from ``axis``, on the first page."""
        chosen = self.filters.get(axis, ())
        kept = tuple(v for v in chosen if v != value) if value in chosen else (*chosen, value)
        filters = {name: values for name, values in {**self.filters, axis: kept}.items() if values}
        return replace(self, filters=filters, page=1)

    def without(self, axis: str) -> Query:
        return replace(self, filters={name: v for name, v in self.filters.items() if name != axis}, page=1)


def parse(get: Mapping[str, str], values_of: Mapping[str, Sequence[str]]) -> Query:
    """Return the state that query parameters describe; whatever cannot be meant is left out.

    ``get`` gives single values, ``values_of`` all values of a parameter.
    """
    filters = {}
    for axis in AXES:
        values = [v.strip() for v in values_of.get(axis, ()) if 0 < len(v.strip()) <= 64 and v.isprintable()]
        if values:
            filters[axis] = tuple(dict.fromkeys(values))[:20]
    raw = get.get("page", "1")
    page = int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 8 else 1
    sort = get.get("sort", "relevance")
    text = " ".join("".join(c for c in get.get("q", "") if c.isprintable() or c.isspace()).split())
    return Query(
        text[:TEXT_LIMIT],
        filters,
        sort if sort in SORT_LABELS else "relevance",
        min(max(page, 1), MAX_PAGE),
        cut=len(text) > TEXT_LIMIT,
    )


@lru_cache(maxsize=2048)
def quoted(value: str) -> str:
    """Return ``value`` as it stands in a query string."""
    return value if value.isascii() and value.isalnum() else quote_plus(value)
