"""No list asks the database more often because it is longer, and no page because the library is larger."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from PIL import Image

from caselib.accounts.enums import Role
from caselib.accounts.viewers import Viewer
from caselib.catalogue import services
from caselib.catalogue.models import CatalogueList, Demand, Room
from caselib.catalogue.selectors.cards import _cards_now, cards_by_id
from caselib.media.models import CaseImage, VideoFile
from caselib.resources.enums import Kind
from caselib.resources.models import ResourcePage
from caselib.vocabularies.models import Position, Topic
from tests import factories

from .conftest import START, Office


def queries(client: Client, url: str) -> int:
    cache.clear()
    with CaptureQueriesContext(connection) as captured:
        response = client.get(url)
    assert response.status_code == 200
    return len([q for q in captured if not q["sql"].startswith(("SAVEPOINT", "RELEASE"))])


def resources(office: Office, start: int, stop: int) -> list[ResourcePage]:
    """Published resources of the kinds that lists show, each with terms, so that a query a row would show."""
    topic, _made = Topic.objects.get_or_create(code="tq", defaults={"name": "查询主题", "slug": "tq"})
    post, _made = Position.objects.get_or_create(code="pq", defaults={"name": "查询岗位", "slug": "pq"})
    made = []
    for number in range(start, stop):
        kind = (Kind.COURSE, Kind.CASE, Kind.VIDEO)[number % 3]
        tags = {"topics": [topic.name], "positions": [post.name]}
        page = factories.live(kind, title=f"查询{number}", by=office.lecturer, tags=tags, hall_permitted=True)
        made.append(page)
    return made


def film(office: Office, number: int) -> ResourcePage:
    """A published film with a still, as ffmpeg leaves one."""
    data = io.BytesIO()
    Image.new("RGB", (320, 180), (number, 80, 120)).save(data, "JPEG")
    still = CaseImage.objects.create(title=f"截图{number}", file=ContentFile(data.getvalue(), name=f"s{number}.jpg"))
    row = VideoFile.objects.create(title=f"片{number}", still=still)
    return factories.live(Kind.VIDEO, title=f"片{number}", by=office.lecturer, video_file=row)


def test_films_show_their_stills_on_lists_for_as_many_questions_as_they_are(office: Office) -> None:
    pages = [film(office, 1)]
    viewer = Viewer()
    _cards_now([pages[0].pk])
    with CaptureQueriesContext(connection) as one:
        assert "fill-480x270" in cards_by_id([pages[0].pk], viewer)[pages[0].pk].tall_cover
    pages += [film(office, number) for number in range(2, 6)]
    ids = [page.pk for page in pages]
    _cards_now(ids)  # makes the small pictures
    cache.clear()
    with CaptureQueriesContext(connection) as five:
        assert all("<image" in card.tall_cover for card in cards_by_id(ids, viewer).values())
    assert len(five) <= len(one) + 2, "the cache was empty this time"
    broken = CaseImage.objects.get(title="截图1")
    broken.renditions.all().delete()
    broken.file.delete(save=False)
    assert _cards_now(ids)[pages[0].pk][0].still == ""


Grow = Callable[[Office, int, int], None]


def grow_list(office: Office, start: int, stop: int) -> None:
    editor = factories.UserFactory(roles=[Role.EDITOR])
    found = CatalogueList.objects.first() or services.create_list(
        services.ListDetails(title="长清单", circulation="public"), by=editor
    )
    for page in resources(office, start, stop):
        services.add_item(found, page, section="一", line="语", by=editor)
    services.publish_list(found, by=editor)


def grow_lists(office: Office, start: int, stop: int) -> None:
    editor = factories.UserFactory(roles=[Role.EDITOR])
    for number in range(start, stop):
        made = services.create_list(services.ListDetails(title=f"清单{number}", circulation="public"), by=editor)
        services.add_item(made, office.course, by=editor)
        services.publish_list(made, by=editor)


def grow_resources(office: Office, start: int, stop: int) -> None:
    resources(office, start, stop)


def grow_orders(office: Office, start: int, stop: int) -> None:
    for number in range(start, stop):
        order = office.accepted()
        services.dispatch_order(
            order,
            line=order.lines.get(),
            plan=office.plan(day=8, hour=number % 24, hours=1, place=f"{number}"),
            by=office.dispatcher,
            at=START,
        )


def grow_basket(office: Office, start: int, stop: int) -> None:
    for number in range(start, stop):
        services.add_to_basket(
            factories.live(Kind.COURSE, title=f"课{number}", by=office.lecturer), by=office.dispatcher
        )


def grow_wishes(office: Office, start: int, stop: int) -> None:
    for number in range(start, stop):
        services.ask_for(f"愿望{number}", by=office.contact)
    Demand.objects.update(votes=2)


def grow_teachers(office: Office, start: int, stop: int) -> None:
    for number in range(start, stop):
        factories.live(Kind.TEACHER, title=f"教师{number}", by=office.lecturer)


def grow_points(office: Office, start: int, stop: int) -> None:
    for number in range(start, stop):
        point = factories.live(
            Kind.POINT, title=f"点{number}", by=office.lecturer, longitude=113.0 + number / 50, latitude=28.0
        )
        services.evaluate_point(point, score=80, findings="好", outcome="keep", by=office.dispatcher)


def grow_rooms(office: Office, start: int, stop: int) -> None:
    Room.objects.bulk_create(
        Room(name=f"教室{number}", seats=40, unit=office.dispatcher.unit) for number in range(start, stop)
    )


def grow_posts(office: Office, start: int, stop: int) -> None:
    for number in range(start, stop):
        Position.objects.create(name=f"岗位{number}", slug=f"gq{number}", code=f"gq{number}")


CASES: list[tuple[str, Grow]] = [
    ("/lists/", grow_lists),
    ("LIST", grow_list),
    ("/positions/pq/", grow_resources),
    ("/for-post/?position=pq", grow_resources),
    ("/browse/?sort=used", grow_resources),
    ("/browse/?q=查询", grow_resources),
    ("/kiosk/", grow_resources),
    ("/kiosk/wall/", grow_resources),
    ("/orders/", grow_orders),
    ("/sessions/?week=2026-03-09", grow_orders),
    ("/basket/", grow_basket),
    ("/demand/", grow_wishes),
    ("/teachers/", grow_teachers),
    ("/points/", grow_points),
    ("/", grow_resources),
    ("/rooms/", grow_rooms),
    ("/positions/", grow_posts),
    ("/desk/", grow_orders),
    ("/orders/?as=xlsx", grow_orders),
    ("/points/?as=xlsx", grow_points),
]


@pytest.mark.parametrize(("url", "grow"), CASES, ids=[url for url, _grow in CASES])
def test_thirty_rows_cost_as_many_queries_as_one(office: Office, url: str, grow: Grow) -> None:
    client = Client()
    client.force_login(office.dispatcher)
    # one row, or one of each kind where kinds differ in what is read for them
    first = 3 if grow in (grow_resources, grow_list) else 1
    grow(office, 0, first)
    if url == "LIST":
        url = reverse("catalogue:list", args=[CatalogueList.objects.get().code])
    queries(client, url)
    few = queries(client, url)
    grow(office, first, 30)
    many = queries(client, url)
    assert many <= few + 1, (few, many)
    assert many <= 45
