"""The catalogue in a real browser: the walks, the widths, the keyboard, the accessibility rules, the hall display."""

from __future__ import annotations

import json
import time
import zipfile
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from caselib.core import clock

from .conftest import Site, Visit
from .crawl import RESOURCES, crawl, page_views

Open = Callable[..., Visit]

AXE = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    # text is held to 7:1, which is more than AA asks
    "rules": {"color-contrast-enhanced": {"enabled": True}},
}
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
FACTS = """
import json
from caselib.accounts.models import User
from caselib.catalogue.models import CatalogueList, Demand, Dispatch, OrderRequest
from caselib.resources.models import KINDS
from caselib.vocabularies.models import Position
open_to_all = {"live": True, "withdrawn_at": None, "circulation": "public", "audience": "learner"}
facts = {k: m.objects.filter(**open_to_all).values_list("pk", flat=True).first() for k, m in KINDS.items()}
facts["hall"] = KINDS["video"].objects.filter(live=True, circulation="public", hall_permitted=True).values_list("pk", flat=True).first()
facts["list"] = CatalogueList.objects.filter(kind="curated").values_list("code", flat=True).first()
facts["orders"] = {order.state: order.pk for order in OrderRequest.objects.all()}
facts["line"] = OrderRequest.objects.filter(state="accepted").values_list("pk", "lines__pk").first()
facts["session"] = Dispatch.objects.filter(state="delivered").values_list("pk", flat=True).first()
facts["planned"] = Dispatch.objects.filter(state="planned").values_list("pk", flat=True).first()
ours = User.objects.get(username="contact").unit_id
own = Dispatch.objects.filter(state="delivered", line__order__unit_id=ours).first()
by_account = Dispatch.objects.filter(state="delivered", slips=None)
facts["token"] = by_account.values_list("rating_token", flat=True).first()
facts["unit_session"], facts["slip"] = own.pk, own.slips.first().code
facts["claimed"] = Demand.objects.filter(state="claimed", claimed_by__username="author").values_list("pk", flat=True).first()
facts["position"] = Position.objects.filter(taggings__content_object__live=True).values_list("code", "name").first()
print(json.dumps(facts))
"""


@pytest.fixture(scope="session")
def facts(site: Site) -> dict[str, Any]:
    """Numbers and codes of what stands in the demo library."""
    found: dict[str, Any] = json.loads(site.shell(FACTS).strip().splitlines()[-1])
    return found


def public_pages(facts: dict[str, Any]) -> dict[str, str]:
    kinds = ("casestudy", "course", "textbook", "video", "teachingpoint", "teachingroute", "teacher")
    return {
        "home": "/",
        "browse": "/browse/?q=廉政",
        "browse-filtered": "/browse/?kind=casestudy&sort=newest",
        "browse-none": "/browse/?q=量子纠缠&kind=course",
        "lists": "/lists/",
        "list": f"/lists/{facts['list']}/",
        "positions": "/positions/",
        "position": f"/positions/{facts['position'][0]}/",
        "for-post": f"/for-post/?position={facts['position'][0]}",
        "teachers": "/teachers/",
        "points": "/points/",
        "about": "/about/",
        "not-found": "/nothing-here/",
        "kiosk": "/kiosk/",
        "kiosk-wall": "/kiosk/wall/",
        "kiosk-find": "/kiosk/find/",
        "kiosk-item": f"/kiosk/{facts['hall']}/",
        "slip-code": "/pj/",
        "rate-code": f"/rate/{facts['token']}/",
        "rate-slip": f"/pj/{facts['slip']}/",
        **{kind: f"/item/{facts[kind]}/" for kind in kinds if facts[kind]},
    }


