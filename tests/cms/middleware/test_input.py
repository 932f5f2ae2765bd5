"""What nobody can read is answered in words, and nothing has changed; a fault of ours stays a fault."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.exceptions import FieldError
from django.test import Client, RequestFactory
from django.urls import reverse
from wagtail.models import Page

from caselib.accounts.enums import Role
from caselib.resources.models import ResourcePage
from cms.middleware.input import unreadable
from tests import factories
from tests.caselib.competitions import scenes

pytestmark = pytest.mark.django_db

HUGE = "9" * 30
UNREADABLE = ["NaN", "-1", "1,2", "½", '{"a":', "[]", "12:00", "course", "//elsewhere.example", "/\\elsewhere.example"]


@pytest.fixture
def editor(client: Client) -> Client:
    client.force_login(factories.UserFactory(roles=[Role.EDITOR]))
    return client


@pytest.mark.parametrize("address", UNREADABLE)
def test_a_deletion_does_not_fail_after_it_was_done_because_of_where_it_leads(editor: Client, address: str) -> None:
    page = factories.draft(by=factories.UserFactory(roles=[Role.EDITOR]))
    answer = editor.post(reverse("wagtailadmin_pages:delete", args=[page.pk]), {"next": address})
    assert answer.status_code == 302
    assert answer["Location"].startswith("/admin/")
    assert not ResourcePage.objects.filter(pk=page.pk).exists()


def test_an_address_of_this_site_is_gone_to(editor: Client) -> None:
    page = factories.draft(by=factories.UserFactory(roles=[Role.EDITOR]))
    answer = editor.post(
        reverse("wagtailadmin_pages:delete", args=[page.pk]), {"next": ["//elsewhere.example", "/browse/"]}
    )
    assert answer["Location"] == "/browse/"


@pytest.mark.parametrize("where", ["on", "[]", "NaN", HUGE])
def test_a_place_that_is_none_is_no_place_to_move_to(editor: Client, where: str) -> None:
    page = factories.draft(by=factories.UserFactory(roles=[Role.EDITOR]))
    before = Page.objects.get(pk=page.pk).path
    answer = editor.post(reverse("wagtailadmin_pages:move", args=[page.pk]), {"new_parent_page": where})
    assert answer.status_code in (200, 400, 404)
    assert Page.objects.get(pk=page.pk).path == before


@pytest.mark.parametrize("where", ["0", "on", "²", HUGE, "999999"])
def test_a_place_that_is_none_is_no_place_to_copy_to(editor: Client, where: str) -> None:
    page = factories.draft(by=factories.UserFactory(roles=[Role.EDITOR]))
    sent = {"new_title": "副本", "new_slug": "fuben", "new_parent_page": where}
    answer = editor.post(reverse("wagtailadmin_pages:copy", args=[page.pk]), sent)
    assert answer.status_code == 302
    assert not Page.objects.filter(slug="fuben").exists()


def test_no_filter_takes_a_number_that_no_database_holds_for_a_fault(editor: Client) -> None:
    page = factories.draft(by=factories.UserFactory(roles=[Role.EDITOR]))
    for address in (
        reverse("wagtailadmin_explore_results", args=[page.get_parent().pk]),
        reverse("wagtailadmin_pages:history_results", args=[page.pk]),
        reverse("wagtailadmin_pages:type_use_results", args=["resources", "teachingpoint"]),
        reverse("wagtailimages:index_results"),
    ):
        filters = {"q": "渔港", "owner": HUGE, "user": HUGE, "edited_by": [HUGE, "1"], "usage_count_max": HUGE}
        assert editor.get(address, filters).status_code in (200, 400), address


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_no_filter_takes_a_day_at_the_end_of_the_calendar_for_a_fault(client: Client, day: str) -> None:
    boss = factories.UserFactory(roles=[Role.SYSTEM_ADMIN])
    client.force_login(boss)
    for end in ("from", "to"):
        answer = client.get(f"/admin/users/history-results/{boss.pk}/?timestamp_{end}={day}")
        assert answer.status_code in {200, 400}


def test_a_person_whose_number_no_database_holds_joins_no_jury(client: Client) -> None:
    scene = scenes.prepared()
    client.force_login(scene.office)
    answer = client.post(reverse("competitions:office_jury", args=[scene.call.pk]), {"user": HUGE, "sectors": HUGE})
    assert answer.status_code in (400, 422)


def test_images_and_documents_are_searched_among_those_often_used(editor: Client) -> None:
    for name in ("wagtailimages:index_results", "wagtaildocs:index_results"):
        answer = editor.get(reverse(name), {"q": "渔港", "usage_count_min": "0", "usage_count_max": "3"})
        assert answer.status_code == 200, name


def test_only_values_that_were_sent_are_unreadable_input() -> None:
    request = RequestFactory().post("/admin/?page=NaN", {"parent": "[]"})
    told = "Field 'id' expected a number but got {!r}."
    assert unreadable(request, ValueError(told.format("NaN")))
    assert unreadable(request, ValueError(told.format("[]")))
    assert unreadable(request, OverflowError("Python int too large to convert to SQLite INTEGER"))
    for fault in (
        ValueError(told.format("of ours")),
        ValueError("NaN"),
        OverflowError("date value out of range"),
        FieldError("id"),
    ):
        assert not unreadable(request, fault)


FORM = "application/x-www-form-urlencoded"


@pytest.mark.django_db
def test_nobody_sends_more_than_a_form_of_theirs_holds() -> None:
    """Sixteen such at once left a web process at a gigabyte."""
    big = "username=" + "b" * (2 * 1024 * 1024)
    assert Client().post("/account/login/", big, content_type=FORM).status_code == 413
    assert Client().post("/account/login/", "username=b", content_type=FORM).status_code == 200


@pytest.mark.django_db
def test_what_was_sent_is_let_go_with_the_answer(client_of: Callable[..., Client]) -> None:
    answer = client_of("editor").post("/language/", "language=en&x=" + "b" * (2 * 1024 * 1024), content_type=FORM)
    assert answer.status_code == 302
    request = answer.wsgi_request
    assert request.body == b"" and not request.POST and "wsgi.input" not in request.META
