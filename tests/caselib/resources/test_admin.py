"""The admin of resources: edit forms of every type, listings, reports, bulk acts, and whose drafts one sees."""

from __future__ import annotations

import json
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.forms.utils import ErrorDict
from django.test import Client
from django.urls import reverse
from django.utils import translation
from openpyxl import load_workbook
from wagtail.models import Page
from wagtail.test.utils.form_data import querydict_from_html

from caselib.accounts.enums import Role
from caselib.core.models import AuditRecord
from caselib.resources.filing import folder_for
from caselib.resources.models import KINDS, ResourcePage
from tests import factories

pytestmark = pytest.mark.django_db


def signed_in(user: AbstractBaseUser) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_type_has_a_create_and_an_edit_form(kind: str) -> None:
    author = factories.UserFactory(roles=[Role.AUTHOR])
    client = signed_in(author)
    folder = folder_for(author.unit, kind, 2026)
    response = client.get(reverse("wagtailadmin_pages:add", args=["resources", kind, folder.pk]))
    assert response.status_code == 200
    extra = {"case": factories.live()} if kind == "teachingnote" else {}
    page = factories.draft(kind, by=author, **extra)
    assert client.get(reverse("wagtailadmin_pages:edit", args=[page.pk])).status_code == 200


@pytest.mark.parametrize("title", ["老槐树下的议事会", "？！"])
def test_a_new_text_needs_a_title_and_nothing_else_that_nobody_thinks_of(title: str) -> None:
    author = factories.UserFactory(roles=[Role.AUTHOR])
    client, folder = signed_in(author), folder_for(author.unit, "video", 2026)
    address = reverse("wagtailadmin_pages:add", args=["resources", "video", folder.pk])
    sent = querydict_from_html(client.get(address).content.decode(), form_id="page-edit-form")
    assert sent["unit"] == str(author.unit.pk)
    sent["title"], sent["chapters-count"] = title, "0"
    assert client.post(address, sent).status_code == 302
    page = KINDS["video"].objects.get(draft_title=title)
    assert page.slug == title if title.isalpha() else page.slug
    # An address emptied by mistake stays.
    edit = reverse("wagtailadmin_pages:edit", args=[page.pk])
    sent = querydict_from_html(client.get(edit).content.decode(), form_id="page-edit-form")
    sent["title"], sent["slug"], sent["chapters-count"] = "另一个题名", "", "0"
    assert client.post(edit, sent).status_code == 302
    assert page.get_latest_revision_as_object().slug == page.slug


def test_an_unknown_term_is_an_error_not_a_loss() -> None:
    page = factories.draft(tags={"topics": ["家风建设"]})
    form_class = type(page).get_edit_handler().get_form_class()
    field = form_class(instance=page, for_user=page.owner).fields["topics"]
    with pytest.raises(ValidationError):
        field.clean(["999999"])


def test_the_minutes_of_a_lesson_add_up() -> None:
    step = {"type": "step", "value": {"minutes": 20, "activity": "讲授"}}
    page = factories.draft("lessonplan", minutes=45, process=[step, step])
    assert page.process_minutes == 40
    form = type(page).get_edit_handler().get_form_class()(instance=page, for_user=page.owner)
    form.cleaned_data = {"title": page.title, "slug": page.slug, "minutes": 45, "process": page.process}
    form._errors = ErrorDict()
    form.clean()
    assert "process" in form.errors


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_type_has_a_listing(client_of: Callable[..., Client], kind: str) -> None:
    assert client_of(Role.EDITOR).get(reverse(f"resources_{kind}:index")).status_code == 200


def test_an_author_sees_own_drafts_and_no_others() -> None:
    mine = factories.draft(title="自己的草稿")
    factories.draft(title="别人的草稿")
    factories.live(title="别人已发布")
    page = signed_in(mine.owner).get(reverse("resources_casestudy:index")).content.decode()
    assert "自己的草稿" in page
    assert "别人已发布" in page
    assert "别人的草稿" not in page


