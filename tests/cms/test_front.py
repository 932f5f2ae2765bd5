"""The home page says what waits for whom and which competitions run, from one place and with fixed questions."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from wagtail.models import Page

from caselib.accounts.enums import Role
from caselib.accounts.models import User
from caselib.accounts.waiting import Pile, piles_of
from caselib.catalogue.services import lists
from caselib.competitions.announcing import news
from caselib.competitions.models import Competition, JuryAssignment, PublicityPeriod
from caselib.core import clock
from caselib.resources.enums import Circulation, Kind
from caselib.review.enums import Outcome
from caselib.review.models import Seat, StageState, StageTask
from caselib.review.selectors.queue import returned_to, to_review
from tests import factories
from tests.caselib.competitions import scenes
from tests.caselib.review.desk import Desk

pytestmark = pytest.mark.django_db


def piles(user: User) -> dict[str, Pile]:
    """What waits, by the path of its page."""
    user = User.objects.get(pk=user.pk)
    return {pile.url.split("?")[0]: pile for pile in piles_of(user, user.roles)}


def test_a_reviewer_is_told_what_this_person_can_decide_and_what_is_late() -> None:
    first, second = Desk.open(), Desk.open()
    reader = first.reader()
    url = reverse("review:queue")
    assert piles(reader)[url].count == 2
    StageState.objects.filter(pk=first.state.pk).update(due_on=clock.today() - timedelta(days=1))
    assert (piles(reader)[url].count, piles(reader)[url].late) == (2, 1)
    # own work is somebody else's to read, and so is what the person decided at another stage
    second.page.owner = reader
    second.page.save(update_fields=["owner"])
    assert piles(reader)[url].count == 1
    others = StageTask.objects.exclude(pk=first.state.task_id)
    Seat.objects.create(run=first.run, stage=others[0], reviewer=reader)
    assert url not in piles(reader)
    # the page that the number leads to says the same
    client = Client()
    client.force_login(reader)
    assert not client.get(url + "?mine=on").context["rows"]
    assert len(client.get(url).context["rows"]) == 2


def test_what_a_colleague_has_does_not_wait_for_me() -> None:
    desk = Desk.open()
    reader, colleague = desk.reader(), factories.UserFactory()
    colleague.groups.add(StageTask.objects.get(pk=desk.state.task_id).group)
    StageState.objects.filter(pk=desk.state.pk).update(assignee=colleague)
    assert piles(reader) == {}
    assert piles(colleague)[reverse("review:queue")].count == 1


def test_an_author_is_told_what_came_back() -> None:
    desk = Desk.open()
    url = reverse("review:manuscripts")
    assert url not in piles(desk.author)
    desk.decide(Outcome.RETURN)
    assert piles(desk.author)[url].count == 1
    assert url not in piles(factories.UserFactory(roles=[Role.AUTHOR]))


def test_a_unit_recommends_while_that_is_open_and_a_judge_scores() -> None:
    scene = scenes.published()
    city = factories.unit(parent=scene.province, level="city")
    county = factories.unit(parent=city, level="county")
    sender, above = scenes.contact(county), scenes.contact(city)
    scenes.entries.submit_entry(scenes.live_case(county), scene.track, by=sender, at=scenes.ENTRY)
    desk = reverse("competitions:unit_desk", args=[scene.call.slug])
    with clock.fixed(scenes.ENTRY):
        assert piles(above)[desk].count == 1
        assert desk not in piles(sender)
    with clock.fixed(scenes.JUDGING):
        assert desk not in piles(above)
    scene = scenes.judging(entries_number=4, judges=4)
    user = scene.judges[0].user
    number = JuryAssignment.objects.filter(judge__user=user, state="assigned").count()
    assert number
    assert piles(user)[reverse("competitions:judging")].count == number
    row = next(row for row in scenes.readings(scene) if row.judge.user_id == user.pk)
    scenes.give(row, "50", "30")
    assert (piles(user).get(reverse("competitions:judging")) or Pile(0, "", "")).count == number - 1


def test_more_work_costs_no_more_questions() -> None:
    everybody = factories.UserFactory(unit=factories.unit(level="city"))
    everybody.groups.set(Group.objects.filter(name__in=Role.values).exclude(name__in=["system_admin", "security_admin", "audit_admin"]))  # fmt: skip

    def asked() -> int:
        user = User.objects.select_related("unit").get(pk=everybody.pk)
        roles = user.roles
        with CaptureQueriesContext(connection) as queries:
            piles_of(user, roles)
        return len(queries)

    Desk.open()
    scenes.published()
    with clock.fixed(scenes.ENTRY):
        few = asked()
        for _each in range(4):
            Desk.open()
        scenes.published()
        assert asked() == few
    assert few <= 16


@pytest.mark.parametrize(
    ("day", "words", "counts"),
    [
        (scenes.START - timedelta(days=3), "Entries from", True),
        (scenes.START + timedelta(days=10), "Entries until", True),
        (scenes.START + timedelta(days=12), "Recommendations until", True),
        (scenes.JUDGING, "Judging until", False),
        (scenes.JUDGING + timedelta(days=60), "Judging is over", False),
    ],
)
def test_a_call_says_what_holds_all_day(day: datetime, words: str, counts: bool) -> None:
    from django.utils import translation

    scenes.published()
    with translation.override("en"):
        (row,) = news(day.astimezone(clock.ZONE).date())
    assert row.words.startswith(words)
    assert (row.until is not None) == counts


def test_awards_stay_for_a_while_and_objections_have_their_last_day() -> None:
    scene = scenes.in_publicity()
    today = scenes.AFTER.date()
    (row,) = news(today)
    assert row.until == PublicityPeriod.objects.get(competition=scene.call).ends_on
    Competition.objects.update(state="confirmed")
    assert len(news(today + timedelta(days=40))) == 1
    assert news(today + timedelta(days=50)) == []


@pytest.mark.usefixtures("kept_pages")
def test_a_prolonged_deadline_is_on_the_kept_home_page_at_once(client: Client) -> None:
    scenes.prepared(title="还没有发布的评选")
    call = scenes.published(title="岚江好案例评选").call
    with clock.fixed(scenes.ENTRY):
        text = client.get("/").content.decode()
        assert "岚江好案例评选" in text
        assert "还没有发布的评选" not in text
        assert "2026年3月12日" in text
        Competition.objects.filter(pk=call.pk).update(entry_closes=scenes.START + timedelta(days=13))
        connection.check_constraints()
        assert "2026年3月15日" in client.get("/").content.decode()
        Competition.objects.filter(pk=call.pk).update(state="cancelled")
        connection.check_constraints()
        assert "岚江好案例评选" not in client.get("/").content.decode()


@pytest.mark.skipif(connection.vendor != "sqlite", reason="the plan of SQLite is read")
def test_what_waits_is_found_by_an_index_among_all_that_was_ever_reviewed() -> None:
    user = factories.UserFactory(roles=[Role.FIRST_REVIEWER, Role.AUTHOR])
    assert "review_stages_by_status" in to_review(user).explain()
    assert "review_runs_by_status" in returned_to(user, ContentType.objects.get_for_model(Page).pk).explain()


def test_lists_and_calls_outlive_a_publication_on_the_kept_home_page(client: Client, kept_pages: None) -> None:
    editor = factories.UserFactory(roles=[Role.EDITOR])
    first = factories.live(Kind.CASE, title="渔港账本", by=editor)
    found = lists.create_list(lists.ListDetails(title="新人必读清单", circulation=Circulation.PUBLIC), by=editor)
    lists.add_item(found, first, by=editor)
    lists.publish_list(found, by=editor)
    client.force_login(factories.UserFactory(roles=[Role.TRAINEE]))
    assert "新人必读清单" in client.get("/").content.decode()
    factories.live(Kind.CASE, title="新来的案例", by=editor)
    with CaptureQueriesContext(connection) as queries:
        text = client.get("/").content.decode()
    assert "新来的案例" in text
    assert "新人必读清单" in text
    assert not any("catalogue_cataloguelist" in query["sql"] for query in queries)
    found.refresh_from_db()
    lists.unpublish_list(found, by=editor)
    assert "新人必读清单" not in client.get("/").content.decode()
