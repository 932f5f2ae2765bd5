"""A library of a given size to measure, made once and kept, and the addresses and sessions to measure it with."""

from __future__ import annotations

import random
import sys

from django.contrib.sessions.backends.db import SessionStore
from django.core.management import call_command
from django.db import transaction
from taggit.models import Tag
from wagtail.models import Site

from benchmarks import bulk
from benchmarks.stock.models import StockPage, StockTag
from caselib.accounts.enums import Role
from caselib.accounts.models import Unit, User
from caselib.accounts.services import set_roles
from caselib.accounts.sessions import BACKEND
from caselib.core import page_cache
from caselib.resources.models import CaseStudy, ResourcePage
from caselib.vocabularies.models import Position, Sector, Topic
from search import engines, neighbours
from search.models import Likeness

UNITS = 20
STOCK_PAGES = 1000


def build(size: int) -> None:
    """Install the library and publish ``size`` resources and as many stock pages; minutes for 100,000."""
    call_command("migrate", verbosity=0, stdout=sys.stderr)
    call_command("install_library", verbosity=0, stdout=sys.stderr)
    grown = ResourcePage.objects.count() < size
    bulk.fill(size, editor(), _units())
    _stock(size)
    if grown or not engines.get(engines.EMBEDDED).ready():
        call_command("search_index", "rebuild", verbosity=0, stdout=sys.stderr)


def _units() -> list[Unit]:
    found = list(Unit.objects.filter(code__startswith="bench").order_by("path"))
    for number in range(len(found), UNITS):
        found[0].refresh_from_db()
        found.append(found[0].add_child(name=f"{bulk.PLACES[number % 10]}分校{number}", code=f"bench-{number}"))
    return found


def editor() -> User:
    found = User.objects.filter(username="bench-editor").first()
    if found:
        return found
    unit = Unit.add_root(name="临江党校", code="bench")
    user = User.objects.create(username="bench-editor", name="编辑", unit=unit)
    set_roles(user, [Role.EDITOR.value, Role.AUTHOR.value, Role.TEACHER.value], by=None)
    return user


def _stock(size: int) -> None:
    """The same number of stock pages, at most a thousand: made below one index page."""
    if StockPage.objects.exists():
        return
    site = Site.objects.get(is_default_site=True)
    names = list(Topic.objects.filter(retired_at=None).values_list("name", flat=True))
    tags = [Tag.objects.get_or_create(name=name, defaults={"slug": f"bench-{i}"})[0] for i, name in enumerate(names)]
    index = site.root_page.add_child(instance=StockPage(title="stock", slug="stock", body=[]))
    body = [("heading", "做法"), *(("paragraph", f"<p>{bulk.PARAGRAPH}</p>") for _ in range(bulk.PARAGRAPHS))]
    with transaction.atomic():
        for number in range(min(size, STOCK_PAGES)):
            page = StockPage(title=f"案例{number}", slug=f"stock-{number}", abstract=bulk.PARAGRAPH, body=body)
            index.add_child(instance=page)
            StockTag.objects.bulk_create(
                StockTag(content_object=page, tag=tag) for tag in random.sample(tags, min(9, len(tags)))
            )


def targets() -> dict[str, str]:
    """Addresses to measure: one long case in the middle of the library, lists and searches over all of it."""
    page = CaseStudy.objects.live().filter(title__endswith="0）").order_by("pk")[CaseStudy.objects.count() // 20]
    stock = StockPage.objects.order_by("pk")[StockPage.objects.count() // 2]
    return {
        "hello": "/hello/",
        "detail": page.get_url() or "",
        "list": "/browse/",
        "search": "/browse/?q=账目公开",
        "home": "/",
        "stock_detail": f"/bench-stock/{stock.slug}/",
        "stock_list": "/bench-stock/list/",
    }


def details(number: int) -> list[str]:
    """Return the addresses of ``number`` resources spread over the library, whose neighbours the worker has found."""
    total = ResourcePage.objects.count()
    ids = ResourcePage.objects.order_by("pk").values_list("pk", flat=True)
    step = max(1, total // number)
    wanted = list(ids[::step][:number])
    with transaction.atomic():
        neighbours.changed(wanted, [])
    while Likeness.objects.filter(due=Likeness.CHANGED).exists() and neighbours.look():
        pass
    return [page.get_url() or "" for page in ResourcePage.objects.filter(pk__in=wanted).order_by("pk")]


def lists(number: int) -> list[str]:
    """Return ``number`` different states of the browse page: other filters, several of them, other pages and orders."""
    rng = random.Random(7)
    axes = {
        "topics": list(Topic.objects.filter(retired_at=None).order_by("pk").values_list("pk", flat=True)),
        "sectors": list(Sector.objects.filter(retired_at=None).order_by("pk").values_list("pk", flat=True)),
        "positions": list(Position.objects.filter(retired_at=None).order_by("pk").values_list("pk", flat=True)),
        "kind": ["casestudy", "course", "lessonplan", "textbook"],
        "year": [str(year) for year in range(bulk.FIRST_YEAR, bulk.FIRST_YEAR + bulk.YEARS)],
    }
    found: dict[str, None] = {}
    while len(found) < number:
        chosen = rng.sample(sorted(axes), rng.randint(1, 2))
        pairs = [f"{axis}={rng.choice(axes[axis])}" for axis in chosen]
        pairs.append(f"sort={rng.choice(('relevance', 'newest'))}")
        found[f"/browse/?{'&'.join(pairs)}&page={rng.randint(1, 3)}"] = None
    return list(found)


def searches() -> list[str]:
    """Return searches for places and deeds, each alone, together and in the wrong order."""
    pairs = [(place, deed) for place in bulk.PLACES for deed in bulk.DEEDS]
    texts = [
        *bulk.DEEDS,
        *(f"{place}{deed}" for place, deed in pairs),
        *(f"{deed[:4]} {place}" for place, deed in pairs),
    ]
    random.Random(3).shuffle(texts)
    return [f"/browse/?q={text}" for text in texts]


def change() -> None:
    """Let the counters grow as when a term gets another name, so that nothing kept may be used."""
    page_cache.bump(page_cache.PAGES)


def publish_another() -> None:
    """Let the counters grow as when the newest resource is published anew, and then indexed."""
    newest = ResourcePage.objects.order_by("-pk").values_list("pk", "content_type_id").first()
    assert newest is not None
    page_cache.bump(page_cache.PAGES, page_cache.kind(newest[1]), pages=[newest[0]])
    page_cache.bump(page_cache.PAGES, page_cache.INDEX, pages=())


def size() -> int:
    """How many resources there are, those of a kept library included."""
    return ResourcePage.objects.count()


def session_of_editor() -> str:
    """A session cookie of a signed-in editor."""
    user = User.objects.get(username="bench-editor")
    store = SessionStore()
    store["_auth_user_id"] = str(user.pk)
    store["_auth_user_backend"] = BACKEND
    store["_auth_user_hash"] = user.get_session_auth_hash()
    store.save()
    assert store.session_key is not None
    return store.session_key
