"""A competition in a real browser, from the call to the certificate that anybody can verify."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Route

from tests.e2e.conftest import Site, Visit

TITLE = "岚江省微案例评选"
JUDGES = ("judge", "judge3", "judge4")

PREPARE = """
import json
from django.contrib.auth.hashers import make_password
from caselib.accounts.models import User
from caselib.accounts.services import set_roles, move_to_unit
from caselib.accounts.enums import Role
from caselib.resources.models import CaseStudy
from cms.demo.people import PASSWORD
barred = set(User.objects.filter(groups__name="judge").values_list("unit_id", flat=True))
found = []
for page in CaseStudy.objects.filter(live=True, withdrawn_at=None).exclude(unit_id__in=barred).order_by("pk"):
    if page.unit_id in {p.unit_id for p, _u in found} or page.awards.exists():
        continue
    user, made = User.objects.get_or_create(
        username=f"e2e-contact-{len(found)}", defaults={"name": f"联络员{len(found)}", "password": make_password(PASSWORD)})
    move_to_unit(user, page.unit, by=None)
    set_roles(user, [Role.UNIT_CONTACT], by=None)
    found.append((page, user))
    if len(found) == 2:
        break
names = [a.name for p, _u in found for a in p.authors.all()] + [p.unit.name for p, _u in found]
print(json.dumps({"entries": [[u.username, p.title] for p, u in found], "secrets": names}))
"""
# Time passes: the windows move, nothing else.
PASS = """
from datetime import timedelta
from django.utils import timezone
from caselib.competitions.models import Competition, Round, PublicityPeriod
call = Competition.objects.get(title="{title}")
now = timezone.now()
{what}
"""
JUDGING = """
Competition.objects.filter(pk=call.pk).update(entry_closes=now - timedelta(seconds=5))
Round.objects.filter(competition=call).update(opens_at=now - timedelta(seconds=2), closes_at=now + timedelta(days=2))
"""
PUBLICITY_OVER = """
PublicityPeriod.objects.filter(competition=call).update(starts_on=now.date() - timedelta(days=9), ends_on=now.date() - timedelta(days=2))
"""


def passes(site: Site, what: str) -> None:
    site.shell(PASS.format(title=TITLE, what=what))


def submit(person: Visit, text: str) -> None:
    person.follow(person.page.get_by_role("button", name=text, exact=True).first)


def add(person: Visit, link: str, values: dict[str, str], *, boxes: tuple[str, ...] = ()) -> None:
    """Open a form of the setup page, fill it in, save it."""
    person.page.get_by_role("link", name=link, exact=True).first.click()
    for name, value in values.items():
        field = person.page.locator(f"[name={name}]").first
        if field.evaluate("node => node.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)
    for value in boxes:
        person.page.locator(f"input[type=checkbox][value={value}]").check()
    submit(person, "保存")
    assert person.page.get_by_text("已保存").is_visible(), person.page.locator("main").inner_text()[:800]


def prepare_call(office: Visit) -> str:
    """Fill in call, round, track, rubric and awards; publish; return the address of the office's page."""
    page = office.page
    page.goto("/competitions/office/new/")
    page.fill("[name=title]", TITLE)
    page.fill("[name=slug]", "e2e-call")
    page.fill("[name=entry_opens]", "2026-01-01T00:00:00")
    page.fill("[name=entry_closes]", "2099-01-01T23:59:59")
    page.fill("[name=certificate_prefix]", "WAL")
    submit(office, "保存")
    setup = page.url
    add(office, "轮次", {"name": "初评", "opens_at": "2099-01-03T00:00:00", "closes_at": "2099-01-05T23:59:59"})
    add(office, "组别", {"name": "微案例"}, boxes=("casestudy",))
    for code, name, weight in (("topic", "选题与导向", "40"), ("use", "教学价值", "60")):
        values = {"code": code, "name": name, "weight": weight, "high": weight, "descriptors": "好：切中要害\n中：平稳"}
        add(office, "评分指标", values)
    add(office, "奖项", {"tier": "first", "count": "1"})
    add(office, "奖项", {"tier": "second", "count": "1"})
    office.shot("competition-rules")
    page.goto(setup.removesuffix("setup/"))
    submit(office, "发布通知")
    assert (
        "通知已发布" in page.locator("main, [role=status]").first.inner_text() or page.get_by_text("通知已发布").count()
    )
    return page.url


def type_before_the_script(person: Visit) -> None:
    """On a slow line the page is there before its script: what is typed by then is saved when it comes."""
    page = person.page
    late: list[Route] = []
    page.route("**/judging*.js", lambda route: late.append(route))
    page.reload(wait_until="commit")
    page.fill("[name=comment]", "案例扎实。")
    assert len(late) == 1 and not page.get_by_text("草稿已保存于").count()
    late[0].continue_()
    page.get_by_text("草稿已保存于").wait_for()
    page.unroute("**/judging*.js")


