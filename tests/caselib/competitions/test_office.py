"""The office's desk by its forms: from an empty call to certificates, and every fault answered in words."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.messages import get_messages
from django.test import Client, override_settings
from django.urls import reverse

from caselib.accounts.enums import Role
from caselib.competitions.models import (
    AwardRule,
    Certificate,
    Competition,
    CompositionRule,
    Criterion,
    Entry,
    Judge,
    JuryAssignment,
    PublicityPeriod,
    Quota,
    Round,
    Rubric,
    Track,
)
from caselib.competitions.services import calls
from caselib.core import clock
from caselib.core.errors import ConflictError, RefusedError
from tests import factories
from tests.caselib.competitions import scenes
from tests.caselib.competitions.scenes import AFTER, DAY, JUDGING, START
from tests.caselib.competitions.test_views import text_of

pytestmark = pytest.mark.django_db


class Desk:
    """The office at its browser."""

    def __init__(self, user: object) -> None:
        self.client = Client()
        self.client.force_login(user)  # type: ignore[arg-type]

    def post(self, name: str, *args: object, **data: object) -> str:
        """Post and return the messages of the answer, or the body where the form came back."""
        answer = self.client.post(reverse(f"competitions:{name}", args=args), data)
        assert answer.status_code in (302, 422), answer.status_code
        if answer.status_code == 422:
            return answer.content.decode()
        return " ".join(str(message) for message in list(get_messages(answer.wsgi_request))[-1:])

    def get(self, name: str, *args: object) -> str:
        answer = self.client.get(reverse(f"competitions:{name}", args=args))
        assert answer.status_code == 200
        return answer.content.decode()


def test_a_call_is_prepared_by_forms_which_refuse_what_cannot_be() -> None:
    desk = Desk(scenes.office())
    desk.post(
        "office_new", title="全程", slug="whole", year="2026", entry_opens="2026-03-02T09:00:00",
        entry_closes="2026-03-12T23:59:59", conflict_years="3", publicity_days="5",
    )  # fmt: skip
    call = Competition.objects.get(slug="whole")
    assert call.entry_closes == datetime(2026, 3, 12, 15, 59, 59, tzinfo=UTC)

    def part(kind: str, owner: int = 0, row: int = 0, /, *, taken: bool = True, **values: object) -> None:
        answer = desk.client.post(reverse("competitions:office_part", args=[call.pk, kind, owner, row]), values)
        assert answer.status_code == (302 if taken else 422), (kind, values)
        assert taken or "error" in answer.content.decode()

    desk.post("office_act", call.pk, "publish")
    assert Competition.objects.get(pk=call.pk).state == "draft"
    track = {
        "name": "案例",
        "kind": "case",
        "order": "0",
        "free_of_awards_years": "0",
        "kinds": ["casestudy"],
        "blind": "on",
    }
    part("track", **track)
    part("track", taken=False, **track)
    own = call.tracks.get()
    round_ = {"order": "1", "name": "初评", "mode": "paper", "weight": "1", "opens_at": "2026-03-20T00:00:00"}
    part("round", taken=False, **round_, closes_at="2026-03-19T00:00:00")
    part("round", **round_, closes_at="2026-03-25T00:00:00")
    rubric = Rubric.objects.get(track=own)
    values = {
        "readings": "2", "judge_weight": "1", "audience_weight": "0", "drop": "0", "audience_drop": "0", "pass_line": "0",
        "spread_limit": "30",
    }  # fmt: skip
    part("rubric", 0, rubric.pk, taken=False, **values | {"drop": "1"})
    part("rubric", 0, rubric.pk, taken=False, **values | {"judge_weight": "0"})
    part("rubric", 0, rubric.pk, **values)
    line = {"code": "use", "name": "价值", "weight": "10", "low": "0", "high": "10", "tie_order": "1", "order": "0"}
    part("criterion", rubric.pk, taken=False, descriptors="没有分隔", **line)
    part("criterion", rubric.pk, taken=False, **line | {"low": "10"})
    part("criterion", rubric.pk, taken=False, **line | {"weight": "0"})
    part("criterion", rubric.pk, descriptors="好：切中\n差: 空泛", **line)
    criterion = Criterion.objects.get()
    assert criterion.descriptors == {"好": "切中", "差": "空泛"}
    assert "好：切中" in desk.get("office_part", call.pk, "criterion", 0, criterion.pk)
    part("award", own.pk, taken=False, tier="first")
    part("award", own.pk, tier="first", count="1")
    part("award", own.pk, tier="second", percent="50")
    part("quota", taken=False, track=own.pk, limit="1")
    part("quota", track=own.pk, level="city", limit="1")
    part("quota", 0, Quota.objects.get().pk, track=own.pk, level="city", limit="2")
    share = {"label": "track:case", "denominator": "3", "text": "案例不少于三分之一"}
    part("composition", taken=False, numerator="4", **share)
    part("composition", numerator="1", **share)
    assert share["text"] in desk.get("office_setup", call.pk)
    desk.post("office_part_remove", call.pk, "composition", CompositionRule.objects.get().pk)
    assert not CompositionRule.objects.exists() and Quota.objects.get().limit == 2 and AwardRule.objects.count() == 2
    for path in (("nonsense", 0, 0), ("award", 10**9, 0), ("criterion", 0, 10**9)):
        assert desk.client.get(reverse("competitions:office_part", args=[call.pk, *path])).status_code == 404
    for kind in ("call", "rubric"):
        assert desk.client.post(reverse("competitions:office_part_remove", args=[call.pk, kind, 1])).status_code == 404
    desk.post("office_act", call.pk, "publish")
    assert Competition.objects.get(pk=call.pk).state == "published"
    address = reverse("competitions:office_part", args=[call.pk, "criterion", 0, criterion.pk])
    for change in (line | {"weight": "99"}, line | {"high": "20"}):
        desk.client.post(address, change)
    desk.post("office_part_remove", call.pk, "criterion", criterion.pk)
    assert (Criterion.objects.get().weight, Criterion.objects.get().high) == (10, 10)


def test_two_officers_of_one_call_in_preparation_do_not_overwrite_each_other() -> None:
    scene = scenes.prepared()
    desk, track = Desk(scene.office), scene.track

    def form(kind: str, row: int, **changes: object) -> dict[str, object]:
        page = desk.client.get(reverse("competitions:office_part", args=[scene.call.pk, kind, 0, row]))
        values = {field.name: field.value() for field in page.context["form"]}
        sent = {
            name: f"{value:%Y-%m-%dT%H:%M:%S}" if isinstance(value, datetime) else value
            for name, value in values.items()
            if value is not None and value is not False
        }
        return sent | {"seen": page.context["seen"]} | changes

    def send(kind: str, row: int, values: dict[str, object], owner: int = 0) -> str:
        address = reverse("competitions:office_part", args=[scene.call.pk, kind, owner, row])
        return desk.client.post(address, values, follow=True).content.decode()

    hers, his = form("track", track.pk, name="甲组"), form("track", track.pk, order=7)
    assert "已保存" in send("track", track.pk, hers)
    answer = send("track", track.pk, his)
    assert "同事" in answer and f'name="seen" value="{his["seen"]}"' in answer and 'value="7"' in answer
    track.refresh_from_db()
    assert (track.name, track.order) == ("甲组", 0)
    assert "已保存" in send("track", track.pk, form("track", track.pk, order=7))
    call = form("call", 0, title="新题目")
    assert "已保存" in send("call", 0, call)
    assert "同事" in send("call", 0, call | {"title": "旧题目"})
    late = form("track", track.pk, name="迟到")
    calls.remove_part(Track.objects.get(pk=track.pk), by=scene.office, at=START)
    assert "同事" in send("track", track.pk, late) and not scene.call.tracks.exists()


def test_what_belongs_to_a_part_removed_at_this_moment_is_not_kept() -> None:
    """Both officers have opened their forms; the second comes to the lock when the first has removed the track."""
    scene = scenes.prepared()
    rule = AwardRule(track=scene.track, tier="third", count=1)
    line = Criterion(rubric=Rubric.objects.get(track=scene.track), code="c", name="指标", weight=1, high=1)
    stale = Track.objects.get(pk=scene.track.pk)
    calls.remove_part(Track.objects.get(pk=scene.track.pk), by=scene.office, at=START)
    for part in (rule, line, stale):
        with pytest.raises(ConflictError):
            calls.save_part(part, by=scene.office, at=START)
    assert not AwardRule.objects.exists() and not Track.objects.exists()
    first, second = (Track(competition=scene.call, name="组别", kinds=["casestudy"]) for _each in range(2))
    calls.save_part(first, by=scene.office, at=START)
    with pytest.raises(RefusedError):
        calls.save_part(second, by=scene.office, at=START)


def test_the_office_leads_a_call_from_its_entries_to_the_certificates() -> None:
    scene = scenes.published(readings=2)
    scenes.enter(scene, 3)
    desk, call, office = Desk(scene.office), scene.call, scene.office
    users = [factories.UserFactory(roles=[Role.JUDGE]) for _n in range(3)]
    jury_page = reverse("competitions:office_jury", args=[call.pk])
    with clock.fixed(JUDGING - 3 * DAY):
        for user in users:
            desk.post("office_jury", call.pk, user=user.pk, tracks=[scene.track.pk])
        assert desk.client.post(jury_page, {"user": users[0].pk}).status_code == 422
        desk.post("judge_remove", Judge.objects.get(user=users[2]).pk, reason="")
        assert Judge.objects.get(user=users[2]).active
        for until, reason in (("2026-01-01T00:00:00", "x"), ("", ""), ("2026-03-13T00:00:00", "")):
            desk.post("office_act", call.pk, "prolong", date="entry_closes", until=until, reason=reason)
        desk.post("office_act", call.pk, "cancel", reason="")
    unchanged = Competition.objects.get(pk=call.pk)
    assert (unchanged.state, unchanged.entry_closes) == ("published", call.entry_closes)
    for judge in Judge.objects.filter(competition=call):
        judge_desk = Desk(judge.user)
        with clock.fixed(JUDGING - 3 * DAY):
            assert desk.get("office_call", call.pk)
            judge_desk.post("declare", judge.pk)
            assert not Judge.objects.get(pk=judge.pk).declared
            judge_desk.post("declare", judge.pk, names="张某、李某；王某", units="不存在的单位", complete="on")
        assert Judge.objects.get(pk=judge.pk).listed_names == ["张某", "李某", "王某"]
    assert "不存在的单位" in desk.get("office_jury", call.pk)
    round_ = scene.round
    with clock.fixed(JUDGING):
        assert "先" in desk.post("round_act", round_.pk, "open")
        assert "已分配 6 次评阅" in desk.post("round_act", round_.pk, "assign", seed="7")
        assert "开放" in desk.post("round_act", round_.pk, "open")
        desk.post("round_act", round_.pk, "prolong", until="", reason="")
        until = (scene.round.closes_at + timedelta(days=1)).astimezone(clock.ZONE).strftime("%Y-%m-%dT%H:%M:%S")
        desk.post("round_act", round_.pk, "prolong", until=until, reason="评委出差")
        for row in list(scenes.readings(scene)):
            address = reverse("competitions:reading", args=[row.pk])
            reader = Desk(row.judge.user).client
            assert reader.get(address).status_code == 200
            assert reader.post(address, {"mark-a": "x", "version": "0"}).status_code == 422
            marks = {"mark-a": str(50 - (row.entry.number or 0)), "mark-b": "30", "version": "0", "comment": "结构完整"}
            assert reader.post(address, marks).status_code == 302
        assert "0" in desk.post("round_act", round_.pk, "fill")
        desk.post("round_act", round_.pk, "further", entry=scene.entries[0].pk)
        extra = JuryAssignment.objects.get(further=True)
        assert "未评分" in desk.post("round_act", round_.pk, "close") or "评阅" in desk.post(
            "round_act", round_.pk, "close"
        )
        scenes.give(extra, "48", "30")
        desk.post("round_act", round_.pk, "close")
    assert scene.round.state == "closed"
    desk.post("round_act", round_.pk, "reopen", reason="误填")
    with clock.fixed(JUDGING):
        desk.post("round_act", round_.pk, "close")
    assert (
        "还没有" in desk.post("office_act", call.pk, "release")
        or Competition.objects.get(pk=call.pk).state == "published"
    )
    desk.post("office_act", call.pk, "propose")
    entry = scene.entries[2]
    desk.post("office_entry_act", entry.pk, "award", tier="merit", reason="评委会合议")
    assert entry.title in desk.get("office_results", call.pk)
    with clock.fixed(AFTER):
        for act in ("release", "publicity"):
            desk.post("office_act", call.pk, act)
    PublicityPeriod.objects.update(ends_on=AFTER.date() + timedelta(days=5))
    address = reverse("competitions:winners", args=[call.pk, "docx"])
    with clock.fixed(AFTER):
        desk.post("office_act", call.pk, "confirm")
        assert not Certificate.objects.exists()
        notice = text_of(desk.client.get(address).content)
    assert "拟获奖名单" in notice and "公示期自" in notice and "异议须实名提出" in notice
    with clock.fixed(AFTER + 6 * DAY):
        desk.post("office_act", call.pk, "confirm")
        final = text_of(desk.client.get(address).content)
    assert "”获奖名单" in final and "公示" not in final
    assert '"Signature"' in final, "who issues it and when stands at the end"
    assert Certificate.objects.count() == 3
    answer = desk.client.get(reverse("competitions:certificates_archive", args=[call.pk]))
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert len(archive.namelist()) == 3
    certificate = Certificate.objects.order_by("number").first()
    assert certificate is not None
    with override_settings(SITE_ORIGIN="https://anli.example.cn"):
        paper = desk.client.get(reverse("competitions:certificate_file", args=[certificate.pk, "docx"])).content
    assert f"https://anli.example.cn/competitions/certificates/{certificate.token}/" in text_of(paper)
    desk.post("certificate_revoke", certificate.pk, reason="")
    desk.post("certificate_revoke", certificate.pk, reason="查实抄袭")
    shown = Client().get(reverse("competitions:certificate", args=[certificate.token])).content.decode()
    assert "查实抄袭" in shown and "已撤销" in shown
    assert desk.client.get(reverse("competitions:certificate_file", args=[certificate.pk, "exe"])).status_code == 404
    assert desk.client.get(reverse("competitions:winners", args=[call.pk, "exe"])).status_code == 404
    for name in ("office_act", "round_act", "office_entry_act"):
        pk = {"office_act": call.pk, "round_act": round_.pk, "office_entry_act": entry.pk}[name]
        assert desk.client.post(reverse(f"competitions:{name}", args=[pk, "nonsense"])).status_code == 404
    assert office.has_role(Role.COMPETITION_OFFICE)


def test_an_infeasible_assignment_is_told_by_track_with_the_entries() -> None:
    scene = scenes.published(readings=3)
    scenes.enter(scene, 2)
    desk = Desk(scene.office)
    with clock.fixed(JUDGING):
        assert "评委" in desk.post("round_act", scene.round.pk, "assign", seed="abc")
        scenes.seat(scene, 3)
        barred = scenes.seat(scene, 1)[0]
        desk.post("office_entry_act", scene.entries[0].pk, "conflict", judge=barred.pk, reason="师生")
        desk.post("office_entry_act", scene.entries[0].pk, "conflict", judge=Judge.objects.first().pk, reason="亲属")
        told = desk.post("round_act", scene.round.pk, "assign", seed="1")
    assert "组别1" in told and "001" in told
    assert not JuryAssignment.objects.exists()
    assert Round.objects.get(pk=scene.round.pk).state == "prepared" and Track.objects.count() == 1


def test_the_list_of_entries_is_filtered_by_state_and_one_excluded_tells_its_unit() -> None:
    scene = scenes.published()
    scenes.enter(scene, 2)
    desk = Desk(scene.office)
    desk.post("office_entry_act", scene.entries[0].pk, "exclude", reason="")
    assert Entry.objects.get(pk=scene.entries[0].pk).state == "accepted"
    desk.post("office_entry_act", scene.entries[0].pk, "exclude", reason="重复申报")
    url = reverse("competitions:office_entries", args=[scene.call.pk])
    body = desk.client.get(f"{url}?state=excluded").content.decode()
    assert scene.entries[0].title in body and body.count("<tr>") == 2
    assert desk.client.get(f"{url}?state=nonsense").status_code == 200
    unit = Desk(scenes.contact(scene.entries[0].unit))
    assert "重复申报" in unit.get("unit_desk", scene.call.slug)
