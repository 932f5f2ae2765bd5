"""Attachments are searched: read beside the draining, once for each content of a file, and never in its way."""

from __future__ import annotations

import io
import threading

import pytest
from django.core.files.base import ContentFile
from django.db import connection

from caselib.media.models import CaseDocument
from caselib.resources.models import Attachment, ResourcePage
from search import api, extraction, harvest, indexer, locks, reading
from search.api import SearchRequest
from search.models import ExtractedText, OutboxJob
from tests import factories
from tests.search.finding import Find, teacher, titles

pytestmark = pytest.mark.django_db


def document(name: str, data: bytes, title: str = "附件") -> CaseDocument:
    made = CaseDocument(title=title)
    made.file.save(name, ContentFile(data), save=False)
    made._set_document_file_metadata()
    made.save()
    return made


def with_attachment(title: str, made: CaseDocument, audience: str = "learner") -> ResourcePage:
    page = factories.draft(title=title)
    page.attachments = [Attachment(document=made, title=made.title, audience=audience)]
    page.save_revision()
    return factories.publish(page)


def test_attachments_of_every_kind_are_searched_with_their_name(find: Find) -> None:
    for name, data, word in sample_files():
        with_attachment(f"带{word}的案例", document(name, data, title=f"文件{name}"))
    for name, _data, word in sample_files():
        result = find(word)
        attachments = [p for hit in result.hits for p in hit.passages if p.source == "attachment"]
        assert attachments, name
        assert attachments[0].label == f"文件{name}"
    assert ExtractedText.objects.count() == len(sample_files())


def test_an_attachment_for_teachers_is_found_by_teachers_only(find: Find) -> None:
    with_attachment("渔港", document("a.txt", "教师秘语".encode()), audience="teacher")
    assert find("教师秘语").total == 0
    assert titles(find("教师秘语", viewer=teacher())) == ["渔港"]


def test_a_damaged_attachment_does_not_keep_its_page_out(find: Find) -> None:
    for name in ("bad.docx", "bad.pdf", "bad.pptx", "bad.xlsx"):
        with_attachment(f"渔港{name[4:]}", document(name, b"PK\x03\x04 not a file at all" * 20))
    assert find("渔港").total == 4
    assert all(row.error for row in ExtractedText.objects.all())


def asked(text: str) -> list[str]:
    """What is found now, without bringing the index up to date."""
    result = api.search(SearchRequest(text))
    return [] if result.relaxed else titles(result)


def test_a_page_is_found_before_its_attachment_is_read(find: Find, monkeypatch: pytest.MonkeyPatch) -> None:
    find()

    def not_now(data: bytes, name: str) -> str:
        raise AssertionError("the drain read a file")

    with monkeypatch.context() as patched:
        patched.setattr(extraction, "text_of", not_now)
        with_attachment("渔港", document("a.txt", "密封条款".encode()))
        assert indexer.drain("embedded").indexed == 1
    assert (asked("渔港"), asked("密封条款")) == (["渔港"], [])
    assert reading.waiting() == 1
    assert reading.read_next()
    assert (reading.waiting(), reading.read_next()) == (0, False)
    assert indexer.drain("embedded").indexed == 1
    assert asked("密封条款") == ["渔港"]


def test_a_file_is_read_once_however_often_its_page_is_indexed(find: Find, monkeypatch: pytest.MonkeyPatch) -> None:
    page = with_attachment("渔港", document("a.txt", "密封条款".encode()))
    find()
    monkeypatch.setattr(extraction, "text_of", lambda data, name: pytest.fail("read again"))
    page.title = "渔港新名"
    page.save_revision()
    factories.publish(page)
    assert titles(find("密封条款")) == ["渔港新名"]


def test_a_file_that_came_without_its_hash_is_read_once(find: Find, monkeypatch: pytest.MonkeyPatch) -> None:
    made = document("a.txt", "密封条款".encode())
    CaseDocument.objects.filter(pk=made.pk).update(file_hash="")
    with_attachment("渔港", CaseDocument.objects.get(pk=made.pk))
    assert titles(find("密封条款")) == ["渔港"]
    monkeypatch.setattr(extraction, "text_of", lambda data, name: pytest.fail("read again"))
    assert titles(find("密封条款")) == ["渔港"]


