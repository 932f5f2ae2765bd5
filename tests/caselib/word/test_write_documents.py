"""Documents: valid whatever the text, the same bytes twice, and read back as they were."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

import pytest

from caselib.word.linter import lint
from caselib.word.model import Comment, Document, Heading, Note, Paragraph, Picture, Run, Table
from caselib.word.reader.document import read_docx
from caselib.word.styles import HOUSE_STYLES, OFFICIAL, HouseStyle
from caselib.word.writer import write_document
from tests.caselib.word import books
from tests.conftest import require_service

STYLES = pytest.mark.parametrize("style", HOUSE_STYLES.values(), ids=HOUSE_STYLES)


def whole() -> Document:
    chapter = books.chapter(1)
    head = (Heading(1, (Run(chapter.title),), title=True), Paragraph((Run("云坪县委党校"),), "byline"))
    comments = (Comment("王某", "“核对”这一句", 3, 1, 6, "2026-01-02T03:04:05"), Comment("李某", "表", 6))
    document = chapter.document
    return Document((*head, *document.blocks), document.notes, document.images, comments)


def xml(data: bytes, part: str = "word/document.xml") -> str:
    return zipfile.ZipFile(io.BytesIO(data)).read(part).decode()


@STYLES
def test_a_whole_document_and_a_hostile_one_are_valid(style: HouseStyle, tmp_path: Path) -> None:
    require_service(books.validator() is not None, "the Open XML validator is not installed")
    for document in (whole(), books.hostile(), Document(())):
        data = write_document(
            document,
            style=style,
            title="\ud800标题\x00" * 300,
            header="页眉",
            properties={"": "x", "a\x00": "\ud800", "title": "t" * 999},
        )
        assert lint(data) == []
        assert books.schema_errors(data, tmp_path) == ""


@STYLES
def test_hostile_text_passes_the_linter(style: HouseStyle) -> None:
    data = write_document(books.hostile(), style=style, title="题")
    assert lint(data) == []
    assert "图片无法显示" in xml(data)
    assert "javascript" not in xml(data) + xml(data, "word/_rels/document.xml.rels")


def test_the_same_document_gives_the_same_bytes() -> None:
    assert write_document(whole()) == write_document(whole())


def test_an_image_is_stored_once_and_not_deflated() -> None:
    picture = books.image(900, 600)
    blocks = tuple(Picture(picture.key, "同一张") for _n in range(5))
    archive = zipfile.ZipFile(io.BytesIO(write_document(Document(blocks, images={picture.key: picture}))))
    media = [entry for entry in archive.infolist() if entry.filename.startswith("word/media/")]
    assert len(media) == 1 and media[0].compress_type == zipfile.ZIP_STORED
    assert archive.read(media[0].filename) == picture.data


def test_pictures_fit_the_page() -> None:
    tall = books.image(400, 4000)
    data = write_document(Document((Picture(tall.key, "高"),), images={tall.key: tall}), style=OFFICIAL)
    height = int(xml(data).split('cy="')[1].split('"')[0]) / 36_000
    assert height <= OFFICIAL.page.text_height_mm


def test_a_written_document_is_read_back() -> None:
    source = whole()
    back = read_docx(write_document(source, style=OFFICIAL))
    headings = [block.text for block in back.blocks if isinstance(block, Heading)]
    assert [h for h in headings if h in ("一、背景", "二、做法1")] == ["一、背景", "二、做法1"]
    assert any(source.blocks[0].text in getattr(block, "text", "") for block in back.blocks)  # type: ignore[union-attr]
    tables = [block for block in back.blocks if isinstance(block, Table)]
    assert [[[cell.text for cell in row] for row in t.rows] for t in tables] == [
        [[f"{r}、{c}“格”" for c in range(3)] for r in range(3)]
    ]
    assert len(back.images) == 1 and [note.runs[0].text.strip() for note in back.notes.values()] == ["见村志。"]
    assert sorted(comment.author for comment in back.comments) == ["李某", "王某"]


def test_merged_cells_come_back_merged() -> None:
    rows = (
        (books.Cell((books.text("年份"),), 1, 2), books.Cell((books.text("里程"),), 2)),
        (books.Cell((books.text("公里"),)), books.Cell((books.text("比重"),))),
        tuple(books.Cell((books.text(t),)) for t in ("2024", "1280", "八成")),
    )
    back = read_docx(write_document(Document((Table(rows, 3, 2, "表1"), books.text("完")))))
    found = next(block for block in back.blocks if isinstance(block, Table))
    assert [(c.text, c.colspan, c.rowspan) for c in found.rows[0]] == [("年份", 1, 2), ("里程", 2, 1)]


def test_chinese_punctuation_carries_the_hint_and_mentions_are_references() -> None:
    document = xml(write_document(whole(), style=OFFICIAL))
    assert 'w:hint="eastAsia"' in document
    assert "REF _Refdt1 \\h" in document and "SEQ 表 \\* ARABIC \\r 1" in document


def test_a_figure_of_the_text_is_never_taken_for_the_number_of_a_table() -> None:
    """The author's table 3 is our table 1: a mention follows, three delegates and three papers stay three."""
    told = "选派人大代表3名，发表3篇论文，绘制地图3张、报表 3 份、附图3张；见表3、图3，结合表3看。"
    cell = books.Cell((books.text("格"),))
    picture = books.image()
    document = Document(
        (books.text(told), Table(((cell,),), 1, 0, "表3 分工"), Picture(picture.key, "", "图3 会场"), books.text("完")),
        images={picture.key: picture},
    )
    back = read_docx(write_document(document))
    assert back.blocks[0].text == told.replace("见表3、图3，结合表3", "见表1、图1，结合表1")  # type: ignore[union-attr]


def test_the_official_page_is_that_of_the_standard() -> None:
    section = xml(write_document(whole(), style=OFFICIAL)).rpartition("<w:sectPr>")[2]
    assert 'w:w="11906" w:h="16838"' in section
    assert 'w:top="2098"' in section and 'w:left="1587"' in section  # 37 mm and 28 mm
    lines = OFFICIAL.page.text_height_mm / 25.4 * 72 / OFFICIAL.body.line_pt
    characters = OFFICIAL.page.text_width_mm / 25.4 * 72 / (OFFICIAL.body.size_pt + OFFICIAL.body.tracking_pt)
    assert (int(lines), int(characters)) == (22, 28)


def test_the_line_above_a_long_address_is_not_drawn_out() -> None:
    address = "https://www.example.invalid/art/2024/3/15/art_1234567890.html"
    note = Note("n", (Run(f"见 {address}。"),))
    blocks = (
        Paragraph((Run(f"详见：{address}，第3页。", note="n"),)),
        Paragraph((Run("详见第3页，GB/T 9704—2012。"),)),
    )
    data = write_document(Document(blocks, {"n": note}), style=OFFICIAL)
    long, short = re.findall(r"<w:p>.*?</w:p>", xml(data))[:2]
    assert '<w:jc w:val="left"/>' in long and "<w:jc" not in short
    assert '<w:jc w:val="left"/>' in xml(data, "word/footnotes.xml")
