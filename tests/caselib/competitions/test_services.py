"""The verbs at their edges: deadlines, quotas, double posts, replaced judges, objections, awards."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db.models import ProtectedError

from caselib.accounts.enums import Role
from caselib.accounts.services import move_to_unit, set_active, set_roles
from caselib.competitions.models import (
    Award,
    BallotCode,
    Certificate,
    Conflict,
    Entry,
    JuryAssignment,
    Quota,
    Result,
    Round,
    Score,
    Standing,
)
from caselib.competitions.selectors import ledger, outcome, units
from caselib.competitions.services import awards, calls, entries, jury, publicity, readings, results, scoring
from caselib.core.errors import ConflictError
from caselib.core.models import AuditRecord, CalendarDay
from caselib.resources.models import ResourceAward
from tests import factories
from tests.caselib.competitions import scenes
from tests.caselib.competitions.refusals import refused
from tests.caselib.competitions.scenes import AFTER, DAY, ENTRY, FINAL, JUDGING, START

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)


def test_an_entry_is_taken_in_the_last_second_and_not_in_the_next() -> None:
    scene = scenes.published()
    last = scene.call.entry_closes
    for moment, taken in (
        (last + timedelta(microseconds=999_999), True),
        (last + SECOND, False),
        (START - SECOND, False),
    ):
        unit = factories.unit(parent=scene.province, level="city")
        page, by = scenes.live_case(unit), scenes.contact(unit)
        if taken:
            assert entries.submit_entry(page, scene.track, by=by, at=moment).number
        else:
            with refused("too-late" if moment > last else "too-early"):
                entries.submit_entry(page, scene.track, by=by, at=moment)


def test_an_entry_pins_its_revision_and_a_new_version_does_not_change_what_is_judged() -> None:
    scene = scenes.published()
    [entry] = scenes.enter(scene, title="第一版")
    page = entry.page.specific
    page.title = "第二版"
    page.save_revision()
    factories.publish(page)
    entry.refresh_from_db()
    assert entry.title == "第一版"
    assert entry.revision.as_object().title == "第一版"
    with pytest.raises(ProtectedError):
        entry.revision.delete()


def test_a_county_recommends_the_city_selects_within_its_quota_and_sends_on() -> None:
    scene = scenes.prepared()
    city = factories.unit(parent=scene.province, level="city")
    counties = [factories.unit(parent=city, level="county") for _n in range(3)]
    calls.save_part(
        Quota(competition=scene.call, level="county", track=scene.track, limit=1), by=scene.office, at=START
    )
    calls.save_part(Quota(competition=scene.call, unit=city, limit=2), by=scene.office, at=START)
    calls.publish_call(scene.call, by=scene.office, at=START)
    made = [
        entries.submit_entry(scenes.live_case(unit), scene.track, by=scenes.contact(unit), at=ENTRY)
        for unit in counties
    ]
    assert {entry.state for entry in made} == {"nominated"} and not any(entry.number for entry in made)
    with refused("over-quota-track"):
        entries.submit_entry(scenes.live_case(counties[0]), scene.track, by=scenes.contact(counties[0]), at=ENTRY)
    chooser = scenes.contact(city)
    assert {entry.pk for entry in units.waiting_at(scene.call, city)} == {entry.pk for entry in made}
    with refused("other-unit"):
        entries.recommend_entry(made[0], by=scenes.contact(counties[1]), at=ENTRY)
    for entry in made[:2]:
        assert entries.recommend_entry(entry, by=chooser, at=ENTRY + 12 * DAY).state == "accepted"
    with refused("over-quota-all"):
        entries.recommend_entry(made[2], by=chooser, at=ENTRY + 12 * DAY)
    entries.decline_entry(made[2], reason="名额已满", by=chooser, at=ENTRY + 12 * DAY)
    assert units.sent_by(scene.call, counties[2].pk) == []
    assert sorted(Entry.objects.values_list("number", flat=True).filter(number__isnull=False)) == [1, 2]


def test_withdrawing_frees_the_quota_until_the_deadline() -> None:
    scene = scenes.prepared()
    calls.save_part(Quota(competition=scene.call, level="city", limit=1), by=scene.office, at=START)
    calls.publish_call(scene.call, by=scene.office, at=START)
    unit = factories.unit(parent=scene.province, level="city")
    by = scenes.contact(unit)
    entry = entries.submit_entry(scenes.live_case(unit), scene.track, by=by, at=ENTRY)
    with refused("too-late"):
        entries.withdraw_entry(entry, by=by, at=scene.call.nomination_closes + SECOND)
    entries.withdraw_entry(entry, by=by, at=ENTRY)
    assert entries.submit_entry(scenes.live_case(unit), scene.track, by=by, at=ENTRY).state == "accepted"


def test_ineligible_and_double_entries_are_refused_with_the_reason() -> None:
    scene = scenes.published()
    unit = factories.unit(parent=scene.province, level="city")
    by, page = scenes.contact(unit), scenes.live_case(unit)
    entries.submit_entry(page, scene.track, by=by, at=ENTRY)
    with refused("entered-already"):
        entries.submit_entry(page, scene.track, by=by, at=ENTRY)
    with refused("not-published"):
        entries.submit_entry(factories.draft(by=by), scene.track, by=by, at=ENTRY)
    with refused("wrong-kind"):
        entries.submit_entry(factories.live("lessonplan", by=by), scene.track, by=by, at=ENTRY)
    with refused("other-unit"):
        entries.submit_entry(scenes.live_case(factories.unit()), scene.track, by=by, at=ENTRY)


def test_rules_no_longer_move_once_the_call_is_published() -> None:
    scene = scenes.published()
    with refused("rules-fixed"):
        calls.save_part(scene.track, by=scene.office)
    with refused("office-only"):
        calls.save_part(scene.track, by=scenes.contact(factories.unit()))


def test_conflicts_are_derived_before_titles_and_never_assigned() -> None:
    scene = scenes.published(readings=2)
    made = scenes.enter(scene, 3)
    judges = scenes.seat(scene, 4)
    move_to_unit(judges[0].user, made[0].unit, by=None, at=START - 400 * DAY)
    move_to_unit(judges[0].user, factories.unit(), by=None, at=START - 30 * DAY)
    jury.declare(judges[1], names=[made[1].authors[0]["name"]], units=[made[2].unit.name], by=judges[1].user, at=ENTRY)
    found = set(Conflict.objects.values_list("judge_id", "entry_id", "reason"))
    assert (judges[1].pk, made[1].pk, "listed_person") in found
    assert (judges[1].pk, made[2].pk, "listed_unit") in found
    readings.assign_round(scene.round, by=scene.office, at=JUDGING)
    assert (judges[0].pk, made[0].pk, "former_unit") in set(
        Conflict.objects.values_list("judge_id", "entry_id", "reason")
    )
    pairs = set(JuryAssignment.objects.values_list("judge_id", "entry_id"))
    assert len(pairs) == 6
    assert not pairs & {(judge, entry) for judge, entry, _reason in found}


def test_an_impossible_assignment_changes_nothing_and_says_why() -> None:
    scene = scenes.published(readings=3)
    scenes.enter(scene, 2)
    scenes.seat(scene, 2)
    scenes.seat(scene, 3, declared=False)
    [answer] = readings.assign_round(scene.round, by=scene.office, at=JUDGING).values()
    assert answer.refusal and answer.refusal.code == "too-few-judges"
    assert not JuryAssignment.objects.exists()


def test_two_posts_of_the_same_score_count_once_and_another_window_is_told() -> None:
    scene = scenes.judging()
    row = scenes.readings(scene)[0]
    scenes.give(row, "50", "30")
    scenes.give(row, "50", "30")
    scenes.give(row, "50.0", "30.00", version=1)
    assert Score.objects.get(assignment=row).version == 1
    assert AuditRecord.objects.filter(verb="competitions.scored").count() == 1
    with pytest.raises(ConflictError):
        scenes.give(row, "51", "30", version=0)
    scenes.give(row, "51", "30", version=1)
    last = AuditRecord.objects.filter(verb="competitions.scored").order_by("-sequence").first()
    assert last and last.data["previous"] == {"a": "50", "b": "30"} and last.data["marks"] == {"a": "51", "b": "30"}


@pytest.mark.parametrize(
    ("a", "b", "code"),
    [
        ("60.01", "1", "mark-out-of-range"),
        ("-1", "1", "mark-out-of-range"),
        ("1.001", "1", "mark-too-fine"),
        ("1E+2", "1", "mark-out-of-range"),
    ],
)
def test_wrong_marks_are_refused(a: str, b: str, code: str) -> None:
    scene = scenes.judging()
    with refused(code):
        scenes.give(scenes.readings(scene)[0], a, b)


def test_scoring_keeps_to_the_dates_of_the_round_and_to_the_own_readings() -> None:
    scene = scenes.judging()
    row, other = scenes.readings(scene)[:2]
    scenes.give(row, "50", "30", at=scene.round.closes_at)
    with refused("too-late"):
        scenes.give(row, "51", "30", version=1, at=scene.round.closes_at + SECOND)
    with refused("own-reading"):
        scoring.submit_score(row, given={"a": Decimal(1), "b": Decimal(1)}, version=1, by=other.judge.user, at=JUDGING)


def test_a_draft_keeps_what_was_typed_and_counts_nothing() -> None:
    scene = scenes.judging()
    row = scenes.readings(scene)[0]
    scoring.save_draft(row, typed={"a": "5O?", "x": "1"}, comment="半句", by=row.judge.user, at=JUDGING)
    score = Score.objects.get(assignment=row)
    assert (score.draft, score.comment, score.marks, score.version) == ({"a": "5O?"}, "半句", None, 0)
    assert JuryAssignment.objects.get(pk=row.pk).state == "assigned"


def test_a_judge_removed_midway_is_replaced_without_losing_others_scores() -> None:
    scene = scenes.judging(entries_number=4, judges=5)
    rows = scenes.readings(scene)
    gone = rows[0].judge
    own = [row for row in rows if row.judge_id == gone.pk]
    for row in rows:
        if row.judge_id != gone.pk or row == own[0]:
            scenes.give(row, "50", "30")
    before = set(Score.objects.filter(marks__isnull=False).values_list("assignment_id", flat=True))
    new = jury.remove_judge(gone, reason="因公出差", by=scene.office, at=JUDGING)
    assert len(new) == len(own) - 1
    assert (
        set(
            Score.objects.filter(marks__isnull=False, assignment__state="scored").values_list(
                "assignment_id", flat=True
            )
        )
        == before
    )
    for entry in scene.entries:
        assert JuryAssignment.objects.filter(entry=entry).exclude(state="replaced").count() == 3
    for row in new:
        scenes.give(row, "50", "30")
    results.close_round(scene.round, by=scene.office, at=AFTER)
    assert Result.objects.count() == 4


def test_stepping_back_records_the_conflict_and_voids_the_score() -> None:
    scene = scenes.judging(judges=5)
    row = scenes.readings(scene)[0]
    scenes.give(row, "10", "10")
    new = jury.recuse(row, reason="认识作者", by=row.judge.user, at=JUDGING)
    assert new is not None and new.judge_id != row.judge_id
    assert Conflict.objects.filter(judge=row.judge, entry=row.entry, reason="recused").exists()
    scenes.score_all(scene)
    results.close_round(scene.round, by=scene.office, at=AFTER)
    book = ledger.from_chain(scene.call.pk)
    assert (row.entry_id, row.judge_id) not in book.rounds[scene.round.pk].marks


def test_judges_who_differ_widely_order_a_further_reading_before_the_round_closes() -> None:
    scene = scenes.judging(judges=4)
    rows = scenes.readings(scene)
    for row in rows:
        scenes.give(row, "5" if row == rows[0] else "50", "35")
    with refused("disputed"):
        results.close_round(scene.round, by=scene.office, at=AFTER)
    assert scene.round.state == "open" and not Result.objects.exists()
    third = readings.order_further_reading(scene.round, rows[0].entry, by=scene.office, at=JUDGING)
    with refused("unread"):
        results.close_round(scene.round, by=scene.office, at=AFTER)
    scenes.give(third, "45", "35")
    results.close_round(scene.round, by=scene.office, at=AFTER)
    assert Result.objects.get(entry=rows[0].entry).readings == 4


def test_scores_and_places_follow_from_the_chain_alone_to_the_last_digit() -> None:
    scene = scenes.released(tracks=2, judges=6)
    book = ledger.from_chain(scene.call.pk)
    again = {r.entry: (r.official, r.rank) for rows in book.rounds[scene.round.pk].results().values() for r in rows}
    stored = {r.entry_id: (r.official, r.rank) for r in Result.objects.all()}
    assert again == stored and len(stored) == 8
    assert {p.entry: (p.overall, p.rank) for p in book.places().values()} == {
        s.entry_id: (s.overall, s.rank) for s in Standing.objects.all()
    }


def test_two_rounds_advance_the_best_and_weigh_both() -> None:
    scene = scenes.judging(rounds=2, judges=4)
    scenes.score_all(scene)
    results.close_round(scene.round, by=scene.office, at=JUDGING)
    second = Round.objects.select_related("competition").get(pk=scene.rounds[1].pk)
    final_day = second.opens_at
    readings.assign_round(second, by=scene.office, at=final_day)
    scoring.open_round(second, by=scene.office, at=final_day)
    for row in scenes.readings(scene, second):
        scenes.give(row, "40" if row.entry.number == 1 else "60", "40", at=final_day)
    results.close_round(second, by=scene.office, at=AFTER, waive_disputes="")
    places = {s.entry.number: (s.rank, s.overall) for s in Standing.objects.select_related("entry")}
    assert {number: rank for number, (rank, _overall) in places.items()} == {2: 1, 1: 2}
    first = Result.objects.get(round=scene.round, entry__number=2).official
    assert places[2][1] == ((first + 100) / 2).quantize(Decimal("0.01"), "ROUND_HALF_UP")
    book = ledger.from_chain(scene.call.pk)
    assert {p.entry: (p.overall, p.rank) for p in book.places().values()} == {
        s.entry_id: (s.overall, s.rank) for s in Standing.objects.all()
    }


def test_a_ballot_code_is_spent_by_one_complete_paper() -> None:
    scene = scenes.live()
    made = scene.entries
    codes = scoring.print_codes(scene.round, number=2, by=scene.office, at=JUDGING)
    code = BallotCode.objects.get(code=codes[0].code)
    with refused("ballot-incomplete"):
        scoring.cast_ballot(code, points={made[0].pk: Decimal(90)}, at=JUDGING)
    with refused("ballot-range"):
        scoring.cast_ballot(code, points={made[0].pk: Decimal(90), made[1].pk: Decimal("NaN")}, at=JUDGING)
    paper = {made[0].pk: Decimal(90), made[1].pk: Decimal(70)}
    scoring.cast_ballot(code, points=paper, at=JUDGING)
    with pytest.raises(ConflictError):
        scoring.cast_ballot(code, points=paper, at=JUDGING)
    scenes.score_all(scene)
    results.close_round(scene.round, by=scene.office, at=AFTER)
    row = Result.objects.get(entry=made[0])
    assert row.audience_mean == Decimal("90.00") and row.official == ((row.judge_mean + 90) / 2).quantize(
        Decimal("0.01")
    )
    [again] = ledger.from_chain(scene.call.pk).rounds[scene.round.pk].results().values()
    assert {r.entry: r.official for r in again} == {r.entry_id: r.official for r in Result.objects.all()}


def test_publicity_counts_working_days_over_holidays_and_make_up_days() -> None:
    CalendarDay.objects.create(day=date(2026, 4, 13), worked=False, name="假日")
    CalendarDay.objects.create(day=date(2026, 4, 18), worked=True, name="调休")
    scene = scenes.in_publicity()
    # AFTER is Saturday 11 April: the 13th is free, 14 to 17 and Saturday the 18th are worked
    assert (scene.call.publicity.starts_on, scene.call.publicity.ends_on) == (date(2026, 4, 11), date(2026, 4, 18))


def test_confirmation_waits_for_the_last_day_and_for_every_answer() -> None:
    scene = scenes.in_publicity()
    award = Award.objects.first()
    by = factories.UserFactory()
    objection = publicity.file_objection(
        scene.call, entry=award.entry, name="陈某", contact="电话", text="理由", by=by, at=AFTER + DAY
    )
    same = publicity.file_objection(
        scene.call, entry=award.entry, name="陈某", contact="电话", text="理由", by=by, at=AFTER + DAY
    )
    assert same == objection
    with refused("publicity-running"):
        awards.confirm_awards(scene.call, by=scene.office, at=FINAL)
    with refused("open-objections"):
        awards.confirm_awards(scene.call, by=scene.office, at=FINAL + 5 * DAY)
    publicity.answer_objection(objection, upheld=False, answer="经核查不成立。", by=scene.office, at=FINAL)
    with pytest.raises(ConflictError):
        publicity.answer_objection(objection, upheld=True, answer="再答", by=scene.office, at=FINAL)
    made = awards.confirm_awards(scene.call, by=scene.office, at=FINAL + 5 * DAY)
    assert len(made) == 3 and len({c.number for c in made}) == 3
    with refused("no-publicity"):
        publicity.file_objection(scene.call, entry=None, name="a", contact="b", text="c", by=by, at=FINAL + 6 * DAY)


def test_confirmed_awards_mark_the_resources_and_a_revoked_certificate_takes_the_mark_back() -> None:
    scene = scenes.confirmed()
    assert outcome.awarded_page_ids(scene.call) == [e.page_id for e in scene.entries[:3]]
    assert list(ResourceAward.objects.order_by("page_id").values_list("page_id", "tier")) == [
        (scene.entries[0].page_id, "first"), (scene.entries[1].page_id, "second"), (scene.entries[2].page_id, "second"),
    ]  # fmt: skip
    certificate = Certificate.objects.get(award__tier="first")
    assert scene.entries[0].title in certificate.text
    awards.revoke_certificate(certificate, reason="抄袭", by=scene.office, at=FINAL)
    assert ResourceAward.objects.count() == 2
    with pytest.raises(ConflictError):
        awards.revoke_certificate(certificate, reason="抄袭", by=scene.office, at=FINAL)


def test_nobody_but_the_office_acts_for_it() -> None:
    scene = scenes.judging()
    outsider = factories.UserFactory(roles=[Role.JUDGE, Role.UNIT_CONTACT, Role.EDITOR])
    for act in (
        lambda: readings.assign_round(scene.round, by=outsider),
        lambda: results.close_round(scene.round, by=outsider),
        lambda: results.release_results(scene.call, by=outsider),
        lambda: awards.confirm_awards(scene.call, by=outsider),
        lambda: entries.exclude_entry(scene.entries[0], reason="x", by=outsider),
        lambda: scoring.print_codes(scene.round, number=1, by=outsider),
    ):
        with refused("office-only"):
            act()


def test_an_excluded_entry_leaves_the_open_round_in_tables_and_chain_alike() -> None:
    scene = scenes.judging()
    scenes.score_all(scene)
    entries.exclude_entry(scene.entries[0], reason="查实抄袭", by=scene.office, at=JUDGING)
    results.close_round(scene.round, by=scene.office, at=AFTER)
    stored = {r.entry_id: (r.official, r.rank) for r in Result.objects.all()}
    [rows] = ledger.from_chain(scene.call.pk).rounds[scene.round.pk].results().values()
    assert {r.entry: (r.official, r.rank) for r in rows} == stored and len(stored) == 3


def test_a_relation_declared_after_the_last_round_was_closed_is_told_and_stops_the_release() -> None:
    scene = scenes.judging()
    scenes.score_all(scene)
    results.close_round(scene.round, by=scene.office, at=AFTER)
    results.propose_awards(scene.call, by=scene.office, at=AFTER)
    row = scenes.readings(scene)[0]
    jury.declare(row.judge, names=[row.entry.authors[0]["name"]], units=[], by=row.judge.user, at=AFTER)
    notice = scene.office.notices.latest("pk")
    assert row.entry.code in notice.body and str(row.judge.user) in notice.body
    with refused("in-conflict"):
        results.release_results(scene.call, by=scene.office, at=AFTER)
    results.reopen_round(scene.round, reason="评委申报回避", by=scene.office, at=AFTER)
    results.prolong_round(scene.round, until=AFTER + DAY, reason="补评", by=scene.office, at=AFTER)
    jury.record_conflict(row.judge, row.entry, remark="本人申报", by=scene.office, at=AFTER)
    [fresh] = [r for r in scenes.readings(scene) if r.state == "assigned"]
    scenes.give(fresh, "50", "30", at=AFTER)
    results.close_round(scene.round, by=scene.office, waive_disputes="已复核", at=AFTER + DAY)
    results.propose_awards(scene.call, by=scene.office, at=AFTER + DAY)
    results.release_results(scene.call, by=scene.office, at=AFTER + DAY)


def test_an_excluded_entry_gets_no_award_from_a_page_opened_before() -> None:
    scene = scenes.released()
    stale = Entry.objects.select_related("competition").get(pk=scene.entries[3].pk)
    entries.exclude_entry(Entry.objects.get(pk=stale.pk), reason="与已发表的文章雷同", by=scene.office, at=AFTER)
    with refused("no-such-award"):
        results.set_award(stale, tier="first", reason="专家组复议", by=scene.office, at=AFTER)
    assert not Award.objects.filter(entry=stale).exists()


def test_nothing_is_given_to_judges_who_cannot_judge_any_more() -> None:
    scene = scenes.published()
    scenes.enter(scene, 2)
    seats = scenes.seat(scene, 6)
    left, resigned, promoted = (seat.user for seat in seats[:3])
    set_active(left, False, by=factories.UserFactory(roles=[Role.SYSTEM_ADMIN]))
    set_roles(resigned, [Role.AUTHOR], by=None)
    set_roles(promoted, [Role.JUDGE, Role.COMPETITION_OFFICE], by=None)
    readings.assign_round(scene.round, by=scene.office, at=JUDGING)
    able = {seat.pk for seat in seats[3:]}
    assert set(JuryAssignment.objects.values_list("judge_id", flat=True)) == able
    scoring.open_round(scene.round, by=scene.office, at=JUDGING)
    row = scenes.readings(scene)[0]
    assert jury.recuse(row, reason="师生关系", by=row.judge.user, at=JUDGING) is None


def test_a_judge_who_joins_the_competition_office_scores_no_more() -> None:
    scene = scenes.judging()
    row = scenes.readings(scene)[0]
    set_roles(row.judge.user, [Role.JUDGE, Role.COMPETITION_OFFICE], by=None)
    row = JuryAssignment.objects.select_related("judge__user").get(pk=row.pk)
    with refused("office-judge"):
        scenes.give(row, "50", "30")
