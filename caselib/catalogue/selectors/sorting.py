"""Browsing by use and by rating: the same filters as the search has, answered by the database."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import F, FloatField, Q, QuerySet
from django.db.models.functions import Cast, Coalesce

from caselib.accounts.models import Unit
from caselib.accounts.viewers import Viewer
from caselib.resources.models import ResourcePage
from caselib.vocabularies.models import Position, Sector, Term, Topic

from ..models import ResourceUse
from .cards import content_types_of

if TYPE_CHECKING:
    from search.api import Hit

SORTED_BY_USE = frozenset({"used", "rated"})
# A mean of few ratings is drawn towards the middle as if so many listeners had said three of five.
PRIOR_RATINGS, PRIOR_MEAN = 5, 3.0
TREES: dict[str, tuple[str, type[Term]]] = {
    "topics": ("topic_taggings", Topic),
    "sectors": ("sector_taggings", Sector),
    "positions": ("position_taggings", Position),
}
HOURS: dict[str, tuple[Decimal | None, Decimal | None]] = {
    "to2": (None, Decimal(2)),
    "to4": (Decimal(2), Decimal(4)),
    "to8": (Decimal(4), Decimal(8)),
    "over8": (Decimal(8), None),
}


def ids_by_use(
    filters: Mapping[str, Sequence[str]], viewer: Viewer, *, sort: str, offset: int, limit: int
) -> tuple[list[int], int]:
    """Return the ids of one page of the resources under ``filters``, and how many there are."""
    pages = filtered(ResourcePage.objects.visible_to(viewer), filters)
    total = pages.count()
    if sort == "used":
        pages = pages.order_by(Coalesce("use__ordered", 0).desc(), "-first_published_at", "-pk")
    else:
        ratings, total_score = Coalesce("use__ratings", 0), Coalesce("use__rating_sum", 0)
        mean = (Cast(total_score, FloatField()) / 3.0 + PRIOR_RATINGS * PRIOR_MEAN) / (
            Cast(ratings, FloatField()) + PRIOR_RATINGS
        )
        pages = pages.annotate(mean_rating=mean).order_by(F("mean_rating").desc(), "-first_published_at", "-pk")
    return list(pages.values_list("pk", flat=True)[offset : offset + limit]), total


def filtered(pages: QuerySet[ResourcePage], filters: Mapping[str, Sequence[str]]) -> QuerySet[ResourcePage]:
    """Return ``pages`` under the filters of the search: several values of an axis mean any, axes mean all."""
    for axis, values in filters.items():
        condition = _condition(axis, values)
        if condition is not None:
            pages = pages.filter(pk__in=ResourcePage.objects.filter(condition).values("pk"))
    return pages


def _condition(axis: str, values: Sequence[str]) -> Q | None:
    if axis == "kind":
        return Q(content_type_id__in=content_types_of(values))
    if axis in TREES:
        relation, model = TREES[axis]
        return Q(**{f"{relation}__tag_id__in": _below(model, _numbers(values))})
    if axis == "unit":
        below = Q(pk__in=[])
        for path in Unit.objects.filter(pk__in=_numbers(values)).values_list("path", flat=True):
            below |= Q(unit__path__startswith=path)
        return below
    if axis in ("level", "methods"):
        column = "educational_levels" if axis == "level" else "methods"
        # in quotation marks: "action" is no part of "after_action"
        return _any(Q(**{f"{column}__icontains": f'"{value}"'}) for value in values if value.isidentifier())
    if axis == "year":
        years = _numbers(values)
        return Q(written_on__year__in=years) | Q(written_on__isnull=True, first_published_at__year__in=years)
    if axis == "award":
        return Q(awards__tier__in=values)
    if axis == "hours":
        return _any(_hours(*HOURS[value]) for value in values if value in HOURS)
    return None


def _hours(over: Decimal | None, upto: Decimal | None) -> Q:
    condition = Q(class_hours__isnull=False)
    if over is not None:
        condition &= Q(class_hours__gt=over)
    if upto is not None:
        condition &= Q(class_hours__lte=upto)
    return condition


def _any(conditions: Iterable[Q]) -> Q:
    found = Q(pk__in=[])
    for condition in conditions:
        found |= condition
    return found


def _numbers(values: Sequence[str]) -> list[int]:
    return [int(value) for value in values if value.isascii() and value.isdigit() and len(value) < 10]


def _below(model: type[Term], ids: Sequence[int]) -> list[int]:
    paths = model.objects.filter(pk__in=ids).values_list("path", flat=True)
    below = _any(Q(path__startswith=path) for path in paths)
    return list(model.objects.filter(below).values_list("pk", flat=True))


def sort_hits_by_use(hits: Sequence[Hit], sort: str) -> list[Hit]:
    """Return hits in order of use or rating; equal ones keep their order. One query."""
    uses = {use.resource_id: use for use in ResourceUse.objects.filter(resource_id__in=[hit.page.pk for hit in hits])}

    def key(hit: Hit) -> float:
        use = uses.get(hit.page.pk)
        if sort == "used":
            return -(use.ordered if use else 0)
        ratings, total = (use.ratings, use.rating_sum) if use else (0, 0)
        return -((total / 3 + PRIOR_RATINGS * PRIOR_MEAN) / (ratings + PRIOR_RATINGS))

    return sorted(hits, key=key)
