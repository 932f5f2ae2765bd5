"""The walk of one case, from a teacher's Word file to the printed collection: the promise of the whole site."""

from __future__ import annotations

import io
import re
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from docx import Document

from tests.conftest import require_service
from tests.e2e.conftest import ROOT, Site, Visit

MANUSCRIPT = ROOT.parent / "shared" / "data" / "manuscripts" / "case-collection.docx"
TITLE = "端到端案例：一本账走完全程"
OPINION = (
    "文稿事实清楚、数据有出处，做法具体可学，结构完整，表述规范，没有发现政治性、政策性差错；"
    "人名地名已按要求处理，图表与正文一致。建议按程序进入下一环节，标题中的数字请再核对一次后即可采用。"
)

CONTEST = """
from datetime import timedelta
from decimal import Decimal
from caselib.accounts.enums import Role
from caselib.accounts.models import User
from caselib.accounts.services import move_to_unit, set_roles
from caselib.competitions.models import AwardRule, Competition, Criterion, JuryAssignment, Round, Track
from caselib.competitions.services import awards, calls, entries, jury, publicity, readings, results, scoring
from caselib.core import clock
from caselib.resources.models import ResourcePage
page = ResourcePage.objects.get(pk={page}).specific
office = User.objects.get(username="office")
contact, _made = User.objects.get_or_create(username="walk-contact", defaults={{"name": "联络员"}})
move_to_unit(contact, page.unit, by=None)
set_roles(contact, [Role.UNIT_CONTACT], by=None)
now = clock.now()
start = now - timedelta(days=60)
call = Competition(title="端到端好案例评选", slug="walk", year=start.year, call="评选通知", entry_opens=start,
                   entry_closes=start + timedelta(days=10), certificate_prefix="ZD")
calls.create_call(call, by=office, at=start - timedelta(days=1))
stage = Round(competition=call, name="评审", opens_at=start + timedelta(days=11), closes_at=start + timedelta(days=20))
calls.save_part(stage, by=office, at=start - timedelta(days=1))
track = Track(competition=call, name="案例", kinds=["casestudy"])
calls.save_part(track, by=office, at=start - timedelta(days=1))
calls.save_part(AwardRule(track=track, tier="first", count=1), by=office, at=start - timedelta(days=1))
calls.save_part(Criterion(rubric=track.rubrics.get(), code="whole", name="总评", weight=Decimal(100)), by=office, at=start)
calls.publish_call(call, by=office, at=start - timedelta(days=1))
call.refresh_from_db()
entries.submit_entry(page, track, by=contact, at=start + timedelta(days=1))
units = set(User.objects.filter(pk__in=[page.owner_id]).values_list("unit_id", flat=True)) | {{page.unit_id}}
judges = [user for user in User.objects.filter(groups__name="judge").order_by("pk") if user.unit_id not in units]
for user in judges:
    judge = jury.appoint_judge(call, user, tracks=[track], by=office, at=start + timedelta(days=5))
    jury.declare(judge, names=[], units=[], by=user, at=start + timedelta(days=5))
opened = start + timedelta(days=12)
readings.assign_round(stage, by=office, at=opened)
scoring.open_round(stage, by=office, at=opened)
for reading in JuryAssignment.objects.filter(round=stage).select_related("judge__user"):
    scoring.submit_score(reading, given={{"whole": Decimal(90)}}, comment="好", version=0, by=reading.judge.user,
                         at=opened + timedelta(days=1))
closed = start + timedelta(days=21)
results.close_round(stage, by=office, at=closed)
results.propose_awards(call, by=office, at=closed)
results.release_results(call, by=office, at=closed + timedelta(days=1))
publicity.open_publicity(call, by=office, at=closed + timedelta(days=2))
awards.confirm_awards(call, by=office, at=now)
print("awarded", page.awards.count())
"""
BOOK = """
from caselib.accounts.models import User
from caselib.anthologies.enums import ItemKind
from caselib.anthologies.services import editions, outline
editor = User.objects.get(username="editor")
anthology = editions.create_anthology("端到端案例汇编", subtitle="试编本", publisher="岚江省委党校", by=editor)
edition = editions.create_edition(anthology, name="第一版", year=2026, by=editor)
outline.add_text(edition, ItemKind.FOREWORD, title="编者按", text="本书收录走完全程的案例。", by=editor)
outline.add_text(edition, ItemKind.PART, title="基层治理", by=editor)
print(outline.fill(edition, [{page}], by=editor).added, edition.pk)
"""


