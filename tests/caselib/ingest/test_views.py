"""The pages of ingest: what they show, what they refuse, and how many queries they take."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import UTC, datetime

import openpyxl
import pytest
from django.contrib.messages import get_messages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from caselib.accounts.enums import Role
from caselib.core import clock, jobs
from caselib.core.enums import JobState
from caselib.core.models import Job
from caselib.ingest import services
from caselib.ingest.enums import ItemState
from caselib.ingest.models import ImportBatch, ImportItem
from caselib.resources.models import CaseStudy, ResourcePage
from caselib.vocabularies.models import Position
from tests import factories
from tests.caselib.ingest.test_services import manuscript
from tests.caselib.word.packages import zipped

pytestmark = pytest.mark.django_db
ClientOf = Callable[..., Client]


def post_file(client: Client, *files: tuple[str, bytes]) -> object:
    uploads = [SimpleUploadedFile(name, data) for name, data in files]
    response = client.post(reverse("imports"), {"manuscripts": uploads}, follow=True)
    jobs.run_pending()
    return response


def test_upload_report_correct_accept(client_of: ClientOf) -> None:
    client = client_of(Role.AUTHOR)
    response = post_file(client, ("议事厅.docx", manuscript()), ("空.docx", b""), ("坏.docx", b"PK\x03\x04"))
    assert response.status_code == 200  # type: ignore[attr-defined]
    batch = ImportBatch.objects.get(name="议事厅.docx")
    page = client.get(reverse("imports_report", args=[batch.pk])).content.decode()
    assert "小院议事厅" in page and "一、案例背景" in page and "&lt;script&gt;" not in page.split("<main")[0]
    bad = ImportBatch.objects.get(name="坏.docx")
    assert "文件损坏" in client.get(reverse("imports_report", args=[bad.pk])).content.decode()
    item = batch.items.get()
    shown = client.get(reverse("imports_item", args=[item.pk])).content.decode()
    assert "&lt;script&gt;" in shown and "<script>&" not in shown
    answer = client.post(reverse("imports_item", args=[item.pk]), {"title": "", "kind": "casestudy"})
    assert answer.status_code == 200 and not CaseStudy.objects.exists(), "an empty title is told, nothing is lost"
    answer = client.post(
        reverse("imports_item", args=[item.pk]), {"title": "新题目", "kind": "casestudy", "authors": "李明，赵平"}
    )
    draft = CaseStudy.objects.get()
    assert (
        answer.status_code == 302
        and draft.title == "新题目"
        and [a.name for a in draft.authors.all()] == ["李明", "赵平"]
    )
    again = client.post(reverse("imports_item", args=[item.pk]), {"title": "再来", "kind": "casestudy"}, follow=True)
    assert again.status_code == 200 and CaseStudy.objects.count() == 1, "a double post makes one draft"


def test_accept_some_and_set_aside(client_of: ClientOf) -> None:
    client = client_of(Role.AUTHOR)
    text = (
        "案例一：甲村\n\n"
        + "村里开会商量办法，大家都说好。" * 9
        + "\n\n案例二：乙村\n\n"
        + "镇里派人上门听意见，一条条记下。" * 9
    )
    post_file(client, ("两个.txt", text.encode()))
    batch = ImportBatch.objects.get()
    one, two = batch.items.all()
    url = reverse("imports_act", args=[batch.pk])
    client.post(url, {"act": f"reject-{two.pk}"})
    client.post(url, {"act": "accept_some", "item": [str(one.pk), "x", "9" * 40]})
    one.refresh_from_db()
    two.refresh_from_db()
    assert (one.state, two.state) == (ItemState.ACCEPTED, ItemState.REJECTED)
    client.post(url, {"act": f"take_back-{two.pk}"})
    client.post(url, {"act": "accept_all"})
    assert CaseStudy.objects.count() == 2
    assert client.post(url, {"act": "nonsense"}).status_code == 302
    assert client.post(url, {"act": "reject-\x00"}).status_code == 404


def test_a_file_that_comes_again_names_the_day_of_this_place(client_of: ClientOf) -> None:
    """Half past six in the morning in Shanghai is the day before by the clock of the database."""
    client = client_of(Role.AUTHOR)
    with clock.fixed(datetime(2026, 3, 4, 22, 30, tzinfo=UTC)):
        post_file(client, ("议事厅.docx", manuscript()))
    answer = post_file(client, ("议事厅（又）.docx", manuscript()))

    assert "2026年3月5日" in " ".join(map(str, get_messages(answer.wsgi_request)))  # type: ignore[attr-defined]


def test_the_name_of_somebody_elses_file_is_not_told(client_of: ClientOf) -> None:
    post_file(client_of(Role.AUTHOR), ("县纪委线索初稿.docx", manuscript()))
    other = client_of(Role.AUTHOR)
    answer = post_file(other, ("我的.docx", manuscript()))
    page = answer.content.decode()  # type: ignore[attr-defined]
    assert "县纪委线索初稿" not in page
    assert "“我的.docx”此前已有他人上传" in page
    assert "县纪委线索初稿" in post_file(client_of(Role.EDITOR), ("再.docx", manuscript())).content.decode()  # type: ignore[attr-defined]


def test_uploads_of_others_do_not_exist(client_of: ClientOf) -> None:
    post_file(client_of(Role.AUTHOR), ("a.docx", manuscript()))
    batch, item = ImportBatch.objects.get(), ImportItem.objects.get()
    stranger, editor = client_of(Role.AUTHOR), client_of(Role.EDITOR)
    for name, pk in (("imports_report", batch.pk), ("imports_source", batch.pk), ("imports_item", item.pk)):
        assert stranger.get(reverse(name, args=[pk])).status_code == 404
        assert editor.get(reverse(name, args=[pk])).status_code == 200
        assert editor.get(reverse(name, args=[2**70])).status_code == 404
    assert stranger.post(reverse("imports_act", args=[batch.pk]), {"act": "accept_all"}).status_code == 404
    assert "a.docx" not in stranger.get(reverse("imports")).content.decode()
    assert client_of(Role.SYSTEM_ADMIN).get(reverse("imports")).status_code in (302, 403)


def test_the_source_is_sent_as_a_download(client_of: ClientOf) -> None:
    client = client_of(Role.AUTHOR)
    post_file(client, ("页.html", b"<html><body><script>alert(1)</script><p>hello</p></body></html>"))
    response = client.get(reverse("imports_source", args=[ImportBatch.objects.get().pk]))
    assert response["Content-Disposition"].startswith("attachment") and b"alert" in b"".join(response.streaming_content)  # type: ignore[attr-defined]


def queries(client: Client) -> int:
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert client.get(reverse("imports")).status_code == 200
    return len(captured)


def test_the_list_takes_the_same_queries_at_any_size(client_of: ClientOf) -> None:
    user = factories.UserFactory(roles=[Role.AUTHOR])
    client = Client()
    client.force_login(user)
    services.receive_upload(SimpleUploadedFile("0.txt", b"x 0"), by=user)
    client.get(reverse("imports"))
    few = queries(client)
    for number in range(1, 24):
        services.receive_upload(SimpleUploadedFile(f"{number}.txt", f"x {number}".encode()), by=user)
    assert queries(client) <= few


def sheet(*rows: list[object]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)  # type: ignore[union-attr]
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


HEAD = ["编号", "标题", "类型", "作者", "主题", "课时", "写作日期", "单位"]


def test_metadata_is_tried_then_written(client_of: ClientOf) -> None:
    client = client_of(Role.AUTHOR)
    data = sheet(
        HEAD,
        ["YL-1", "账本上墙", "案例", "李明、赵平", "乡村振兴", 1.5, "2026年3月2日", ""],
        ["", "无此主题", "案例", "", "不在词表里", "", "", ""],
        ["", "", "案例", "", "", "abc", "2026-13-01", "别的单位"],
    )
    url = reverse("imports_metadata")
    page = client.post(url, {"file": SimpleUploadedFile("t.xlsx", data)}).content.decode()
    assert "账本上墙" in page and "不在词表里" in page and not ResourcePage.objects.exists(), "a trial writes nothing"
    client.post(url, {"file": SimpleUploadedFile("t.xlsx", data), "apply": "on"})
    draft = CaseStudy.objects.get()
    assert (draft.title, draft.code, str(draft.class_hours), str(draft.written_on)) == (
        "账本上墙",
        "YL-1",
        "1.5",
        "2026-03-02",
    )
    assert [term.name for term in draft.topics.all()] == ["乡村振兴"] and [a.name for a in draft.authors.all()] == [
        "李明",
        "赵平",
    ]
    again = "编号,标题\nYL-1,账本上墙之后\n".encode("gb18030")
    client.post(url, {"file": SimpleUploadedFile("t.csv", again), "apply": "on"})
    assert CaseStudy.objects.count() == 1 and draft.get_latest_revision_as_object().title in (
        "账本上墙",
        "账本上墙之后",
    )
    assert CaseStudy.objects.get().get_latest_revision_as_object().title == "账本上墙之后"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x00\x01",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 600,
        b"PK\x03\x04broken",
        "没有标题列\n1".encode(),
        b"%PDF",
    ],
)
def test_bad_tables_are_told(client_of: ClientOf, data: bytes) -> None:
    response = client_of(Role.AUTHOR).post(
        reverse("imports_metadata"), {"file": SimpleUploadedFile("t.csv", data), "apply": "on"}
    )
    assert response.status_code == 200 and not ResourcePage.objects.exists()


def test_the_template_and_the_export(client_of: ClientOf) -> None:
    client = client_of(Role.AUTHOR)
    book = openpyxl.load_workbook(io.BytesIO(client.get(reverse("imports_metadata_template")).content))
    assert "题名" in [cell.value for cell in next(book.active.iter_rows())]  # type: ignore[union-attr]
    live = factories.live(title="公开的案例")
    response = client.get(reverse("imports_export", args=[live.pk]))
    assert response.status_code == 200 and response.content.startswith(b"PK")
    hidden = factories.draft(title="没有公开")
    assert client.get(reverse("imports_export", args=[hidden.pk])).status_code == 404


def test_the_editor_offers_the_word_file(client_of: ClientOf) -> None:
    user = factories.UserFactory(roles=[Role.EDITOR])
    page = factories.draft(title="待改的案例", by=user)
    client = Client()
    client.force_login(user)
    shown = client.get(reverse("wagtailadmin_pages:edit", args=[page.pk]))
    assert shown.status_code == 200 and reverse("imports_export", args=[page.pk]) in shown.content.decode()


def test_a_reading_that_stopped_says_so_and_offers_another_try() -> None:
    user = factories.UserFactory(roles=[Role.AUTHOR])
    client = Client()
    client.force_login(user)
    batch = services.receive_upload(SimpleUploadedFile("稿.txt", "渔港的夜\n\n正文".encode()), by=user).batch
    page = reverse("imports_report", args=[batch.pk])
    assert client.get(page)["Refresh"], "it is being read"
    Job.objects.update(state=JobState.FAILED, done=3, total=9)
    answer = client.get(page)
    assert "Refresh" not in answer and 'value="read_again"' in answer.content.decode()
    client.post(reverse("imports_act", args=[batch.pk]), {"act": "read_again"})
    jobs.run_pending()
    assert "渔港的夜" in client.get(page).content.decode()


def test_all_files_of_an_archive_are_accepted_at_once(client_of: ClientOf) -> None:
    client = client_of(Role.AUTHOR)
    names = ("甲村的议事规矩", "乙村的晒账墙", "丙村的夜间接访")
    post_file(client, ("三村.zip", zipped({f"{name}.docx": manuscript(name) for name in names})))
    batch = ImportBatch.objects.get(name="三村.zip")
    address = reverse("imports_report", args=[batch.pk])
    assert client.get(address).context["waiting_inside"] == 3
    first = ImportItem.objects.filter(batch__parent=batch).first()
    assert first is not None
    client.post(reverse("imports_act", args=[first.batch_id]), {"act": f"reject-{first.pk}"})

    asked = client.post(reverse("imports_act", args=[batch.pk]), {"act": "accept_archive"})
    jobs.run_pending()

    job = Job.objects.get(kind="ingest.accept")
    assert asked["Location"] == reverse("core:job", args=[job.pk])
    assert (job.state, job.result["made"], job.result["url"]) == (JobState.DONE, 2, address)
    assert {page.title for page in CaseStudy.objects.all()} == set(names) - {first.title}
    assert "accept_archive" not in client.get(address).content.decode(), "nothing waits any more"


def test_reading_is_stopped_and_begun_again(client_of: ClientOf) -> None:
    client, other = client_of(Role.AUTHOR), client_of(Role.AUTHOR)
    stored = SimpleUploadedFile("议事厅.docx", manuscript())
    client.post(reverse("imports"), {"manuscripts": [stored]})
    batch = ImportBatch.objects.get()
    act, address = reverse("imports_act", args=[batch.pk]), reverse("imports_report", args=[batch.pk])
    assert other.post(act, {"act": "stop"}).status_code == 404
    assert 'value="stop"' in client.get(address).content.decode()

    client.post(act, {"act": "stop"})
    jobs.run_pending()

    page = client.get(address)
    assert page.context["stopped"] and 'value="read_again"' in page.content.decode()
    refused = client.post(act, {"act": "stop"}, follow=True).content.decode()
    assert "当前没有在读取" in refused
    client.post(act, {"act": "read_again"})
    jobs.run_pending()
    assert ImportItem.objects.get().batch == batch


def test_words_of_a_table_lead_to_the_terms_they_mean(client_of: ClientOf) -> None:
    client = client_of(Role.AUTHOR)
    secretary = Position.objects.get(name="村（社区）党组织书记")
    Position.objects.create(name="村书记", code="cs-2", retired_at=timezone.now(), replaced_by=secretary)
    data = sheet(
        ["题名", "岗位", "备忘"],
        ["一", "村支书、村(社区)党组织书记", "x"],
        ["二", "村书记", ""],
        ["三", "村（社区）党组织副书记", ""],
    )
    upload = SimpleUploadedFile("t.xlsx", data)

    page = client.post(reverse("imports_metadata"), {"file": upload, "apply": "on"})

    assert {case.title: [term.name for term in case.positions.all()] for case in CaseStudy.objects.all()} == {
        "一": [secretary.name],
        "二": [secretary.name],
    }
    assert page.context["unread"] == ["备忘"]
    assert "是否为“村（社区）党组织书记”" in page.content.decode()
