"""Every page of the catalogue answers, to everybody it should, whatever stands in its address."""

from __future__ import annotations

from datetime import timedelta
from html import escape

import pytest
from django.test import Client
from django.urls import reverse

from caselib.accounts.enums import Role
from caselib.catalogue import services
from caselib.catalogue.enums import ListKind
from caselib.catalogue.models import CatalogueList, Demand
from caselib.core import clock
from caselib.resources.enums import Kind
from caselib.resources.models import ResourcePage
from caselib.vocabularies.models import Position, Topic
from tests import factories

from .conftest import START, Office

HOSTILE = [
    "\"'><script>",
    "%",
    "_" * 500,
    "' OR 1=1 --",
    "９" * 40,
    "-1",
    "1e9",
    "\u202e反",
    "a" * 3000,
    "🦀",
    "AND OR NOT (",
    "*",
]


@pytest.fixture
def editor(db: None) -> Client:
    client = Client()
    client.force_login(factories.UserFactory(roles=[Role.EDITOR]))
    return client


def make_list(*items: ResourcePage, kind: str = ListKind.CURATED, **details: object) -> CatalogueList:
    editor = factories.UserFactory(roles=[Role.EDITOR])
    made = services.create_list(
        services.ListDetails(title="清单一", kind=kind, circulation="public", **details), by=editor
    )  # type: ignore[arg-type]
    for item in items:
        services.add_item(made, item, line="值得一读", by=editor)
    return services.publish_list(made, by=editor)


PUBLIC = [
    "home",
    "browse",
    "lists",
    "positions",
    "for_post",
    "teachers",
    "points",
    "kiosk",
    "kiosk_wall",
    "kiosk_find",
    "about",
]
PERSONAL = ["desk", "basket", "orders", "order_new", "sessions", "demand", "ask", "roster"]


@pytest.mark.parametrize("name", PUBLIC)
def test_public_pages_answer_everybody(client: Client, office: Office, name: str) -> None:
    response = client.get(reverse(f"catalogue:{name}"))
    assert response.status_code == 200
    assert "csrfmiddlewaretoken" not in response.content.decode()
    assert "Set-Cookie" not in response.headers


@pytest.mark.parametrize("name", PERSONAL)
def test_personal_pages_ask_to_sign_in_and_then_answer(client: Client, office: Office, name: str) -> None:
    url = reverse(f"catalogue:{name}")
    assert "/account/login/" in client.get(url).headers["Location"]
    client.force_login(office.contact)
    assert client.get(url).status_code == 200


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind != Kind.NOTE])
def test_the_page_of_each_kind_answers(client: Client, db: None, kind: Kind) -> None:
    page = factories.live(kind, title=f"某{kind.label}")
    response = client.get(page.get_url())
    assert response.status_code == 200
    text = response.content.decode()
    assert page.title in text
    assert 'type="application/ld+json"' in text
    assert client.get(reverse("catalogue:resource", args=[page.pk])).headers["Location"] == page.get_url()


def test_words_that_look_like_markup_are_words_in_every_part_of_a_page(client: Client, db: None) -> None:
    mark = '<b class="x">&amp;'
    Topic.objects.create(name=f"主题{mark}", code="markup")
    page = factories.live(
        title=f"账本{mark}",
        abstract=f"摘要{mark}\n第二行",
        authors=[(f"作者{mark}", f"单位{mark}")],
        tags={"free_tags": [f"标签{mark}"], "topics": [f"主题{mark}"]},
        source_title=f"来源{mark}",
        source_by=f"某刊{mark}",
    )
    text = client.get(page.url).content.decode()
    assert mark not in text
    shown = escape(mark)
    for words in ("账本", "摘要", "作者", "单位", "标签", "主题", "来源", "某刊"):
        assert words + shown in text, words
    assert f"摘要{shown}<br>第二行" in text


