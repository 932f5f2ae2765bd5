"""House styles travel as data and are checked field by field; a unit's template takes the place of ours."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import docx
import pytest
from docx.shared import Pt

from caselib.word.fonts import lacking
from caselib.word.linter import lint
from caselib.word.styles import (
    BOOK,
    HOUSE_STYLES,
    OFFICIAL,
    HouseStyle,
    StyleDataError,
    from_data,
    han,
    heading_number,
    to_data,
)
from caselib.word.writer import compile_book
from caselib.word.writer.templates import TemplateError, check_template
from tests.caselib.word import books
from tests.conftest import require_service


@pytest.mark.parametrize("style", HOUSE_STYLES.values(), ids=HOUSE_STYLES)
def test_a_style_survives_the_way_through_data(style: HouseStyle) -> None:
    assert from_data(to_data(style)) == style


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"nothing": 1}, "nothing"),
        ({"page": {"width_mm": 10}}, "page.width_mm"),
        ({"page": {"width_mm": "210"}}, "page.width_mm"),
        ({"page": {"inside_mm": 100, "outside_mm": 100}}, "page"),
        ({"body": {"size_pt": float("nan")}}, "body.size_pt"),
        ({"body": {"face": "<x>"}}, "body.face"),
        ({"body": {"align": "middle"}}, "body.align"),
        ({"body": []}, "body"),
        ({"headings": {}}, "headings"),
        ({"headings": [{}] * 10}, "headings"),
        ({"folio": "no page"}, "folio"),
        ({"accent": "red"}, "accent"),
        ({"header_rule": 1}, "header_rule"),
        ({"body": {"color": "12345G"}}, "body.color"),
        ({"name": "\x00"}, "name"),
    ],
)
def test_wrong_data_is_named_by_its_field(change: dict[str, Any], path: str) -> None:
    with pytest.raises(StyleDataError) as found:
        from_data({"key": "a", "name": "b", **change})
    assert found.value.path == path


def test_missing_name_is_said() -> None:
    with pytest.raises(StyleDataError) as found:
        from_data({"key": "a"})
    assert found.value.path == "name"


def test_numbers_of_headings_follow_the_pattern() -> None:
    assert [han(n) for n in (1, 10, 11, 20, 99, 100)] == ["一", "十", "十一", "二十", "九十九", "100"]
    assert [heading_number(BOOK, depth, 12) for depth in (1, 2, 3, 4, 5)] == ["十二、", "（十二）", "12.", "（12）", ""]


def template() -> bytes:
    document = docx.Document()
    style = document.styles["Heading 1"]
    style.font.size = Pt(33)
    style.font.name = "隶书"
    style.paragraph_format.space_before = Pt(7)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def test_styles_of_a_template_are_used_and_the_book_stays_valid(tmp_path: Path) -> None:
    out = io.BytesIO()
    compile_book(books.book(2), out, style=BOOK, template=template())
    styles = zipfile.ZipFile(out).read("word/styles.xml").decode()
    heading = styles[styles.index('w:styleId="Heading1"') :].split("</w:style>")[0]
    assert 'w:val="66"' in heading and "隶书" in heading and 'w:outlineLvl w:val="0"' in heading
    assert lint(out.getvalue()) == []
    require_service(books.validator() is not None, "the Open XML validator is not installed")
    assert books.schema_errors(out.getvalue(), tmp_path) == ""


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"%PDF-1.4", template()[:500]])
def test_what_is_no_template_is_refused(data: bytes) -> None:
    with pytest.raises(TemplateError):
        check_template(data)


def test_faces_that_a_machine_lacks_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A face of the same kind will do; 宋体 in place of 仿宋 or 楷体 is another look, and is said."""
    program = tmp_path / "fc-list"
    program.write_text("#!/bin/sh\nprintf 'Noto Serif CJK SC\\nNoto Sans CJK SC\\nKaiTi,楷体\\n'\n", encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setattr("caselib.word.fonts.shutil.which", lambda name: str(program))
    assert lacking(OFFICIAL.faces()) == ["仿宋"]
    assert lacking(["宋体", "黑体", "楷体", "仿宋_GB2312", "华文行楷"]) == ["仿宋_GB2312", "华文行楷"]
    monkeypatch.setattr("caselib.word.fonts.shutil.which", lambda name: None)
    assert lacking(OFFICIAL.faces()) == []
