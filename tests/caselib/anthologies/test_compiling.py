"""Compiling: what stops it, what it leaves, and that a frozen edition never changes."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from typing import Any

import docx
import docx.shared
import pytest
from django.core.files.storage import default_storage

from caselib.anthologies import jobs as compile_jobs
from caselib.anthologies import services
from caselib.anthologies.binding import bind, text_document
from caselib.anthologies.models import Compilation, Edition, PageCount
from caselib.anthologies.preflight import check_edition
from caselib.anthologies.printing import copy_of, single_case
from caselib.core import jobs
from caselib.core.errors import RefusedError
from caselib.resources.models import ResourcePage
from caselib.resources.publishing import opened
from caselib.word import pdf
from caselib.word.freezing import FrozenDataError
from caselib.word.linter import lint
from caselib.word.model import Paragraph
from caselib.word.reader.document import read_docx
from caselib.word.writer import write_document
from tests import factories
from tests.caselib.anthologies.conftest import cases
from tests.caselib.anthologies.test_services import revise
from tests.conftest import require_service

pytestmark = pytest.mark.django_db


def compiled(edition: Edition, editor: Any) -> Compilation:
    row = services.compile_edition(edition, editor)
    jobs.run_pending()
    row.refresh_from_db()
    assert row.job is not None
    row.job.refresh_from_db()
    assert row.job.state == "done", row.job.message
    return row


def data_of(row: Compilation) -> bytes:
    with default_storage.open(row.docx, "rb") as source:
        return bytes(source.read())


def test_compiled_edition_has_cover_foreword_contents_parts_and_cases(edition: Edition, editor: Any) -> None:
    require_service(pdf.available(), "LibreOffice is not installed")
    services.add_text(edition, "foreword", title="编者按", text="编者按\n\n选稿三问。", by=editor)
    services.arrange_by(edition, "unit", by=editor)
    services.change_edition(edition, details={"indexes": ["unit"], "mark": "内部资料"}, by=editor)
    row = compiled(edition, editor)
    data = data_of(row)
    assert lint(data) == []
    xml = zipfile.ZipFile(io.BytesIO(data)).read("word/document.xml").decode()
    for text in ("云坪案例选", "内部资料", "编者按", "目录", "第一编", "云坪村账本案例之2"):
        assert text in xml
    assert "见村志" in zipfile.ZipFile(io.BytesIO(data)).read("word/footnotes.xml").decode()
    assert row.counted and row.pdf and row.pages > 8
    assert [f for f in row.findings if f["code"] == "wrong-page"] == []
    titles = [entry[0] for entry in row.entries]
    assert titles[0] == "编者按" and "云坪村账本案例之1" in titles and titles[-1].startswith("单位")


def test_page_counts_are_kept_and_only_an_edited_case_is_laid_out_again(edition: Edition, editor: Any) -> None:
    require_service(pdf.available(), "LibreOffice is not installed")
    compiled(edition, editor)
    before = set(PageCount.objects.values_list("pk", flat=True))
    selection = edition.selections.order_by("item__order").first()
    assert selection is not None
    revise(selection.page, "改过的一段。")
    services.repin(selection.item, by=editor)
    compiled(edition, editor)
    assert len(set(PageCount.objects.values_list("pk", flat=True)) - before) == 1


def test_frozen_edition_compiles_to_the_same_bytes_whatever_happens_to_its_cases(edition: Edition, editor: Any) -> None:
    services.freeze(edition, by=editor)
    edition.refresh_from_db()
    first = compiled(edition, editor)
    for selection in edition.selections.all():
        revise(selection.page, "完全不同的文字。")
    edition.style.data = {**edition.style.data, "folio": "{page}"}
    edition.style.save()
    second = compiled(Edition.objects.get(pk=edition.pk), editor)
    assert second.sha256 == first.sha256 and second.inputs == first.inputs
    assert data_of(second) == data_of(first)


def test_a_tampered_frozen_book_is_refused(edition: Edition, editor: Any) -> None:
    services.freeze(edition, by=editor)
    edition.refresh_from_db()
    with open(default_storage.path(edition.frozen_book), "a", encoding="utf-8") as file:
        file.write(" ")
    with pytest.raises(FrozenDataError):
        copy_of(edition)
    row = services.compile_edition(edition, editor)
    jobs.run_pending()
    row.refresh_from_db()
    assert row.state == "failed"


def test_withdrawn_or_more_restricted_cases_are_not_printed(edition: Edition, editor: Any) -> None:
    selection = edition.selections.first()
    assert selection is not None
    page = ResourcePage.objects.filter(pk=selection.page_id)
    with opened([selection.page_id]):
        page.update(circulation="restricted")
    with pytest.raises(RefusedError):
        services.compile_edition(edition, editor)
    with opened([selection.page_id]):
        page.update(circulation="public", withdrawn_at="2026-01-01T00:00:00Z")
    with pytest.raises(RefusedError):
        services.compile_edition(edition, editor)
    with pytest.raises(RefusedError):
        services.freeze(edition, by=editor)


@pytest.mark.parametrize("moment", ["copy_of", "compile_and_render"])
def test_a_case_withdrawn_while_its_book_is_made_is_not_printed(
    edition: Edition, editor: Any, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    selection = edition.selections.first()
    assert selection is not None
    whole = getattr(compile_jobs, moment)

    def withdrawn_meanwhile(*args: Any, **kwargs: Any) -> Any:
        made = whole(*args, **kwargs)
        with opened([selection.page_id]):
            ResourcePage.objects.filter(pk=selection.page_id).update(
                withdrawn_at="2026-01-01T00:00:00Z", withdrawn_reason="涉及在办案件"
            )
        return made

    row = services.compile_edition(edition, editor)
    monkeypatch.setattr(compile_jobs, moment, withdrawn_meanwhile)
    jobs.run_pending()
    row.refresh_from_db()
    assert row.state == "failed" and row.docx == row.pdf == row.sha256 == ""
    assert row.standing == "失败"
    assert [(line["code"], line["key"]) for line in row.findings] == [("withdrawn", f"case{selection.page_id}")]


def test_two_clicks_make_one_compilation_and_cancelling_leaves_no_result(edition: Edition, editor: Any) -> None:
    first = services.compile_edition(edition, editor)
    assert services.compile_edition(edition, editor).pk == first.pk
    services.cancel_compilation(first, by=editor)
    jobs.run_pending()
    first.refresh_from_db()
    assert first.docx == "" and first.state == "waiting"
    assert first.cancelled and first.standing == "已取消"
    assert services.compile_edition(edition, editor).pk != first.pk


def test_a_second_run_of_a_finished_job_changes_nothing(edition: Edition, editor: Any) -> None:
    row = compiled(edition, editor)
    moment = row.finished_at
    assert row.job is not None
    row.job.state = "running"
    row.job.save()
    jobs.run(row.job)
    row.refresh_from_db()
    assert row.finished_at == moment and row.job is not None


def test_without_libreoffice_the_book_still_compiles_and_says_so(
    edition: Edition, editor: Any, monkeypatch: Any
) -> None:
    monkeypatch.setenv("CASELIB_SOFFICE", "")
    row = compiled(edition, editor)
    assert not row.counted and row.pdf == ""
    assert "not-counted" in {finding["code"] for finding in row.findings}
    assert "updateFields" in zipfile.ZipFile(io.BytesIO(data_of(row))).read("word/settings.xml").decode()


def test_preflight_sees_what_an_editor_must_know(editor: Any) -> None:
    edition = services.create_edition(services.create_anthology("选本", by=editor), name="一", year=2025, by=editor)
    pages = cases(2, title="同一个题目同一个题目同一个题目同一个题目同一个题目同一个题目同一个题目同一个题目镕")
    with opened([pages[0].pk]):
        ResourcePage.objects.filter(pk=pages[0].pk).update(source_kind="reprint", review_due_on="2020-01-01")
    services.fill(edition, [page.pk for page in pages], by=editor)
    services.add_text(edition, "part", title="空", by=editor)
    codes = {finding.code for finding in check_edition(edition, bind(edition))}
    assert {"duplicate-title", "long-title", "permission", "review-overdue", "title-face", "empty-part"} <= codes
    with pytest.raises(RefusedError):
        services.freeze(edition, by=editor)


def test_preflight_names_every_sign_that_a_chinese_face_may_lack(editor: Any) -> None:
    """Not only rare Chinese characters: emoji from a chat and Tibetan come out as boxes as well."""
    said = "𠮷村😀བོད；Ä é ā、№、①～㉑、Ⅷ、㎡、α≥β、Привет、H₂O、e\u0301、“——”……都在。"
    edition = services.create_edition(services.create_anthology("选", by=editor), name="一", year=2026, by=editor)
    body = [factories.section("一、背景", factories.paragraph(said))]
    services.fill(edition, [page.pk for page in cases(1, body=body)], by=editor)
    found = {finding.code: finding.message for finding in check_edition(edition, bind(edition))}
    assert all(sign in found["rare-characters"] for sign in "𠮷😀བ")
    assert not any(sign in found["rare-characters"] for sign in "Äā№㉑Ⅷ㎡≥При₂”—…")


def test_a_single_case_comes_back_through_the_reader(edition: Edition) -> None:
    copy = copy_of(edition)
    chapter = copy.book.chapters()[0]
    document = read_docx(single_case(chapter, copy))
    texts = [getattr(block, "text", "") for block in document.blocks]
    assert chapter.title in texts and "一、背景" in texts
    assert any("谁都看得见" in text for text in texts)
    assert [note.runs[0].text.strip() for note in document.notes.values()] == ["见村志。"]


def test_a_single_case_wears_the_template_of_its_edition_and_names_its_publisher(edition: Edition) -> None:
    """Case by case the office gets what it gets in the book, and no file is of the year 2000."""
    template = io.BytesIO()
    made = docx.Document()
    made.styles["Heading 1"].font.size = docx.shared.Pt(31)
    made.save(template)
    copy = replace(copy_of(edition), template=template.getvalue())
    archive = zipfile.ZipFile(io.BytesIO(single_case(copy.book.chapters()[0], copy)))
    assert '<w:sz w:val="62"/>' in archive.read("word/styles.xml").decode()
    core = archive.read("docProps/core.xml").decode()
    assert "云坪县委党校</dc:creator>" in core and f"{edition.created_at:%Y-%m-%dT}" in core


def test_free_text_becomes_paragraphs_and_headings() -> None:
    blocks = text_document("编者按\n\n一段。\n# 标题\n另一段。", "编者按").blocks
    assert [type(block).__name__ for block in blocks] == ["Paragraph", "Heading", "Paragraph"]


def test_the_title_page_names_the_unit_once(edition: Edition) -> None:
    for lines, printed in (("2025年12月", ("云坪县委党校", "2025年12月")), ("云坪县委党校　编", ("云坪县委党校　编",))):
        edition.cover_lines = lines
        page = bind(edition).title_page
        assert page is not None and page.lines == printed


def roles(text: str) -> list[str]:
    return [block.role for block in text_document(text).blocks if isinstance(block, Paragraph)]


def test_who_signs_a_foreword_stands_on_the_right() -> None:
    text = "选稿三问，逐一答过。\n本书编写组\n二〇二五年十二月"
    assert roles(text) == ["body", "signature", "signature"]
    assert roles("敬请指正。\n编者") == ["body", "signature"]
    assert roles("谨记。\n中共云坪县委党校\n2025年12月8日") == ["body", "signature", "signature"]
    # Lists of names and dates, and sentences that speak of them.
    assert roles("主任：王某某\n副主任：李某某\n编委会") == ["body"] * 3
    assert roles("2024年12月\n2025年1月") == ["body"] * 2
    assert roles("编成于2025年12月。") == ["body"]
    data = write_document(text_document(text))
    archive = zipfile.ZipFile(io.BytesIO(data))
    assert archive.read("word/document.xml").decode().count('<w:pStyle w:val="Signature"/>') == 2
    assert not lint(data)
