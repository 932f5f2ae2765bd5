"""The linter finds each fault: a sound file is broken in one place, and the fault of that name appears."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable

import pytest

from caselib.word.linter import lint
from caselib.word.writer import BOOK, compile_bytes
from tests.caselib.word import books

Mutation = tuple[str, str, Callable[[str], str]]
DOCUMENT = "word/document.xml"


def sub(pattern: str, replacement: str) -> Callable[[str], str]:
    return lambda xml: re.sub(pattern, replacement, xml, count=1, flags=re.DOTALL)


MUTATIONS: list[Mutation] = [
    ("cell_without_paragraph", DOCUMENT, sub(r"(<w:tc><w:tcPr>.*?</w:tcPr>).*?</w:tc>", r"\1</w:tc>")),
    ("bookmark_without_end", DOCUMENT, sub(r'<w:bookmarkEnd w:id="\d+"/>', "")),
    ("bookmark_without_start", DOCUMENT, sub(r'<w:bookmarkStart w:id="2" w:name="[^"]*"/>', "")),
    ("duplicate_bookmark", DOCUMENT, lambda xml: xml.replace('w:name="_Toc1c0"', 'w:name="_Toc0c0"')),
    (
        "duplicate_bookmark_id",
        DOCUMENT,
        lambda xml: xml.replace('<w:bookmarkStart w:id="2"', '<w:bookmarkStart w:id="1"'),
    ),
    ("long_bookmark", DOCUMENT, lambda xml: xml.replace("_Toc0c0", "_Toc" + "x" * 40)),
    ("missing_anchor", DOCUMENT, sub(r'w:anchor="[^"]*"', 'w:anchor="nowhere"')),
    ("missing_reference", DOCUMENT, sub(r"PAGEREF _Toc0c0", "PAGEREF nowhere")),
    ("missing_style", DOCUMENT, lambda xml: xml.replace('w:val="BodyText"', 'w:val="Nothing"')),
    ("unbalanced_field", DOCUMENT, sub(r'<w:r><w:fldChar w:fldCharType="end"/></w:r>', "")),
    (
        "grid_overflow",
        DOCUMENT,
        sub(
            r'<w:tc><w:tcPr><w:tcW w:w="(\d+)" w:type="dxa"/>',
            r'<w:tc><w:tcPr><w:tcW w:w="\1" w:type="dxa"/><w:gridSpan w:val="9"/>',
        ),
    ),
    ("grid_gap", DOCUMENT, sub(r"<w:tc>.*?</w:tc>", "")),
    ("merge_without_start", DOCUMENT, sub(r'(<w:tcW w:w="\d+" w:type="dxa"/>)', r"\1<w:vMerge/>")),
    (
        "ends_in_table",
        DOCUMENT,
        lambda xml: re.sub(
            r"(<w:tbl>.*</w:tbl>)(?!.*<w:tbl>).*?(<w:sectPr>(?!.*<w:sectPr>))", r"\1\2", xml, flags=re.DOTALL
        ),
    ),
    ("joined_tables", DOCUMENT, sub(r"(<w:tbl>.*?</w:tbl>)", r"\1\1")),
    (
        "missing_number",
        DOCUMENT,
        sub(r'(<w:pStyle w:val="BodyText"/>)', r'\1<w:numPr><w:ilvl w:val="0"/><w:numId w:val="77"/></w:numPr>'),
    ),
    ("missing_note", DOCUMENT, sub(r'<w:footnoteReference w:id="\d+"', '<w:footnoteReference w:id="999"')),
    ("note_without_paragraph", "word/footnotes.xml", sub(r'(<w:footnote w:id="1">).*?(</w:footnote>)', r"\1\2")),
    ("duplicate_picture_id", DOCUMENT, lambda xml: re.sub(r'<wp:docPr id="\d+"', '<wp:docPr id="1"', xml)),
    ("picture_without_alternative", DOCUMENT, sub(r' descr="[^"]*"', "")),
    ("picture_without_size", DOCUMENT, sub(r'<wp:extent cx="\d+"', '<wp:extent cx="0"')),
    ("narrow_punctuation", DOCUMENT, lambda xml: xml.replace('<w:rPr><w:rFonts w:hint="eastAsia"/></w:rPr>', "")),
    ("missing_relation", DOCUMENT, sub(r'r:embed="[^"]*"', 'r:embed="rIdNone"')),
    ("missing_part", "word/_rels/document.xml.rels", sub(r'Target="styles.xml"', 'Target="gone.xml"')),
    ("theme_font", "word/styles.xml", sub(r"<w:rFonts ", '<w:rFonts w:asciiTheme="minorHAnsi" ')),
    ("no_section", DOCUMENT, lambda xml: xml[: xml.rindex("<w:sectPr>")] + xml[xml.rindex("</w:sectPr>") + 11 :]),
    ("unreadable", DOCUMENT, lambda xml: xml[:-20]),
]


def mutated(data: bytes, part: str, change: Callable[[str], str]) -> bytes:
    source, out = zipfile.ZipFile(io.BytesIO(data)), io.BytesIO()
    with zipfile.ZipFile(out, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            if name == part:
                changed = change(content.decode())
                assert changed != content.decode(), "the mutation changed nothing"
                content = changed.encode()
            target.writestr(name, content)
    return out.getvalue()


@pytest.fixture(scope="module")
def sound() -> bytes:
    return compile_bytes(books.book(2), style=BOOK)


@pytest.mark.parametrize(("code", "part", "change"), MUTATIONS, ids=[row[0] for row in MUTATIONS])
def test_each_fault_is_found(sound: bytes, code: str, part: str, change: Callable[[str], str]) -> None:
    assert lint(sound) == []
    assert code in {found.code for found in lint(mutated(sound, part, change))}


def test_what_is_no_package_is_said_to_be_unreadable() -> None:
    assert [found.code for found in lint(b"PK nothing")] == ["unreadable"]