def score(person: Visit, secrets: list[str], points: tuple[int, int]) -> None:
    """Score everything on the desk with the keyboard's own speed; the draft is saved as typed, be the script late."""
    page = person.page
    page.goto("/competitions/judging/")
    person.follow(page.get_by_role("link", name=TITLE))
    person.follow(page.get_by_role("link", name="下一件未评作品"))
    for turn in range(2):
        body = page.content()
        for secret in secrets:
            assert secret not in body, secret
        better = "001" in page.locator(".breadcrumb").inner_text()
        page.fill("[name=mark-topic]", str(36 if better else 30))
        page.fill("[name=mark-use]", str(points[0] if better else points[1]))
        page.get_by_text("草稿已保存于").wait_for()
        if turn == 0:
            type_before_the_script(person)
            page.reload()
            assert page.input_value("[name=mark-use]") == str(points[0] if better else points[1])
            person.shot(f"competition-reading-{page.viewport_size['width']}")  # type: ignore[index]
        submit(person, "提交评分")
    page.get_by_text("2 / 2").first.wait_for()


def test_from_the_call_to_the_certificate(site: Site, visit: Callable[..., Any]) -> None:
    known = json.loads(site.shell(PREPARE))
    office = visit("office")
    address = prepare_call(office)

    for username, title in known["entries"]:
        unit = visit(username)
        unit.page.goto("/competitions/calls/e2e-call/unit/")
        unit.page.get_by_role("link", name="申报作品").first.click()
        unit.page.locator("tr", has_text=title).get_by_role("button", name="提交", exact=True).click()
        unit.page.get_by_text("已提交").first.wait_for()
        unit.shot(f"competition-unit-{username}")
    passes(site, JUDGING)

    for name in ("傅闻笛", "谈允恭", "尹千帆"):
        office.page.goto(f"{address}jury/")
        option = office.page.locator("select[name=user] option", has_text=name).first.get_attribute("value")
        office.page.select_option("[name=user]", option)
        office.page.locator("[name=tracks]").check()
        submit(office, "聘请")
    judges = [visit(username, width=width) for username, width in zip(JUDGES, (1440, 820, 1440), strict=True)]
    for judge in judges:
        judge.page.goto("/competitions/judging/")
        judge.page.get_by_role("link", name=TITLE).click()
        judge.page.wait_for_url(re.compile("declare"))
        judge.page.check("[name=complete]")
        submit(judge, "申明")
        assert "尚未分配" in judge.page.locator("main").inner_text()
    office.page.goto(address)
    office.page.get_by_role("link", name="分配、开放、结束").click()
    submit(office, "分配评委")
    office.page.get_by_text("已分配 6 次评阅").wait_for()
    submit(office, "向评委开放")
    for judge, points in zip(judges, ((58, 50), (55, 47), (52, 45)), strict=True):
        score(judge, known["secrets"], points)
    office.page.reload()
    office.shot("competition-round")
    submit(office, "结束本轮")
    office.page.get_by_text("本轮已结束并完成核算").wait_for()
    assert "91.00" not in judges[0].page.goto("/competitions/calls/e2e-call/").text()

    office.page.goto(f"{address}results/")
    submit(office, "生成获奖建议名单")
    submit(office, "公布结果")
    submit(office, "开始 5 个工作日的公示")
    objector = visit("trainee")
    objector.page.goto("/competitions/calls/e2e-call/")
    objector.shot("competition-publicity")
    objector.page.fill("[name=contact]", "内线 8123")
    objector.page.fill("[name=text]", "第二名作品的数据请再核实。")
    submit(objector, "提出异议")
    objector.page.get_by_text("您的异议已记录在案").wait_for()
    passes(site, PUBLICITY_OVER)
    office.page.goto(f"{address}results/")
    assert "还有 1 件异议未答复" in office.page.locator("main").inner_text()
    office.page.fill("[name=answer]", "经核实，数据有原始台账。")
    submit(office, "答复：不成立")
    submit(office, "确认奖项并生成证书")
    office.shot("competition-results")
    office.page.goto(f"{address}certificates/")
    with office.page.expect_download() as download:
        office.page.get_by_role("link", name="Word", exact=True).first.click()
    assert download.value.suggested_filename == f"WAL-{site_year(site)}-0001.docx"
    office.page.get_by_role("link", name=re.compile("WAL-")).first.click()
    public = office.page.url
    visitor = visit()
    visitor.page.goto(public)
    assert "证书真实有效" in visitor.page.locator("main").inner_text()
    assert "一等奖" in visitor.page.locator("main").inner_text()
    visitor.shot("competition-certificate")
    office.page.goto(f"{address}report/")
    assert "全部数据一致" in office.page.locator("main").inner_text()
    office.shot("competition-report")
    assert "all figures agree" in site.manage("recompute_scores", "e2e-call")


def site_year(site: Site) -> str:
    code = 'from caselib.competitions.models import Competition; print(Competition.objects.get(slug="e2e-call").year)'
    return site.shell(code).strip()