def role_pages(facts: dict[str, Any]) -> dict[str, tuple[str, str]]:
    """Name to (account, address) of the pages for people who signed in."""
    orders = facts["orders"]
    return {
        "desk": ("author", "/desk/"),
        "home-office": ("dispatcher", "/"),
        "basket": ("contact", "/basket/"),
        "basket-add": ("contact", f"/basket/{facts['course']}/add/"),
        "order-form": ("contact", "/orders/new/"),
        "orders": ("dispatcher", "/orders/"),
        "order": ("dispatcher", f"/orders/{orders['delivered']}/"),
        "order-refuse": ("dispatcher", f"/orders/{orders['placed']}/refuse/"),
        "dispatch": ("dispatcher", "/orders/{}/lines/{}/dispatch/".format(*facts["line"])),
        "sessions": ("dispatcher", "/sessions/"),
        "session": ("dispatcher", f"/sessions/{facts['session']}/"),
        "deliver": ("dispatcher", f"/sessions/{facts['session']}/deliver/"),
        "session-cancel": ("dispatcher", f"/sessions/{facts['planned']}/cancel/"),
        "slips": ("contact", f"/sessions/{facts['unit_session']}/slips/"),
        "rooms": ("dispatcher", "/rooms/"),
        "room-new": ("dispatcher", "/rooms/new/"),
        "meet": ("author", f"/demand/{facts['claimed']}/meet/"),
        "rate": ("trainee", f"/rate/{facts['token']}/"),
        "evaluate": ("editor", f"/points/{facts['teachingpoint']}/evaluate/"),
        "list-new": ("editor", "/lists/new/"),
        "list-edit": ("editor", f"/lists/{facts['list']}/edit/?find=家风"),
        "demand": ("author", "/demand/"),
        "ask": ("author", "/demand/ask/"),
        "roster": ("trainee", "/roster/"),
        "printed": ("trainee", "/printed/"),
        "list-word": ("trainee", f"/lists/{facts['list']}/word/"),
        "lesson": ("teacher", "/browse/?kind=lessonplan"),
    }


def violations(page: Page) -> list[str]:
    found = Axe().run(page, options=AXE).response["violations"]
    return [f"{page.url} {rule['id']}: {node['target']}" for rule in found for node in rule["nodes"]]


# Answered by a redirect, by a file or by JSON, or reached only with what a person has in hand; looked at elsewhere.
NO_PAGES = {
    "basket_remove", "calendar", "calendar_renew", "demand_act", "item_act", "kiosk_complete", "language", "printed_file",
    "list_act", "prefer", "rectify", "resource", "resource_qr", "short",
}  # fmt: skip
# Who opens the site, in this order; each sees what the ones before could not.
READERS = ("", "trainee", "contact", "dispatcher", "editor", "author", "teacher", "first", "office", "judge")


def test_every_page_that_a_link_leads_to_keeps_the_accessibility_rules(
    visit: Open, site: Site, facts: dict[str, Any]
) -> None:
    """Pages are found by their links and named by their views: what is added to the URLconf is covered or reported."""
    looked_at: set[str] = set()
    broken: list[str] = []
    for account in READERS:
        person = visit(account) if account else visit()
        starts = ["/desk/", "/"] if account else list(public_pages(facts).values())
        starts += [address for owner, address in role_pages(facts).values() if owner == account]
        known = {template.partition(" ")[0] for template in looked_at}
        for found in crawl(person.page, site.url, starts, known):
            if found.template in looked_at:
                continue
            looked_at.add(found.template)
            broken += violations(person.page)
            sideways = person.page.evaluate(SIDEWAYS)
            broken += [f"{found.address} is {sideways} px too wide"] if sideways else []
    assert not broken, "\n".join(broken)
    views = {template.partition(" ")[0] for template in looked_at}
    missed = {name for name in page_views() if name.startswith("catalogue:")} - views
    assert {name.partition(":")[2] for name in missed} <= NO_PAGES, missed - views
    for app, least in (("competitions", 12), ("anthologies", 4), ("review", 3)):
        assert len([view for view in views if view.startswith(f"{app}:")]) >= least, (app, sorted(views))
    assert len([template for template in looked_at if template.startswith(RESOURCES)]) >= 7, sorted(looked_at)


