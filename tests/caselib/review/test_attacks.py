"""Attacks by people with a role: each tries to get a text live unread, to read what is not theirs, or to gain a role."""

from __future__ import annotations

import json

import pytest
from django.contrib.auth.models import Group
from django.db import transaction
from django.test import Client
from django.urls import reverse
from wagtail.admin.api.views import PagesAdminAPIViewSet
from wagtail.models import Page, Task, Workflow, WorkflowState, WorkflowTask

from caselib.accounts.enums import Role
from caselib.accounts.models import User
from caselib.accounts.services import set_roles
from caselib.core.errors import RefusedError
from caselib.resources.enums import Circulation, Kind
from caselib.resources.models import ResourcePage
from caselib.review.models import Decision, Route, StageTask
from caselib.review.vetting import faults_of
from tests import factories
from tests.caselib.review.desk import Desk, manuscript, verdict

pytestmark = pytest.mark.django_db


def signed_in(*roles: Role, **kwargs: object) -> Client:
    client = Client()
    client.force_login(factories.UserFactory(roles=list(roles), **kwargs))
    return client


def is_live(desk: Desk) -> bool:
    return bool(ResourcePage.objects.get(pk=desk.page.pk).live)


# The workflow is changed while a run is in flight.


def stages_of(desk: Desk) -> list[StageTask]:
    rows = WorkflowTask.objects.filter(workflow=desk.run.workflow).order_by("sort_order")
    return [StageTask.objects.get(pk=row.task_id) for row in rows]


def test_a_stage_taken_out_of_the_workflow_midway_does_not_make_two_readers_enough() -> None:
    desk = Desk.open()
    desk.decide()
    last = stages_of(desk)[2]
    WorkflowTask.objects.filter(workflow=desk.run.workflow, task=last).delete()
    with pytest.raises(RefusedError):
        desk.decide()
    assert not is_live(desk)


def test_a_stage_switched_off_midway_does_not_make_two_readers_enough() -> None:
    desk = Desk.open()
    desk.decide()
    Task.objects.filter(pk=stages_of(desk)[2].pk).update(active=False)
    with pytest.raises(RefusedError):
        desk.decide()
    assert not is_live(desk)


def test_the_stage_being_read_is_not_skipped_by_switching_it_off() -> None:
    desk = Desk.open()
    desk.decide()
    stage = stages_of(desk)[1]
    client = Client()
    client.force_login(factories.UserFactory(is_superuser=True))
    client.post(reverse("wagtailadmin_workflows:disable_task", args=[stage.pk]))
    client.post(reverse("wagtailadmin_workflows:disable", args=[desk.run.workflow_id if _runs(desk) else 1]))
    assert not is_live(desk)
    assert Decision.objects.filter(page_id=desk.page.pk, voided_at=None).count() <= 1


def _runs(desk: Desk) -> bool:
    return WorkflowState.objects.for_instance(desk.page).active().exists()


def test_a_stage_added_midway_is_asked_before_anything_goes_live() -> None:
    desk = Desk.open()
    desk.decide()
    desk.decide()
    group = Group.objects.create(name="法务审读")
    extra = StageTask.objects.create(name="法务审读", group=group, minimum_opinion=5)
    WorkflowTask.objects.create(workflow=desk.run.workflow, task=extra, sort_order=9)
    desk.decide()
    assert not is_live(desk)
    desk.decide()
    assert is_live(desk)
    assert faults_of(desk.now()) == []


def test_one_person_in_all_three_groups_reads_one_stage_only() -> None:
    desk = Desk.open()
    everywhere = factories.UserFactory()
    everywhere.groups.add(*(stage.group for stage in stages_of(desk)))
    person = User.objects.get(pk=everywhere.pk)
    desk.decide(by=person)
    for _attempt in range(2):
        with pytest.raises(RefusedError):
            desk.decide(by=person)
    assert not is_live(desk)


def test_a_reviewer_made_author_or_owner_midway_no_longer_counts() -> None:
    desk = Desk.open()
    first = desk.decide().decided_by
    desk.decide()
    Page.objects.filter(pk=desk.page.pk).update(owner=first)
    with pytest.raises(RefusedError):
        desk.decide()
    assert not is_live(desk)


def test_a_reviewer_who_left_the_group_or_the_house_no_longer_decides() -> None:
    desk = Desk.open()
    reader = desk.reader()
    reader.groups.clear()
    with pytest.raises(RefusedError):
        desk.decide(by=User.objects.get(pk=reader.pk))
    other = desk.readers[desk.state.task_id]
    other.groups.add(stages_of(desk)[0].group)
    User.objects.filter(pk=other.pk).update(is_active=False)
    with pytest.raises(RefusedError):
        desk.decide(by=User.objects.get(pk=other.pk))


def test_a_short_workflow_behind_a_route_does_not_serve_public_texts() -> None:
    short = Workflow.objects.create(name="一审")
    WorkflowTask.objects.create(workflow=short, task=StageTask.objects.first(), sort_order=0)
    Route.objects.create(kind=Kind.CASE.value, circulation=Circulation.PUBLIC, workflow=short)
    page = manuscript()
    from caselib.review.services.submission import submit_for_review

    with pytest.raises(RefusedError):
        submit_for_review(page, by=page.owner)


