"""No other road to publication: every page-mutating URL of Wagtail's admin, as every role, in every state."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse
from wagtail.admin.views.pages.edit import EditView
from wagtail.models import Page, Revision, WorkflowState

from caselib.accounts.enums import Role
from caselib.accounts.models import User
from caselib.core import clock
from caselib.resources.content import digest
from caselib.resources.models import PublicationGrant, ResourcePage
from caselib.review.models import Decision
from caselib.review.rules import stages_needed
from caselib.review.services.withdrawal import withdraw
from tests import factories
from tests.caselib.review.desk import Desk, manuscript

pytestmark = pytest.mark.django_db


def assert_vetted(live_before: set[int] = frozenset()) -> None:
    """Assert the promise for the whole database: whatever is live was passed, at exactly its text, by enough people."""
    for page in ResourcePage.objects.filter(live=True).specific():
        revision = page.live_revision
        assert revision is not None, page
        sha256 = digest(revision)
        passes = Decision.objects.filter(page_id=page.pk, revision=revision, sha256=sha256, outcome="pass")
        people = set(passes.filter(voided_at=None).values_list("decided_by_id", flat=True))
        assert len(people) >= stages_needed(page.circulation), f"{page} is live without its passes"
        assert page.owner_id not in people
        assert PublicationGrant.objects.get(revision=revision).revoked_at is None
        assert page.title == revision.content["title"]
        assert page.circulation == revision.content["circulation"]


def admin_patterns(resolver: URLResolver | None = None, namespace: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Yield every pattern of Wagtail's admin that names a page or a revision."""
    resolver = resolver or get_resolver()
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            inner = f"{namespace}{entry.namespace}:" if entry.namespace else namespace
            yield from admin_patterns(entry, inner)
        elif isinstance(entry, URLPattern) and namespace.startswith("wagtail"):
            yield f"{namespace}{entry.name}", entry


# Arguments by name: what a pattern of Wagtail's admin can ask for about a page.
def arguments(name: str, pattern: URLPattern, page: Page, run: WorkflowState | None) -> dict[str, Any] | None:
    known: dict[str, Any] = {
        "page_id": page.pk,
        "page_to_move_id": page.pk,
        "destination_id": page.get_parent().pk,
        "parent_page_id": page.get_parent().pk,
        "revision_id": page.latest_revision_id,
        "revision_id_a": "earliest",
        "revision_id_b": "latest",
        "content_type_app_name": "resources",
        "content_type_model_name": "casestudy",
        "action_name": "approve",
        "task_state_id": (run.current_task_state_id if run else None) or 1,
    }
    wanted = list(pattern.pattern.regex.groupindex)
    if name.startswith("wagtailadmin_pages:") or set(wanted) & {"page_id", "revision_id"}:
        return {key: known[key] for key in wanted} if all(key in known for key in wanted) else None
    return None


def page_urls(page: Page, run: WorkflowState | None) -> list[str]:
    found = []
    for name, pattern in admin_patterns():
        values = arguments(name, pattern, page, run)
        if values is None:
            continue
        try:
            found.append(reverse(name, kwargs=values))
        except NoReverseMatch:
            continue
    for action in ("publish", "unpublish", "delete", "move"):
        found.append(reverse("wagtail_bulk_action", args=["wagtailcore", "page", action]) + f"?id={page.pk}")
    # Deleting comes last, or nothing would be left to try the rest on.
    return sorted(set(found), key=lambda url: ("delete" in url, url))


EDITOR_POSTS: tuple[dict[str, Any], ...] = (
    {"action-publish": "1"},
    {"action-workflow-action": "1", "workflow-action-name": "approve", "workflow-action-extra-data": "{}"},
    {},
)
# One body with everything that the other views could want, none of which may do anything to a resource.
OTHER_POST = {
    "publish_copies": "on",
    "copy_subpages": "on",
    "new_title": "偷",
    "new_slug": "tou",
    "include_descendants": "on",
    "comment": "x",
    "restriction_type": "none",
    "action-workflow-action": "1",
    "workflow-action-name": "approve",
}


def draft() -> ResourcePage:
    return manuscript()


def reviewing() -> ResourcePage:
    desk = Desk.open()
    desk.decide()
    desk.decide()
    return desk.now()


def returned() -> ResourcePage:
    desk = Desk.open()
    desk.decide("return")
    return desk.now()


def live() -> ResourcePage:
    return Desk.open().publish()


def live_with_draft() -> ResourcePage:
    page = Desk.open().publish()
    page.title = "没有审过的新题名"
    page.save_revision(user=page.owner)
    return ResourcePage.objects.get(pk=page.pk).specific


def withdrawn() -> ResourcePage:
    page = Desk.open().publish()
    withdraw(page, "内容过时，先行撤回。", by=factories.UserFactory(roles=[Role.EDITOR]))
    return ResourcePage.objects.get(pk=page.pk).specific


STATES: dict[str, Callable[[], ResourcePage]] = {
    made.__name__: made for made in (draft, reviewing, returned, live, live_with_draft, withdrawn)
}


