"""Course bidding, from the published need to the resource that was handed in; every step at its edges."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import translation

from caselib.accounts.enums import Role
from caselib.accounts.models import Notice
from caselib.competitions.models import Award, Bid, Commission, Entry, JuryAssignment, Milestone, Need, Round
from caselib.competitions.selectors import copies, similarity
from caselib.competitions.services import awards, bidding, calls, jury, publicity, readings, results, scoring
from caselib.core import clock
from caselib.core.errors import ConflictError
from caselib.resources.enums import Kind
from tests import factories
from tests.caselib.competitions import scenes
from tests.caselib.competitions.refusals import refused
from tests.caselib.competitions.scenes import DAY, START

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)
UNTIL = START + 10 * DAY
OUTLINE = "一、讲清楚县域产业的三个转折。\n二、带学员走访两个村，白晓舟主讲。\n三、复盘一张账单，写出自己的清单。" * 2


def need(**values: Any) -> Need:
    made = Need(
        title="县域产业发展专题课", audience="乡镇党政正职", requirements="讲真事，用本地数据。",
        deadline=UNTIL, deliver_by=date(2026, 9, 30), created_at=START, **values,
    )  # fmt: skip
    return bidding.publish_need(made, readings=2, by=scenes.office(), at=START)


def bidder(name: str = "") -> tuple[Any, Any]:
    unit = factories.unit(name) if name else factories.unit()
    return unit, scenes.contact(unit)


def bid(wanted: Need, by: Any, *, at: Any = START + DAY, title: str = "三个转折", outline: str = OUTLINE) -> Entry:
    return bidding.submit_bid(
        Bid(need=wanted, unit=by.unit, title=title, outline=outline, team="白晓舟，胡越"), by=by, at=at
    )


def judged(wanted: Need, office: Any) -> list[JuryAssignment]:
    """Appoint two judges, assign, open, score (the first bid best), close."""
    call = wanted.competition
    assert call is not None
    for _n in range(2):
        user = factories.UserFactory(roles=[Role.JUDGE])
        seat = jury.appoint_judge(call, user, tracks=list(call.tracks.all()), by=office, at=UNTIL)
        jury.declare(seat, names=[], units=[], by=user, at=UNTIL)
    round_ = Round.objects.select_related("competition").get(competition=call)
    after = UNTIL + DAY
    answer = readings.assign_round(round_, by=office, at=after)
    assert all(one.feasible for one in answer.values())
    scoring.open_round(round_, by=office, at=after)
    rows = list(JuryAssignment.objects.filter(round=round_).select_related("judge__user", "entry"))
    for row in rows:
        part = 1 if row.entry.number == 1 else 2
        given = {c.code: c.high / part for c in round_.rubrics.get().criteria.all()}
        scoring.submit_score(row, given=given, version=0, by=row.judge.user, at=after)
    results.close_round(round_, by=office, at=after)
    return rows


def confirmed(wanted: Need, office: Any) -> None:
    call = wanted.competition
    results.propose_awards(call, by=office, at=UNTIL + 2 * DAY)
    results.release_results(call, by=office, at=UNTIL + 2 * DAY)
    publicity.open_publicity(call, by=office, at=UNTIL + 2 * DAY)
    awards.confirm_awards(call, by=office, at=UNTIL + 30 * DAY)


def test_the_call_of_a_need_is_named_in_the_language_of_the_library_whoever_publishes_it() -> None:
    with translation.override("en"):
        call = need().competition
    assert call is not None
    [round_] = call.rounds.all()
    names = [round_.name, call.tracks.get().name, *round_.rubrics.get().criteria.values_list("name", flat=True)]
    assert len(names) == 6 and not [name for name in names if name.isascii()]


def test_a_need_is_published_bid_for_judged_blind_commissioned_and_delivered() -> None:
    wanted, office = need(), scenes.office()
    unit, by = bidder("澜溪县委党校")
    entry = bid(wanted, by)
    bid(wanted, bidder()[1], outline="别的提纲。" * 30)
    rows = judged(wanted, office)
    copy = copies.copy_of(rows[0].entry if rows[0].entry_id == entry.pk else entry)
    text = " ".join(block.text for block in copy.blocks)
    assert "白晓舟" not in text and "三个转折" in text and "澜溪" not in text
    with refused("not-confirmed"):
        bidding.commission_winner(wanted, milestones=[("提纲", date(2026, 6, 1))], by=office, at=UNTIL + 31 * DAY)
    confirmed(wanted, office)
    at = UNTIL + 31 * DAY
    for steps, code in (
        ([], "milestones"),
        ([("定稿", date(2026, 10, 1))], "milestones"),
        ([("提纲", date(2026, 3, 1)), ("定稿", date(2026, 9, 1))], "milestone-past"),
    ):
        with refused(code):
            bidding.commission_winner(wanted, milestones=steps, by=office, at=at)
    commission = bidding.commission_winner(
        wanted, milestones=[("定稿", date(2026, 9, 1)), ("提纲", date(2026, 6, 1))], by=office, at=at
    )
    assert commission.bid.unit == unit and {b.state for b in wanted.bids.all()} == {"won", "lost"}
    assert Notice.objects.filter(recipient=by, url=reverse("competitions:commission", args=[commission.pk])).exists()
    first, last = Milestone.objects.filter(commission=commission)
    assert [m.title for m in (first, last)] == ["提纲", "定稿"] and last.hands_in and not first.hands_in
    stranger = bidder()[1]
    with refused("other-unit"):
        bidding.report_milestone(first, report="完成", by=stranger, at=at)
    with refused("report-missing"):
        bidding.report_milestone(first, report=" ", by=by, at=at)
    bidding.report_milestone(first, report="提纲已修改两稿", by=by, at=at)
    with pytest.raises(ConflictError):
        bidding.report_milestone(first, report="再报", by=by, at=at)
    with refused("reason-missing"):
        bidding.judge_milestone(first, accepted=False, answer="", by=office, at=at)
    bidding.judge_milestone(first, accepted=False, answer="请补数据来源", by=office, at=at)
    assert Notice.objects.filter(recipient=by, subject="节点已退回：提纲", body="请补数据来源").exists()
    bidding.report_milestone(first, report="已补", by=by, at=at)
    bidding.judge_milestone(first, accepted=True, answer="", by=office, at=at)
    with refused("resource-missing"):
        bidding.report_milestone(last, report="完成", by=by, at=at)
    draft = factories.draft(Kind.COURSE, by=by, title="县域产业的三个转折")
    bidding.report_milestone(last, report="完成", page=draft, by=by, at=at)
    with refused("not-published"):
        bidding.judge_milestone(last, accepted=True, answer="", by=office, at=at)
    factories.publish(draft)
    bidding.judge_milestone(Milestone.objects.get(pk=last.pk), accepted=True, answer="很好", by=office, at=at)
    commission = Commission.objects.get(pk=commission.pk)
    assert commission.page_id == draft.pk and commission.finished_at == at
    with refused("not-confirmed"):
        bidding.commission_winner(wanted, milestones=[("再来", date(2026, 9, 1))], by=office, at=at)


def test_bids_are_taken_to_the_last_second_once_a_unit_and_by_its_contact_only() -> None:
    wanted = need()
    _unit, by = bidder()
    with refused("contact-only"):
        bid(wanted, factories.UserFactory(roles=[Role.AUTHOR], unit=factories.unit()))
    with refused("too-late"):
        bid(wanted, by, at=UNTIL + SECOND)
    entry = bid(wanted, by, at=UNTIL + timedelta(microseconds=999_999))
    with refused("bid-twice"):
        bid(wanted, by)
    other = bidder()[1]
    with refused("other-unit"):
        bidding.withdraw_bid(entry.bid, by=other, at=UNTIL)
    with refused("too-late"):
        bidding.withdraw_bid(entry.bid, by=by, at=UNTIL + SECOND)
    bidding.withdraw_bid(entry.bid, by=by, at=UNTIL)
    with pytest.raises(ConflictError):
        bidding.withdraw_bid(entry.bid, by=by, at=UNTIL)
    again = bid(wanted, by, at=UNTIL)
    assert again.number == 2 and Entry.objects.get(pk=entry.pk).state == "withdrawn"


def test_a_need_with_impossible_dates_is_not_published() -> None:
    with refused("deadline-past"):
        bidding.publish_need(
            Need(title="课", audience="a", requirements="b", deadline=START, deliver_by=date(2026, 9, 1)),
            by=scenes.office(),
            at=START,
        )
    with refused("deliver-by"):
        bidding.publish_need(
            Need(title="课", audience="a", requirements="b", deadline=UNTIL, deliver_by=date(2026, 3, 12)),
            by=scenes.office(),
            at=START,
        )
    wanted = need()
    with pytest.raises(ConflictError):
        bidding.publish_need(wanted, by=scenes.office(), at=START)


def test_moving_the_deadline_moves_the_need_and_its_judging_with_it() -> None:
    wanted, office = need(), scenes.office()
    before = Round.objects.get(competition=wanted.competition)
    calls.prolong(
        wanted.competition, date="entry_closes", until=UNTIL + 3 * DAY, reason="多单位申请", by=office, at=START
    )
    after = Round.objects.get(pk=before.pk)
    assert Need.objects.get(pk=wanted.pk).deadline == UNTIL + 3 * DAY
    assert (after.opens_at - before.opens_at, after.closes_at - before.closes_at) == (3 * DAY, 3 * DAY)
    assert bid(wanted, bidder()[1], at=UNTIL + 3 * DAY).number == 1


def test_cancelling_the_call_cancels_the_need_and_tells_who_had_bid() -> None:
    wanted, office = need(), scenes.office()
    by = bidder()[1]
    bid(wanted, by)
    calls.cancel_call(wanted.competition, reason="计划调整", by=office, at=START + 2 * DAY)
    assert Need.objects.get(pk=wanted.pk).state == "cancelled"
    assert Notice.objects.filter(recipient=by, body="计划调整").exists()
    with refused("need-closed"):
        bid(Need.objects.get(pk=wanted.pk), bidder()[1])


def test_bids_are_compared_with_one_another_for_the_office() -> None:
    wanted = need()
    first = bid(wanted, bidder()[1])
    second = bid(wanted, bidder()[1])
    [shared] = similarity.shared_with_others(first)
    assert shared.entry == second and shared.percent > 90 and shared.passages


def test_a_draft_is_kept_for_the_unit_alone_until_it_is_handed_in() -> None:
    wanted = need()
    unit, by = bidder()
    colleague = scenes.contact(unit)
    client, other, stranger = Client(), Client(), Client()
    client.force_login(by)
    other.force_login(colleague)
    stranger.force_login(bidder()[1])
    page, act = reverse("competitions:need", args=[wanted.pk]), reverse("competitions:bid", args=[wanted.pk])
    with clock.fixed(START + DAY):
        assert client.post(act, {"act": "draft", "title": "", "outline": "半个提纲"}).status_code == 422
        assert client.post(act, {"act": "draft", "title": "三个转折", "outline": "半个提纲"}).status_code == 302
        row = Bid.objects.get()
        assert row.state == "draft" and not Entry.objects.filter(bid=row).exists()
        seen = bidding.draft_mark(row)
        assert "半个提纲" in other.get(page).content.decode() and seen in other.get(page).content.decode()
        assert "半个提纲" not in stranger.get(page).content.decode()

        typed = {"act": "draft", "title": "三个转折", "outline": "同事写的", "seen": seen}
        assert other.post(act, typed).status_code == 302
        told = client.post(act, typed | {"outline": "我写的"})
        assert told.status_code == 422 and "我写的" in told.content.decode() and "同事" in told.content.decode()
        assert Bid.objects.get().outline == "同事写的"
        again = {
            "title": "三个转折",
            "outline": OUTLINE,
            "team": "白晓舟",
            "seen": bidding.draft_mark(Bid.objects.get()),
        }
        assert again["seen"] in told.content.decode()
        assert client.post(act, again).status_code == 302
        assert Bid.objects.get().state == "submitted" and Entry.objects.get().bid == row
        assert other.post(act, typed).status_code == 422


def test_the_pages_of_bidding_lead_through_and_keep_what_was_typed() -> None:
    wanted, office = need(), scenes.office()
    _unit, by = bidder()
    client, desk = Client(), Client()
    client.force_login(by)
    desk.force_login(office)
    page = reverse("competitions:need", args=[wanted.pk])
    with clock.fixed(START + DAY):
        assert "登录" in Client().get(page).content.decode()
        assert wanted.title in Client().get(reverse("competitions:needs")).content.decode()
        faulty = client.post(
            reverse("competitions:bid", args=[wanted.pk]), {"title": "", "outline": "半个提纲", "team": "甲"}
        )
        assert faulty.status_code == 422 and "半个提纲" in faulty.content.decode()
        data = {"title": "三个转折", "outline": OUTLINE, "team": "白晓舟"}
        assert client.post(reverse("competitions:bid", args=[wanted.pk]), data).status_code == 302
        twice = client.post(reverse("competitions:bid", args=[wanted.pk]), data)
        assert twice.status_code == 422 and Bid.objects.count() == 1
        own = client.get(page).content.decode()
        assert "三个转折" in own and "bids/" in own and "保存草稿" not in own
        stranger = Client()
        stranger.force_login(bidder()[1])
        assert "三个转折" not in stranger.get(page).content.decode()
        assert stranger.post(reverse("competitions:bid_withdraw", args=[Bid.objects.get().pk])).status_code == 404
    judged(wanted, office)
    confirmed(wanted, office)
    with clock.fixed(UNTIL + 31 * DAY):
        form = reverse("competitions:commission_need", args=[wanted.pk])
        assert desk.get(form).status_code == 200
        for text in ("没有日期", "2026-13-40 定稿", "2027-01-01 太晚"):
            answer = desk.post(form, {"milestones": text})
            assert answer.status_code == 422 and text in answer.content.decode()
        assert desk.post(form, {"milestones": "2026-06-01 提纲\n\n2026-09-01 定稿"}).status_code == 302
        commission = Commission.objects.get()
        address = reverse("competitions:commission", args=[commission.pk])
        assert stranger.get(address).status_code == 404
        step = commission.milestones.order_by("order").first()
        assert step is not None
        act = reverse("competitions:milestone", args=[step.pk])
        assert stranger.post(act, {"report": "1", "text": "冒充"}).status_code == 404
        client.post(act, {"report": "1", "text": "第一稿"})
        assert "第一稿" in desk.get(address).content.decode()
        desk.post(act, {"return": "1", "text": "补充案例"})
        assert "补充案例" in client.get(address).content.decode()
        client.post(act, {"report": "1", "text": "第二稿"})
        desk.post(act, {"accept": "1", "text": ""})
        step.refresh_from_db()
        assert step.state == "accepted"
        assert "里程碑" in client.get(page).content.decode() or "节点" in client.get(page).content.decode()


def test_the_office_publishes_a_need_by_its_form() -> None:
    desk = Client()
    desk.force_login(scenes.office())
    form = reverse("competitions:new_need")
    data = {
        "title": "新课", "audience": "书记", "requirements": "要求", "deadline": "2026-03-05T18:00:00",
        "deliver_by": "2026-03-01", "readings": "3",
    }  # fmt: skip
    with clock.fixed(START):
        wrong = desk.post(form, data)
        assert wrong.status_code == 422 and "新课" in wrong.content.decode() and not Need.objects.exists()
        sent, again = (desk.post(form, data | {"deliver_by": "2026-09-01"}) for _ in range(2))
        assert sent.status_code == 302
        assert again.url == sent.url  # a button pressed twice
    assert Need.objects.get().competition.state == "published"
    assert not mail.outbox and not Award.objects.exists()
