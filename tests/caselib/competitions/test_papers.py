"""What leaves the office on paper: a certificate is one sheet, whatever is written on it."""

from __future__ import annotations

import io
import zipfile
from datetime import date

import pytest
from django.utils import translation

from caselib.accounts.models import Unit, User
from caselib.competitions import papers
from caselib.competitions.models import Award, Certificate, Competition
from caselib.word import pdf
from caselib.word.reader.document import read_docx
from tests.conftest import require_service

AUTHORS = "王小明、李晓红、欧阳修远、买买提·艾力、张建国、赵钱孙："
TITLE = "关于坚持和发展新时代“枫桥经验”——以党建引领基层网格化治理、推动矛盾纠纷“一站式”多元化解的探索与实践"


@pytest.mark.parametrize("titles", [1, 3, 9])
def test_a_certificate_is_one_sheet_however_long_its_text_is(titles: int) -> None:
    require_service(pdf.available(), "LibreOffice is not installed")
    text = f"{AUTHORS}\n在2026年全省案例大赛中，作品《{TITLE * titles}》荣获\n一等奖。\n特发此证，以资鼓励。"
    award = Award(competition=Competition(title="案例大赛"))
    certificate = Certificate(award=award, number="LJ-2026-0001", text=text, issued_on=date(2026, 10, 17))
    made = papers.certificate_docx(certificate, "http://library.example.invalid/certificates/LJ-2026-0001/")
    assert b"2026-10-17T" in zipfile.ZipFile(io.BytesIO(made)).read("docProps/core.xml")
    rendered = pdf.to_pdf(made)
    assert rendered is not None and pdf.destinations(rendered)[0] == 1
    assert [block.text for block in read_docx(made).blocks[1:5]] == text.split("\n")  # type: ignore[union-attr]


def test_a_certificate_is_signed_and_dated_on_lines_of_their_own_in_the_language_of_the_library() -> None:
    call = Competition(title="案例大赛", organiser=Unit(name="澜江省委党校"))
    certificate = Certificate(
        award=Award(competition=call), number="LJ-2026-0001", text="特发此证。", issued_on=date(2026, 10, 17)
    )
    with translation.override("en"):
        made = papers.certificate_docx(certificate, "http://library.example.invalid/certificates/LJ-2026-0001/")
    lines = [block.text for block in read_docx(made).blocks if hasattr(block, "text")]
    assert lines[0] == "荣誉证书" and lines[2:4] == ["澜江省委党校", "2026年10月17日"]
    body = zipfile.ZipFile(io.BytesIO(made)).read("word/document.xml").decode()
    assert 'w:jc w:val="left"' not in body, "the long address stands in the middle, as the number above it"


@pytest.mark.parametrize(
    ("organiser", "signed"), [("中共澜江省委党校", "中共澜江省委党校"), ("", "澜江省委党校培训处")]
)
def test_a_certificate_is_signed_by_a_unit_also_where_the_call_names_no_organiser(organiser: str, signed: str) -> None:
    office = User(username="office", unit=Unit(name="澜江省委党校培训处"))
    call = Competition(title="课程竞标", organiser=Unit(name=organiser) if organiser else None, created_by=office)
    certificate = Certificate(
        award=Award(competition=call), number="C1-2026-0001", text="特发此证。", issued_on=date(2026, 10, 17)
    )
    made = papers.certificate_docx(certificate, "http://library.example.invalid/certificates/C1-2026-0001/")
    lines = [block.text for block in read_docx(made).blocks if hasattr(block, "text")]
    assert lines[lines.index("2026年10月17日") - 1] == signed
