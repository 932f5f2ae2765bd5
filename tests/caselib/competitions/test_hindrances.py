"""What a walk through a whole call found in the way: buttons that refused, promises not kept, states named wrongly."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.http import QueryDict
from django.test import Client
from django.urls import reverse
from wagtail.test.utils.form_data import querydict_from_html

from caselib.accounts.models import Notice
from caselib.competitions import assignment
from caselib.competitions.models import Criterion, Objection, PublicityPeriod, Round
from caselib.competitions.services import entries, publicity, scoring
from caselib.core import clock
from tests import factories
from tests.caselib.competitions import scenes
from tests.caselib.competitions.scenes import DAY, ENTRY, JUDGING
from tests.caselib.competitions.test_office import Desk

pytestmark = pytest.mark.django_db


def last_form(desk: Desk, address: str) -> QueryDict:
    """Return what the form of the page would send as it is shown; those of the header stand before it."""
    body = desk.client.get(address).content.decode()
    return querydict_from_html(body, form_index=body.count("<form") - 1)


def test_a_form_left_as_it_was_shown_is_saved() -> None:
    scene = scenes.prepared()
    desk, rubric = Desk(scene.office), scene.track.rubrics.get()
    address = reverse("competitions:office_part", args=[scene.call.pk, "criterion", rubric.pk, 0])
    shown = last_form(desk, address)
    shown["code"], shown["name"] = "c", "语言"
    assert desk.client.post(address, shown).status_code == 302
    assert Criterion.objects.get(rubric=rubric, code="c").descriptors == {}
    # The second round is offered the second place.
    address = reverse("competitions:office_part", args=[scene.call.pk, "round", 0, 0])
    shown = last_form(desk, address)
    shown["name"], shown["opens_at"], shown["closes_at"] = "决赛", "2026-04-01T00:00:00", "2026-04-02T00:00:00"
    assert desk.client.post(address, shown).status_code == 302
    assert list(Round.objects.filter(competition=scene.call).values_list("order", flat=True)) == [1, 2]


def test_the_kinds_of_tracks_and_of_resources_stand_under_headings_of_their_own() -> None:
    scene = scenes.prepared()
    body = Desk(scene.office).get("office_part", scene.call.pk, "composition", 0, 0)
    assert '<optgroup label="组别类型">' in body and '<optgroup label="资源类型">' in body


def test_the_public_page_is_linked_once_there_is_one() -> None:
    scene = scenes.prepared()
    desk, link = Desk(scene.office), reverse("competitions:call", args=[scene.call.slug])
    assert link not in desk.get("office_call", scene.call.pk)
    desk.post("office_act", scene.call.pk, "publish")
    assert link in desk.get("office_call", scene.call.pk)


def test_a_round_that_cannot_be_opened_says_so_instead_of_offering_it() -> None:
    scene = scenes.published()
    scenes.enter(scene)
    button = reverse("competitions:round_act", args=[scene.round.pk, "open"])
    desk = Desk(scene.office)
    with clock.fixed(scenes.ENTRY):
        body = desk.get("office_round", scene.round.pk)
    assert button not in body and "此后方可开始评审" in body
    with clock.fixed(JUDGING):
        assert button in desk.get("office_round", scene.round.pk)


def test_judges_who_have_not_declared_are_named_where_judges_lack() -> None:
    scene = scenes.published()
    scenes.enter(scene)
    (silent,) = scenes.seat(scene, declared=False)
    with clock.fixed(JUDGING):
        said = Desk(scene.office).post("round_act", scene.round.pk, "assign", seed="1")
    assert "尚未申明" in said and str(silent.user) in said


def test_a_judge_with_too_many_conflicts_is_named() -> None:
    readers = tuple(assignment.Reader(id=number) for number in range(4))
    items = tuple(assignment.Item(id=number) for number in range(3))
    answer = assignment.assign(assignment.Task(readers, items, k=3, conflicts=frozenset({(3, 0), (3, 1)})))
    assert answer.refusal is not None and answer.refusal.code == "lower-load" and answer.judges == (3,)


def test_the_judges_are_told_that_the_round_is_open() -> None:
    scene = scenes.judging()
    told = Notice.objects.filter(subject__contains="评审已开放")
    assert {notice.recipient_id for notice in told} == {judge.user_id for judge in scene.judges}
    assert {notice.url for notice in told} == {reverse("competitions:judge_desk", args=[j.pk]) for j in scene.judges}


def test_the_ballot_says_what_is_voted_on_as_the_screen_does() -> None:
    scene = scenes.live()
    code = scoring.print_codes(scene.round, number=1, by=scene.office, at=JUDGING)[0].code
    with clock.fixed(JUDGING):
        body = Client().get(reverse("competitions:vote", args=[code])).content.decode()
    assert all(entry.title in body for entry in scene.entries)
    assert not any(author["name"] in body for entry in scene.entries for author in entry.authors)


def test_what_is_on_stage_is_a_state_and_the_others_are_acts() -> None:
    scene = scenes.live()
    desk = Desk(scene.office)
    with clock.fixed(JUDGING):
        assert "正在展示" not in desk.get("office_round", scene.round.pk)
        desk.post("round_act", scene.round.pk, "stage", entry=str(scene.entries[0].pk))
        body = desk.get("office_round", scene.round.pk)
    assert body.count("正在展示") == 1 and body.count("开始展示") == 1


def test_a_period_of_publicity_that_is_over_is_not_late_and_an_upheld_objection_is_not_forgotten() -> None:
    scene = scenes.in_publicity()
    winner = scene.call.awards.first().entry
    period = PublicityPeriod.objects.get(competition=scene.call)
    by = scenes.contact(winner.unit)
    with clock.fixed(clock.midnight(period.starts_on)):
        publicity.file_objection(scene.call, entry=winner, name="甲", contact="1", text="雷同", by=by)
        publicity.answer_objection(Objection.objects.get(), upheld=True, answer="成立", by=scene.office)
        running = Desk(scene.office).get("office_results", scene.call.pk)
    with clock.fixed(clock.midnight(period.ends_on + timedelta(days=3))):
        body = Desk(scene.office).get("office_results", scene.call.pk)
    assert "公示期已满" not in running and "公示期已满" in body and "逾期" not in body
    assert "异议成立，但仍在获奖名单中" in body


def test_the_unit_finds_its_certificate() -> None:
    scene = scenes.confirmed()
    award = scene.call.awards.select_related("entry__unit", "certificate").first()
    body = Desk(scenes.contact(award.entry.unit)).get("unit_desk", scene.call.slug)
    assert reverse("competitions:certificate", args=[award.certificate.token]) in body


def test_a_unit_sees_what_it_recommended_and_what_became_of_it() -> None:
    scene = scenes.published()
    county = factories.unit(parent=factories.unit(parent=scene.province, level="city"), level="county")
    entry = entries.submit_entry(scenes.live_case(county), scene.track, by=scenes.contact(county), at=ENTRY)
    chooser = scenes.contact(county.get_parent())
    with clock.fixed(ENTRY + 12 * DAY):
        desk = Desk(chooser)
        assert "本单位已推荐的作品" not in desk.get("unit_desk", scene.call.slug)
        assert "已推荐" in desk.post("entry_act", entry.pk, "recommend")
        shown = desk.get("unit_desk", scene.call.slug)
    told = shown.rpartition("本单位已推荐的作品")[2]
    assert entry.title in told and "参评" in told


def test_the_office_is_told_when_nobody_can_recommend() -> None:
    scene = scenes.published()
    said = "不会逐级推荐"
    assert said in Desk(scene.office).get("office_call", scene.call.pk)
    scenes.enter(scene)
    assert said not in Desk(scene.office).get("office_call", scene.call.pk)
