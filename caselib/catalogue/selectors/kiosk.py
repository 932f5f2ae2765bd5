"""What a hall may show: public, meant for learners, and permitted for halls. The reader is always nobody."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from caselib.accounts.viewers import Viewer
from caselib.core import clock
from caselib.resources.models import ResourcePage
from caselib.vocabularies.models import AXES, Term
from caselib.vocabularies.selectors import in_tree_order
from search.analysis import pinyin
from search.analysis.folding import fold

from ..enums import ListKind
from ..models import CatalogueList, ListItem
from .cards import Card, cards_by_id, content_types_of
from .cards import cards as cards_of
from .lists import readable_lists

READER = Viewer()
KINDS = ("casestudy", "video", "teachingpoint")
MENU_SIZE = 12
# Titles are compared in memory: a hall shows a chosen few hundred items, never the whole library.
MAX_TITLES = 2000


@dataclass(frozen=True, slots=True)
class Start:
    campaign: CatalogueList | None
    cards: Sequence[Card]


@dataclass(frozen=True, slots=True)
class Menu:
    axis: str
    label: str
    terms: Sequence[Term]


def permitted() -> QuerySet[ResourcePage]:
    """Return the items that a hall may show."""
    return ResourcePage.objects.visible_to(READER).filter(
        hall_permitted=True, content_type_id__in=content_types_of(KINDS)
    )


def items(*, kind: str = "", axis: str = "", term: Term | None = None, text: str = "") -> QuerySet[ResourcePage]:
    """Return permitted items of a kind, under a term, whose title or abstract contains ``text``."""
    found = permitted()
    if kind in KINDS:
        found = found.filter(content_type_id__in=content_types_of([kind]))
    if term is not None and axis in AXES:
        below = type(term).objects.filter(path__startswith=term.path).values("pk")
        found = found.filter(**{f"{axis}_taggings__tag_id__in": below})
    if text:
        found = found.filter(Q(title__icontains=text) | Q(abstract__icontains=text))
    return found.distinct().order_by("-first_published_at", "-pk")


def item(pk: int) -> ResourcePage | None:
    """Return the specific page ``pk`` if a hall may show it."""
    page = permitted().filter(pk=pk).first()
    return page.specific if page is not None else None


def cards(pages: Iterable[ResourcePage]) -> list[Card]:
    ids = [page.pk for page in pages]
    found = cards_by_id(ids, READER)
    return [found[pk] for pk in ids if pk in found]


def start() -> Start:
    """Return the running campaign with its permitted items, else the newest items."""
    today = clock.today()
    lists = readable_lists(READER)
    campaign = (
        lists.filter(kind=ListKind.CAMPAIGN, starts_on__lte=today, ends_on__gte=today)
        .order_by("-pinned", "ends_on")
        .first()
    )
    shown: list[Card] = []
    if campaign is not None:
        ids = list(ListItem.objects.filter(catalogue_list=campaign).values_list("resource_id", flat=True))
        allowed = set(permitted().filter(pk__in=ids).values_list("pk", flat=True))
        found = cards_by_id([pk for pk in ids if pk in allowed], READER)
        shown = [found[pk] for pk in ids if pk in found][:12]
    if not shown:
        shown = cards_of(items()[:12])
    return Start(campaign, shown)


def menus() -> list[Menu]:
    """Return for each axis the terms that permitted items carry, most general first."""
    allowed = permitted().values("pk")
    found = []
    for axis, model in AXES.items():
        used = model.objects.filter(taggings__content_object_id__in=allowed, retired_at__isnull=True)
        terms = in_tree_order(model.objects.filter(pk__in=used.values("pk")))
        found.append(Menu(axis, str(model._meta.verbose_name_plural), list(terms[:MENU_SIZE])))
    return found


def by_letters(text: str, limit: int = 8) -> list[ResourcePage]:
    """Return permitted items whose title has ``text`` as Chinese, as initials, or as full pinyin from some character on."""
    wanted = "".join(text.split()).casefold()
    if not wanted:
        return []
    found = []
    for page in permitted().order_by("-first_published_at", "-pk")[:MAX_TITLES]:
        if wanted in page.title.casefold() or (wanted.isascii() and _spells(fold(page.title), wanted)):
            found.append(page)
        if len(found) == limit:
            break
    return found


def _spells(title: str, wanted: str) -> bool:
    """Whether ``wanted`` is initials or full pinyin beginning at some syllable of the folded title."""
    spelt = pinyin.spell_from(title, range(len(title)))
    return any(full.startswith(wanted) or initials.startswith(wanted) for full, initials in spelt)