def test_a_new_title_of_a_published_text_is_not_shown_before_it_is_vetted() -> None:
    page = factories.live(title="已发布的题目")
    page.title = "尚未审查的题目"
    page.save_revision(user=page.owner)
    stranger = signed_in(factories.UserFactory(roles=[Role.AUTHOR]))
    for address in (
        reverse("resources_casestudy:index"),
        reverse("resources_casestudy:index") + "?export=csv",
        reverse("wagtailadmin_explore", args=[page.get_parent().pk]),
        reverse("wagtailadmin_api:pages:listing") + "?fields=*",
        reverse("wagtailadmin_api:pages:detail", args=[page.pk]) + "?fields=*",
        reverse("wagtailadmin_pages:search") + "?q=题目",
    ):
        response = stranger.get(address)
        assert response.status_code == 200, address
        shown = response.getvalue().decode() if response.streaming else response.content.decode()
        escaped = json.dumps("尚未审查的题目")[1:-1]
        assert "尚未审查的题目" not in shown and escaped not in shown, address
    assert (
        "尚未审查的题目"
        in signed_in(page.owner).get(reverse("wagtailadmin_pages:edit", args=[page.pk])).content.decode()
    )


def test_free_tags_of_others_drafts_are_not_suggested() -> None:
    mine = factories.draft(title="自己的草稿")
    other = factories.draft(title="别人的草稿")
    published = factories.draft(title="别人已发布")
    for page, tag in ((mine, "专项甲"), (other, "专项乙"), (published, "专项丙")):
        page.free_tags.add(tag)
        page.save_revision()
        page.save()
    factories.publish(published)
    address = reverse("wagtailadmin_tag_autocomplete") + "?term=专项"
    assert signed_in(mine.owner).get(address).json() == ["专项丙", "专项甲"]
    editor = signed_in(factories.UserFactory(roles=[Role.EDITOR]))
    assert sorted(editor.get(address).json()) == ["专项丙", "专项乙", "专项甲"]
    trainee = signed_in(factories.UserFactory(roles=[Role.TRAINEE]))
    assert trainee.get(address).status_code in (302, 403)


def test_the_explorer_and_the_chooser_hide_others_drafts() -> None:
    mine = factories.draft(title="自己的草稿")
    other = factories.draft(title="别人的草稿")
    client = signed_in(mine.owner)
    folder = other.get_parent()
    for url in (
        reverse("wagtailadmin_explore", args=[folder.pk]),
        reverse("wagtailadmin_choose_page_child", args=[folder.pk]),
        reverse("wagtailadmin_choose_page_search") + "?q=草稿",
    ):
        assert "别人的草稿" not in client.get(url).content.decode()


@pytest.mark.parametrize("name", ["missing_metadata", "stale", "by_unit", "coverage"])
def test_reports_are_for_the_office(client_of: Callable[..., Client], name: str) -> None:
    factories.live(tags={"topics": ["家风建设"], "positions": ["年轻干部"]})
    url = reverse(f"resources_{name}")
    assert client_of(Role.EDITOR).get(url).status_code == 200
    assert client_of(Role.AUTHOR).get(url).status_code in (302, 403)


def test_the_heat_map_counts_narrower_terms() -> None:
    from caselib.resources.selectors import coverage
    from caselib.vocabularies.models import Position, Topic

    factories.live(tags={"topics": ["家风建设", "廉政文化"], "positions": ["选调生"]})
    found = coverage()
    topic, position = Topic.objects.get(name="廉政教育").pk, Position.objects.get(name="年轻干部").pk
    assert found.cells[topic][position] == 1


def test_missing_metadata_names_what_lacks_a_term() -> None:
    from caselib.resources.selectors import missing_metadata

    whole = {"topics": ["家风建设"], "sectors": ["民政"], "positions": ["选调生"]}
    complete, lacking = factories.live(tags=whole), factories.live(tags={**whole, "sectors": []})
    assert set(missing_metadata().values_list("pk", flat=True)) == {lacking.pk}
    assert complete.pk != lacking.pk


