"""Pages put together from kept pieces: alike for equal rights, never for others, and never after a change."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth.models import Group
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from caselib.accounts.enums import Role
from caselib.accounts.models import Unit, User
from caselib.catalogue.enums import ListKind
from caselib.catalogue.services import lists
from caselib.catalogue.services.uses import count
from caselib.resources.enums import AwardTier, Circulation, Kind
from caselib.resources.models import ResourceAward, ResourcePage, RestrictedGroup, TopicTagging
from caselib.resources.publishing import opened
from caselib.review.services.withdrawal import withdraw
from caselib.vocabularies.models import Topic
from caselib.vocabularies.services import rename_term
from search import engines, indexer, synonyms, upkeep
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


def body_of(text: str) -> str:
    found = re.search(r'<div class="prose resource__body">.*?<aside', text, re.DOTALL)
    assert found
    return found.group()


def queries_of(reader: Client, url: str) -> list[str]:
    with CaptureQueriesContext(connection) as queries:
        said(reader, url)
    return [query["sql"] for query in queries]


def test_the_publication_of_another_item_reads_nothing_of_this_one_again() -> None:
    page = case()
    reader, author, editor = client(Role.TEACHER), User.objects.get(pk=page.owner_id), client(Role.EDITOR)
    said(reader, page.url)
    other = case(title="另一个案例", by=author, tags={"free_tags": ["新标签"]})
    withdraw(other, reason="数据有误，已核实", by=User.objects.get(pk=editor.session["_auth_user_id"]))
    queries = queries_of(reader, page.url)
    # counters, session, account, groups; and the lists, which a withdrawal may change
    assert len(queries) == 5, [query[:80] for query in queries]
    assert "catalogue_listitem" in queries[-1]


def test_the_cards_of_a_list_outlive_the_publication_of_another_item() -> None:
    pages = [case(title=f"案例{number}") for number in range(3)]
    upkeep.keep_all_up()
    reader = client(Role.TEACHER)
    said(reader, "/browse/")
    case(title="另一个案例", by=User.objects.get(pk=pages[0].owner_id))
    upkeep.keep_all_up()
    with CaptureQueriesContext(connection) as queries:
        text = said(reader, "/browse/")
    assert all(title in text for title in ("案例0", "案例1", "案例2", "另一个案例"))
    rows = [query["sql"] for query in queries if '"abstract"' in query["sql"]]
    # The row of the new item alone is read, for its card.
    assert len(rows) == 1
    assert not any(str(page.pk) in re.findall(r"IN \(([^)]*)\)", row)[0].split(", ") for row in rows for page in pages)
    with opened([pages[0].pk]):
        ResourcePage.objects.filter(pk=pages[0].pk).update(code="NEW-CODE")
    changed()
    assert "NEW-CODE" in said(reader, "/browse/")


def test_a_link_inside_a_text_follows_the_page_it_leads_to() -> None:
    target = case(title="被引用的案例")
    link = factories.paragraph(f'见<a linktype="page" id="{target.pk}">前案</a>。')
    page = case(title="引用者", body=[factories.section("做法", link)])
    reader = client(Role.TRAINEE)
    assert f'<a href="{target.url}">前案</a>' in body_of(said(reader, page.url))
    moved = target.url_path.replace(target.slug, "elsewhere")
    with opened([target.pk]):
        ResourcePage.objects.filter(pk=target.pk).update(slug="elsewhere", url_path=moved)
    changed()
    assert "elsewhere/" in body_of(said(reader, page.url))


def test_a_teaching_note_that_comes_and_goes_is_told_beside_its_case() -> None:
    page = case()
    reader = client(Role.TEACHER)
    assert "案例说明书" not in said(reader, page.url)
    note = factories.live(Kind.NOTE, title="案例说明书", case=page, audience="teacher")
    assert "案例说明书" in said(reader, page.url)
    assert "案例说明书" not in said(client(Role.TRAINEE), page.url)
    withdraw(note, reason="数据有误，已核实", by=factories.UserFactory(roles=[Role.EDITOR]))
    assert "案例说明书" not in said(reader, page.url)


def test_the_name_of_a_lecturer_follows_to_the_course() -> None:
    teacher = factories.live(Kind.TEACHER, title="孟老师")
    course = factories.live(Kind.COURSE, title="廉政课", lecturer=teacher)
    reader = client(Role.TRAINEE)
    assert "孟老师" in said(reader, course.url)
    with opened([teacher.pk]):
        ResourcePage.objects.filter(pk=teacher.pk).update(title="孟教授")
    changed()
    text = said(reader, course.url)
    assert "孟教授" in text
    assert "孟老师" not in text


def test_names_changed_behind_the_services_show_at_once() -> None:
    topic = Topic.objects.create(name="旧名主题", code="old-name")
    page = case(tags={"topics": [topic.name]})
    reader = client(Role.TRAINEE)
    said(reader, page.url)
    Topic.objects.filter(pk=topic.pk).update(name="直接改的主题")
    Unit.objects.filter(pk=page.unit_id).update(name="直接改的单位")
    changed()
    text = said(reader, page.url)
    assert "直接改的主题" in text
    assert "直接改的单位" in text
    assert "旧名主题" not in text


def test_a_list_is_named_beside_its_items_while_it_is_published() -> None:
    page = case()
    reader = client(Role.TRAINEE)
    said(reader, page.url)
    editor = factories.UserFactory(roles=[Role.EDITOR])
    found = lists.create_list(lists.ListDetails(title="新人必读清单", kind=ListKind.CURATED), by=editor)
    lists.add_item(found, page, by=editor)
    lists.publish_list(found, by=editor)
    assert "新人必读清单" in said(reader, page.url)
    lists.unpublish_list(found, by=editor)
    assert "新人必读清单" not in said(reader, page.url)


def test_use_and_awards_show_at_once() -> None:
    page = case()
    reader = client(Role.TRAINEE)
    said(reader, page.url)
    count(page.pk, ratings=3, rating_sum=45, delivered=1)
    assert 'aria-labelledby="ratings"' in said(reader, page.url)
    ResourceAward.objects.create(page=page, tier=AwardTier.FIRST, competition="案例大赛", year=1987)
    assert "1987" in said(reader, page.url)


def test_a_database_put_back_from_before_lets_go_of_everything() -> None:
    page = case()
    reader = client(Role.TRAINEE)
    point = transaction.savepoint()
    with opened([page.pk]):
        ResourcePage.objects.filter(pk=page.pk).update(abstract="后来的摘要")
    changed()
    assert "后来的摘要" in said(reader, page.url)
    transaction.savepoint_rollback(point)
    assert "后来的摘要" not in said(reader, page.url)


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
