"""A grant stands on the passes of enough different people for exactly that text; the database asks for them."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone, translation
from wagtail.models import Page, Revision, TaskState

from caselib.accounts.enums import Role
from caselib.accounts.models import User
from caselib.core.errors import RefusedError
from caselib.resources.content import digest
from caselib.resources.enums import Circulation
from caselib.resources.models import PublicationGrant, ResourcePage
from caselib.resources.publishing import publish_granted
from caselib.review.models import CirculationChange, Decision, Seat, StageTask
from caselib.review.rules import same_person
from caselib.review.services.circulation import change_circulation, level_only
from tests import factories
from tests.caselib.review.desk import Desk

pytestmark = pytest.mark.django_db


def grant(page: ResourcePage, revision: Revision, **kwargs: Any) -> PublicationGrant:
    values = {"sha256": digest(revision), "granted_at": timezone.now(), **kwargs}
    return PublicationGrant.objects.create(revision=revision, page_id=page.pk, **values)


def refused_grant(page: ResourcePage, revision: Revision, **kwargs: Any) -> None:
    with pytest.raises(IntegrityError, match="enough different people"), transaction.atomic():
        grant(page, revision, **kwargs)
    assert not PublicationGrant.objects.filter(revision=revision).exists()


@pytest.mark.parametrize("passes", [0, 1, 2])
def test_too_few_passes_make_no_grant(passes: int) -> None:
    desk = Desk.open()
    for _number in range(passes):
        desk.decide()
    refused_grant(desk.page, desk.page.get_latest_revision())
    with pytest.raises(IntegrityError), transaction.atomic():
        revision = desk.page.get_latest_revision()
        publish_granted(desk.page, revision, digest(revision), by=None)
    assert not Page.objects.get(pk=desk.page.pk).live


def test_an_internal_text_needs_two_and_calling_it_internal_afterwards_does_not_help() -> None:
    desk = Desk.open()
    desk.decide()
    desk.decide()
    revision = desk.page.get_latest_revision()
    with pytest.raises(IntegrityError), transaction.atomic():
        Revision.objects.filter(pk=revision.pk).update(content={**revision.content, "circulation": "internal"})
    other = factories.draft().get_latest_revision()
    refused_grant(desk.page, other, sha256=digest(revision))


def test_passes_for_another_text_or_another_page_do_not_count() -> None:
    page = Desk.open().publish()
    passed = page.live_revision
    page.title = "后来的标题"
    later = page.save_revision()
    refused_grant(page, later)
    refused_grant(page, later, sha256=digest(passed))
    refused_grant(factories.draft(), later)


def test_void_passes_do_not_count_and_a_withdrawn_grant_does_not_come_back() -> None:
    page = Desk.open().publish()
    held = PublicationGrant.objects.get(page_id=page.pk)
    Decision.objects.filter(page_id=page.pk).update(voided_at=timezone.now(), voided_reason="test")
    PublicationGrant.objects.filter(pk=held.pk).update(revoked_at=timezone.now())
    with pytest.raises(IntegrityError), transaction.atomic():
        PublicationGrant.objects.filter(pk=held.pk).update(revoked_at=None)
    with pytest.raises(IntegrityError), transaction.atomic():
        page.live_revision.publish()
        PublicationGrant.objects.filter(pk=held.pk).update(revoked_at=None)


def test_a_change_of_level_carries_the_grant_only_if_nothing_else_changed() -> None:
    page = Desk.open().publish()
    base = page.live_revision
    final = factories.UserFactory(roles=[Role.FINAL_REVIEWER])

    def changed(content: dict[str, Any], after: str) -> Revision:
        revision = Revision.objects.create(
            content_type=base.content_type,
            base_content_type=base.base_content_type,
            object_id=base.object_id,
            content=content,
            object_str=base.object_str,
        )
        CirculationChange.objects.create(
            page_id=page.pk, before=page.circulation, after=after, reason="换文", revision=revision, based_on=base,
            sha256=digest(revision), requested_by=final, requested_at=timezone.now(),
            decided_by=final, decided_at=timezone.now(),
        )  # fmt: skip
        return revision

    refused_grant(page, changed({**level_only(base, "internal"), "abstract": "偷换"}, "internal"))
    refused_grant(page, changed({**base.content, "abstract": "偷换"}, "public"))
    change_circulation(page, Circulation.INTERNAL, "改为内部使用。", by=final)
    page = ResourcePage.objects.get(pk=page.pk)
    assert page.live and page.circulation == Circulation.INTERNAL


def test_a_decision_needs_the_open_stage_and_its_text() -> None:
    desk = Desk.open()
    state = desk.state
    stage = StageTask.objects.get(pk=state.task_id)
    reader = desk.reader()
    seat = Seat.objects.create(run=desk.run, stage=stage, reviewer=reader)
    values: dict[str, Any] = {
        "page_id": desk.page.pk, "run": desk.run, "stage": stage, "state": state, "revision_id": state.revision_id,
        "sha256": state.sha256, "seat": seat, "decided_by": reader, "decided_at": timezone.now(), "outcome": "pass",
        "opinion": "越过服务",
    }  # fmt: skip
    other = factories.draft()
    for wrong in (
        {"sha256": "0" * 64},
        {"revision_id": other.latest_revision_id},
        {"page_id": other.pk},
    ):
        with pytest.raises(IntegrityError, match="open stage"), transaction.atomic():
            Decision.objects.create(**values | wrong)
    TaskState.objects.filter(pk=state.pk).update(status=TaskState.STATUS_CANCELLED)
    with pytest.raises(IntegrityError, match="open stage"), transaction.atomic():
        Decision.objects.create(**values)


def test_an_author_of_the_readers_own_name_and_unit_bars_the_reader() -> None:
    """The printed author has no account, so only the name tells; by the rule, by every call, and by the database."""
    desk = Desk.open(authors=[("王 芳", "青禾县委党校")])
    reader = desk.reader()
    same = factories.UserFactory(name="王芳", unit=factories.unit("青禾县委党校"))
    elsewhere = factories.UserFactory(name="王芳", unit=factories.unit("柏川市委党校"))
    for person in (same, elsewhere):
        person.groups.add(*reader.groups.all())
    with pytest.raises(RefusedError, match="同姓名"), transaction.atomic(), translation.override("zh-hans"):
        desk.decide(by=same)
    desk.decide(by=elsewhere)
    assert desk.state.task_id != StageTask.objects.get(pk=next(iter(desk.readers))).pk


def test_the_database_knows_namesakes_too() -> None:
    unit = factories.unit("青禾县委党校")
    desk = Desk.open(authors=[("王芳", "青禾县委党校")])
    state, reader = desk.state, desk.reader()
    User.objects.filter(pk=reader.pk).update(name="王芳", unit=unit)
    seat = Seat.objects.create(run=desk.run, stage_id=state.task_id, reviewer=reader)
    with pytest.raises(IntegrityError, match="own, wrote or edited"), transaction.atomic():
        Decision.objects.create(
            page_id=desk.page.pk, run=desk.run, stage_id=state.task_id, state=state, revision_id=state.revision_id,
            sha256=state.sha256, seat=seat, decided_by=reader, decided_at=timezone.now(), outcome="pass", opinion="同名",
        )  # fmt: skip


@pytest.mark.parametrize(
    ("name", "unit", "person", "units", "same"),
    [
        ("王芳", "青禾县委党校", "王芳", {"青禾县委党校"}, True),
        ("王　芳", "青禾 县委党校", "王芳", {"青禾县委党校", "青禾党校"}, True),
        ("王芳", "青禾党校", "王芳", {"青禾县委党校", "青禾党校"}, True),
        ("王芳", "柏川市委党校", "王芳", {"青禾县委党校"}, False),
        ("王芳", "", "王芳", {"青禾县委党校"}, False),
        ("王芳", "", "王芳", {"青禾县委党校", ""}, True),
        ("王方", "青禾县委党校", "王芳", {"青禾县委党校"}, False),
        ("", "青禾县委党校", "", {"青禾县委党校"}, False),
    ],
)
def test_who_is_taken_for_the_same_person(name: str, unit: str, person: str, units: set[str], same: bool) -> None:
    assert same_person(name, unit, person=person, units=units) is same
