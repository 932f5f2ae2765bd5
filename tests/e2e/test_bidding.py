"""Course bidding in a real browser: a need, two bids, blind judging, the commission and the course it led to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.e2e.conftest import Site, Visit
from tests.e2e.test_competition import submit

TITLE = "乡镇干部数字素养专题课"
BIDS = (("contact", "数字素养的三张清单"), ("contact2", "从一部手机讲起"))
TEAM = "钟伯言"
# Time passes: the deadline of the bids, then the publicity period. Nothing else is moved.
PASS = """
from datetime import timedelta
from django.utils import timezone
from caselib.competitions.models import Competition, Need, PublicityPeriod, Round
need, now = Need.objects.get(title="{title}"), timezone.now()
{what}
"""
DEADLINE = """
Need.objects.filter(pk=need.pk).update(deadline=now - timedelta(seconds=5))
Competition.objects.filter(need=need).update(entry_closes=now - timedelta(seconds=5))
Round.objects.filter(competition__need=need).update(opens_at=now - timedelta(seconds=2))
"""
PUBLICITY_OVER = """
PublicityPeriod.objects.filter(competition__need=need).update(
    starts_on=now.date() - timedelta(days=9), ends_on=now.date() - timedelta(days=2))
"""
COURSE = """
from caselib.accounts.models import User
from caselib.resources.models import ResourcePage
from caselib.resources.publishing import opened
unit = User.objects.get(username="contact").unit
pages = ResourcePage.objects.filter(live=True, withdrawn_at=None, content_type__model="course")
page = pages.exclude(unit=unit).first()
with opened([page.pk]):
    ResourcePage.objects.filter(pk=page.pk).update(unit=unit)
print(page.pk)
"""


def test_from_the_need_to_the_course(site: Site, visit: Callable[..., Any]) -> None:
    office = visit("office")
    page = office.page
    page.goto("/competitions/needs/")
    submit_link(office, "发布课程需求")
    values = {
        "title": TITLE, "audience": "乡镇党政正职", "requirements": "会用、敢用、安全地用。\n每讲有一项当场做的作业。",
        "deadline": "2098-12-31T18:00:00", "deliver_by": "2099-12-31", "readings": "2",
    }  # fmt: skip
    for name, value in values.items():
        page.fill(f"[name={name}]", value)
    submit(office, "保存")
    need = page.url
    office.shot("bidding-need")

    for username, title in BIDS:
        unit = visit(username)
        unit.page.goto(need)
        unit.page.fill("[name=title]", title)
        unit.page.fill(
            "[name=outline]", f"第一讲：{title}。\n第二讲：由{TEAM}带学员做一份本乡清单。\n第三讲：复盘与互评。"
        )
        unit.page.fill("[name=team]", f"{TEAM}，白晓舟")
        submit(unit, "提交标书")
        unit.page.get_by_text("标书已提交").wait_for()
        unit.shot(f"bidding-bid-{username}")
    stranger = visit("contact2").page
    stranger.goto(need)
    assert BIDS[0][1] not in stranger.content()
    site.shell(PASS.format(title=TITLE, what=DEADLINE))

    page.goto(need)
    submit_link(office, "评委与评分")
    call = page.url
    for name in ("傅闻笛", "谈允恭"):
        page.goto(f"{call}jury/")
        option = page.locator("select[name=user] option", has_text=name).first.get_attribute("value")
        page.select_option("[name=user]", option)
        page.locator("[name=tracks]").check()
        submit(office, "聘请")
    judges = [visit(username, width=width) for username, width in (("judge", 1440), ("judge3", 1024))]
    for judge in judges:
        judge.page.goto("/competitions/judging/")
        judge.page.get_by_role("link", name=TITLE).click()
        judge.page.check("[name=complete]")
        submit(judge, "申明")
    page.goto(call)
    page.get_by_role("link", name="分配、开放、结束").click()
    submit(office, "分配评委")
    page.get_by_text("已分配 4 次评阅").wait_for()
    submit(office, "向评委开放")
    for judge in judges:
        judge.page.goto("/competitions/judging/")
        judge.page.get_by_role("link", name=TITLE).click()
        judge.page.get_by_role("link", name="下一件未评作品").click()
        for _turn in BIDS:
            body = judge.page.content()
            assert TEAM not in body and "第二讲" in body
            best = BIDS[0][1] in body
            for field in judge.page.locator(".mark-row input").all():
                field.fill("18" if best else "12")
            judge.shot(f"bidding-reading-{judge.page.viewport_size['width']}")
            submit(judge, "提交评分")
        judge.page.get_by_text("2 / 2").first.wait_for()
    page.reload()
    submit(office, "结束本轮")
    page.goto(f"{call}results/")
    submit(office, "生成获奖建议名单")
    submit(office, "公布结果")
    submit(office, "开始 5 个工作日的公示")
    site.shell(PASS.format(title=TITLE, what=PUBLICITY_OVER))
    page.reload()
    submit(office, "确认奖项并生成证书")

    page.goto(need)
    submit_link(office, "委托中标单位")
    page.fill("[name=milestones]", "2099-06-30 提纲定稿\n2099-11-30 交课")
    submit(office, "保存")
    commission = page.url
    winner = visit("contact")
    winner.page.goto(need)
    assert "已中标" in winner.page.locator("main").inner_text() or "中标" in winner.page.locator("main").inner_text()
    winner.page.get_by_role("link", name="进度节点").click()
    winner.page.locator("textarea").first.fill("提纲已改到第三稿，附数据来源。")
    submit(winner, "报告完成")
    page.goto(commission)
    submit(office, "通过")
    course = site.shell(COURSE).strip()
    winner.page.reload()
    winner.page.locator("textarea").first.fill("课程已通过三审并发布。")
    winner.page.select_option("select[name=page]", course)
    winner.shot("bidding-milestones")
    submit(winner, "报告完成")
    page.goto(commission)
    submit(office, "通过")
    assert "已完成" in page.locator("main").inner_text()
    office.shot("bidding-commission")
    assert not winner.faults and not winner.foreign


def submit_link(person: Visit, text: str) -> None:
    person.follow(person.page.get_by_role("link", name=text, exact=True).first)