def upload_and_accept(author: Visit, manuscript: Path) -> None:
    """The author uploads a Word file, reads the report, corrects the first item and accepts it as a draft."""
    page = author.page
    page.goto("/admin/imports/")
    page.set_input_files("input[type=file]", str(manuscript))
    author.follow(page.get_by_role("button", name="上传并读取"))
    end = time.monotonic() + 90
    while page.locator(".ingest-item").count() == 0 and time.monotonic() < end:
        page.wait_for_timeout(1000)
        page.reload()
    author.shot("walk-1-import-report")
    assert page.locator(".ingest-item").count() > 0
    author.follow(page.locator(".ingest-item a.button").first)
    author.shot("walk-2-correct")
    page.fill("#id_title", TITLE)
    page.fill("#id_abstract", "一个村把账本晒出来，群众从看不懂到看得清。")
    page.select_option("#id_kind", "casestudy")
    author.follow(page.locator("form button[type=submit]").last)


def submit(site: Site, author: Visit) -> int:
    """The author completes the classification in the editor and submits; the number of the page is returned."""
    number = int(site.shell(f"from wagtail.models import Page; print(Page.objects.get(draft_title={TITLE!r}).pk)"))
    page = author.page
    page.goto(f"/admin/pages/{number}/edit/")
    page.get_by_role("tab", name="归类").click()
    for term in ("基层治理", "民政", "村（社区）党组织书记"):
        page.locator(".term-tree__term", has_text=re.compile(rf"^\s*　*{re.escape(term)}\s*$")).first.locator(
            "input"
        ).check()
    page.get_by_role("tab", name="来源与权限").click()
    page.select_option("#id_circulation", "public")
    author.shot("walk-3-editor")
    author.follow(page.get_by_role("button", name="保存草稿"))
    page.goto(f"/review/manuscripts/{number}/")
    author.follow(page.get_by_role("button", name="提交初审"))
    author.shot("walk-4-submitted")
    return number


def review(site: Site, person: Visit, number: int, shot: str) -> None:
    """One reviewer disposes of the findings, answers the checklist, writes an opinion and passes the text on."""
    page = person.page
    state = site.shell(
        f"from wagtail.models import Page; print(Page.objects.get(pk={number}).current_workflow_task_state.pk)"
    ).strip()
    page.goto(f"/review/read/{state}/")
    while page.locator(".finding form").count():
        form = page.locator(".finding form").first
        before = page.locator(".finding form").count()
        form.locator("select, input[type=radio]").first.wait_for(state="attached")
        dismiss(person)
        if page.locator(".finding form").count() >= before:
            break
    for group in page.locator(".question").all():
        group.locator("input[type=radio]").first.check()
    page.fill("#verdict-form textarea[name=opinion]", OPINION)
    page.locator("#verdict-form input[type=radio][value=pass]").check()
    person.shot(shot)
    person.follow(page.locator("#verdict-form button[type=submit]"))
    assert not page.locator("#refused").count(), page.locator("#refused").inner_text()


def dismiss(person: Visit) -> None:
    """Dismiss the first open finding with a reason."""
    page = person.page
    form = page.locator(".finding form").first
    if form.locator("select").count():
        form.locator("select").first.select_option("dismissed")
    else:
        form.locator("[value=dismissed]").first.click()
    reason = form.locator("input[name=reason], textarea[name=reason]")
    if reason.count() and reason.first.is_visible():
        reason.first.fill("经核对，此处为原文引用，表述无误。")
    buttons = form.locator("button[type=submit]")
    if buttons.count():
        buttons.last.click()
    page.wait_for_load_state("load")


@pytest.mark.e2e
def test_the_walk_of_one_case(site: Site, visit: Callable[..., Any]) -> None:
    require_service(MANUSCRIPT.exists(), "the shared manuscripts are not beside the project")
    author = visit("author")
    upload_and_accept(author, MANUSCRIPT)
    number = submit(site, author)

    for username in ("first", "second", "final"):
        review(site, visit(username), number, f"walk-5-{username}")
    live = site.shell(
        f"from wagtail.models import Page; p = Page.objects.get(pk={number}); print(p.live, p.url)"
    ).split()
    assert live[0] == "True"

    reader = visit()
    end = time.monotonic() + 20
    while time.monotonic() < end:
        reader.page.goto("/browse/?q=一本账走完全程")
        if reader.page.get_by_role("link", name=TITLE).count():
            break
        time.sleep(0.5)
    assert reader.page.get_by_role("link", name=TITLE).first.is_visible()
    assert reader.page.locator(".facets").get_by_text("基层治理").first.is_visible()
    reader.shot("walk-6-found")
    reader.page.goto(live[1])
    assert TITLE in reader.page.locator("h1").inner_text()
    reader.shot("walk-7-read")

    listed(site, visit, number)
    ordered(visit, number)
    awarded(site, visit, number, live[1])
    printed(site, visit, number)


