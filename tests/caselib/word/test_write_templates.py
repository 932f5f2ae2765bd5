"""Templates of units, as odd as they come: what can be used is used, and what is compiled is valid in any case."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import docx
import pytest
from lxml import etree

from caselib.word.linter import lint
from caselib.word.ooxml import W
from caselib.word.styles import BOOK, OFFICIAL
from caselib.word.writer import compile_book
from caselib.word.writer.stylesheet import styles_xml
from caselib.word.writer.templates import TemplateError, check_template, merge_styles
from tests.caselib.word import books
from tests.conftest import require_service

HEAD = f'<w:styles xmlns:w="{W}" xmlns:x="urn:x">'


def template(styles: str = "", *, kind: str = "document.main+xml", change: Callable[[str], str] = str) -> bytes:
    """Return Word's own empty document with ``styles`` for its styles.xml (all of it when empty), as content ``kind``."""
    whole = io.BytesIO()
    docx.Document().save(whole)
    out = io.BytesIO()
    with zipfile.ZipFile(whole) as source, zipfile.ZipFile(out, "w") as target:
        for name in source.namelist():
            data = source.read(name)
            if name == "[Content_Types].xml":
                data = data.replace(b"document.main+xml", kind.encode())
            if name == "word/styles.xml":
                data = change((HEAD + styles + "</w:styles>") if styles else data.decode()).encode()
            target.writestr(name, data)
    return out.getvalue()


def paragraph(ident: str, name: str, inner: str, based: str = "") -> str:
    chain = f'<w:basedOn w:val="{based}"/>' if based else ""
    return f'<w:style w:type="paragraph" w:styleId="{ident}"><w:name w:val="{name}"/>{chain}{inner}</w:style>'


def merged(data: bytes, ident: str) -> Any:
    root = etree.fromstring(merge_styles(styles_xml(OFFICIAL), data).encode())
    return next(style for style in root.iter(f"{{{W}}}style") if style.get(f"{{{W}}}styleId") == ident)


def value(style: Any, path: str, name: str = "val") -> str | None:
    found = style.find("/".join(f"{{{W}}}{step}" for step in path.split("/")))
    return None if found is None else found.get(f"{{{W}}}{name}")


def test_what_a_style_inherits_and_the_theme_names_is_taken_over() -> None:
    face = '<w:rPr><w:rFonts w:asciiTheme="majorHAnsi" w:eastAsiaTheme="majorEastAsia"/><w:sz w:val="36"/></w:rPr>'
    data = template(
        paragraph("a", "Base", face) + paragraph("2", "Heading 1", '<w:pPr><w:jc w:val="left"/></w:pPr>', "a")
    )
    style = merged(data, "Heading1")
    assert value(style, "rPr/sz") == "36" and value(style, "pPr/jc") == "left"
    assert value(style, "rPr/rFonts", "ascii") == "Calibri"
    assert value(style, "pPr/outlineLvl") == "0"


def test_body_follows_normal_where_a_template_has_no_body_text() -> None:
    inner = (
        '<w:pPr><w:spacing w:line="560" w:lineRule="exact"/><w:ind w:firstLineChars="200"/></w:pPr>'
        '<w:rPr><w:rFonts w:eastAsia="仿宋_GB2312"/><w:sz w:val="32"/></w:rPr>'
    )
    for name in ("Normal", "正文"):
        style = merged(template(paragraph("1", name, inner)), "BodyText")
        assert value(style, "rPr/rFonts", "eastAsia") == "仿宋_GB2312"
        assert value(style, "pPr/spacing", "line") == "560"
        assert value(style, "pPr/ind", "firstLineChars") == "200" and value(style, "pPr/ind", "firstLine") is None


ODD = {
    "numbers that no page holds": '<w:pPr><w:spacing w:line="99999999"/><w:ind w:left="x"/></w:pPr><w:rPr><w:sz w:val="9999"/></w:rPr>',
    "colours and faces that are none": '<w:rPr><w:rFonts w:ascii="a&lt;b"/><w:color w:val="zzz"/><w:u w:val="?"/></w:rPr>',
    "elements of others": "<w:pPr><x:y/><w:framePr w:w='9'/></w:pPr><w:rPr><x:y/><w:vanish/></w:rPr>",
    "everything twice": "<w:rPr><w:b/><w:b/><w:sz w:val='30'/><w:sz w:val='31'/></w:rPr>",
    "what breaks pages": "<w:pPr><w:pageBreakBefore/><w:tabs><w:tab w:val='right' w:pos='1'/></w:tabs></w:pPr>",
}


@pytest.mark.parametrize("inner", ODD.values(), ids=ODD)
def test_odd_styles_make_valid_books(inner: str, tmp_path: Path) -> None:
    require_service(books.validator() is not None, "the Open XML validator is not installed")
    rows = "".join(
        paragraph(f"s{n}", name, inner, f"s{n}")
        for n, name in enumerate(("Normal", "heading 1", "heading 2", "caption", "toc 1", "footer", "Body Text"))
    )
    out = io.BytesIO()
    compile_book(books.book(2), out, style=BOOK, template=template(rows))
    assert lint(out.getvalue()) == []
    assert books.schema_errors(out.getvalue(), tmp_path) == ""
    xml = zipfile.ZipFile(out).read("word/styles.xml").decode()
    assert "urn:x" not in xml and "vanish" not in xml and "pageBreakBefore" not in xml


@pytest.mark.parametrize("kind", ["template.main+xml", "document.main+xml"])
def test_templates_of_every_kind_are_read(kind: str) -> None:
    assert "heading 1" in check_template(template(kind=kind))


def test_what_is_no_template_is_refused_with_a_reason() -> None:
    entities = template(change=lambda xml: xml.replace("<w:styles", '<!DOCTYPE x [<!ENTITY a "b">]><w:styles', 1))
    without = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(template())) as source, zipfile.ZipFile(without, "w") as target:
        for name in source.namelist():
            if name != "word/styles.xml":
                target.writestr(name, source.read(name))
    for data, code in (
        (b"", "not_word"),
        (b"PK\x03\x04", "not_word"),
        (entities, "not_word"),
        (template(change=lambda _xml: "<broken"), "not_word"),
        (without.getvalue(), "no_styles"),
        (b"x" * (21 * 1024 * 1024), "too_large"),
    ):
        with pytest.raises(TemplateError) as refused:
            check_template(data)
        assert refused.value.code == code