def fingerprint(page: ResourcePage) -> tuple[Any, ...]:
    """What must not change by any of these requests."""
    fresh = ResourcePage.objects.get(pk=page.pk)
    return (
        fresh.live,
        fresh.live_revision_id,
        fresh.withdrawn_at,
        fresh.title if fresh.live else "",
        fresh.circulation,
    )


def form_of(page: ResourcePage) -> dict[str, Any]:
    """Return the fields of the real edit form with a changed title, as a superuser's browser would hold them."""
    client = Client()
    client.force_login(factories.UserFactory(is_superuser=True))
    html = client.get(reverse("wagtailadmin_pages:edit", args=[page.pk]))
    body = fields_of(html.context["form"])
    return body | {"title": "换过的题名", "new_parent_page": str(page.get_parent().pk)}


def fields_of(form: Any) -> dict[str, Any]:
    """Return what a browser would send for ``form``, without the children of its formsets and streams."""
    body: dict[str, Any] = {"body-count": 0, "notes-count": 0}
    for field in form:
        value = field.value()
        if isinstance(value, str | int | list):
            body[field.html_name] = value
    for formset in getattr(form, "formsets", {}).values():
        for name in ("TOTAL_FORMS", "INITIAL_FORMS", "MIN_NUM_FORMS", "MAX_NUM_FORMS"):
            body[f"{formset.prefix}-{name}"] = 0
    return body


def sweep(page: ResourcePage, user: User) -> None:
    run = WorkflowState.objects.for_instance(page).active().first()
    urls = page_urls(page, run)
    assert len(urls) > 20, "the sweep covers Wagtail's admin"
    client = Client(raise_request_exception=True)
    client.force_login(user)
    form = form_of(page)
    before, decided = fingerprint(page), Decision.objects.count()
    for url in urls:
        for body in (
            EDITOR_POSTS if "/edit/" in url else ({**OTHER_POST}, {**OTHER_POST, "alias": "on"})[: 1 + ("copy" in url)]
        ):
            with transaction.atomic():
                response = client.post(url, form | body)
            assert response.status_code < 500, f"{url} {body}: {response.status_code}"
            if not ResourcePage.objects.filter(pk=page.pk).exists():
                assert before[0] is False and not WorkflowState.objects.for_instance(page).exists(), url
                return
            assert fingerprint(page) == before, f"{user.roles or 'superuser'} changed it by {url} {body}"
            assert Decision.objects.count() == decided, url
    assert_vetted()


@pytest.mark.sweep
@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("role", ["superuser", *Role.values])
def test_no_admin_url_posted_by_anybody_publishes_unpublishes_or_decides(role: str, state: str) -> None:
    page = STATES[state]()
    user = factories.UserFactory(is_superuser=True) if role == "superuser" else factories.UserFactory(roles=[role])
    sweep(page, user)


@pytest.mark.parametrize("state", STATES)
def test_nor_does_the_owner(state: str) -> None:
    page = STATES[state]()
    sweep(page, User.objects.get(pk=page.owner_id))


def edit(page: ResourcePage, user: User, **extra: Any) -> Any:
    """Post the real edit form of ``page`` as the browser would, with ``extra`` fields."""
    client = Client()
    client.force_login(user)
    url = reverse("wagtailadmin_pages:edit", args=[page.pk])
    return client.post(url, fields_of(client.get(url).context["form"]) | extra)


def test_the_publish_button_of_the_editor_is_neither_shown_nor_obeyed() -> None:
    page, admin = manuscript(), factories.UserFactory(is_superuser=True)
    client = Client()
    client.force_login(admin)
    html = client.get(reverse("wagtailadmin_pages:edit", args=[page.pk])).content.decode()
    assert 'name="action-publish"' not in html
    edit(page, admin, **{"action-publish": "1"})
    assert not ResourcePage.objects.get(pk=page.pk).live


def test_creating_and_publishing_in_one_go_is_refused() -> None:
    folder = manuscript().get_parent()
    client = Client()
    client.force_login(factories.UserFactory(is_superuser=True))
    url = reverse("wagtailadmin_pages:add", args=["resources", "casestudy", folder.pk])
    response = client.post(
        url, {"title": "直接发布", "slug": "zhijie", "action-publish": "1", "body-count": 0, "notes-count": 0}
    )
    assert response.status_code < 500
    assert not ResourcePage.objects.filter(title="直接发布", live=True).exists()


def test_the_path_of_the_shell_is_refused_by_the_database() -> None:
    page = manuscript()
    with pytest.raises(IntegrityError), transaction.atomic():
        page.save_revision().publish()
    with pytest.raises(IntegrityError), transaction.atomic():
        Page.objects.filter(pk=page.pk).update(live=True)
    fresh = ResourcePage.objects.get(pk=page.pk).specific
    with pytest.raises(IntegrityError), transaction.atomic():
        fresh.live = True
        fresh.save()
    assert not ResourcePage.objects.get(pk=page.pk).live