def bulk(client: Client, action: str, pages: list[ResourcePage], data: dict[str, Any]) -> Any:
    query = "&".join(f"id={page.pk}" for page in pages)
    url = reverse("wagtail_bulk_action", args=["wagtailcore", "page", action])
    return client.post(f"{url}?next=/admin/&{query}", data)


def test_terms_are_added_in_bulk_to_the_drafts(client_of: Callable[..., Client]) -> None:
    from caselib.vocabularies.models import Topic

    pages = [factories.live(), factories.draft()]
    topic = Topic.objects.get(name="作风建设")
    assert bulk(client_of(Role.EDITOR), "add_terms", pages, {"topics": [topic.pk]}).status_code == 302
    for page in pages:
        fresh = ResourcePage.objects.get(pk=page.pk)
        assert "作风建设" in fresh.get_latest_revision_as_object().topics.names()
    assert list(ResourcePage.objects.get(pk=pages[0].pk).topics.names()) == []


def test_a_unit_is_assigned_in_bulk(client_of: Callable[..., Client]) -> None:
    page, unit = factories.draft(), factories.unit("新单位")
    assert bulk(client_of(Role.EDITOR), "assign_unit", [page], {"unit": unit.pk}).status_code == 302
    assert ResourcePage.objects.get(pk=page.pk).get_latest_revision_as_object().unit == unit


def test_bulk_acts_leave_alone_what_one_may_not_edit() -> None:
    mine, other = factories.draft(), factories.draft()
    before = other.latest_revision_id
    unit = factories.unit()
    bulk(signed_in(mine.owner), "assign_unit", [mine, other], {"unit": unit.pk})
    assert Page.objects.get(pk=other.pk).latest_revision_id == before


def test_several_are_withdrawn_with_one_reason_and_drafts_stay(client_of: Callable[..., Client]) -> None:
    pages, draft = [factories.live(), factories.live()], factories.draft()
    client = client_of(Role.EDITOR)
    assert bulk(client, "withdraw", [*pages, draft], {"reason": "  "}).status_code == 200
    assert ResourcePage.objects.filter(live=True).count() == 2
    assert bulk(client, "withdraw", [*pages, draft], {"reason": "数据已经过时。"}).status_code == 302
    for page in pages:
        fresh = ResourcePage.objects.get(pk=page.pk)
        assert (fresh.live, fresh.withdrawn_reason) == (False, "数据已经过时。")
    assert not ResourcePage.objects.get(pk=draft.pk).withdrawn
    assert AuditRecord.objects.filter(verb="review.withdrawn").count() == 2


@pytest.mark.parametrize("role", [Role.AUTHOR, Role.TEACHER, Role.FIRST_REVIEWER, Role.COMPETITION_OFFICE])
def test_nobody_else_withdraws_in_bulk(client_of: Callable[..., Client], role: Role) -> None:
    page = factories.live()
    bulk(client_of(role), "withdraw", [page], {"reason": "不该"})
    assert ResourcePage.objects.get(pk=page.pk).live


def test_the_editor_of_another_unit_keeps_the_unit_that_answers(client_of: Callable[..., Client]) -> None:
    author = factories.UserFactory(roles=[Role.AUTHOR])
    page = factories.draft(by=author)
    ResourcePage.objects.filter(pk=page.pk).update(unit=factories.unit("别的单位"))
    from caselib.resources.forms import ResourceForm

    fresh = ResourcePage.objects.get(pk=page.pk).specific
    form_class: type[ResourceForm] = fresh.get_edit_handler().get_form_class()
    form = form_class(instance=fresh, for_user=author)
    units = set(form.fields["unit"].queryset)  # type: ignore[attr-defined]
    assert units == {author.unit, fresh.unit}