def test_a_teaching_note_shows_that_it_exists_and_to_whom_it_is_open(client: Client, db: None) -> None:
    case = factories.live(Kind.CASE, title="账本上墙")
    note = factories.live(Kind.NOTE, title="账本上墙使用说明", case=case, summary="只给教师的话")
    text = client.get(case.get_url()).content.decode()
    assert "guarded" in text
    assert note.title not in text
    teacher = Client()
    teacher.force_login(factories.UserFactory(roles=[Role.TEACHER]))
    assert note.title in teacher.get(case.get_url()).content.decode()
    assert "只给教师的话" in teacher.get(note.get_url()).content.decode()


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("name", ["browse", "lists", "for_post", "teachers", "points", "kiosk_wall", "kiosk_complete"])
def test_hostile_addresses_are_answered(client: Client, db: None, name: str, text: str) -> None:
    query = dict.fromkeys(
        (
            "q",
            "find",
            "page",
            "sort",
            "kind",
            "topics",
            "year",
            "unit",
            "hours",
            "position",
            "level",
            "risk",
            "axis",
            "code",
            "state",
            "source",
            "week",
        ),
        text,
    )
    assert client.get(reverse(f"catalogue:{name}"), query).status_code in (200, 400)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_filters_of_office_tables_are_answered(client: Client, office: Office, text: str) -> None:
    client.force_login(office.dispatcher)
    for name in ("orders", "demand", "sessions"):
        assert (
            client.get(
                reverse(f"catalogue:{name}"), {"find": text, "state": text, "page": text, "week": text}
            ).status_code
            == 200
        )


@pytest.mark.parametrize("pk", [0, 10**12, 10**30])
def test_numbers_that_nobody_has_are_not_found(client: Client, office: Office, pk: int) -> None:
    client.force_login(office.dispatcher)
    for path in (
        "orders/{}",
        "sessions/{}",
        "basket/{}/add",
        "item/{}",
        "kiosk/{}",
        "sessions/{}/deliver",
        "points/{}/evaluate",
        "demand/{}/meet",
    ):
        assert client.get(f"/{path.format(pk)}/").status_code == 404, path


def test_a_forged_order_of_another_unit_is_not_found(client: Client, office: Office) -> None:
    order = office.order()
    client.force_login(factories.UserFactory(roles=[Role.UNIT_CONTACT]))
    assert client.get(reverse("catalogue:order", args=[order.pk])).status_code == 404
    for act in ("confirm", "refuse", "cancel", "remind", "nonsense"):
        assert client.post(reverse("catalogue:order_act", args=[order.pk, act]), {"reason": "x"}).status_code == 404
    order.refresh_from_db()
    assert order.state == "placed"


def test_ordering_in_the_browser_twice_makes_one_order_and_loses_nothing_on_errors(
    client: Client, office: Office
) -> None:
    client.force_login(office.contact)
    client.post(reverse("catalogue:basket_add", args=[office.course.pk]))
    page = client.get(reverse("catalogue:order_new"))
    today = clock.today()
    data = {
        "submission": page.context["form"].initial["submission"],
        "starts_on": str(today + timedelta(days=3)),
        "ends_on": str(today + timedelta(days=1)),
        "place": "三楼",
        "audience": "干部",
        "headcount": "40",
        "purpose": "学习<b>",
        "contact": "张",
    }
    wrong = client.post(reverse("catalogue:order_new"), data)
    assert wrong.status_code == 200
    assert "学习&lt;b&gt;" in wrong.content.decode()
    data["ends_on"] = str(today + timedelta(days=4))
    first = client.post(reverse("catalogue:order_new"), data)
    second = client.post(reverse("catalogue:order_new"), data)
    assert first.headers["Location"] == second.headers["Location"]


def test_an_item_withdrawn_while_it_lay_in_the_basket_is_named(client: Client, office: Office) -> None:
    client.force_login(office.contact)
    client.post(reverse("catalogue:basket_add", args=[office.film.pk]))
    ResourcePage.objects.filter(pk=office.film.pk).update(withdrawn_at=START)
    assert office.film.title in client.get(reverse("catalogue:basket")).content.decode()
    today = clock.today()
    form = {
        "submission": "0d9f9f5e-6ad8-4a2c-93f8-1d8d4d6e1a11",
        "starts_on": str(today),
        "ends_on": str(today),
        "place": "甲",
        "audience": "乙",
        "headcount": "3",
        "purpose": "丙",
        "contact": "丁",
    }
    refused = client.post(reverse("catalogue:order_new"), form)
    assert refused.status_code == 200
    assert "丙" in refused.content.decode()
    assert "notice--error" in refused.content.decode()


