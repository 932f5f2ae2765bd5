"""The search page in the admin: who sees it, what it does, and that it tells nothing it must not."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse

from caselib.accounts.enums import Role
from caselib.core import clock
from caselib.core.models import Job
from caselib.media.models import CaseDocument
from caselib.resources.enums import Circulation
from search.models import POISONED_AFTER, ExtractedText, OutboxJob, SynonymGroup
from tests import factories

pytestmark = pytest.mark.django_db
ClientOf = Callable[..., Client]


def test_engines_and_failed_jobs_are_shown(client_of: ClientOf, up_to_date: Callable[[], None]) -> None:
    up_to_date()
    OutboxJob.objects.create(
        engine="embedded", key="page:9", created_at=clock.now(), attempts=POISONED_AFTER, error="<b>broken</b>"
    )
    text = client_of(Role.EDITOR).get(reverse("search_office")).content.decode()
    assert "page:9" in text
    assert "&lt;b&gt;broken" in text
    assert "重建索引" not in text, "an editor looks, the system administrator acts"
    assert "重建索引" in client_of(Role.SYSTEM_ADMIN).get(reverse("search_office")).content.decode()


def test_the_office_sees_how_many_attachments_are_still_to_be_read(client_of: ClientOf) -> None:
    page = client_of(Role.EDITOR)
    assert "待读取" not in page.get(reverse("search_office")).content.decode()
    document = CaseDocument.objects.create(title="附件", file=ContentFile(b"text", name="a.txt"))
    ExtractedText.objects.create(document=document, at=clock.now())
    assert "还有 1 个附件的文字待读取" in page.get(reverse("search_office")).content.decode()


def test_failed_jobs_are_tried_again(client_of: ClientOf) -> None:
    job = OutboxJob.objects.create(engine="embedded", key="page:9", created_at=clock.now(), attempts=7, error="x")
    client = client_of(Role.SYSTEM_ADMIN)
    assert client.post(reverse("search_office_act"), {"act": "retry", "jobs": [job.pk]}).status_code == 302
    job.refresh_from_db()
    assert (job.attempts, job.retry_at) == (0, None)


@pytest.mark.parametrize("act", ["rebuild", "reconcile"])
def test_maintenance_runs_as_a_job_of_the_one_who_asked(client_of: ClientOf, act: str) -> None:
    client = client_of(Role.SYSTEM_ADMIN)
    answer = client.post(reverse("search_office_act"), {"act": act, "engine": "embedded"})
    job = Job.objects.get()
    assert answer["Location"] == reverse("core:job", kwargs={"pk": job.pk})
    assert (job.kind, job.parameters) == (f"search.{act}", {"engine": "embedded"})


@pytest.mark.parametrize(
    "data", [{}, {"act": "drop"}, {"act": "rebuild", "engine": "elastic"}, {"act": "retry", "jobs": ["x", "-1"]}]
)
def test_forged_acts_change_nothing(client_of: ClientOf, data: dict[str, object]) -> None:
    assert client_of(Role.SYSTEM_ADMIN).post(reverse("search_office_act"), data).status_code == 302
    assert not Job.objects.exists()


def test_why_something_is_found_is_told_about_visible_resources_only(
    client_of: ClientOf, up_to_date: Callable[[], None]
) -> None:
    page = factories.live(title="渔港扩建")
    hidden = factories.live(title="密件", circulation=Circulation.RESTRICTED)
    up_to_date()
    client = client_of(Role.EDITOR)
    url = reverse("search_office_explain")
    assert "渔港" in client.get(url, {"text": "渔港", "resource": page.pk}).content.decode()
    assert client.get(url, {"text": "密件", "resource": hidden.pk}).status_code == 404
    for wrong in ("9" * 30, "-1", "x", "\x00"):
        assert client.get(url, {"text": "渔港", "resource": wrong}).status_code in (200, 400)


def test_an_editor_keeps_the_synonyms(client_of: ClientOf) -> None:
    client = client_of(Role.EDITOR)
    url = reverse("wagtailsnippets_search_synonymgroup:add")
    assert client.get(url).status_code == 200
    client.post(url, {"words": "只有一个", "active": "on"})
    assert not SynonymGroup.objects.exists()
    client.post(url, {"words": "共享单车，公共自行车", "active": "on"})
    assert SynonymGroup.objects.get().as_list() == ["共享单车", "公共自行车"]
