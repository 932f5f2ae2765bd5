"""Rounds that do not go smoothly: opened too early, opened again, conflicts learnt late, judges lost, numbers shared."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from caselib.accounts.enums import Role
from caselib.accounts.models import Notice
from caselib.accounts.services import move_to_unit
from caselib.competitions.models import (
    Award,
    BallotCode,
    Conflict,
    Judge,
    JuryAssignment,
    Result,
    Round,
    Score,
    Standing,
)
from caselib.competitions.selectors import explained, fairness, ledger
from caselib.competitions.selectors import jury as facts
from caselib.competitions.services import awards, entries, jury, publicity, readings, results, scoring
from caselib.core import clock
from caselib.core.models import AuditRecord
from caselib.core.selectors import work_calendar
from caselib.core.workdays import add_workdays
from caselib.resources.models import ResourceAuthor
from caselib.review.services.withdrawal import withdraw
from caselib.word.reader.document import read_docx
from tests import factories
from tests.caselib.competitions import scenes
from tests.caselib.competitions.refusals import refused
from tests.caselib.competitions.scenes import AFTER, DAY, ENTRY, JUDGING

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)


def agree(scene: scenes.Scene) -> None:
    """The tables and the chain say the same, to the last digit."""
    assert fairness.differences(scene.refresh()) == []
    book = ledger.from_chain(scene.call.pk)
    for round_ in Round.objects.filter(competition=scene.call, state="closed"):
        again = {r.entry: (r.official, r.rank) for rows in book.rounds[round_.pk].results().values() for r in rows}
        assert again == {r.entry_id: (r.official, r.rank) for r in Result.objects.filter(round=round_)}


def test_judging_does_not_begin_while_an_entry_may_still_arrive() -> None:
    scene = scenes.published()
    scenes.enter(scene, 2)
    scenes.seat(scene, 3)
    readings.assign_round(scene.round, by=scene.office, at=ENTRY)
    last = scene.call.nomination_closes
    with refused("still-collecting"):
        scoring.open_round(scene.round, by=scene.office, at=last + timedelta(microseconds=999_999))
    scoring.open_round(scene.round, by=scene.office, at=last + SECOND)


def test_a_round_opened_again_keeps_the_marks_and_is_reckoned_anew() -> None:
    scene = scenes.judging(judges=5)
    scenes.score_all(scene)
    results.close_round(scene.round, by=scene.office, at=JUDGING)
    results.propose_awards(scene.call, by=scene.office, at=JUDGING)
    with refused("reason-missing"):
        results.reopen_round(scene.round, reason=" ", by=scene.office, at=JUDGING)
    results.reopen_round(scene.round, reason="第三号评委误填", by=scene.office, at=JUDGING)
    assert not Result.objects.exists() and not Standing.objects.exists() and not Award.objects.exists()
    assert ledger.from_chain(scene.call.pk).places() == {}
    entries.exclude_entry(scene.entries[3], reason="抄袭", by=scene.office, at=JUDGING)
    row = scenes.readings(scene)[0]
    scenes.give(row, "59", "39", version=1)
    results.close_round(scene.round, by=scene.office, at=AFTER)
    assert Result.objects.count() == 3
    agree(scene)
    results.propose_awards(scene.call, by=scene.office, at=AFTER)
    results.release_results(scene.call, by=scene.office, at=AFTER)
    with refused("released"):
        results.reopen_round(scene.round, reason="晚了", by=scene.office, at=AFTER)


def test_a_round_stays_closed_once_the_next_has_begun() -> None:
    scene = scenes.judging(rounds=2, judges=4)
    scenes.score_all(scene)
    results.close_round(scene.round, by=scene.office, at=JUDGING)
    second = Round.objects.select_related("competition").get(pk=scene.rounds[1].pk)
    readings.assign_round(second, by=scene.office, at=second.opens_at)
    results.reopen_round(scene.round, reason="误填", by=scene.office, at=JUDGING)
    assert not JuryAssignment.objects.filter(round=second).exists()
    results.close_round(scene.round, by=scene.office, at=JUDGING)
    readings.assign_round(second, by=scene.office, at=second.opens_at)
    scoring.open_round(second, by=scene.office, at=second.opens_at)
    with refused("later-round"):
        results.reopen_round(scene.round, reason="误填", by=scene.office, at=second.opens_at)


def test_the_chain_holds_through_voided_scores_replaced_judges_and_late_conflicts() -> None:
    scene = scenes.judging(entries_number=5, judges=6)
    scenes.score_all(scene)
    rows = scenes.readings(scene)
    jury.remove_judge(rows[0].judge, reason="失联", void_scores=True, by=scene.office, at=JUDGING)
    other = next(row for row in scenes.readings(scene) if row.judge_id != rows[0].judge_id and row.state == "scored")
    with refused("reason-missing"):
        jury.record_conflict(other.judge, other.entry, remark=" ", by=scene.office, at=JUDGING)
    jury.record_conflict(other.judge, other.entry, remark="近亲属在该单位", by=scene.office, at=JUDGING)
    assert Conflict.objects.filter(judge=other.judge, entry=other.entry, reason="office").exists()
    assert JuryAssignment.objects.get(pk=other.pk).state == "replaced"
    for row in scenes.readings(scene):
        if row.state == "assigned":
            scenes.give(row, "33.33", "22.22")
    changed = scenes.readings(scene)[0]
    version = Score.objects.get(assignment=changed).version
    scenes.give(changed, "41.05", "30.15", version=version)
    results.close_round(scene.round, by=scene.office, at=AFTER, waive_disputes="评委会复议")
    agree(scene)
    for entry in scene.entries:
        assert JuryAssignment.objects.filter(entry=entry, state="scored").count() == 3


def test_a_round_with_a_gap_is_not_closed_and_the_entry_is_named() -> None:
    scene = scenes.judging(entries_number=2, judges=3)
    scenes.score_all(scene)
    row = scenes.readings(scene)[0]
    assert jury.recuse(row, reason="认识作者", by=row.judge.user, at=JUDGING) is None
    with refused("gaps"):
        results.close_round(scene.round, by=scene.office, at=AFTER)
    scenes.seat(scene, 1)
    assert readings.fill_gaps(scene.round, by=scene.office, at=JUDGING) == (1, 0)
    [new] = [one for one in scenes.readings(scene) if one.state == "assigned"]
    scenes.give(new, "50", "30")
    results.close_round(scene.round, by=scene.office, at=AFTER, waive_disputes="差距已核")
    agree(scene)


def test_a_judge_who_moves_to_an_entering_unit_after_the_assignment_is_found_before_the_opening() -> None:
    scene = scenes.published()
    scenes.enter(scene, 2)
    scenes.seat(scene, 4)
    readings.assign_round(scene.round, by=scene.office, at=JUDGING)
    row = scenes.readings(scene)[0]
    move_to_unit(row.judge.user, row.entry.unit, by=None, at=JUDGING)
    with refused("in-conflict"):
        scoring.open_round(scene.round, by=scene.office, at=JUDGING)
    readings.assign_round(scene.round, by=scene.office, at=JUDGING)
    scoring.open_round(scene.round, by=scene.office, at=JUDGING)
    assert not JuryAssignment.objects.filter(judge=row.judge, entry=row.entry).exists()


def test_conflicts_reach_the_unit_that_sent_the_entry_on_written_names_and_works_without_account() -> None:
    scene = scenes.published()
    city = factories.unit("中共澜北市委党校", parent=scene.province, level="city")
    county = factories.unit("中共 澜溪县委党校", parent=city, level="county")
    page = scenes.live_case(county, title="三本账", authors=[("陈小满", "澜溪县委党校")])
    entry = entries.submit_entry(page, scene.track, by=scenes.contact(county), at=ENTRY)
    entries.recommend_entry(entry, by=scenes.contact(city), at=ENTRY)
    sender = factories.UserFactory(roles=[Role.JUDGE], unit=city)
    writer = factories.UserFactory(roles=[Role.JUDGE], unit=factories.unit("甲学院"), name="赵一鸣")
    loose = factories.UserFactory(roles=[Role.JUDGE])
    factories.live(
        "casestudy",
        by=factories.UserFactory(roles=[Role.AUTHOR], unit=factories.unit()),
        authors=[("赵一鸣", "甲学院"), ("陈小满", "")],
    )
    assert ResourceAuthor.objects.filter(name="赵一鸣").exists()
    seats = [
        jury.appoint_judge(scene.call, user, tracks=scene.tracks, by=scene.office, at=ENTRY)
        for user in (sender, writer, loose)
    ]
    for seat in seats:
        units = ["澜溪县党校"] if seat.user == loose else []
        jury.declare(seat, names=[], units=units, by=seat.user, at=ENTRY)
    found = dict(Conflict.objects.filter(entry=entry).values_list("judge_id", "reason"))
    assert found == {seats[0].pk: "sent_on", seats[1].pk: "co_author", seats[2].pk: "listed_unit"}


def test_nobody_of_the_office_judges_and_a_removed_judge_may_be_appointed_again() -> None:
    scene = scenes.published()
    both = factories.UserFactory(roles=[Role.JUDGE, Role.COMPETITION_OFFICE])
    with refused("office-judge"):
        jury.appoint_judge(scene.call, both, tracks=scene.tracks, by=scene.office, at=ENTRY)
    [judge] = scenes.seat(scene, 1)
    jury.remove_judge(judge, reason="出差", by=scene.office, at=ENTRY)
    jury.appoint_judge(scene.call, judge.user, tracks=scene.tracks, by=scene.office, at=ENTRY)
    assert Judge.objects.get(pk=judge.pk).active


def test_calls_that_share_a_prefix_share_one_run_of_certificate_numbers() -> None:
    first = scenes.confirmed(certificate_prefix="LJ")
    second = scenes.confirmed(certificate_prefix="LJ")
    numbers = [
        sorted(Award.objects.filter(competition=s.call).values_list("certificate__number", flat=True))
        for s in (first, second)
    ]
    assert numbers == [
        ["LJ-2026-0001", "LJ-2026-0002", "LJ-2026-0003"],
        ["LJ-2026-0004", "LJ-2026-0005", "LJ-2026-0006"],
    ]


def test_a_losing_unit_is_shown_every_figure_of_its_own_entry_and_no_judge_by_name() -> None:
    scene = scenes.judging()
    scenes.score_all(scene)
    loser = scene.entries[3]
    by = scenes.contact(loser.unit)
    client = Client()
    client.force_login(by)
    url = reverse("competitions:unit_desk", args=[scene.call.slug])
    results.close_round(scene.round, by=scene.office, at=AFTER)
    results.propose_awards(scene.call, by=scene.office, at=AFTER)
    official = str(Result.objects.get(entry=loser).official)
    assert official not in client.get(url).content.decode()
    results.release_results(scene.call, by=scene.office, at=AFTER)
    body = client.get(url).content.decode()
    assert official in body and "指标a" in body and "第 4 名（共 4 件）" in body
    assert not any(judge.user.name in body for judge in scene.judges)
    assert str(Result.objects.get(entry=scene.entries[0]).official) not in body
    [shown] = explained.explain(scene.refresh(), [loser])
    total = sum(Decimal(mark) for mark in shown.rounds[0].readings[0].marks)
    assert shown.rounds[0].readings[0].total == total and len(shown.rounds[0].readings) == 3
    mean = sum((reading.total for reading in shown.rounds[0].readings), Decimal(0)) / 3
    assert mean.quantize(Decimal("0.01"), "ROUND_HALF_UP") == shown.rounds[0].result.official


def test_the_same_marks_again_take_back_what_was_typed_in_between() -> None:
    scene = scenes.judging(entries_number=2)
    row = scenes.readings(scene)[0]
    scenes.give(row, "50", "30")
    scoring.save_draft(row, typed={"a": "55", "b": "30"}, comment="", by=row.judge.user, at=JUDGING)
    client = Client()
    client.force_login(row.judge.user)
    with clock.fixed(JUDGING):
        assert "以已提交的为准" in client.get(reverse("competitions:reading", args=[row.pk])).content.decode()
        scenes.give(row, "50", "30", version=1)
        assert "以已提交的为准" not in client.get(reverse("competitions:reading", args=[row.pk])).content.decode()
    assert Score.objects.get(assignment=row).draft == {"a": "50", "b": "30"}


def test_the_hall_sees_progress_without_names_and_scores_only_after_the_release() -> None:
    scene = scenes.live(tracks=2, title="澜溪县委党校的课")
    first = scene.entries[0]
    first.unit.name = "澜溪县委党校"
    first.unit.save(update_fields=["name"])
    desk, hall = Client(), Client()
    desk.force_login(scene.office)
    screen = reverse("competitions:screen", args=[scene.round.pk])
    act = reverse("competitions:round_act", args=[scene.round.pk, "stage"])
    with clock.fixed(JUDGING):
        assert desk.post(act, {"entry": first.pk}).status_code == 302
        state = desk.get(f"{screen}?format=json").json()
        assert state["entry"] == "001" and state["wanted"] == 3 and "澜溪" not in state["title"]
        desk.post(reverse("competitions:round_act", args=[scene.round.pk, "codes"]), {"number": "3"})
        code = BallotCode.objects.first()
        assert code is not None
        paper = hall.get(reverse("competitions:vote", args=[code.code])).content.decode()
        assert "points-" in paper and paper.count('name="points-') == 2
        assert desk.get(reverse("competitions:ballot_sheet", args=[scene.round.pk])).content.decode().count("<svg") >= 3
        for row in scenes.readings(scene):
            scenes.give(row, "41", "31.5")
        scoring.cast_ballot(code, points={e.pk: Decimal(88) for e in scene.entries[:2]}, at=JUDGING)
        shown = desk.get(screen).content.decode().partition('class="stage"')[2].partition("</main>")[0]
        assert "分数在公布结果后显示" in shown and "72.5" not in shown and "88" not in shown
    results.close_round(scene.round, by=scene.office, at=AFTER)
    results.propose_awards(scene.call, by=scene.office, at=AFTER)
    assert "80.25" not in desk.get(screen).content.decode()
    results.release_results(scene.call, by=scene.office, at=AFTER)
    assert "80.25" in desk.get(screen).content.decode()


def test_no_ballot_is_printed_where_none_would_count() -> None:
    scene = scenes.live()
    scene.track.rubrics.update(audience_weight=0)
    with refused("no-weight"):
        scoring.print_codes(scene.round, number=1, by=scene.office, at=JUDGING)


def test_an_award_changed_in_the_publicity_period_is_on_record_and_reaches_the_certificate() -> None:
    scene = scenes.in_publicity()
    by = factories.UserFactory()
    objection = publicity.file_objection(
        scene.call, entry=scene.entries[0], name="陈某", contact="电话", text="数据有误", by=by, at=AFTER + DAY
    )
    publicity.answer_objection(objection, upheld=True, answer="属实，降为二等奖。", by=scene.office, at=AFTER + DAY)
    with refused("reason-missing"):
        results.set_award(scene.entries[0], tier="second", reason="", by=scene.office, at=AFTER + DAY)
    results.set_award(scene.entries[0], tier="second", reason="异议成立", by=scene.office, at=AFTER + DAY)
    made = awards.confirm_awards(scene.call, by=scene.office, at=AFTER + 30 * DAY)
    [own] = [c for c in made if c.award.entry_id == scene.entries[0].pk]
    assert "二等奖" in own.text


def test_an_award_added_in_the_publicity_period_is_public_as_long_as_the_others() -> None:
    scene = scenes.in_publicity(entries_number=5)
    period, last = scene.call.publicity, scene.entries[-1]
    assert not Award.objects.filter(entry=last).exists()
    late = AFTER + 5 * DAY
    assert results.set_award(scene.entries[0], tier="second", reason="异议成立", by=scene.office, at=late) is None
    longer = results.set_award(last, tier="third", reason="依次递补", by=scene.office, at=late)
    day = add_workdays(clock.day_of(late), scene.call.publicity_days, work_calendar())
    assert longer is not None and period.ends_on < longer.ends_on == day
    [row] = AuditRecord.objects.filter(verb="competitions.publicity_prolonged")
    assert row.data["old"] == period.ends_on.isoformat()
    with refused("publicity-running"):
        awards.confirm_awards(scene.call, by=scene.office, at=late + DAY)
    assert results.set_award(last, tier="second", reason="复核", by=scene.office, at=late) is None, (
        "it ends then anyway"
    )


def test_the_next_one_moves_up_for_an_entry_excluded_between_the_rounds() -> None:
    scene = scenes.judging(entries_number=5, judges=5, rounds=2)
    scenes.score_all(scene)
    results.close_round(scene.round, by=scene.office, at=JUDGING)
    second = Round.objects.select_related("competition").get(pk=scene.rounds[1].pk)
    numbers = [entry.number for entry in facts.participants(second)]
    assert numbers == [1, 2]
    readings.assign_round(second, by=scene.office, at=second.opens_at)
    entries.exclude_entry(scene.entries[0], reason="抄袭", by=scene.office, at=second.opens_at)
    assert [entry.number for entry in facts.participants(second)] == [2, 3]
    with refused("not-assigned"):
        scoring.open_round(second, by=scene.office, at=second.opens_at)
    readings.fill_gaps(second, by=scene.office, at=second.opens_at)
    scoring.open_round(second, by=scene.office, at=second.opens_at)
    second.refresh_from_db()
    assert [entry.number for entry in facts.participants(second)] == [2, 3]
    for row in scenes.readings(scene, second):
        if row.entry_id != scene.entries[0].pk:
            scenes.give(row, "50", "30", at=second.opens_at)
    entries.exclude_entry(scene.entries[1], reason="抄袭", by=scene.office, at=second.opens_at)
    assert [entry.number for entry in facts.participants(second)] == [3], "nobody moves up while it is judged"
    results.close_round(second, by=scene.office, at=second.closes_at)
    assert Result.objects.get(round=second).entry == scene.entries[2]
    agree(scene)


def test_stepping_back_twice_gives_the_entry_to_one_other_judge_only() -> None:
    scene = scenes.judging(entries_number=2, judges=6)
    row = scenes.readings(scene)[0]
    assert jury.recuse(row, reason="认识作者", by=row.judge.user, at=JUDGING) is not None
    with refused("replaced"):
        jury.recuse(row, reason="认识作者", by=row.judge.user, at=JUDGING)
    assert JuryAssignment.objects.filter(entry=row.entry).exclude(state="replaced").count() == 3
    other = scenes.readings(scene)[-1]
    jury.remove_judge(other.judge, reason="失联", by=scene.office, at=JUDGING)
    with refused("own-reading"):
        jury.recuse(other, reason="认识作者", by=other.judge.user, at=JUDGING)


def test_a_relation_declared_after_scoring_takes_the_score_back() -> None:
    scene = scenes.judging(entries_number=3, judges=6)
    scenes.score_all(scene)
    row = scenes.readings(scene)[0]
    author = row.entry.authors[0]["name"]
    jury.declare(row.judge, names=[author], units=[], by=row.judge.user, at=JUDGING)
    assert JuryAssignment.objects.get(pk=row.pk).state == "replaced"
    [new] = [one for one in scenes.readings(scene) if one.state == "assigned"]
    scenes.give(new, "50", "30")
    results.close_round(scene.round, by=scene.office, at=AFTER, waive_disputes="差距已核")
    agree(scene)


def test_a_round_is_not_closed_on_the_score_of_a_judge_who_moved_to_the_entering_unit() -> None:
    scene = scenes.judging(entries_number=3, judges=6)
    scenes.score_all(scene)
    row = scenes.readings(scene)[0]
    move_to_unit(row.judge.user, row.entry.unit, by=None, at=JUDGING)
    with refused("in-conflict"):
        results.close_round(scene.round, by=scene.office, at=AFTER, waive_disputes="差距已核")
    jury.record_conflict(row.judge, row.entry, remark="已调入该单位", by=scene.office, at=JUDGING)
    [new] = [one for one in scenes.readings(scene) if one.state == "assigned"]
    scenes.give(new, "50", "30")
    results.close_round(scene.round, by=scene.office, at=AFTER, waive_disputes="差距已核")
    agree(scene)


def test_a_relation_declared_in_a_later_round_is_answered_before_the_release(client: Client) -> None:
    scene = scenes.judging(entries_number=4, judges=5, rounds=2)
    scenes.score_all(scene)
    results.close_round(scene.round, by=scene.office, at=JUDGING)
    second = Round.objects.select_related("competition").get(pk=scene.rounds[1].pk)
    readings.assign_round(second, by=scene.office, at=second.opens_at)
    scoring.open_round(second, by=scene.office, at=second.opens_at)
    row = scenes.readings(scene)[0]
    jury.declare(row.judge, names=[row.entry.authors[0]["name"]], units=[], by=row.judge.user, at=second.opens_at)
    for one in scenes.readings(scene, second):
        scenes.give(one, "50", "30", at=second.opens_at)
    results.close_round(second, by=scene.office, at=second.closes_at)
    results.propose_awards(scene.call, by=scene.office, at=AFTER)
    with refused("in-conflict-before"):
        results.release_results(scene.call, by=scene.office, at=AFTER)
    client.force_login(scene.office)
    page = client.get(reverse("competitions:office_results", args=[scene.call.pk])).content.decode()
    assert row.entry.code in page and 'name="reason"' in page
    results.release_results(scene.call, reason="评委会复议，不影响名次。", by=scene.office, at=AFTER)
    [record] = AuditRecord.objects.filter(verb="competitions.results_released")
    assert (record.data["in_conflict"], record.data["reason"]) == ([row.entry.code], "评委会复议，不影响名次。")
    for address in ("report", "report_docx"):
        answer = client.get(reverse(f"competitions:{address}", args=[scene.call.pk]))
        said = answer.content.decode() if address == "report" else str(read_docx(answer.content).blocks)
        assert f"{row.entry.code}。维持结果的理由：评委会复议，不影响名次。" in said


def test_a_resource_withdrawn_meanwhile_is_told_to_the_office_and_not_honoured() -> None:
    scene = scenes.judging()
    scenes.score_all(scene)
    results.close_round(scene.round, by=scene.office, at=AFTER)
    results.propose_awards(scene.call, by=scene.office, at=AFTER)
    first = scene.entries[0]
    withdraw(first.page, "有政治性差错。", by=factories.UserFactory(roles=[Role.EDITOR]), at=AFTER)
    [notice] = Notice.objects.filter(recipient=scene.office, body__contains="有政治性差错。")
    assert scene.call.title in notice.body
    with refused("winner-withdrawn"):
        results.release_results(scene.call, by=scene.office, at=AFTER)
    entries.exclude_entry(first, reason="作品已撤回", by=scene.office, at=AFTER)
    results.propose_awards(scene.call, by=scene.office, at=AFTER)
    results.release_results(scene.call, by=scene.office, at=AFTER)
    publicity.open_publicity(scene.call, by=scene.office, at=AFTER)
    second = scene.entries[1]
    withdraw(second.page, "数据失实。", by=factories.UserFactory(roles=[Role.EDITOR]), at=AFTER)
    with refused("winner-withdrawn"):
        awards.confirm_awards(scene.call, by=scene.office, at=AFTER + 30 * DAY)
    results.set_award(second, tier="", reason="作品已撤回", by=scene.office, at=AFTER + DAY)
    made = awards.confirm_awards(scene.call, by=scene.office, at=AFTER + 30 * DAY)
    assert second.pk not in {one.award.entry_id for one in made}
