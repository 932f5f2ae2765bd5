"""A file of thousands of terms is brought in by the worker, a change at a time; a small one while its sender waits."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from caselib.accounts.enums import Role
from caselib.accounts.models import Notice
from caselib.core import jobs
from caselib.core.models import AuditRecord, Job
from caselib.vocabularies import transfer
from caselib.vocabularies.exchange.records import TermRecord
from caselib.vocabularies.models import Topic
from caselib.vocabularies.views import AT_ONCE

pytestmark = pytest.mark.django_db
ClientOf = Callable[..., Client]
COUNT = AT_ONCE + 20


def terms(count: int = COUNT) -> list[TermRecord]:
    return [TermRecord(f"L{number}", f"大表词{number}号", "L0" if number else "") for number in range(count)]


def send(client: Client, records: list[TermRecord], *, carry_out: bool, head: str = "") -> HttpResponse:
    lines = [f"{record.code},{record.name},{record.parent}" for record in records]
    text = "\n".join(["code,name,parent", *([head] if head else []), *lines])
    data = {"act": "import", "import-file": SimpleUploadedFile("t.csv", text.encode()), "import-syntax": "csv"}
    return client.post(
        reverse("vocabulary_tools", args=["topic"]), data | ({"import-apply": "on"} if carry_out else {})
    )  # type: ignore[return-value]


def test_a_large_file_is_brought_in_by_the_worker_and_reported(client_of: ClientOf) -> None:
    client = client_of(Role.EDITOR)
    began = send(client, terms(), carry_out=True, head="L9000,坏\x01字,")
    job = Job.objects.get(kind="vocabularies.import")
    assert began["Location"] == reverse("core:job", args=[job.pk])
    assert not Topic.objects.filter(code__startswith="L").exists()
    jobs.run_pending()
    assert Topic.objects.filter(code__startswith="L").count() == COUNT
    job.refresh_from_db()
    assert (job.done, job.total) == (COUNT + 1, COUNT + 1)
    page = client.get(job.result["url"]).content.decode()
    assert f"变更 {COUNT} 项，未导入 1 项" in page
    assert page.index("控制字符") < page.index("大表词1号")
    assert client_of(Role.EDITOR).get(job.result["url"]).status_code == 404
    notice = Notice.objects.get(recipient=job.requested_by)
    assert (notice.subject, notice.url) == ("主题：导入已完成，未导入 1 项", job.result["url"])


def test_a_small_file_is_brought_in_at_once(client_of: ClientOf) -> None:
    assert send(client_of(Role.EDITOR), terms(3), carry_out=True).status_code == 200
    assert Topic.objects.filter(code__startswith="L").count() == 3
    assert not Job.objects.filter(kind="vocabularies.import").exists()


def test_what_a_large_file_would_change_is_told_and_nothing_done(client_of: ClientOf) -> None:
    page = send(client_of(Role.EDITOR), terms(), carry_out=False)
    assert "大表词219号" in page.content.decode()
    assert not Topic.objects.filter(code__startswith="L").exists() and not Job.objects.exists()


def test_a_double_click_is_one_import(client_of: ClientOf) -> None:
    client = client_of(Role.EDITOR)
    first, second = (send(client, terms(), carry_out=True) for _ in range(2))
    assert first["Location"] == second["Location"]
    assert Job.objects.filter(kind="vocabularies.import").count() == 1


def test_what_was_done_before_it_was_stopped_stays_and_the_rest_is_done_later() -> None:
    def stop(done: int, total: int) -> None:
        if done == 7:
            raise jobs.CancelledError

    with pytest.raises(jobs.CancelledError):
        transfer.import_one_by_one(Topic, terms(12), by=None, progress=stop)
    assert Topic.objects.filter(code__startswith="L").count() == 7
    report = transfer.import_one_by_one(Topic, terms(12), by=None, progress=lambda done, total: None)
    assert [change.act for change in report].count("create") == 5
    acts = [row.data["acts"] for row in AuditRecord.objects.filter(verb="vocabularies.imported").order_by("sequence")]
    assert acts == [{"create": 7}, {"same": 7, "create": 5}]