@pytest.mark.parametrize("theme", ["dark", "contrast"])
def test_the_other_display_modes_keep_them_too(visit: Open, facts: dict[str, Any], theme: str) -> None:
    person = visit()
    person.page.add_init_script(f"localStorage.setItem('caselib-theme', '{theme}')")
    broken = []
    for name in ("home", "browse", "browse-none", "casestudy", "points", "for-post"):
        person.page.goto(public_pages(facts)[name])
        assert person.page.locator("html").get_attribute("data-theme") == theme
        broken += violations(person.page)
    person.shot(f"points-{theme}")
    assert not broken, "\n".join(broken)


@pytest.mark.parametrize("width", [390, 768, 1440])
def test_pages_fit_their_width_and_do_not_jump(visit: Open, facts: dict[str, Any], width: int) -> None:
    person = visit(width=width)
    person.page.add_init_script(
        "window.shift = 0; new PerformanceObserver(list => list.getEntries().forEach(e => {"
        " if (!e.hadRecentInput) window.shift += e.value; })).observe({type: 'layout-shift', buffered: true});"
    )
    for name, address in public_pages(facts).items():
        person.page.goto(address)
        person.page.wait_for_load_state("networkidle")
        sideways = person.page.evaluate(SIDEWAYS)
        assert sideways == 0, (name, width)
        assert person.page.evaluate("window.shift") < 0.02, (name, width)
        person.shot(f"{name}-{width}")


@pytest.mark.parametrize("width", [390, 1440])
def test_covers_keep_their_shape_and_the_sections_the_margin_of_the_page(visit: Open, width: int) -> None:
    page = visit(width=width).page
    page.goto("/browse/")
    covers = [box for thumb in page.locator(".result .cover--thumb").all() if (box := thumb.bounding_box())]
    rows = [box for row in page.locator(".result").all() if (box := row.bounding_box())]
    assert max(row["height"] for row in rows) > covers[0]["height"] + 1  # a row is taller, so a cover could stretch
    assert all(abs(box["height"] - box["width"] * 4 / 3) < 1 for box in covers)
    first, brand = (page.locator(f".site-{part} a").first.bounding_box() for part in ("nav", "header__row"))
    assert first is not None
    assert brand is not None
    assert first["x"] == pytest.approx(brand["x"], abs=1)
    assert first["x"] >= 16


def test_the_keyboard_alone_suffices(visit: Open) -> None:
    page = visit().page
    page.goto("/browse/?q=廉政")
    page.keyboard.press("Tab")
    expect(page.locator(".skip-link")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()
    summary = page.locator(".site-tools details summary").first
    summary.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.locator(".menu__panel a").first).to_be_focused()
    page.keyboard.press("Escape")
    expect(summary).to_be_focused()
    option = page.locator("#facet-drawer .facet a").first
    option.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**kind=**")
    expect(page.locator("#results .chip--chosen").first).to_be_visible()
    # the focus stays on the value that was chosen, and the new number is said
    expect(page.locator("#facet-drawer .facet a[aria-current]").first).to_be_focused()
    expect(page.locator("#results-said")).to_have_text(page.locator("#results-number").inner_text())


def test_the_search_box_completes_what_is_typed_and_gives_it_back(visit: Open) -> None:
    page = visit().page
    page.goto("/")
    box = page.locator("#site-search")
    box.press_sequentially("lianz")
    options = page.locator("#site-search-options [role=option]")
    expect(options.first).to_be_visible()
    expect(box).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("ArrowDown")
    meant = options.first.get_attribute("data-text")
    assert meant
    expect(box).to_have_value(meant)
    expect(box).to_have_attribute("aria-activedescendant", options.first.get_attribute("id") or "")
    page.keyboard.press("Escape")
    expect(box).to_have_value("lianz")
    expect(options.first).to_be_hidden()
    box.press_sequentially("h")
    expect(options.first).to_be_visible()
    page.keyboard.press("ArrowDown")
    expect(box).not_to_have_value("lianzh")
    page.keyboard.press("Enter")
    page.wait_for_url("**/browse/?q=**")
    expect(page.locator("#results .result").first).to_be_visible()