def test_a_newer_revision_of_a_live_page_cannot_be_published_by_any_caller() -> None:
    page = live_with_draft()
    for revision in Revision.objects.for_instance(page).exclude(pk=page.live_revision_id):
        with pytest.raises(IntegrityError), transaction.atomic():
            revision.publish()
    with pytest.raises(IntegrityError), transaction.atomic():
        Page.objects.filter(pk=page.pk).update(live_revision=page.latest_revision_id)
    assert_vetted()


def test_scheduled_publishing_does_not_publish() -> None:
    from django.core.management import call_command

    page = manuscript()
    revision = page.get_latest_revision()
    past = clock.now().replace(year=2020)
    Revision.objects.filter(pk=revision.pk).update(approved_go_live_at=past)
    with pytest.raises(IntegrityError), transaction.atomic():
        call_command("publish_scheduled")
    assert not ResourcePage.objects.get(pk=page.pk).live


def test_a_withdrawn_text_does_not_come_back_by_its_old_grant() -> None:
    page = withdrawn()
    for revision in Revision.objects.for_instance(page):
        with pytest.raises(IntegrityError), transaction.atomic():
            revision.publish()
    assert not ResourcePage.objects.get(pk=page.pk).live


def test_copies_are_drafts_and_aliases_are_not_made() -> None:
    page = live()
    copy = page.copy(keep_live=False, update_attrs={"slug": "fuben", "title": "副本"})
    assert not copy.live and not copy.workflow_states.exists()
    for act in (
        lambda: page.copy(update_attrs={"slug": "fuben2"}),
        lambda: page.create_alias(update_slug="bieming"),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            act()
    assert_vetted()


def test_moving_publishes_nothing_and_unpublishes_nothing() -> None:
    page, other = live(), manuscript()
    page.move(other.get_parent(), pos="last-child")
    assert ResourcePage.objects.get(pk=page.pk).live
    assert_vetted()


def test_reverting_to_an_old_revision_makes_a_draft() -> None:
    page = live_with_draft()
    first = page.live_revision
    saved = first.as_object().save_revision(user=page.owner, previous_revision=first)
    assert saved.pk != first.pk
    with pytest.raises(IntegrityError), transaction.atomic():
        saved.publish()
    assert_vetted()


def test_a_stale_editor_is_told_with_409_and_overwrites_nothing() -> None:
    page = manuscript()
    owner = User.objects.get(pk=page.owner_id)
    stale = str(page.latest_revision_id)
    page.abstract = "别人刚刚保存的摘要。"
    newest = page.save_revision(user=factories.UserFactory(roles=[Role.EDITOR]))
    response = edit(page, owner, loaded_revision_id=stale)
    assert response.status_code == 409
    assert ResourcePage.objects.get(pk=page.pk).latest_revision_id == newest.pk


def test_of_two_editors_who_save_at_one_moment_the_second_overwrites_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both have passed the question at the door when the first one saves."""
    page = manuscript()
    seen, saved = str(page.latest_revision_id), []
    whole = EditView.form_valid

    def meanwhile(view: EditView, form: Any) -> Any:
        other = ResourcePage.objects.get(pk=page.pk).specific
        other.abstract = "别人刚刚保存的摘要。"
        saved.append(other.save_revision(user=factories.UserFactory(roles=[Role.EDITOR])))
        return whole(view, form)

    monkeypatch.setattr(EditView, "form_valid", meanwhile)
    response = edit(page, User.objects.get(pk=page.owner_id), loaded_revision_id=seen, title="我的题目")
    assert response.status_code == 409 and "stale-editor" in response.content.decode()
    now = ResourcePage.objects.get(pk=page.pk)
    assert now.latest_revision_id == saved[0].pk and "我的题目" not in (now.title, now.draft_title)


def test_nobody_edits_what_is_under_review_through_the_editor() -> None:
    page = reviewing()
    before = page.latest_revision_id
    for user in (User.objects.get(pk=page.owner_id), factories.UserFactory(is_superuser=True)):
        edit(page, user, title="偷换")
        assert ResourcePage.objects.get(pk=page.pk).latest_revision_id == before


def test_the_django_admin_is_not_installed_and_the_page_api_is_off() -> None:
    names = {entry.namespace for entry in get_resolver().url_patterns if isinstance(entry, URLResolver)}
    assert "admin" not in names
    assert not any("api/v" in str(entry.pattern) for entry in get_resolver().url_patterns)


def test_a_folder_or_library_is_not_deleted_with_resources_in_it() -> None:
    page = live()
    client = Client()
    client.force_login(factories.UserFactory(is_superuser=True))
    for branch in page.get_ancestors().filter(depth__gt=1):
        client.post(reverse("wagtailadmin_pages:delete", args=[branch.pk]), {"confirm_site_name": "案例课程库"})
        client.post(reverse("wagtailadmin_pages:unpublish", args=[branch.pk]), {"include_descendants": "on"})
        for action in ("delete", "unpublish"):
            client.post(
                reverse("wagtail_bulk_action", args=["wagtailcore", "page", action]) + f"?id={branch.pk}",
                {"include_descendants": "on"},
            )
    assert ResourcePage.objects.get(pk=page.pk).live
