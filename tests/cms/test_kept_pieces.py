"""Pages put together from kept pieces: alike for equal rights, never for others, and never after a change."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from caselib.accounts.enums import Role
from caselib.accounts.models import Unit, User
from caselib.resources.enums import Circulation, Kind
from caselib.resources.models import ResourcePage, RestrictedGroup, TopicTagging
from caselib.resources.publishing import opened
from caselib.review.services.withdrawal import withdraw
from caselib.vocabularies.models import Topic
from caselib.vocabularies.services import rename_term
from search import engines, indexer, synonyms
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("kept_pages")]


@pytest.fixture(autouse=True)
def _fresh_engines() -> None:
    engines.reset()
    synonyms.forget()


def client(*roles: Role, **kwargs: object) -> Client:
    found = Client()
    found.force_login(factories.UserFactory(roles=list(roles), **kwargs))
    return found


def said(reader: Client, url: str) -> str:
    response = reader.get(url)
    assert response.status_code == 200
    return str(response.content.decode())


def changed() -> None:
    """What a commit does on PostgreSQL: the database counts at the end of a transaction."""
    connection.check_constraints()


def case(**kwargs: object) -> ResourcePage:
    body = [
        factories.section("做法", factories.paragraph("人人可读的一段。")),
        factories.section("教学提示", factories.paragraph("只给教师的一段。"), audience="teacher"),
    ]
    return factories.live(Kind.CASE, **{"title": "渔港账本", "body": body, **kwargs})


def test_the_second_reader_of_the_same_rights_costs_the_questions_of_rights_only() -> None:
    page = case()
    first, second = client(Role.TEACHER), client(Role.TEACHER)
    assert "只给教师的一段" in said(first, page.url)
    with CaptureQueriesContext(connection) as queries:
        assert "只给教师的一段" in said(second, page.url)
    # counters, session, account, groups
    assert len(queries) == 4, [query["sql"][:80] for query in queries]


@pytest.mark.parametrize("first", [Role.TRAINEE, Role.TEACHER, None])
def test_readers_of_other_rights_are_not_given_each_others_pieces(first: Role | None) -> None:
    page = case(circulation=Circulation.PUBLIC)
    readers = {role: client(role) if role else Client() for role in (Role.TRAINEE, Role.TEACHER, None)}
    said(readers[first], page.url)
    for _again in range(2):
        for role, reader in readers.items():
            text = said(reader, page.url)
            assert ("只给教师的一段" in text) == (role == Role.TEACHER), role
            assert "人人可读的一段" in text


def test_nothing_of_one_person_stands_in_the_page_of_another() -> None:
    page = case()
    texts = {}
    for name in ("甲某", "乙某"):
        reader = client(Role.TEACHER, name=name)
        for url in (page.url, "/browse/", "/"):
            texts[name, url] = said(reader, f"{url}?mark={'m' + name}")
    for (name, url), text in texts.items():
        other = "乙某" if name == "甲某" else "甲某"
        assert name in text, url
        assert other not in text, url
    tokens = [re.findall(r'csrfmiddlewaretoken" value="(\w+)"', text) for text in texts.values()]
    assert all(tokens)
    assert len({token for found in tokens for token in found}) == len(texts)


def test_a_change_behind_the_services_shows_at_once() -> None:
    page = case(circulation=Circulation.INTERNAL)
    indexer.drain_all() if engines.get(engines.EMBEDDED).ready() else None
    reader = client(Role.TRAINEE)
    assert "人人可读的一段" in said(reader, page.url)
    group = Group.objects.create(name="专班")
    with opened([page.pk]):
        ResourcePage.objects.filter(pk=page.pk).update(circulation=Circulation.RESTRICTED)
    changed()
    assert reader.get(page.url).status_code == 403
    user = User.objects.get(pk=reader.session["_auth_user_id"])
    user.groups.add(group)
    RestrictedGroup.objects.create(page=page, group=group)
    changed()
    assert "人人可读的一段" in said(reader, page.url)
    RestrictedGroup.objects.filter(page=page).delete()
    changed()
    assert reader.get(page.url).status_code == 403


def test_a_role_taken_away_closes_the_next_request() -> None:
    page = case(audience="teacher")
    reader = client(Role.TEACHER)
    said(reader, page.url)
    User.objects.get(pk=reader.session["_auth_user_id"]).groups.clear()
    assert reader.get(page.url).status_code == 403


def test_a_withdrawn_item_is_gone_from_its_page_and_from_every_list() -> None:
    page = case()
    reader, public = client(Role.TRAINEE), Client()
    for visitor in (reader, public):
        assert "渔港账本" in said(visitor, "/")
        said(visitor, page.url)
    withdraw(page, reason="数据有误，已核实", by=factories.UserFactory(roles=[Role.EDITOR]))
    for visitor in (reader, public):
        assert visitor.get(page.url).status_code == 410
        assert "渔港账本" not in said(visitor, "/")


def test_new_names_show_at_once() -> None:
    topic = Topic.objects.create(name="旧名主题", code="old-name")
    page = case(tags={"topics": [topic.name]})
    reader = client(Role.TRAINEE)
    unit = Unit.objects.get(pk=page.unit_id)
    assert "旧名主题" in said(reader, page.url)
    assert unit.name in said(reader, page.url)
    rename_term(topic, "新名主题", by=factories.UserFactory(roles=[Role.EDITOR]))
    unit.name = "更名后的单位"
    unit.save()
    text = said(reader, page.url)
    assert "新名主题" in text
    assert "旧名主题" not in text
    assert "更名后的单位" in text


def test_another_address_is_followed() -> None:
    page = case()
    reader = client(Role.TRAINEE)
    old = page.url
    said(reader, old)
    fresh = ResourcePage.objects.get(pk=page.pk)
    with opened([page.pk]):
        ResourcePage.objects.filter(pk=page.pk).update(
            slug="elsewhere", url_path=fresh.url_path.replace(fresh.slug, "elsewhere")
        )
    changed()
    assert reader.get(old).status_code == 404
    assert "人人可读的一段" in said(reader, ResourcePage.objects.get(pk=page.pk).url)


def test_a_draft_under_preview_is_neither_kept_nor_made_from_kept_pieces() -> None:
    page = case()
    editor = client(Role.EDITOR)
    said(editor, page.url)
    draft = page.get_latest_revision_as_object()
    draft.title = "尚未审过的题目"
    draft.save_revision()
    shown = editor.get(f"/admin/pages/{page.pk}/view_draft/")
    assert shown.status_code == 200
    assert "尚未审过的题目" in shown.content.decode()
    assert "尚未审过的题目" not in said(editor, page.url)


def test_what_a_reader_added_to_an_address_does_not_reach_the_next() -> None:
    for number in range(25):
        factories.live(Kind.CASE, title=f"案例{number}")
    engines.get(engines.EMBEDDED)
    reader, other = client(Role.TRAINEE), client(Role.TRAINEE)
    first = said(reader, "/browse/?sort=used&mark=XYZZY")
    assert "page=2" in first
    results = said(other, "/browse/?sort=used")
    assert "XYZZY" not in results
    assert "page=2" in results


def test_an_answer_without_its_engine_is_not_kept() -> None:
    case()
    reader = Client()
    before = said(reader, "/browse/?q=渔港")
    assert "full-text" in before.lower() or "全文" in before
    from search import upkeep

    upkeep.keep_all_up()
    engines.reset()
    assert "全文" not in said(reader, "/browse/?q=渔港")


def test_a_folder_a_draft_and_a_stranger_are_answered_as_before() -> None:
    page = case()
    draft = factories.draft(Kind.CASE, title="草稿")
    folder = page.get_parent()
    reader = client(Role.TRAINEE)
    for _again in range(2):
        assert reader.get(folder.url).status_code == 404
        assert reader.get(draft.get_url()).status_code == 404
        assert reader.get(page.url + "more/").status_code == 404


def test_a_topic_taken_off_behind_the_services_is_told_by_the_next_publication() -> None:
    """Tag rows change with a publication only; the test pins that the publication lets go of the page."""
    topic = Topic.objects.create(name="要去掉的主题", code="gone")
    page = case(tags={"topics": [topic.name]})
    reader = client(Role.TRAINEE)
    assert "要去掉的主题" in said(reader, page.url)
    draft = page.get_latest_revision_as_object()
    draft.topics.clear()
    draft.save_revision()
    factories.publish(draft)
    assert not TopicTagging.objects.filter(content_object_id=page.pk).exists()
    assert "要去掉的主题" not in said(reader, page.url)


def test_an_address_that_leads_nowhere_marks_no_link_of_the_navigation_for_others() -> None:
    page = case()
    reader = client(Role.TRAINEE)
    assert reader.get("/browse/nowhere/").status_code == 404
    navigation = re.search(r'<nav class="site-nav".*?</nav>', said(reader, page.url), re.DOTALL)
    assert navigation
    assert "aria-current" not in navigation.group()
