"""What the pages of resources and results need from the catalogue: reading, related items, marks, QR codes."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

from django import template
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from caselib.accounts.viewers import Viewer
from caselib.core import fragments, page_cache
from caselib.resources.models import ResourcePage, TeachingPoint, TeachingRoute
from search.api import Hit, Passage

from .. import citations, wording
from ..browsing import Option, Row
from ..enums import ORDERABLE_KINDS
from ..reading import Reading
from ..reading import read as read_page
from ..selectors import dispatch, lists, pages, places
from ..selectors.cards import Card, card, cards, cards_by_id, kind_of
from ..selectors.places import Leg

register = template.Library()
register.filter("class_hours", wording.class_hours)
register.filter("listed", wording.listed)
register.filter("clauses", wording.clauses)

CHOSEN = mark_safe(' aria-current="true"')


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
def short_url(context: template.Context, page: ResourcePage) -> str:
    return _absolute(context, reverse("catalogue:resource", args=[page.pk]))


@register.simple_tag(takes_context=True)
def citation(context: template.Context, page: ResourcePage) -> str:
    return citations.citation(page, short_url(context, page))


@register.simple_tag(takes_context=True)
def json_ld(context: template.Context, page: ResourcePage) -> SafeString:
    return citations.schema_org(page, _absolute(context, page.get_url() or "/"))


@register.simple_tag
def result_meta(card: Card, star: SafeString) -> SafeString:
    """Return kind, unit, year, code and whatever else is known of a card, as the line below its title; ``star`` is the icon.

    Written here because twenty of them stand in a list, and a template asks for each part by name.
    """
    parts: list[str] = [format_html('<span class="num">{}</span>', card.code)] if card.code else []
    if card.hours:
        parts.append(escape(wording.class_hours(card.hours)))
    if card.tier:
        parts.append(escape(card.tier))
    if card.rating:
        said = _("%(mean)s of 5 (%(n)s ratings)") % {"mean": stars(card.rating), "n": card.ratings}
        parts.append(format_html("{} {}", star, said))
    if card.ordered:
        said = ngettext("ordered once", "ordered %(n)s times", card.ordered) % {"n": card.ordered}
        parts.append(escape(said))
    return mark_safe(  # noqa: S308  (every part is escaped, the year is a number)
        f'<span class="chip chip--kind">{escape(card.kind_label)}</span>{f" {escape(card.unit)}" if card.unit else ""}'
        f" · {card.year:d}{''.join(f' · {part}' for part in parts)}"
    )


@register.simple_tag
def result_rows(rows: Sequence[Row]) -> SafeString:
    """Return the results of a list; a row in which nothing is marked looks the same on every list, and is kept."""
    language = get_language()

    def written(row: Row) -> SafeString:
        return render_to_string("catalogue/includes/result.html", {"card": row.card, "hit": row.hit, "why": row.why})

    def kept(row: Row) -> SafeString:
        return fragments.kept(("result", language, row.card.pk), lambda: written(row), names=row.card.names)

    parts = [kept(row) if row.plain else written(row) for row in rows]
    return mark_safe("\n".join(parts))  # noqa: S308  (rendered markup)


@register.simple_tag
def marked(text: str, marks: Sequence[tuple[int, int]]) -> SafeString:
    """Return ``text`` with the stretches ``marks`` in <mark>; everything is escaped."""
    pieces: list[tuple[str, str]] = []
    at = 0
    for start, end in marks:
        pieces.append((text[at:start], text[start:end]))
        at = end
    return format_html("{}{}", format_html_join("", "{}<mark>{}</mark>", pieces), text[at:])


@register.simple_tag
def facet_options(options: Sequence[Option]) -> SafeString:
    """Return facet values as list items, each with the values below it; several hundred stand in one page.

    Written here because a template included once for each value costs more than the search for the values.
    """
    items = [
        f'<li><a href="{escape(option.url)}" rel="nofollow"{CHOSEN if option.selected else ""}>'
        f'<span class="facet__label"><span class="facet__box"></span>{escape(option.label)}</span>'
        f'<span class="facet__count">{option.count:d}</span></a>'
        f"{f'<ul>{facet_options(option.children)}</ul>' if option.children else ''}</li>\n"
        for option in options
    ]
    return mark_safe("".join(items))  # noqa: S308  (address and label are escaped, the count is a number)


@register.filter
def shown_passages(hit: Hit | None) -> list[Passage]:
    """Return up to two passages of running text; a match in authors or keywords is told in words instead."""
    return [passage for passage in hit.passages if passage.source != "meta"][:2] if hit else []


@register.filter
def stars(mean: float | None) -> str:
    """Return a mean as a number with one decimal, or a dash."""
    return f"{mean:.1f}" if mean else "—"


@register.filter
def clock_time(seconds: float | None) -> str:
    """Return a running time as minutes:seconds or hours:minutes:seconds."""
    total = int(seconds or 0)
    hours, rest = divmod(total, 3600)
    return f"{hours}:{rest // 60:02d}:{rest % 60:02d}" if hours else f"{rest // 60}:{rest % 60:02d}"


def _absolute(context: template.Context, path: str) -> str:
    request: HttpRequest | None = context.get("request")
    return request.build_absolute_uri(path) if request is not None else path
