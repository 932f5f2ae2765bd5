"""When no engine answers: titles, abstracts and authors asked of the database itself, slowly but truly."""

from __future__ import annotations

from datetime import date

from django.contrib.contenttypes.models import ContentType
from django.db.models import Q, QuerySet
from django.db.models.functions import Length

from caselib.accounts.models import Unit
from caselib.accounts.viewers import Viewer
from caselib.resources.models import ResourcePage
from search import engines
from search.analysis.query import ParsedQuery, Part
from search.harvest import HOURS, MORE_HOURS, key_of
from search.queries import NEWEST, OLDEST, TITLE, EngineAnswer, EngineQuery, Found

NAME = engines.DATABASE
_TREES = {"topics": "topic_taggings", "sectors": "sector_taggings", "positions": "position_taggings"}


def search(parsed: ParsedQuery, query: EngineQuery, viewer: Viewer) -> EngineAnswer:
    """Answer from the database: all words in title, abstract, code or authors. No facet counts, no passages."""
    pages = ResourcePage.objects.visible_to(viewer)
    for part in parsed.wanted:
        pages = pages.filter(_holds(part))
    for part in parsed.excluded:
        pages = pages.exclude(_holds(part))
    for axis, values in query.filters.items():
        pages = pages.filter(_in_axis(axis, values))
    pages = pages.distinct()
    total = pages.count()
    ids = _ordered(pages, query.sort).values_list("pk", flat=True)[query.offset : query.offset + query.limit]
    found = tuple(Found(key_of(pk), 0.0) for pk in ids)
    end = query.offset + len(found)
    return EngineAnswer(found=found, total=total, next_offset=end if found and end < total else None)


def _holds(part: Part) -> Q:
    if part.field == "title":
        return Q(title__icontains=part.text)
    if part.field == "author":
        return Q(authors__name__icontains=part.text)
    if part.field == "unit":
        return Q(unit__name__icontains=part.text) | Q(unit__short_name__icontains=part.text)
    condition = Q()
    for word in part.text.split():
        condition &= (
            Q(title__icontains=word)
            | Q(abstract__icontains=word)
            | Q(code__iexact=word)
            | Q(authors__name__icontains=word)
        )
    return condition


def _in_axis(axis: str, values: tuple[str, ...]) -> Q:
    numbers = [int(v) for v in values if v.isdigit() and len(v) < 10]
    if axis == "kind":
        types = ContentType.objects.filter(app_label="resources", model__in=values)
        return Q(content_type__in=types)
    if axis in _TREES:
        name = _TREES[axis]
        return _any(
            Q(**{f"{name}__tag__path__startswith": f"{n}/"}) | Q(**{f"{name}__tag__path__contains": f"/{n}/"})
            for n in numbers
        )
    if axis == "unit":
        paths = Unit.objects.filter(pk__in=numbers).values_list("path", flat=True)
        return _any(Q(unit__path__startswith=path) for path in paths)
    if axis == "year":
        return _any(
            Q(written_on__year=n) | Q(written_on__isnull=True, first_published_at__year=n)
            for n in numbers
            if date.min.year <= n <= date.max.year
        )
    if axis == "award":
        return Q(awards__tier__in=values)
    if axis == "hours":
        return _any(_hours(v) for v in values)
    names = {"level": "educational_levels", "methods": "methods"}
    return _any(Q(**{f"{names[axis]}__icontains": f'"{v}"'}) for v in values) if axis in names else Q(pk__in=[])


def _hours(value: str) -> Q:
    lower = None
    for limit, name in HOURS:
        if name == value:
            above = Q(class_hours__gt=lower) if lower is not None else Q()
            return Q(class_hours__lte=limit) & above
        lower = limit
    return Q(class_hours__gt=lower) if value == MORE_HOURS else Q(pk__in=[])


def _any(conditions: object) -> Q:
    joined = Q(pk__in=[])
    for condition in conditions:  # type: ignore[attr-defined]
        joined |= condition
    return joined


def _ordered(pages: QuerySet[ResourcePage], sort: str) -> QuerySet[ResourcePage]:
    if sort == TITLE:
        return pages.order_by("title", "pk")
    if sort == OLDEST:
        return pages.order_by("first_published_at", "pk")
    if sort == NEWEST:
        return pages.order_by("-first_published_at", "-pk")
    return pages.order_by(Length("title"), "-first_published_at", "-pk")