def test_resources_are_filed_elsewhere_in_bulk_and_the_act_is_written_down(client_of: Callable[..., Client]) -> None:
    """Unit and year are asked; what is published stays published, and what is being read stays where it is."""
    from tests.caselib.review.desk import Desk

    live, draft, read = factories.live(), factories.draft(), Desk.open().page
    before = read.url_path
    unit = factories.unit("新单位")
    for wrong in ({"unit": unit.pk, "year": "x"}, {"unit": 10**9, "year": 2024}):
        assert bulk(client_of(Role.EDITOR), "move", [live], wrong).status_code == 200
    assert bulk(client_of(Role.EDITOR), "move", [live, draft, read], {"unit": unit.pk, "year": 2024}).status_code == 302
    for page in (live, draft):
        fresh = ResourcePage.objects.get(pk=page.pk)
        assert fresh.get_parent().specific == folder_for(unit, page.kind, 2024)
        assert (fresh.live, fresh.live_revision_id, fresh.unit_id) == (page.live, page.live_revision_id, page.unit_id)
    assert ResourcePage.objects.get(pk=read.pk).url_path == before
    moves = AuditRecord.objects.filter(verb="resources.moved")
    assert {row.target_id for row in moves} == {str(live.pk), str(draft.pk)}


@pytest.mark.parametrize("role", [Role.AUTHOR, Role.FIRST_REVIEWER, Role.COMPETITION_OFFICE])
def test_nobody_but_editors_files_elsewhere(client_of: Callable[..., Client], role: Role) -> None:
    page = factories.live()
    bulk(client_of(role), "move", [page], {"unit": factories.unit().pk, "year": 2024})
    assert ResourcePage.objects.get(pk=page.pk).url_path == page.url_path


def test_the_single_move_of_wagtail_leaves_the_same_trace(client_of: Callable[..., Client]) -> None:
    page = factories.live()
    target = folder_for(factories.unit(), page.kind, 2024)
    url = reverse("wagtailadmin_pages:move_confirm", args=[page.pk, target.pk])
    assert client_of(Role.EDITOR).post(url).status_code == 302
    assert ResourcePage.objects.get(pk=page.pk).get_parent().pk == target.pk
    assert AuditRecord.objects.filter(verb="resources.moved", target_id=str(page.pk)).count() == 1


def test_a_folder_is_not_copied_for_there_is_one_of_its_unit_kind_and_year(client_of: Callable[..., Client]) -> None:
    client = client_of(Role.EDITOR)
    folder = factories.draft().get_parent()
    address = reverse("wagtailadmin_pages:copy", args=[folder.pk])
    sent = {"new_title": "副本", "new_slug": "fuben", "new_parent_page": folder.get_parent().pk}
    for answer in (client.get(address), client.post(address, sent)):
        assert answer.status_code == 302
        assert answer["Location"] == reverse("wagtailadmin_home")
    assert not Page.objects.filter(slug="fuben").exists()


def test_a_listing_offers_only_acts_that_its_reader_may_do(client_of: Callable[..., Client]) -> None:
    factories.live()
    offered = {}
    for role in (Role.EDITOR, Role.AUTHOR, Role.TEACHER):
        html = client_of(role).get(reverse("resources_casestudy:index")).content.decode()
        offered[role] = {
            act for act in ("publish", "unpublish", "withdraw", "move", "assign_unit") if f"/page/{act}/" in html
        }
    assert offered[Role.EDITOR] == {"withdraw", "move", "assign_unit"}
    assert offered[Role.AUTHOR] == offered[Role.TEACHER] == {"assign_unit"}


def test_a_bulk_act_names_no_draft_of_another_unit() -> None:
    """What one may not touch is listed by title; a draft that one may not even see must not be."""
    mine = factories.draft(title="自己的草稿")
    other = factories.draft(title="别处的机密草稿")
    client = signed_in(mine.owner)
    for action in ("add_terms", "assign_unit", "withdraw", "move"):
        url = reverse("wagtail_bulk_action", args=["wagtailcore", "page", action])
        assert "别处的机密草稿" not in client.get(f"{url}?id={mine.pk}&id={other.pk}").content.decode(), action