def test_the_office_plans_delivers_and_the_listener_rates(office: Office) -> None:
    order = office.order()
    boss, listener = Client(), Client()
    boss.force_login(office.dispatcher)
    listener.force_login(factories.UserFactory(roles=[Role.TRAINEE]))
    url = reverse("catalogue:order", args=[order.pk])
    boss.post(reverse("catalogue:order_act", args=[order.pk, "confirm"]), {"version": order.version})
    line = order.lines.get()
    plan = {
        "starts_at": "2026-03-10T09:00",
        "ends_at": "2026-03-10T11:00",
        "teacher": office.teacher.pk,
        "room": office.room.pk,
    }
    assert boss.post(reverse("catalogue:dispatch", args=[order.pk, line.pk]), plan).headers["Location"] == url
    session = line.dispatches.get()
    with clock.fixed(session.ends_at):
        assert boss.get(reverse("catalogue:session", args=[session.pk])).status_code == 200
        assert boss.post(reverse("catalogue:deliver", args=[session.pk]), {"attendance": "41"}).status_code == 302
        rate = reverse("catalogue:rate", args=[session.rating_token])
        assert listener.get(rate).status_code == 200
        assert "errorlist" in listener.post(rate, {"content": "9"}).content.decode()
        scores = {"content": "5", "delivery": "4", "use": "5", "comment": "好"}
        assert "notice--success" in listener.post(rate, scores).content.decode()
        assert "notice--warning" in listener.post(rate, scores).content.decode()
    feed = boss.get(reverse("catalogue:sessions"), {"week": "2026-03-09"})
    assert office.course.title in feed.content.decode()
    for week in ("2026-01-05", "2026-05-04"):
        empty = boss.get(reverse("catalogue:sessions"), {"week": week})
        assert empty.context["nearest"] == session and "?week=2026-03-10" in empty.content.decode()
    with clock.fixed(START):
        ics = Client().get(feed.context["feed"])
    assert ics["Content-Type"].startswith("text/calendar")
    assert b"DTSTART:20260310T010000Z" in ics.content
    assert Client().get(reverse("catalogue:calendar", args=["wrong"])).status_code == 404


def test_a_clash_comes_back_into_the_form_with_what_was_entered(office: Office) -> None:
    office.dispatched()
    order = office.accepted()
    boss = Client()
    boss.force_login(office.dispatcher)
    plan = {"starts_at": "2026-03-10T10:00", "ends_at": "2026-03-10T12:00", "room": office.room.pk, "place": "备用"}
    response = boss.post(reverse("catalogue:dispatch", args=[order.pk, order.lines.get().pk]), plan)
    assert response.status_code == 200
    assert "备用" in response.content.decode()
    assert office.room.name in "".join(response.context["form"].non_field_errors())


def test_editors_make_a_list_and_readers_see_it(editor: Client, client: Client, office: Office) -> None:
    data = {
        "title": "七月廉洁教育",
        "kind": "campaign",
        "circulation": "public",
        "audience": "learner",
        "starts_on": "",
        "ends_on": "",
    }
    assert "errorlist" in editor.post(reverse("catalogue:list_new"), data).content.decode()
    today = clock.today()
    data |= {"starts_on": str(today), "ends_on": str(today + timedelta(days=20)), "pinned": "on"}
    assert editor.post(reverse("catalogue:list_new"), data).status_code == 302
    made = CatalogueList.objects.get()
    edit = reverse("catalogue:list_edit", args=[made.code])
    assert office.course.title in editor.get(edit, {"find": "家风"}).content.decode()
    editor.post(reverse("catalogue:list_act", args=[made.code, "publish"]))
    assert client.get(reverse("catalogue:list", args=[made.code])).status_code == 404
    for page in (office.course, office.film):
        editor.post(reverse("catalogue:list_act", args=[made.code, "add"]), {"resource": page.pk})
    first, second = made.items.all()
    moved = editor.post(reverse("catalogue:item_act", args=[made.code, second.pk, "up"]))
    assert moved["Location"].endswith(f"#item-{second.pk}")  # where the keyboard goes on
    editor.post(
        reverse("catalogue:item_act", args=[made.code, first.pk, "change"]),
        {"section": "必看", "line": "先看这个", "obligation": "required"},
    )
    editor.post(reverse("catalogue:list_act", args=[made.code, "publish"]))
    assert [item.pk for item in made.items.all()] == [second.pk, first.pk]
    text = client.get(reverse("catalogue:list", args=[made.code])).content.decode()
    assert text.index(office.film.title) < text.index(office.course.title)
    assert "先看这个" in text
    acts = {act: reverse("catalogue:item_act", args=[made.code, second.pk, act]) for act in ("remove", "change")}
    assert {editor.post(acts["remove"]).status_code for _window in range(2)} == {302}
    told = editor.post(acts["change"], {"section": "", "line": "迟了一步", "obligation": "required"}, follow=True)
    assert "移出清单" in told.content.decode()
    assert "七月廉洁教育" in client.get("/").content.decode()
    assert (
        client.get(reverse("catalogue:short", args=[made.code.lower()]))
        .headers["Location"]
        .endswith(f"/lists/{made.code}/")
    )


