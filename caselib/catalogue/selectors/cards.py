"""Resources as cards: what a list shows of a resource, in a fixed number of queries."""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple

from django.contrib.contenttypes.models import ContentType
from django.db.models import Case, QuerySet, When
from django.db.models.functions import Coalesce
from django.utils.translation import get_language
from wagtail.images.models import SourceImageIOError

from caselib.accounts.viewers import Viewer
from caselib.core import fragments, page_cache
from caselib.core.questions import Question
from caselib.media.models import CaseImage
from caselib.resources.covers import CoverText, Shape, cover_svg
from caselib.resources.enums import Circulation, Kind, QualityTier
from caselib.resources.models import ResourcePage, TopicTagging, Video
from caselib.resources.models.base import filed_year
from caselib.resources.selectors import addresses, groups_of, tokens_by

from ..enums import ORDERABLE_KINDS
from ..models.dispatch import mean_of

# What a card is made of.
COLUMNS = (
    *("pk", "title", "url_path", "content_type_id", "made_at"),
    *("code", "abstract", "class_hours", "quality_tier", "written_on", "circulation", "audience"),
    *("unit__name", "use__ordered", "use__ratings", "use__rating_sum"),
)
CardRow = namedtuple("CardRow", COLUMNS)  # type: ignore[misc]
#: When a resource was published or made; read only where nobody said when it was written.
MADE_AT = Case(When(written_on__isnull=True, then=Coalesce("first_published_at", "latest_revision_created_at")))
SHOWN = Question(
    lambda ids: (
        ResourcePage.objects.filter(pk__in=ids, live=True, withdrawn_at__isnull=True)
        .order_by()
        .annotate(made_at=MADE_AT)
        .values_list(*COLUMNS)
    )
)
FIRST_TOPICS = Question(
    lambda ids: (
        TopicTagging.objects.filter(content_object_id__in=ids).order_by().values_list("content_object_id", "tag__name")
    )
)
STILL = "fill-480x270"
NEWEST = 4  # of a kind, as many as a shelf has
TIERS: Mapping[str, Any] = dict(QualityTier.choices)


class Card(NamedTuple):
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
    still: str = ""  # the address of a picture of a film

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
        return cover_svg(self.cover_text, shape=shape, still=self.still)

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


def card(page: ResourcePage) -> Card:
    """Return the card of one page that was read whole."""
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
    """Return the cards of ``pages``, which are live, in their order. Three queries."""
    ids = list(pages.values_list("pk", flat=True))
    found = _cards_now(ids)
    return [found[pk][0] for pk in ids if pk in found]


def cards_by_id(ids: Iterable[int], viewer: Viewer) -> Mapping[int, Card]:
    """Return the cards of those of ``ids`` that ``viewer`` may read. Three queries at most, none for kept cards."""
    found = fragments.kept_each(
        ("card", get_language()), ids, _cards_now, names=(page_cache.BESIDE,), each=page_cache.page
    )
    seen = viewer.tokens
    return {pk: card for pk, (card, tokens) in found.items() if not seen.isdisjoint(tokens) and pk not in viewer.veiled}


def _cards_now(ids: list[int]) -> dict[int, tuple[Card, frozenset[str]]]:
    """Return the cards of the live pages among ``ids`` with the tokens of which a reader needs one.

    Columns instead of page objects: these would cost more than all that is done with them.
    """
    topics: dict[int, str] = {}
    for pk, name in sorted(FIRST_TOPICS.rows(ids), key=lambda row: str(row[1])):
        topics.setdefault(pk, name)
    rows: list[Any] = [CardRow(*row) for row in SHOWN.rows(ids)]
    groups = groups_of([row.pk for row in rows if row.circulation == Circulation.RESTRICTED])
    address = addresses()
    kinds = {type_id: _kind_of_type(type_id) for type_id in {row.content_type_id for row in rows}}
    films = [row.pk for row in rows if kinds[row.content_type_id][0] == Kind.VIDEO]
    stills = stills_of(films) if films else {}
    return {
        row.pk: (
            _card(
                row, kinds[row.content_type_id], topics.get(row.pk, ""), address(row.url_path), stills.get(row.pk, "")
            ),
            tokens_by(row.pk, row.circulation, row.audience, groups),
        )
        for row in rows
    }


def _kind_of_type(content_type_id: int) -> tuple[str, str]:
    """Return the kind of the resources of a content type and its name, both empty if it is none of theirs."""
    kind: Kind | None = getattr(ContentType.objects.get_for_id(content_type_id).model_class(), "kind", None)
    return (kind.value, str(kind.label)) if kind else ("", "")


def stills_of(films: Iterable[int]) -> dict[int, str]:
    """Return the addresses of the stills of ``films`` that have one, small; three queries, and a picture made once."""
    of = dict(
        Video.objects.filter(pk__in=films, video_file__still__isnull=False).values_list("pk", "video_file__still")
    )
    pictures = CaseImage.objects.filter(pk__in=of.values()).prefetch_renditions(STILL).in_bulk()
    found = {}
    for film, picture in of.items():
        with suppress(OSError, SourceImageIOError):  # a picture that cannot be read leaves the words
            found[film] = pictures[picture].get_rendition(STILL).url
    return found


def _card(row: Any, kind: tuple[str, str], topic: str, url: str, still: str) -> Card:
    ratings = row.use__ratings or 0
    return Card(
        pk=row.pk,
        title=row.title,
        url=url or "/",
        kind=kind[0],
        kind_label=kind[1],
        unit=row.unit__name or "",
        code=row.code,
        abstract=row.abstract,
        topic=topic,
        tier=str(TIERS.get(row.quality_tier, row.quality_tier)) if row.quality_tier else "",
        hours=row.class_hours,
        year=filed_year(row.written_on, row.made_at),
        rating=mean_of(row.use__rating_sum, ratings),
        ratings=ratings,
        ordered=row.use__ordered or 0,
        still=still,
    )


def newest_of_each(viewer: Viewer, groups: Sequence[Sequence[str]]) -> list[list[Card]]:
    """Return the ``NEWEST`` newest readable resources of each group of kinds; the cards of all groups cost one look together.

    Each kind is asked for alone, by the index of its newest, so that the question does not grow with the library.
    """
    ids = [
        [pk for _at, pk in sorted((row for kind in kinds for row in _newest(viewer, kind)), reverse=True)[:NEWEST]]
        for kinds in groups
    ]
    found = cards_by_id([pk for group in ids for pk in group], viewer)
    return [[found[pk] for pk in group if pk in found] for group in ids]


def _newest(viewer: Viewer, kind: str) -> list[tuple[datetime, int]]:
    """Return when the newest resources of a kind were published first, with their ids; kept until one comes or goes."""
    rights = viewer.shared
    (type_id,) = content_types_of([kind])

    def ask() -> list[tuple[datetime, int]]:
        return [(at, pk) for at, pk in _question_of_newest(rights).rows(type_id)]

    return fragments.kept(("newest", type_id, rights), ask, names=(page_cache.kind(type_id),))


@lru_cache(maxsize=64)
def _question_of_newest(rights: Viewer) -> Question:
    """Return the question for the newest of a type, written once for all readers of the same rights."""
    seen = ResourcePage.objects.visible_to(rights).filter(first_published_at__isnull=False)
    return Question(
        lambda type_id: (
            seen.filter(content_type_id=type_id)
            .order_by("-first_published_at", "-pk")
            .values_list("first_published_at", "pk")[:NEWEST]
        )
    )