def listed(site: Site, visit: Callable[..., Any], number: int) -> None:
    """The case stands on an online list that anybody can open."""
    code = (
        "from caselib.accounts.models import User; from caselib.resources.models import ResourcePage\n"
        "from caselib.catalogue.models import CatalogueList; from caselib.catalogue.services import lists\n"
        "row = CatalogueList.objects.filter(kind='curated', published_at__isnull=False).order_by('pk')[0]\n"
        f"lists.add_item(row, ResourcePage.objects.get(pk={number}), by=User.objects.get(username='editor'))\n"
        "print(row.code)"
    )
    short = site.shell(code).split()[-1]
    anybody = visit()
    anybody.page.goto(f"/lists/{short}/")
    assert anybody.page.get_by_text(TITLE).first.is_visible()
    anybody.shot("walk-8-list")


def ordered(visit: Callable[..., Any], number: int) -> None:
    """A unit orders a course together with what it found, and the dispatcher sees the request."""
    contact = visit("contact")
    page = contact.page
    page.goto("/browse/?kind=course")
    contact.follow(page.locator("main a[href*='/library/'], main .result a, main a[href^='/resource']").first)
    page.get_by_role("link", name="点单").first.click()
    contact.follow(page.get_by_role("button", name=re.compile("放入|加入")))
    page.goto("/orders/new/")
    page.fill("[name=starts_on]", "2027-03-02")
    page.fill("[name=ends_on]", "2027-03-03")
    page.fill("[name=place]", "镇党校一楼报告厅")
    page.fill("[name=audience]", "村（社区）党组织书记")
    page.fill("[name=headcount]", "45")
    page.fill("[name=purpose]", "新任书记集中轮训")
    if page.locator("[name=contact]").count():
        page.fill("[name=contact]", "邱正平 内线 6021")
    contact.follow(page.locator("main form button[type=submit]").last)
    contact.shot("walk-9-ordered")
    assert re.search(r"/orders/\d+/", page.url), page.locator("main").inner_text()[:500]


def awarded(site: Site, visit: Callable[..., Any], number: int, url: str) -> None:
    """Entered, judged, released, published for objections, awarded: the mark stands on the page."""
    assert "awarded 1" in site.shell(CONTEST.format(page=number))
    anybody = visit()
    anybody.page.goto(url)
    assert "一等奖" in anybody.page.locator("main").inner_text()
    anybody.shot("walk-10-awarded")


def printed(site: Site, visit: Callable[..., Any], number: int) -> None:
    """The case is in a compiled collection: cover, foreword, contents, part and case, in a Word file that opens."""
    added, edition = site.shell(BOOK.format(page=number)).split()[-2:]
    assert added == "1"
    editor = visit("editor")
    page = editor.page
    page.goto(f"/anthologies/editions/{edition}/edit/")
    editor.shot("walk-11-edition")
    page.get_by_role("button", name="编印成书").first.click()
    link = page.locator("a[href*='/files/docx/']")
    end = time.monotonic() + 120
    while not link.count() and time.monotonic() < end:
        time.sleep(1)
        page.goto(f"/anthologies/editions/{edition}/")
    with page.expect_download() as download:
        link.first.click()
    data = Path(download.value.path()).read_bytes()
    editor.shot("walk-12-compiled")
    assert zipfile.ZipFile(io.BytesIO(data)).testzip() is None
    assert Document(io.BytesIO(data)).sections
    # All text, that of the contents field's content control included, which python-docx passes over.
    body = zipfile.ZipFile(io.BytesIO(data)).read("word/document.xml").decode()
    text = re.sub(r"[\s　]", "", "".join(re.findall(r"<w:t(?: [^>]*)?>([^<]*)</w:t>", body)))
    for expected in ("端到端案例汇编", "编者按", "目录", "基层治理", TITLE):
        assert expected in text, expected
    (site.shots / "walk.docx").write_bytes(data)