def test_a_listing_is_exported_as_its_reader_sees_it_and_runs_no_formula() -> None:
    author = factories.UserFactory(roles=[Role.AUTHOR])
    factories.draft(title='=HYPERLINK("http://x","点我")', by=author)
    factories.draft(title="别人的草稿")
    client = signed_in(author)
    answer = client.get(reverse("resources_casestudy:index"), {"export": "csv"})
    table = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    assert table.startswith(b"\xef\xbb\xbf")
    text = table.decode()
    assert "'=HYPERLINK" in text
    assert "别人的草稿" not in text
    book = client.get(reverse("resources_casestudy:index"), {"export": "xlsx"})
    cells = list(load_workbook(BytesIO(b"".join(book.streaming_content))).active.values)  # type: ignore[attr-defined]
    assert cells[1][0] == """'=HYPERLINK("http://x","点我")"""
    assert AuditRecord.objects.filter(verb="resources.exported").count() == 2


def test_only_those_who_work_for_the_library_stand_in_the_chooser_of_accounts() -> None:
    author = factories.UserFactory(roles=[Role.AUTHOR], name="沈砚秋")
    people = {
        "员工甲": factories.UserFactory(roles=[Role.TEACHER], name="员工甲"),
        "学员乙": factories.UserFactory(roles=[Role.TRAINEE], name="学员乙"),
        "审计丙": factories.UserFactory(roles=[Role.AUDIT_ADMIN], name="审计丙"),
        "离职丁": factories.UserFactory(roles=[Role.TEACHER], name="离职丁", is_active=False),
    }
    client = signed_in(author)
    shown = client.get(reverse("account_chooser:choose")).json()["html"]
    assert [name for name in people if name in shown] == ["员工甲"]
    assert "员工甲" not in client.get(reverse("account_chooser:choose_results"), {"q": "沈砚"}).content.decode()
    for name, person in people.items():
        status = client.get(reverse("account_chooser:chosen", args=[person.pk])).status_code
        assert status == (200 if name == "员工甲" else 404), name
    assert client.get(reverse("account_chooser:chosen", args=["9" * 30])).status_code == 404
    form = client.get(reverse("wagtailadmin_pages:edit", args=[factories.draft(by=author).pk])).content.decode()
    assert "学员乙" not in form and "员工甲" not in form


@pytest.mark.parametrize("size", [1, 30])
def test_a_listing_needs_as_many_queries_for_thirty(
    client_of: Callable[..., Client], size: int, django_assert_max_num_queries: Any
) -> None:
    author = factories.UserFactory(roles=[Role.AUTHOR])
    for _number in range(size):
        factories.draft(by=author, tags={"topics": ["家风建设"]})
    client = client_of(Role.EDITOR)
    client.get(reverse("resources_casestudy:index"))
    with django_assert_max_num_queries(45):
        client.get(reverse("resources_casestudy:index"))


@pytest.mark.parametrize("size", [1, 30])
def test_the_explorer_needs_as_many_queries_for_thirty(
    client_of: Callable[..., Client], size: int, django_assert_max_num_queries: Any
) -> None:
    author = factories.UserFactory(roles=[Role.AUTHOR])
    pages = [factories.draft(by=author) for _number in range(size)]
    client = client_of(Role.EDITOR)
    url = reverse("wagtailadmin_explore", args=[pages[0].get_parent().pk])
    client.get(url)
    with django_assert_max_num_queries(45):
        assert client.get(url).status_code == 200


def test_the_report_says_what_each_resource_lacks(client_of: Callable[..., Client]) -> None:
    factories.live(title="缺三样", tags={"topics": ["家风建设"]}, abstract="")
    url = reverse("resources_missing_metadata")
    with translation.override("zh-hans"):
        assert "摘要、领域、岗位" in client_of(Role.EDITOR).get(url).content.decode()
        table = b"".join(client_of(Role.EDITOR).get(url, {"export": "csv"}).streaming_content)  # type: ignore[attr-defined]
    assert "摘要、领域、岗位" in table.decode()