def test_what_an_older_reader_read_is_found_until_it_is_read_again(find: Find, monkeypatch: pytest.MonkeyPatch) -> None:
    with_attachment("渔港", document("a.txt", "密封条款".encode()))
    find()
    monkeypatch.setattr(extraction, "READER", extraction.READER + 1)
    page = with_attachment("渔村", document("b.txt", "另一附件".encode()))
    indexer.drain("embedded")
    assert reading.waiting() == 2
    assert asked("密封条款") == ["渔港"]
    assert reading.read_next()  # first what nothing is known of
    assert ExtractedText.objects.get(text="另一附件").document_id == page.attachments.get().document_id
    assert reading.waiting() == 1
    assert titles(find("密封条款")) == ["渔港"]
    assert reading.waiting() == 0


def test_a_file_nobody_expected_does_not_hold_up_those_behind_it(find: Find, monkeypatch: pytest.MonkeyPatch) -> None:
    bad = document("a.txt", b"bad")
    with_attachment("渔港", bad)
    with_attachment("渔村", document("b.txt", "密封条款".encode()))
    real = extraction.text_of

    def text_of(data: bytes, name: str) -> str:
        if data == b"bad":
            raise ZeroDivisionError("nobody thought of this")
        return real(data, name)

    monkeypatch.setattr(extraction, "text_of", text_of)
    assert titles(find("密封条款")) == ["渔村"]
    assert ExtractedText.objects.get(document=bad).error == "ZeroDivisionError: nobody thought of this"


def test_a_text_with_what_no_database_takes_is_kept_without_it(find: Find, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extraction, "text_of", lambda data, name: "密封\ud83d条\x00款")
    with_attachment("渔港", document("a.txt", b"any"))
    assert titles(find("密封条款")) == ["渔港"]
    assert reading.waiting() == 0


def test_a_file_that_is_gone_is_told_of_and_not_asked_for_again(find: Find) -> None:
    made = document("a.txt", "密封条款".encode())
    made.file.storage.delete(made.file.name)
    with_attachment("渔港", made)
    assert titles(find("渔港")) == ["渔港"]
    assert ExtractedText.objects.get().error
    assert titles(find("渔港")) == ["渔港"]
    assert (reading.waiting(), OutboxJob.objects.count()) == (0, 0)


def test_one_process_reads_at_a_time(find: Find) -> None:
    find()
    with_attachment("渔港", document("a.txt", "密封条款".encode()))
    indexer.drain("embedded")
    held, free = threading.Event(), threading.Event()

    def other() -> None:
        with locks.reading():
            held.set()
            free.wait(20)
        connection.close()

    thread = threading.Thread(target=other)
    thread.start()
    assert held.wait(20)
    assert reading.read_all() == 0
    free.set()
    thread.join()
    assert reading.read_all() == 1


def test_a_change_while_the_library_is_compared_is_drained_at_once_and_is_no_difference(
    find: Find, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = factories.live(title="渔港")
    find()
    real = harvest.records
    drained: list[int] = []

    def change_then_read(page_ids: list[int]) -> object:
        if not drained:
            drained.append(0)
            page.title = "渔港新名"
            page.save_revision()
            factories.publish(page)
            drained[0] = indexer.drain("embedded").indexed
        return real(page_ids)

    monkeypatch.setattr(harvest, "records", change_then_read)
    report = indexer.reconcile("embedded")
    assert drained == [1]
    assert (report.differences, report.repaired) == (0, 0)
    assert asked("渔港新名") == ["渔港新名"]


def sample_files() -> list[tuple[str, bytes, str]]:
    """(name, content, a word in it) of each kind of file."""
    import docx
    import openpyxl
    import pptx

    word, slides, sheet = io.BytesIO(), io.BytesIO(), io.BytesIO()
    made = docx.Document()
    made.add_paragraph("文档里的青瓷")
    made.add_table(1, 1).cell(0, 0).text = "表格里的竹编"
    made.save(word)
    deck = pptx.Presentation()
    deck.slides.add_slide(deck.slide_layouts[5]).shapes.title.text = "幻灯片里的剪纸"
    deck.save(slides)
    book = openpyxl.Workbook()
    book.active["A1"] = "表单里的木雕"
    book.save(sheet)
    return [
        ("a.docx", word.getvalue(), "竹编"),
        ("b.pptx", slides.getvalue(), "剪纸"),
        ("c.xlsx", sheet.getvalue(), "木雕"),
        ("d.txt", "纯文本里的蓝染".encode("gb18030"), "蓝染"),
        ("e.pdf", small_pdf("porcelain workshop"), "porcelain"),
    ]


def small_pdf(text: str) -> bytes:
    """A PDF of one page with one line."""
    stream = f"BT /F1 18 Tf 20 100 Td ({text}) Tj ET".encode()
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 200] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    out = bytearray(b"%PDF-1.4\n")
    offsets = []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, start)
    return bytes(out)