def test_only_editors_keep_lists(client: Client, office: Office) -> None:
    made = make_list(office.course)
    client.force_login(office.contact)
    assert client.get(reverse("catalogue:list_new")).status_code == 403
    assert client.get(reverse("catalogue:list_edit", args=[made.code])).status_code == 403
    assert client.post(reverse("catalogue:list_act", args=[made.code, "unpublish"])).status_code == 403


def test_a_withdrawn_item_leaves_the_list_with_a_line_to_the_editor(
    editor: Client, client: Client, office: Office
) -> None:
    made = make_list(office.course, office.film)
    ResourcePage.objects.filter(pk=office.film.pk).update(withdrawn_at=START)
    url = reverse("catalogue:list", args=[made.code])
    assert office.film.title not in client.get(url).content.decode()
    response = editor.get(url)
    assert [item.resource_id for item in response.context["missing"]] == [office.film.pk]


def test_a_campaign_is_archived_after_its_last_day(client: Client, office: Office) -> None:
    today = clock.today()
    made = make_list(
        office.course, kind=ListKind.CAMPAIGN, starts_on=today - timedelta(days=9), ends_on=today - timedelta(days=1)
    )
    assert made.title not in client.get(reverse("catalogue:lists")).content.decode()
    assert made.title in client.get(reverse("catalogue:lists"), {"state": "archive"}).content.decode()
    assert client.get(reverse("catalogue:list", args=[made.code])).status_code == 200


def test_an_internal_list_is_unknown_to_visitors(client: Client, office: Office) -> None:
    made = make_list(office.course)
    CatalogueList.objects.update(circulation="internal")
    assert client.get(reverse("catalogue:list", args=[made.code])).status_code == 404
    client.force_login(office.contact)
    assert client.get(reverse("catalogue:list", args=[made.code])).status_code == 200


def test_the_page_of_a_position_has_tiers(client: Client, office: Office) -> None:
    group = Position.objects.create(name="测试组", code="grp", slug="grp")
    post = Position.objects.create(name="测试岗", code="post1", slug="post1", parent=group)
    editor = factories.UserFactory(roles=[Role.EDITOR])
    made = services.create_list(
        services.ListDetails(title="组清单", circulation="public", position_id=group.pk), by=editor
    )
    services.add_item(made, office.course, obligation="required", by=editor)
    services.add_item(made, office.film, by=editor)
    services.publish_list(made, by=editor)
    response = client.get(reverse("catalogue:position", args=[post.code]))
    assert [entry.card.pk for entry in response.context["required"]] == [office.course.pk]
    assert [entry.card.pk for entry in response.context["elective"]] == [office.film.pk]
    assert (
        'class="state state--now"' not in response.content.decode()
    )  # the headings say it; an elective is no "required"
    assert client.get(reverse("catalogue:position", args=["nobody"])).status_code == 404


def test_wishes_are_ranked_claimed_once_and_met(office: Office) -> None:
    author, rival = Client(), Client()
    author_user = factories.UserFactory(roles=[Role.AUTHOR])
    author.force_login(author_user)
    rival.force_login(factories.UserFactory(roles=[Role.AUTHOR]))
    for text in ("港口 采购案例", "港口采购案例！", "海事执法"):
        author.post(reverse("catalogue:ask"), {"text": text})
    rival.post(reverse("catalogue:ask"), {"text": "港口采购案例"})
    assert [(d.text, d.votes) for d in Demand.objects.all()] == [("港口 采购案例", 2), ("海事执法", 1)]
    wish = Demand.objects.all()[0]
    assert author.post(reverse("catalogue:demand_act", args=[wish.pk, "claim"])).status_code == 302
    assert rival.post(reverse("catalogue:demand_act", args=[wish.pk, "claim"])).status_code == 409
    assert rival.get(reverse("catalogue:meet", args=[wish.pk])).status_code == 404
    assert author.post(reverse("catalogue:meet", args=[wish.pk]), {"resource": "x"}).status_code == 200
    assert author.post(reverse("catalogue:meet", args=[wish.pk]), {"resource": office.course.pk}).status_code == 302
    wish.refresh_from_db()
    assert wish.met_by_id == office.course.pk


def test_languages_are_chosen_by_a_link_that_stays_on_the_site(client: Client, db: None) -> None:
    url = reverse("catalogue:language", args=["en"])
    assert client.get(url, {"next": "/browse/?q=1"}).headers["Location"] == "/browse/?q=1"
    assert client.get(url, {"next": "https://elsewhere.invalid/"}).headers["Location"] == "/"
    assert client.get(reverse("catalogue:language", args=["xx"])).status_code == 404
