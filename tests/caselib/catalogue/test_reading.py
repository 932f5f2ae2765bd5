"""What is read where: guarded parts, footnotes, maps, halls, printed catalogues, browsing states."""

from __future__ import annotations

import io
import zipfile

import pytest
from django.http import QueryDict
from django.test import Client
from django.urls import reverse

from caselib.accounts.enums import Role
from caselib.accounts.viewers import Viewer
from caselib.catalogue import services
from caselib.catalogue.addresses import Query, parse
from caselib.catalogue.browsing import browse
from caselib.catalogue.citations import schema_org
from caselib.catalogue.reading import read
from caselib.catalogue.rules.maps import Place, distance_km
from caselib.catalogue.selectors.kiosk import by_letters, items
from caselib.core import jobs
from caselib.core.models import Job
from caselib.resources.enums import Kind
from caselib.vocabularies.models import Topic
from tests import factories
from tests.factories import paragraph, section

PUBLIC = Viewer()
TEACHER = Viewer(user_id=1, audiences=frozenset({"learner", "teacher"}))


@pytest.fixture
def case(db: None) -> factories.ResourcePage:
    body = [
        section("做法", paragraph("账本上墙[^a]。<a href='https://elsewhere.invalid/'>外链</a>")),
        section("给教师", paragraph("课堂提示[^b]"), audience="teacher"),
    ]
    notes = [{"type": "note", "value": {"key": key, "text": f"注{key}"}} for key in "abc"]
    return factories.live(Kind.CASE, title="家风账本", body=body, notes=notes, hall_permitted=True)


def test_guarded_sections_and_their_notes_stay_with_those_they_are_for(case: factories.ResourcePage) -> None:
    seen = read(case, PUBLIC)
    assert [part.heading for part in seen.sections] == ["做法"]
    assert [part.heading for part in seen.guarded] == ["给教师"]
    assert [part.audience for part in seen.sections if part.audience] == []
    assert [part.audience for part in read(case, TEACHER).sections if part.audience] == ["教师"], (
        "told, lest a class sees it"
    )
    assert [note.key for note in seen.notes] == ["a"]
    assert [note.key for note in read(case, TEACHER).notes] == ["a", "b"]
    markup = str(seen.sections[0].parts[0].value)
    assert 'href="#note-a"' in markup
    assert "elsewhere" in markup


def test_a_hall_shows_no_links_and_only_what_is_permitted(client: Client, case: factories.ResourcePage) -> None:
    markup = str(read(case, PUBLIC, links=False).sections[0].parts[0].value)
    assert "elsewhere" not in markup
    assert "外链" in markup
    internal = factories.live(Kind.CASE, title="内部案", hall_permitted=True, circulation="internal")
    closed = factories.live(Kind.CASE, title="不展案")
    assert [page.pk for page in items()] == [case.pk]
    boss = Client()
    boss.force_login(factories.UserFactory(roles=[Role.EDITOR]))
    for pk, status in ((case.pk, 200), (internal.pk, 404), (closed.pk, 404)):
        assert boss.get(reverse("catalogue:kiosk_item", args=[pk])).status_code == status
    assert "内部案" not in boss.get(reverse("catalogue:kiosk")).content.decode()


@pytest.mark.parametrize("typed", ["jf", "JF", "jiafeng", "账本", "zb", "zhang"])
def test_a_hall_finds_by_initials_pinyin_and_characters(case: factories.ResourcePage, typed: str) -> None:
    assert [page.pk for page in by_letters(typed)] == [case.pk]


@pytest.mark.parametrize("typed", ["", "  ", "xx", "afeng", "家风家"])
def test_a_hall_finds_nothing_where_nothing_is(case: factories.ResourcePage, typed: str) -> None:
    assert by_letters(typed) == []


def test_json_ld_cannot_leave_its_element(db: None) -> None:
    page = factories.live(Kind.CASE, title="</script><script>alert(1)</script>", abstract="a & b <!-- c")
    text = str(schema_org(page, "http://x/"))
    assert "<" not in text
    assert "&" not in text


def test_distances_are_those_of_the_globe() -> None:
    assert distance_km(Place("a", 0, 0), Place("b", 1, 0)) == pytest.approx(111.19, abs=0.1)


