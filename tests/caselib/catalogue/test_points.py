"""Teaching points: evaluated, put right, removed, preferred for a theme; who looks after them and who does not."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from caselib.accounts.enums import Role
from caselib.accounts.viewers import Viewer
from caselib.catalogue import services
from caselib.catalogue.models import PointEvaluation, PointPreference
from caselib.catalogue.selectors import places
from caselib.core import audit, clock
from caselib.resources.enums import Kind
from caselib.resources.models import TeachingPoint
from caselib.vocabularies.models import Topic
from tests import factories

from .conftest import Office
from .test_orders import refused


@pytest.fixture
def point(office: Office) -> TeachingPoint:
    return TeachingPoint.objects.get(pk=factories.live(Kind.POINT, title="旧渡口", by=office.lecturer).pk)


def standing(point: TeachingPoint) -> str:
    return places.row_of(point).standing


def test_an_evaluation_is_put_right_and_only_once(office: Office, point: TeachingPoint, client: Client) -> None:
    client.force_login(office.dispatcher)
    url = reverse("catalogue:evaluate", args=[point.pk])
    data = {"score": "62", "findings": "讲解文稿过期", "outcome": "rectify"}
    assert client.post(url, data).status_code == 200
    assert not PointEvaluation.objects.exists()
    day = clock.today() + timedelta(days=14)
    assert client.post(url, {**data, "rectify_by": day.isoformat()}).status_code == 302
    evaluation = PointEvaluation.objects.get()
    assert standing(point) == "rectify"
    assert "讲解文稿过期" in client.get(url).content.decode()
    rectify = reverse("catalogue:rectify", args=[evaluation.pk])
    client.post(rectify, {"text": "  "})
    evaluation.refresh_from_db()
    assert evaluation.rectified_on is None
    client.post(rectify, {"text": "文稿已更新"})
    evaluation.refresh_from_db()
    assert (evaluation.rectified_on, evaluation.rectification) == (clock.today(), "文稿已更新")
    assert standing(point) in ("preferred", "candidate")
    with refused("nothing_open"):
        services.record_rectification(evaluation, text="再来", by=office.dispatcher)
    assert audit.verify() is None


def test_a_removed_point_is_for_its_keepers_only(office: Office, point: TeachingPoint) -> None:
    services.evaluate_point(point, score=20, findings="已拆", outcome="remove", by=office.dispatcher)
    assert standing(point) == "removed"
    assert point not in places.points(Viewer())
    assert point not in places.points(Viewer.of(office.contact))
    assert point in places.points(Viewer.of(office.dispatcher))
    services.evaluate_point(point, score=85, findings="已复建", outcome="keep", by=office.dispatcher)
    assert point in places.points(Viewer())


@pytest.mark.parametrize("score", [-1, 101])
def test_scores_and_days_are_checked(office: Office, point: TeachingPoint, score: int) -> None:
    with refused("score"):
        services.evaluate_point(point, score=score, findings="", outcome="keep", by=office.dispatcher)
    for day in (None, clock.today() - timedelta(days=1)):
        with refused("no_day"):
            services.evaluate_point(
                point, score=50, findings="", outcome="rectify", rectify_by=day, by=office.dispatcher
            )


def test_points_are_preferred_by_theme(office: Office, point: TeachingPoint, client: Client) -> None:
    topic = Topic.objects.create(name="渡口精神", slug="dk", code="DK")
    client.force_login(factories.UserFactory(roles=[Role.EDITOR]))
    url = reverse("catalogue:prefer", args=[point.pk])
    for bad in (
        {"topic": "", "preference": "preferred"},
        {"topic": topic.pk, "preference": "best"},
        {"topic": "9" * 30},
    ):
        client.post(url, bad)
    assert not PointPreference.objects.exists()
    client.post(url, {"topic": topic.pk, "preference": "candidate"})
    client.post(url, {"topic": topic.pk, "preference": "preferred"})
    assert PointPreference.objects.get().preference == "preferred"
    assert list(places.points(Viewer(), topic=topic)) == [point]
    assert "渡口精神" in Client().get(f"{reverse('catalogue:points')}?topic=DK").content.decode()
    client.post(url, {"topic": topic.pk, "preference": ""})
    assert not PointPreference.objects.exists()


def test_nobody_else_evaluates(office: Office, point: TeachingPoint) -> None:
    for person in (office.contact, office.lecturer):
        with refused("not_keeper"):
            services.evaluate_point(point, score=80, findings="", outcome="keep", by=person)
        with refused("not_keeper"):
            services.prefer_point(point, Topic(pk=1), preference="preferred", by=person)