def test_wagtails_own_approval_task_in_the_workflow_gives_a_superuser_nothing() -> None:
    from wagtail.models import GroupApprovalTask

    workflow = Workflow.objects.create(name="点一下就过")
    for number in range(3):
        task = GroupApprovalTask.objects.create(name=f"批准{number}")
        WorkflowTask.objects.create(workflow=workflow, task=task, sort_order=number)
    Route.objects.create(kind=Kind.CASE.value, workflow=workflow)
    page = manuscript()
    from caselib.review.services.submission import submit_for_review

    with pytest.raises(RefusedError):
        submit_for_review(page, by=page.owner)
    admin = factories.UserFactory(is_superuser=True)
    with pytest.raises(RefusedError):
        run = workflow.start(page, admin)
        for _number in range(3):
            state = run.current_task_state.specific
            state.task.specific.on_action(state, admin, "approve")
            run.refresh_from_db()
    assert not ResourcePage.objects.get(pk=page.pk).live


# Forged bodies for Wagtail's own way to decide.


@pytest.mark.parametrize(
    "extra",
    [
        "",
        "{}",
        "[]",
        "null",
        "1",
        '"approve"',
        "{",
        '{"skip_permission_checks": true}',
        '{"revision": "latest", "opinion": "同意"}',
        '{"revision": {"pk": 1}, "answers": "yes"}',
        '{"by": 1, "user": 1, "opinion": "同意同意同意同意同意同意同意同意同意同意同意同意同意"}',
    ],
)
def test_forged_extra_data_decides_nothing(extra: str) -> None:
    desk = Desk.open()
    for person in (desk.reader(), desk.author, factories.UserFactory(is_superuser=True)):
        client = Client(raise_request_exception=False)
        client.force_login(person)
        for url, body in (
            (
                reverse("wagtailadmin_pages:edit", args=[desk.page.pk]),
                {
                    "action-workflow-action": "1",
                    "workflow-action-name": "approve",
                    "workflow-action-extra-data": extra,
                },
            ),
            (
                reverse("wagtailadmin_pages:workflow_action", args=[desk.page.pk, "approve", desk.state.pk]),
                {"workflow-action-extra-data": extra, "comment": extra},
            ),
        ):
            assert client.post(url, body).status_code < 500
    assert not Decision.objects.exists()


def test_a_complete_decision_by_the_author_or_a_second_time_is_refused_by_every_road() -> None:
    desk = Desk.open()
    first = desk.reader()
    desk.decide()
    state = desk.state
    told = verdict(state)
    body = {
        "action-workflow-action": "1",
        "workflow-action-name": "approve",
        "workflow-action-extra-data": json.dumps(
            {
                "opinion": told.opinion,
                "answers": dict(told.answers),
                "revision": told.revision,
                "checklist": told.checklist,
            }
        ),
    }
    desk.author.groups.add(*(stage.group for stage in stages_of(desk)))
    first.groups.add(*(stage.group for stage in stages_of(desk)))
    for person in (desk.author, first):
        client = Client(raise_request_exception=False)
        client.force_login(person)
        client.post(reverse("wagtailadmin_pages:edit", args=[desk.page.pk]), body)
        client.post(reverse("review:read", args=[state.pk]), {"outcome": "pass", "opinion": told.opinion})
    assert Decision.objects.count() == 1


# Reading what is not one's own: pages of Wagtail's admin that have no hook of their own.

SECRET = "密稿甲乙丙"


@pytest.mark.parametrize("role", [Role.AUTHOR, Role.TEACHER, Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN])
def test_wagtails_histories_reports_and_search_show_no_foreign_draft(role: Role) -> None:
    page = manuscript(title=SECRET)
    page.abstract = SECRET
    page.save_revision(user=page.owner, log_action=True)
    client = Client(raise_request_exception=False)
    client.force_login(factories.UserFactory(roles=[role]))
    names = ("site_history", "locked_pages", "workflow", "workflow_tasks", "aging_pages", "page_types_usage")
    urls = [reverse(f"wagtailadmin_reports:{name}") for name in names]
    urls += [f"{url}?export=csv" for url in urls]
    urls += [f"{reverse('wagtailadmin_reports:site_history_results')}?label={SECRET}"]
    for name in (
        "history",
        "history_results",
        "workflow_history",
        "usage",
        "edit",
        "view_draft",
        "copy",
        "delete",
        "move",
    ):
        urls.append(reverse(f"wagtailadmin_pages:{name}", args=[page.pk]))
    revision = page.latest_revision_id
    urls += [
        reverse("wagtailadmin_pages:revisions_view", args=[page.pk, revision]),
        reverse("wagtailadmin_pages:revisions_compare", args=[page.pk, "earliest", "latest"]),
        reverse("wagtailadmin_pages:revisions_revert", args=[page.pk, revision]),
        reverse("wagtailadmin_pages:search") + f"?q={SECRET}",
        reverse("wagtailadmin_pages:search_results") + f"?q={SECRET}",
        reverse("wagtailadmin_choose_page") + f"?page_type=resources.resourcepage&q={SECRET}",
        reverse("wagtailadmin_choose_page_search") + f"?q={SECRET}",
        reverse("wagtailadmin_choose_page_child", args=[page.get_parent().pk]),
        reverse("wagtailadmin_explore", args=[page.get_parent().pk]),
        reverse("wagtailadmin_home"),
        f"/admin/api/main/pages/?child_of={page.get_parent().pk}",
        f"/admin/api/main/pages/{page.pk}/",
    ]
    told = []
    for url in urls:
        response = client.get(url, follow=True)
        assert response.status_code < 500, url
        body = response.content if not response.streaming else b"".join(response.streaming_content)
        text = body.decode("utf-8", "replace").replace(f"q={SECRET}", "").replace(f'value="{SECRET}"', "")
        hits = [line.strip()[:160] for line in text.splitlines() if SECRET in line and "没有" not in line]
        if hits and not all(f"“{SECRET}”" in line or f"<em>{SECRET}</em>" in line for line in hits):
            told.append((url, hits[:2]))
    assert told == []