def test_a_facet_swaps_the_results_without_a_reload_and_back_leads_back(visit: Open) -> None:
    page = visit().page
    page.goto("/browse/?q=廉政")
    before = page.locator("#results-number").inner_text()
    page.evaluate("window.sameDocument = true")
    page.locator("#facet-drawer .facet a").first.click()
    expect(page.locator("#results .chip--chosen")).to_have_count(1)
    assert page.evaluate("window.sameDocument") is True
    page.go_back()
    expect(page.locator("#results .chip--chosen")).to_have_count(0)
    assert page.locator("#results-number").inner_text() == before


def test_everything_to_read_works_without_scripts(browser: Any, site: Site) -> None:
    context = browser.new_context(java_script_enabled=False, base_url=site.url, viewport={"width": 390, "height": 800})
    page = context.new_page()
    page.goto("/")
    page.fill("#site-search", "家风")
    page.press("#site-search", "Enter")
    expect(page.locator("#results .result").first).to_be_visible()
    page.locator("#facet-drawer .facet a").first.click()
    expect(page.locator("#results .chip--chosen")).to_have_count(1)
    page.locator("#results .result__title a").first.click()
    expect(page.locator("article.resource h1")).to_be_visible()
    context.close()


def test_a_trainee_from_home_to_a_delivered_and_rated_order(visit: Open, facts: dict[str, Any]) -> None:
    trainee = visit("trainee")
    page = trainee.page
    page.goto("/")
    page.fill("#site-search", "家风")
    page.press("#site-search", "Enter")
    page.locator("#facet-drawer").get_by_role("link", name="课程").first.click()
    expect(page.locator("#results .chip--chosen")).to_have_count(1)
    page.locator("#results .result__title a").first.click()
    title = page.locator("article.resource h1").inner_text()
    course = page.url
    page.get_by_role("link", name="点单").click()
    page.get_by_role("button", name="放入点单篮").click()
    page.get_by_role("link", name="填写订单").click()
    today = clock.today()
    page.fill("#id_starts_on", str(today))
    page.fill("#id_ends_on", str(today + timedelta(days=3)))
    page.fill("#id_place", "石梁县委党校二楼")
    page.fill("#id_audience", "新任科级干部")
    page.fill("#id_headcount", "36")
    page.fill("#id_purpose", "任职培训家风专题")
    page.fill("#id_contact", "林老师 0000-2233")
    page.locator("form.section button[type=submit]").dblclick()
    expect(page.locator("h1")).to_contain_text("DD")
    number = page.locator("h1").inner_text()
    order = page.url
    page.goto("/orders/")
    expect(page.get_by_role("link", name=number)).to_have_count(1)

    office = visit("dispatcher")
    desk = office.page
    desk.goto(order)
    desk.get_by_role("button", name="受理订单").click()
    desk.get_by_role("link", name="排定场次").first.click()
    desk.fill("#id_starts_at", f"{today}T00:00")
    desk.fill("#id_ends_at", f"{today}T00:05")
    desk.select_option("#id_teacher", "")
    desk.fill("#id_place", "石梁县委党校二楼")
    desk.get_by_role("button", name="确认派单").click()
    desk.locator(".session-line a").first.click()
    desk.get_by_role("link", name="登记授课").click()
    desk.fill("#id_attendance", "34")
    desk.get_by_role("button", name="登记授课").click()
    rate = desk.locator(".rating-code p.small a").get_attribute("href")
    office.shot("walk-session")

    page.goto(rate or "")
    for name in ("content", "delivery", "use"):
        page.check(f"input[name={name}][value='5']")
    page.fill("#id_comment", "讲得实在，回去就能用。")
    page.get_by_role("button", name="提交评价").click()
    expect(page.locator(".notice--success")).to_be_visible()
    page.goto(rate or "")
    expect(page.locator(".notice--warning")).to_be_visible()
    expect(page.locator("input[name=content]")).to_have_count(0)
    page.goto(course)
    expect(page.locator("h1")).to_have_text(title)
    expect(page.locator("#ratings")).to_be_visible()
    trainee.shot("walk-course-rated")


