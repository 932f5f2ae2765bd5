"""The filters beside the results, written in one step: several hundred links stand there, alike but for the value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from html import escape

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from search.api import AXES, FacetBucket

from .addresses import Query, quoted

AXIS_LABELS = {
    "kind": gettext_lazy("Type"),
    "topics": gettext_lazy("Topic"),
    "sectors": gettext_lazy("Sector"),
    "positions": gettext_lazy("Position"),
    "level": gettext_lazy("Rank"),
    "methods": gettext_lazy("Method"),
    "year": gettext_lazy("Year"),
    "unit": gettext_lazy("Unit"),
    "award": pgettext_lazy("facet", "Award"),
    "hours": gettext_lazy("Class hours"),
}
SHOWN_VALUES = 40  # of one axis, at the top of its tree
FIRST_VALUES = 8  # of these, before the rest is folded away
DEEPEST = 3
OPEN_AXES = 4  # from the top; below them those in which something is chosen


def panel(facets: Mapping[str, Sequence[FacetBucket]], query: Query) -> SafeString:
    """Return the axes as lists of links, each of which adds a value to ``query`` or drops it; empty without values."""
    present = [axis for axis in AXES if facets.get(axis)]
    more = escape(_("more"))
    parts = []
    for number, axis in enumerate(present):
        tops = _Axis(axis, facets[axis], query).tops()
        opened = " open" if number < OPEN_AXES or query.filters.get(axis) else ""
        rest = "".join(tops[FIRST_VALUES:])
        folded = f'<details class="facet__more"><summary>{more}</summary><ul>{rest}</ul></details>' if rest else ""
        parts.append(
            f'<details class="facet"{opened}><summary>{escape(str(AXIS_LABELS[axis]))}</summary>\n'
            f"<ul>{''.join(tops[:FIRST_VALUES])}</ul>"
            f"{folded}</details>\n"
        )
    return mark_safe("".join(parts))  # noqa: S308  (labels and addresses are escaped, counts are numbers)


class _Axis:
    """The values of one axis as a tree; a value whose parent is not among them stands at the top."""

    def __init__(self, axis: str, buckets: Sequence[FacetBucket], query: Query) -> None:
        self.axis = axis
        self.query = query
        present = {bucket.value for bucket in buckets}
        self.below: dict[str, list[FacetBucket]] = {}
        for bucket in buckets:
            self.below.setdefault(bucket.parent if bucket.parent in present else "", []).append(bucket)
        before, after = query.adding(axis)
        self.opening = f'<li><a href="{escape(before)}'
        self.closing = f'{escape(after)}" rel="nofollow">'

    def tops(self) -> list[str]:
        return self._items(self.below.get("", [])[:SHOWN_VALUES], 1)

    def _items(self, buckets: Sequence[FacetBucket], depth: int) -> list[str]:
        items = []
        below = self.below if depth < DEEPEST else {}
        opening, closing = self.opening, self.closing
        for bucket in buckets:
            value, label, count, selected, _parent = bucket
            address, words = _sides(value, label)
            start = self._dropping(value) if selected else f"{opening}{address}{closing}"
            inner = below.get(value)
            children = f"<ul>{''.join(self._items(inner, depth + 1))}</ul>" if inner else ""
            items.append(f'{start}{words}<span class="facet__count">{count:d}</span></a>{children}</li>\n')
        return items

    def _dropping(self, value: str) -> str:
        url = escape(self.query.toggled(self.axis, value).url())
        return f'<li><a href="{url}" rel="nofollow" aria-current="true">'


@lru_cache(maxsize=4096)
def _sides(value: str, label: str) -> tuple[str, str]:
    """Return a value as it stands in an address and in quotes, and its label as markup."""
    return (
        escape(quoted(value)),
        f'<span class="facet__label"><span class="facet__box"></span>{escape(label)}</span>',
    )