# Gaining a role.


@pytest.mark.parametrize("role", [Role.SYSTEM_ADMIN, Role.AUDIT_ADMIN, Role.EDITOR, Role.AUTHOR])
def test_nobody_but_the_security_administrator_gives_roles(role: Role) -> None:
    person = factories.UserFactory(roles=[role])
    client = Client(raise_request_exception=False)
    client.force_login(person)
    target = Group.objects.get(name=Role.FINAL_REVIEWER)
    url = reverse("wagtail_bulk_action", args=["accounts", "user", "assign_role"]) + f"?id={person.pk}"
    client.post(url, {"role": target.pk})
    client.post(reverse("wagtailusers_users:edit", args=[person.pk]), {"groups": [target.pk]})
    client.post(reverse("wagtailusers_groups:edit", args=[target.pk]), {"name": "改名", "users": [person.pk]})
    assert set(User.objects.get(pk=person.pk).roles) == {role.value}


def test_the_three_administrators_stay_apart_by_every_road() -> None:
    person = factories.UserFactory(roles=[Role.SYSTEM_ADMIN])
    audit = Group.objects.get(name=Role.AUDIT_ADMIN)
    with pytest.raises(RefusedError):
        set_roles(person, [Role.SYSTEM_ADMIN, Role.AUDIT_ADMIN], by=None)
    for give in (lambda: person.groups.add(audit), lambda: audit.user_set.add(person)):
        with pytest.raises(RefusedError), transaction.atomic():
            give()
    own = Group.objects.create(name="自己的组")
    own.user_set.add(person)
    with pytest.raises(RefusedError):
        own.name = Role.SECURITY_ADMIN.value
        own.save()
    with pytest.raises(RefusedError):
        audit.name = "改名"
        audit.save()
    with pytest.raises(RefusedError):
        Group.objects.get(name=Role.AUDIT_ADMIN).delete()


def test_the_security_administrator_works_on_rules_and_reads_no_manuscript() -> None:
    desk = Desk.open()
    client = signed_in(Role.SECURITY_ADMIN)
    assert client.get(reverse("review:desk")).headers["Location"] == reverse("review:packs")
    assert client.get(reverse("review:packs")).status_code == 200
    for name, pk in (("read", desk.state.pk), ("manuscript", desk.page.pk), ("dossier", desk.page.pk)):
        assert client.get(reverse(f"review:{name}", args=[pk])).status_code == 404, name
    assert client.get(reverse("review:queue")).status_code == 404


def test_no_shared_password_guards_any_page_or_collection() -> None:
    client = Client()
    client.force_login(factories.UserFactory(is_superuser=True))
    folder = manuscript().get_parent()
    url = reverse("wagtailadmin_pages:set_privacy", args=[folder.pk])
    client.post(url, {"restriction_type": "password", "password": "shared"})
    assert not folder.get_view_restrictions().filter(restriction_type="password").exists()


@pytest.mark.parametrize("live", [False, True])
def test_the_admin_api_reads_and_does_nothing(live: bool) -> None:
    desk = Desk.open()
    page = desk.publish() if live else desk.page
    before = ResourcePage.objects.get(pk=page.pk)
    client = Client(raise_request_exception=False)
    client.force_login(factories.UserFactory(is_superuser=True))
    assert client.get(f"/admin/api/main/pages/{page.pk}/").status_code == 200
    for name in PagesAdminAPIViewSet.actions:
        body = {
            "destination_page_id": page.get_parent().pk,
            "revision_id": page.latest_revision_id,
            "slug": "x",
            "recursive": False,
        }
        url = f"/admin/api/main/pages/{page.pk}/action/{name}/"
        assert client.post(url, body, content_type="application/json").status_code == 404, name
    after = ResourcePage.objects.get(pk=page.pk)
    assert (after.live, after.live_revision_id, after.path) == (before.live, before.live_revision_id, before.path)