def test_an_editor_makes_a_campaign_list_and_prints_it_as_word(visit: Open) -> None:
    editor = visit("editor")
    page = editor.page
    page.goto("/lists/new/")
    title = f"七月纪律教育{time.time_ns() % 10**6}"
    page.fill("#id_title", title)
    page.select_option("#id_kind", "campaign")
    page.select_option("#id_circulation", "public")
    page.get_by_role("button", name="保存清单").click()
    expect(page.locator(".notice--error")).to_be_visible()
    assert page.input_value("#id_title") == title
    page.fill("#id_starts_on", str(clock.today()))
    page.fill("#id_ends_on", str(clock.today() + timedelta(days=20)))
    page.get_by_role("button", name="保存清单").click()
    for word in ("家风", "风险"):
        page.fill("#find", word)
        page.press("#find", "Enter")
        page.get_by_role("button", name="选入").first.click()
    expect(page.locator("ol > li.card")).to_have_count(2)
    first = page.locator("ol > li.card strong").nth(1).inner_text().split(". ", 1)[1]
    page.get_by_role("button", name="上移").nth(1).click()
    expect(page.locator("ol > li.card strong").first).to_contain_text(first)
    page.get_by_role("button", name="发布清单").click()
    page.get_by_role("link", name="查看读者所见").click()
    editor.shot("walk-list")
    page.get_by_role("link", name="导出 Word").click()
    page.get_by_role("button", name="生成目录").click()
    with page.expect_download() as waiting:
        page.locator("#job-state a.button").click(timeout=120_000)
    path = waiting.value.path()
    assert waiting.value.suggested_filename.endswith(".docx")
    with zipfile.ZipFile(path) as word:
        text = word.read("word/document.xml").decode("utf-8")
        assert any(name.endswith(".png") for name in word.namelist())
    assert title in text
    assert first[:8] in text
    visitor = visit().page
    visitor.goto("/")
    expect(visitor.get_by_role("link", name=title).first).to_be_visible()


def test_a_hall_display_finds_by_initials_resets_when_idle_and_has_no_way_out(
    visit: Open, facts: dict[str, Any]
) -> None:
    person = visit(width=1440, height=900)
    page = person.page
    page.clock.install()
    page.goto("/kiosk/find/")
    page.get_by_role("button", name="J", exact=True).click()
    page.get_by_role("button", name="F", exact=True).click()
    expect(page.locator("#typed")).to_have_text("jf")
    expect(page.locator("#found li").first).to_be_visible()
    for control in page.locator("main button, nav a, main a").all():
        box = control.bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) >= 64, control.inner_text()
    page.goto("/kiosk/wall/")
    for link in page.locator("a[href]").all():
        href = link.evaluate("a => a.pathname")
        assert href.startswith("/kiosk/"), href
    page.clock.fast_forward(80_000)
    expect(page.locator("#idle")).to_be_visible()
    page.mouse.click(5, 400)
    expect(page.locator("#idle")).to_be_hidden()
    page.clock.fast_forward(95_000)
    page.wait_for_url("**/kiosk/")
    expect(page.locator("h1")).to_be_visible()


def test_a_roster_becomes_a_list_and_names_whom_it_misses(visit: Open, facts: dict[str, Any]) -> None:
    person = visit("trainee")
    page = person.page
    page.goto("/roster/")
    page.fill("#id_roster", f"王小满，{facts['position'][1]}\n李大山，{facts['position'][1]}\n赵六，星际领航员\n")
    page.get_by_role("button", name="生成清单").click()
    expect(page.locator("#result .result").first).to_be_visible()
    expect(page.locator("#result")).to_contain_text("星际领航员")
    person.shot("walk-roster")
    assert violations(page) == []


def test_public_pages_print_with_source_date_and_code(visit: Open, facts: dict[str, Any]) -> None:
    page = visit().page
    page.goto(f"/item/{facts['casestudy']}/")
    page.emulate_media(media="print")
    expect(page.locator(".site-header")).to_be_hidden()
    expect(page.locator(".imprint .qr")).to_be_visible()
    expect(page.locator(".imprint .print-only")).to_be_visible()
    assert len(page.pdf(format="A4")) > 10_000
