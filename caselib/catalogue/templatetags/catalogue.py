"""What the pages of resources and results need from the catalogue: reading, related items, marks, QR codes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import template
from django.http import HttpRequest
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from caselib.accounts.viewers import Viewer
from caselib.core import fragments, page_cache
from caselib.core.addresses import printed
from caselib.resources.models import ResourcePage, TeachingPoint, TeachingRoute

from .. import citations, resource_parts, wording
from ..browsing import Row
from ..enums import ORDERABLE_KINDS
from ..reading import Reading
from ..reading import read as read_page
from ..result_rows import Frame, frame, tile
from ..result_rows import row as row_of
from ..selectors import dispatch, lists, pages, places
from ..selectors.cards import Card, card, cards, cards_by_id, kind_of
from ..selectors.places import Leg

register = template.Library()
register.filter("class_hours", wording.class_hours)
register.filter("listed", wording.listed)
register.filter("clauses", wording.clauses)
register.filter("stars", wording.stars)
register.simple_tag(resource_parts.description, name="resource_description")
register.simple_tag(resource_parts.facts, name="resource_facts")


@register.simple_tag
def resource_trail(page: ResourcePage) -> SafeString:
    """Return the way from the front page to a page."""
    return resource_parts.trail(page, kind_of(page))


@register.simple_tag
def read(page: ResourcePage, viewer: Viewer) -> Reading:
    """Return the body of ``page`` for ``viewer``."""
    return read_page(page, viewer)


@register.simple_tag
def read_in_hall(page: ResourcePage, viewer: Viewer) -> Reading:
    """Return the body of ``page`` without links, for a hall display."""
    return read_page(page, viewer, links=False)


@register.simple_tag
def card_of(page: ResourcePage) -> Card:
    """Return the card of one page (its cover, unit, kind)."""
    return card(page)


@register.simple_tag
def related_cards(page: ResourcePage, pk: int, viewer: Viewer, names: frozenset[str]) -> Sequence[Card]:
    """Return what stands beside the page ``pk``: what its editor linked, then what is alike in terms and text.

    ``page`` is read only if this is not known from before; ``names`` are those that end what is known.
    """
    return pages.related(page, viewer, pk=pk, names=names)


@register.simple_tag
def lists_with(pk: int, viewer: Viewer) -> Sequence[Any]:
    """Return the current online lists on which the page ``pk`` stands."""
    fragments.needs(page_cache.LISTS)
    return lists.lists_with(pk, viewer)


@register.simple_tag
def guarded_notes(page: ResourcePage, viewer: Viewer) -> pages.Guarded:
    """Return the teaching notes and attachments beside a page, and how many are not for this viewer."""
    return pages.beside(page, viewer)


@register.simple_tag
def comments_on(page: ResourcePage) -> Sequence[str]:
    return dispatch.comments_on(page.pk)


@register.simple_tag
def can_order(page: ResourcePage) -> bool:
    """Whether pages of this kind offer the basket."""
    kind = kind_of(page)
    return kind is not None and kind.value in ORDERABLE_KINDS and bool(getattr(page, "orderable", True))


@register.simple_tag
def route_legs(page: TeachingRoute, viewer: Viewer) -> Sequence[Leg]:
    fragments.needs(*page_cache.ALL)
    return places.legs_of(page, viewer)


@register.simple_tag
def legs_map(legs: Sequence[Leg], label: str) -> str:
    """Return the map of a route as SVG."""
    return places.map_of([places.place_of(leg.stop.point, leg.number) for leg in legs], label=label, joined=True)


@register.simple_tag
def point_row(point: TeachingPoint) -> places.PointRow:
    """Return standing and owed documents of one point."""
    fragments.needs(*page_cache.ALL)
    return places.row_of(point)


@register.simple_tag
def teacher_load(page: ResourcePage) -> dict[str, int]:
    fragments.needs(*page_cache.ALL)
    return places.load_of(page.pk)


@register.simple_tag
def courses_of(page: ResourcePage, viewer: Viewer) -> Sequence[Card]:
    """Return the courses of a teacher that the viewer may read."""
    fragments.needs(*page_cache.ALL)
    return cards(ResourcePage.objects.visible_to(viewer).filter(course__lecturer_id=page.pk).order_by("title"))


@register.simple_tag
def linked_cards(page: ResourcePage, viewer: Viewer) -> Sequence[Card]:
    """Return the cases and courses a lesson plan works with, in teaching order."""
    ids = list(page.linked.values_list("target_id", flat=True))
    found = cards_by_id(ids, viewer)
    return [found[pk] for pk in ids if pk in found]


@register.simple_tag(takes_context=True)
def resource_imprint(context: template.Context, page: ResourcePage) -> SafeString:
    """Return how the page is cited, with its short address."""
    url = _absolute(context, reverse("catalogue:resource", args=[page.pk]))
    return resource_parts.imprint(page, citations.citation(page, url), url)


@register.simple_tag(takes_context=True)
def json_ld(context: template.Context, page: ResourcePage) -> SafeString:
    return citations.schema_org(page, _absolute(context, page.own_url or "/"))


@register.simple_tag
def result_row(card: Card, star: SafeString, why: str = "", line: str = "", required: bool = False) -> SafeString:
    """Return one resource of a list with what is said of it; ``star`` is the icon before a rating."""
    return row_of(card, _frame(card, star, get_language()), why=why, line=line, required=required)


@register.simple_tag
def result_rows(rows: Sequence[Row], star: SafeString) -> SafeString:
    """Return the results of a list; what looks the same on every list is kept of each, its cover above all."""
    language = get_language()
    parts = [
        row_of(row.card, _frame(row.card, star, language), hit=row.hit, why=row.why, there=row.there) for row in rows
    ]
    return mark_safe("".join(parts))  # noqa: S308  (rendered markup)


def _frame(card: Card, star: SafeString, language: str | None) -> Frame:
    key = ("result", language, card.pk)
    return fragments.kept(key, lambda: frame(card, star), names=card.names)


@register.simple_tag
def tiles(cards: Sequence[Card]) -> SafeString:
    """Return the items of a shelf; a card looks the same on every shelf, and is kept."""
    language = get_language()

    def kept(card: Card) -> SafeString:
        return fragments.kept(("tile", language, card.pk), lambda: tile(card), names=card.names)

    return mark_safe("".join(f"<li>{kept(card)}</li>" for card in cards))  # noqa: S308  (rendered markup)


@register.simple_tag
def resource_words(page: ResourcePage, card: Card, star: SafeString, lock: SafeString) -> SafeString:
    """Return chips, title, authors and abstract of a page; ``star`` and ``lock`` are icons."""
    return resource_parts.words(page, card, star=star, lock=lock)


@register.simple_tag
def use_of(page: ResourcePage) -> Any:
    """Return what was counted of the use of a page, None if nothing was."""
    return getattr(page, "use", None)


@register.filter
def clock_time(seconds: float | None) -> str:
    """Return a running time as minutes:seconds or hours:minutes:seconds."""
    total = int(seconds or 0)
    hours, rest = divmod(total, 3600)
    return f"{hours}:{rest // 60:02d}:{rest % 60:02d}" if hours else f"{rest // 60}:{rest % 60:02d}"


def _absolute(context: template.Context, path: str) -> str:
    request: HttpRequest | None = context.get("request")
    return printed(request, path) if request is not None else path