def test_a_browse_state_is_its_address_and_comes_back_from_it() -> None:
    query = Query("家风 案例", {"kind": ("casestudy", "video"), "year": ("2026",)}, "newest", 3)
    get = QueryDict(query.url()[1:])
    assert parse({name: get.get(name, "") for name in ("q", "sort", "page")}, dict(get.lists())) == query
    assert "page" not in query.toggled("kind", "video").url()
    assert query.toggled("kind", "video").filters["kind"] == ("casestudy",)
    assert parse({"page": "٣", "sort": "x", "q": "\x07a"}, {"kind": ["", "a" * 99]}) == Query("a")


def test_a_pasted_text_is_cut_and_the_reader_is_told(db: None) -> None:
    query = parse({"q": "家风" * 300}, {})
    assert query.text == "家风" * 200
    assert any("400" in str(notice) for notice in browse(query, Viewer()).notices)
    assert not parse({"q": "家风" * 200}, {}).cut


def test_a_list_prints_as_word_in_groups_with_indexes_and_codes(db: None) -> None:
    Topic.objects.create(name="印刷主题", code="tp", slug="tp")
    editor = factories.UserFactory(roles=[Role.EDITOR])
    made = services.create_list(services.ListDetails(title="印刷清单", circulation="public"), by=editor)
    for title, part in (("甲案", "第一周"), ("乙案", "第二周"), ("丙案", "第一周")):
        page = factories.live(Kind.CASE, title=title, tags={"topics": ["印刷主题"]})
        services.add_item(made, page, section=part, line=f"{title}值得读", by=editor)
    services.publish_list(made, by=editor)
    client = Client()
    client.force_login(editor)
    address = reverse("catalogue:list_word", args=[made.code])
    assert "按清单分节" in client.get(address).content.decode()
    client.post(address, {"group": "nonsense"})
    jobs.run_pending()
    job = Job.objects.get()
    assert job.state == "done", job.message
    response = client.get(job.result["url"])
    assert response.status_code == 200
    assert "attachment" in response["Content-Disposition"]
    with zipfile.ZipFile(io.BytesIO(response.content)) as word:
        text = word.read("word/document.xml").decode()
        pictures = [name for name in word.namelist() if name.startswith("word/media/")]
    for wanted in ("印刷清单", "第一周", "第二周", "甲案值得读", "印刷主题"):
        assert wanted in text
    assert len(pictures) == 3


def test_what_still_waits_to_be_printed_is_not_queued_again(client: Client, db: None) -> None:
    address = reverse("catalogue:library_word")
    client.force_login(factories.UserFactory(roles=[Role.TRAINEE]))
    first = client.post(address, {"group": "kind"})
    assert client.post(address, {"group": "kind"}).headers["Location"] == first.headers["Location"]
    assert client.post(address, {"group": "topic"}).headers["Location"] != first.headers["Location"]
    Job.objects.update(state="done")
    assert client.post(address, {"group": "kind"}).headers["Location"] != first.headers["Location"]
    other = Client()
    other.force_login(factories.UserFactory(roles=[Role.TRAINEE]))
    other.post(address, {"group": "kind"})
    assert Job.objects.count() == 4


def test_the_whole_library_is_printed_as_a_job_for_its_owner_only(db: None) -> None:
    factories.live(Kind.CASE, title="公开案")
    factories.live(Kind.CASE, title="只给教师", audience="teacher")
    owner, other = Client(), Client()
    owner.force_login(factories.UserFactory(roles=[Role.TRAINEE]))
    other.force_login(factories.UserFactory(roles=[Role.EDITOR]))
    started = owner.post(reverse("catalogue:library_word"), {"group": "nonsense"})
    assert started.status_code == 302
    jobs.run_pending()
    job = Job.objects.get()
    assert job.state == "done", job.message
    url = job.result["url"]
    with zipfile.ZipFile(io.BytesIO(owner.get(url).content)) as word:
        text = word.read("word/document.xml").decode()
    assert "公开案" in text
    assert "只给教师" not in text
    assert other.get(url).status_code == 404


def test_without_a_text_nothing_matches_better_and_the_newest_come_first(db: None) -> None:
    everything = browse(Query(), Viewer())
    assert [sort["label"] for sort in everything.sorts if sort["current"]] == ["最新"]
    assert "最相关" not in [sort["label"] for sort in everything.sorts]
    asked = browse(Query("家风"), Viewer())
    assert [sort["label"] for sort in asked.sorts if sort["current"]] == ["最相关"]
