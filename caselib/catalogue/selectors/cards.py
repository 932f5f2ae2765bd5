"""Resources as cards: what a list shows of a resource, in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.contrib.contenttypes.models import ContentType
from django.db.models import Prefetch, QuerySet
from django.utils.translation import get_language

from caselib.accounts.viewers import Viewer
from caselib.core import fragments, page_cache
from caselib.resources.covers import CoverText, Shape, cover_svg
from caselib.resources.enums import Kind
from caselib.resources.models import ResourcePage, TopicTagging
from caselib.resources.selectors import listed, tokens_of

from ..enums import ORDERABLE_KINDS

if TYPE_CHECKING:
    from decimal import Decimal


# The columns of the use of a resource that a card shows.
USE = ("use__ordered", "use__ratings", "use__rating_sum")


@dataclass(frozen=True, slots=True)
class Card:
    """What is shown of a resource in a list."""

    pk: int
    title: str
    url: str
    kind: str
    kind_label: str
    unit: str
    code: str
    abstract: str
    topic: str
    tier: str
    hours: Decimal | None
    year: int
    rating: float | None
    ratings: int
    ordered: int

    @property
    def orderable(self) -> bool:
        return self.kind in ORDERABLE_KINDS

    @property
    def names(self) -> tuple[str, str]:
        """The names whose changes end what is kept of this card."""
        return (page_cache.BESIDE, page_cache.page(self.pk))

    @property
    def cover_text(self) -> CoverText:
        return CoverText(self.title, kind=self.kind_label, unit=self.unit, topic=self.topic, code=self.code)

    def cover(self, shape: Shape = "tall") -> str:
        return cover_svg(self.cover_text, shape=shape)

    @property
    def tall_cover(self) -> str:
        return self.cover("tall")

    @property
    def wide_cover(self) -> str:
        return self.cover("wide")


def kind_of(page: ResourcePage) -> Kind | None:
    """Return the kind of ``page`` without loading the specific row (content types are cached)."""
    model = page.specific_class
    return getattr(model, "kind", None)


def content_types_of(kinds: Iterable[str]) -> list[int]:
    """Return the content type ids of resource kinds; unknown kinds are left out."""
    known = [kind for kind in kinds if kind in Kind.values]
    return [ContentType.objects.get_by_natural_key("resources", kind).pk for kind in known]


def with_card_data(pages: QuerySet[ResourcePage]) -> QuerySet[ResourcePage]:
    """Add what a card needs: unit, use and topics, two queries however many pages."""
    topics = Prefetch("topic_taggings", queryset=TopicTagging.objects.select_related("tag"))
    return pages.select_related("unit", "use").prefetch_related(topics)


def card(page: ResourcePage) -> Card:
    """Return the card of a page that came through ``with_card_data``."""
    kind = kind_of(page)
    use = getattr(page, "use", None)
    topics = sorted(tagging.tag.name for tagging in page.topic_taggings.all())
    return Card(
        pk=page.pk,
        title=page.title,
        url=page.own_url or "/",
        kind=kind.value if kind else "",
        kind_label=str(kind.label) if kind else "",
        unit=page.unit.name if page.unit else "",
        code=page.code,
        abstract=page.abstract,
        topic=topics[0] if topics else "",
        tier=page.get_quality_tier_display() if page.quality_tier else "",
        hours=page.class_hours,
        year=page.year,
        rating=use.mean if use else None,
        ratings=use.ratings if use else 0,
        ordered=use.ordered if use else 0,
    )


def cards(pages: QuerySet[ResourcePage]) -> list[Card]:
    """Return the cards of ``pages`` in their order."""
    return [card(page) for page in listed(with_card_data(pages), "unit__name", *USE)]


def cards_by_id(ids: Iterable[int], viewer: Viewer) -> Mapping[int, Card]:
    """Return the cards of those of ``ids`` that ``viewer`` may read. Three queries at most, none for kept cards."""
    found = fragments.kept_each(
        ("card", get_language()), ids, _cards_now, names=(page_cache.BESIDE,), each=page_cache.page
    )
    seen = viewer.tokens
    return {pk: card for pk, (card, tokens) in found.items() if not seen.isdisjoint(tokens) and pk not in viewer.veiled}


def _cards_now(ids: list[int]) -> dict[int, tuple[Card, frozenset[str]]]:
    """Return the cards of the live pages among ``ids`` with the tokens of which a reader needs one."""
    pages = ResourcePage.objects.filter(pk__in=ids, live=True, withdrawn_at__isnull=True)
    found = listed(with_card_data(pages), "unit__name", *USE)
    tokens = tokens_of(found)
    return {page.pk: (card(page), tokens[page.pk]) for page in found}


def newest_of_each(viewer: Viewer, groups: Sequence[Sequence[str]], *, limit: int) -> list[list[Card]]:
    """Return the newest readable resources of each group of kinds; the cards of all groups cost one look together."""
    ids = [list(_newest(viewer, kinds).values_list("pk", flat=True)[:limit]) for kinds in groups]
    found = cards_by_id([pk for group in ids for pk in group], viewer)
    return [[found[pk] for pk in group if pk in found] for group in ids]


def _newest(viewer: Viewer, kinds: Iterable[str]) -> QuerySet[ResourcePage]:
    pages = ResourcePage.objects.visible_to(viewer)
    chosen = list(kinds)
    if chosen:
        pages = pages.filter(content_type_id__in=content_types_of(chosen))
    return pages.order_by("-first_published_at", "-pk")
