"""Every view that shows rows has a test that thirty rows cost no more queries than one; a new one without is red here.

A view of the site is taken for a list if it pages or if its template (with what it includes) loops. ``COVERED`` names
the test that counts its queries at two sizes; ``BOUNDED`` says what bounds the rows of those that need none.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from types import FunctionType

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from caselib.accounts.enums import Role
from caselib.accounts.models import User
from caselib.catalogue import services as catalogue
from caselib.catalogue.models import CatalogueList, Room
from caselib.competitions.models import Judge, Need
from caselib.competitions.services import calls
from caselib.core import audit, clock
from caselib.resources.enums import Kind
from caselib.review.models import Rule, RulePack
from tests import factories
from tests.caselib.competitions import scenes

ROOT = Path(__file__).resolve().parent.parent
HERE = "tests/test_list_views.py"
REVIEW = "tests/caselib/review/test_views.py"
COMPETITIONS = "tests/caselib/competitions/test_views.py"
CATALOGUE = "tests/caselib/catalogue/test_queries.py"
ANTHOLOGIES = "tests/caselib/anthologies/test_views.py"

#: view name → (file of the test, how the view is called there)
COVERED: dict[str, tuple[str, str]] = {
    "accounts:notices": ("tests/caselib/accounts/test_accounts.py", "accounts:notices"),
    **{f"review:{name}": (REVIEW, f'"{name}"') for name in ("queue", "manuscripts", "due")},
    **{
        f"competitions:{name}": (COMPETITIONS, f"competitions:{name}")
        for name in ("index", "call", "office", "office_entries", "office_round", "judge_desk", "unit_desk", "enter")
    },
    **{f"anthologies:{name}": (ANTHOLOGIES, f"anthologies:{name}") for name in ("index", "edit", "edition")},
    "catalogue:home": (CATALOGUE, '("/", grow'),
    "catalogue:browse": (CATALOGUE, "/browse/?q="),
    "catalogue:lists": (CATALOGUE, '"/lists/"'),
    "catalogue:list": (CATALOGUE, '"LIST"'),
    "catalogue:position": (CATALOGUE, "/positions/pq/"),
    "catalogue:for_post": (CATALOGUE, "/for-post/"),
    "catalogue:kiosk": (CATALOGUE, '"/kiosk/"'),
    "catalogue:kiosk_wall": (CATALOGUE, "/kiosk/wall/"),
    **{
        f"catalogue:{name}": (CATALOGUE, f"/{name}/")
        for name in ("orders", "sessions", "basket", "demand", "teachers", "points")
    },
    **{
        name: (HERE, name)
        for name in (
            *("review:packs", "review:chain", "competitions:needs", "competitions:judging"),
            *("competitions:office_jury", "catalogue:desk", "catalogue:list_edit", "catalogue:order_new"),
            *("competitions:office_results", "competitions:report", "competitions:ballot_sheet", "catalogue:rooms"),
        )
    },
}

#: view name → what bounds its rows
BOUNDED: dict[str, str] = {
    "core:job": "the parts of one result",
    "review:read": "the text and the findings of one manuscript, read with it",
    "review:finding": "the choices for one finding",
    "review:compare": "the fields of one text",
    "review:similar": "the passages two texts share",
    "review:manuscript": "the decisions on one manuscript",
    "review:rescan_report": "the worst hundred of a finished job, read from its row",
    "review:checklist": "the versions of one checklist",
    "competitions:objection": "the page of one call, counted as competitions:call",
    "competitions:vote": "the lines of one ballot, read with it",
    "competitions:commission": "the milestones of one commission",
    "competitions:reading": "one copy and its rubric",
    "competitions:office_call": "the rounds of one call",
    "competitions:office_setup": "the parts of one call",
    "competitions:office_entry": "one entry",
    "competitions:certificates": "the certificates of one call, read as one query of values",
    "anthologies:styles": "the printing styles of the house",
    "anthologies:preflight": "the findings on one edition, read from its job",
    "anthologies:compare": "the lines of two texts",
    "anthologies:result": "the findings of one finished job",
    "catalogue:library_word": "the ways to group a printed catalogue",
    "catalogue:list_word": "the ways to group a printed catalogue",
    "catalogue:positions": "the vocabulary of positions, two queries",
    "catalogue:roster": "the posts of one class, at most the file's limit",
    "catalogue:dispatch": "the choices of one form",
    "catalogue:room": "one room",
    "catalogue:room_new": "the choices of one form",
    "catalogue:slips": "the slips of one session",
    "competitions:screen": "one round, shown in a hall",
    "catalogue:evaluate": "the evaluations of one point",
    "catalogue:order": "the lines of one order",
    "catalogue:session": "the results of one session",
    "catalogue:kiosk_item": "one text",
    "resource_address": "one text",
}


def views(resolver: URLResolver, namespace: str = "", prefix: str = "") -> Iterator[tuple[str, FunctionType]]:
    for entry in resolver.url_patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from views(entry, f"{namespace}{entry.namespace}:" if entry.namespace else namespace, route)
        elif isinstance(entry, URLPattern) and not route.startswith("admin/"):
            view = inspect.unwrap(getattr(entry.callback, "view_class", entry.callback))
            if view.__module__.startswith(("caselib", "cms", "search")):
                yield f"{namespace}{entry.name}", view


def loops(template: str, seen: frozenset[str] = frozenset()) -> bool:
    """Whether ``template``, or a part it includes, loops over anything; the frame of all pages does not count."""
    path = ROOT / "templates" / template
    if template in seen or not path.exists() or template == "base.html" or template.startswith("components/"):
        return False
    text = path.read_text()
    parts = re.findall(r"{%\s*(?:include|extends)\s+\"([^\"]+)\"", text)
    return "{% for " in text or any(loops(part, seen | {template}) for part in parts)


def lists() -> set[str]:
    found = set()
    for name, view in views(get_resolver()):
        source = inspect.getsource(view)
        if "Paginator" in source or any(loops(part) for part in re.findall(r"\"([\w/]+\.html)\"", source)):
            found.add(name)
    return found


def test_every_list_view_is_counted_at_two_sizes_or_bounded() -> None:
    assert sorted(lists() - set(COVERED) - set(BOUNDED)) == []


def test_the_tables_name_nothing_that_is_gone_or_twice() -> None:
    names = {name for name, _view in views(get_resolver())}
    assert sorted(set(COVERED) - names) == []
    assert not set(COVERED) & set(BOUNDED)


@pytest.mark.parametrize("name", sorted(COVERED))
def test_the_named_test_asks_for_the_view_and_counts(name: str) -> None:
    file, mention = COVERED[name]
    text = (ROOT / file).read_text()
    assert mention in text
    assert "num_queries" in text or "CaptureQueriesContext" in text


# The lists of no other test.

Grow = Callable[[int, int], None]


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def queries(client: Client, url: str) -> int:
    assert client.get(url).status_code == 200
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


def rules() -> tuple[Client, str, Grow]:
    pack = RulePack.objects.create(code="many", name="多条")

    def grow(first: int, last: int) -> None:
        for number in range(first, last):
            Rule.objects.create(pack=pack, key=f"k{number}", text=f"词{number}")

    return signed_in(factories.UserFactory(roles=[Role.SECURITY_ADMIN])), reverse("review:packs"), grow


def chain() -> tuple[Client, str, Grow]:
    auditor = factories.UserFactory(roles=[Role.AUDIT_ADMIN])

    def grow(first: int, last: int) -> None:
        for number in range(first, last):
            audit.record(f"test.{number}", auditor, by=auditor)

    return signed_in(auditor), reverse("review:chain"), grow


def needs() -> tuple[Client, str, Grow]:
    def grow(first: int, last: int) -> None:
        for number in range(first, last):
            Need.objects.create(
                title=f"课程{number}",
                audience="新任干部",
                requirements="两课时",
                deadline=clock.now() + timedelta(days=9),
                deliver_by=clock.today() + timedelta(days=90),
                state="published",
                created_by=None,
                created_at=clock.now(),
            )

    return Client(), reverse("competitions:needs"), grow


def seats() -> tuple[Client, str, Grow]:
    judge = factories.UserFactory(roles=[Role.JUDGE])

    def grow(first: int, last: int) -> None:
        for number in range(first, last):
            scene = scenes.prepared(title=f"评选{number}")
            calls.publish_call(scene.call, by=scene.office, at=scenes.START)
            Judge.objects.create(competition=scene.call, user=judge)

    return signed_in(judge), reverse("competitions:judging"), grow


def jury() -> tuple[Client, str, Grow]:
    scene = scenes.published()

    def grow(first: int, last: int) -> None:
        scenes.seat(scene, last - first)

    return signed_in(scene.office), reverse("competitions:office_jury", args=[scene.call.pk]), grow


def desk() -> tuple[Client, str, Grow]:
    author = factories.UserFactory(roles=[Role.AUTHOR])

    def grow(first: int, last: int) -> None:
        for number in range(first, last):
            factories.draft(Kind.CASE, title=f"稿{number}", by=author)
            catalogue.ask_for(f"愿望{number}", by=factories.UserFactory(roles=[Role.UNIT_CONTACT]))

    return signed_in(author), reverse("catalogue:desk"), grow


def kept_list() -> tuple[Client, str, Grow]:
    editor = factories.UserFactory(roles=[Role.EDITOR])
    found = catalogue.create_list(catalogue.ListDetails(title="长清单", circulation="public"), by=editor)

    def grow(first: int, last: int) -> None:
        for number in range(first, last):
            catalogue.add_item(found, factories.live(Kind.COURSE, title=f"课{number}", by=editor), by=editor)

    assert CatalogueList.objects.filter(pk=found.pk).exists()
    return signed_in(editor), reverse("catalogue:list_edit", args=[found.code]), grow


def new_order() -> tuple[Client, str, Grow]:
    contact = factories.UserFactory(roles=[Role.UNIT_CONTACT])
    author = factories.UserFactory(roles=[Role.AUTHOR])

    def grow(first: int, last: int) -> None:
        for number in range(first, last):
            catalogue.add_to_basket(factories.live(Kind.COURSE, title=f"课{number}", by=author), by=contact)

    return signed_in(contact), reverse("catalogue:order_new"), grow


def rooms() -> tuple[Client, str, Grow]:
    def grow(first: int, last: int) -> None:
        for number in range(first, last):
            Room.objects.create(name=f"报告厅{number}", seats=60, unit=factories.unit())

    return signed_in(factories.UserFactory(roles=[Role.DISPATCHER])), reverse("catalogue:rooms"), grow


@pytest.mark.django_db
@pytest.mark.parametrize("prepare", [rooms, rules, chain, needs, seats, jury, desk, kept_list, new_order])
def test_thirty_rows_cost_as_many_queries_as_one(prepare: Callable[[], tuple[Client, str, Grow]]) -> None:
    client, url, grow = prepare()
    last = 12 if prepare is seats else 30
    grow(0, 1)
    few = queries(client, url)
    grow(1, last)
    many = queries(client, url)
    assert many <= few + 1, (few, many)


@pytest.mark.django_db
def test_the_office_reads_ten_results_with_the_queries_of_two() -> None:
    counted: dict[str, list[int]] = {}
    for number in (2, 10):
        scene = scenes.released(entries_number=number)
        client = signed_in(scene.office)
        for name, pk in (
            ("competitions:office_results", scene.call.pk),
            ("competitions:report", scene.call.pk),
            ("competitions:ballot_sheet", scene.round.pk),
        ):
            counted.setdefault(name, []).append(queries(client, reverse(name, args=[pk])))
    assert not {name: found for name, found in counted.items() if found[1] > found[0] + 2}
