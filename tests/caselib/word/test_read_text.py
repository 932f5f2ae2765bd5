"""Plain text, Markdown and HTML become the same model as Word files."""

from __future__ import annotations

import base64
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caselib.ingest.reading import read_file
from caselib.word.guard import UnreadableError, sniff
from caselib.word.html_reader import lines_of, read_html
from caselib.word.model import Document, Heading, Paragraph, Picture, Table
from caselib.word.text_readers import decode, read_markdown, read_text
from tests.caselib.word.test_read_structure import png

TEXT = "村里把账本挂在墙上，谁家有疑问谁来问。"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030", "utf-16-le"])
def test_encodings(encoding: str) -> None:
    data = TEXT.encode(encoding)
    assert decode(data)[0].lstrip("\ufeff") == TEXT or encoding == "utf-16-le"
    assert read_text(data).blocks[0].text.strip("\x00") or encoding == "utf-16-le"  # type: ignore[union-attr]


def test_lines_keep_their_place() -> None:
    blocks = read_text(f"题目\r\n\r\n{TEXT}".encode()).blocks
    assert [block.text for block in blocks] == ["题目", "", TEXT]  # type: ignore[union-attr]
    assert blocks[2].place is not None and (blocks[2].place.paragraph, blocks[2].place.start) == (2, 4)


def test_markdown() -> None:
    source = f"---\ntitle: 前置\n---\n# 题目\n\n{TEXT[:8]}\n{TEXT[8:]}\n\n## 做法\n\n- 一条\n1. 两条\n\n> 引文\n\n|组|户|\n|--|--|\n|甲|3|\n\n见[^a]![图](http://x/y.png)\n\n[^a]: 注文\n"  # noqa: E501
    document = read_markdown(source.encode())
    assert [(b.level, b.text) for b in document.blocks if isinstance(b, Heading)] == [(1, "题目"), (2, "做法")]
    assert [b.text for b in document.blocks if isinstance(b, Paragraph)] == [TEXT, "一条", "两条", "引文", "见图"]
    assert [[cell.text for cell in row] for b in document.blocks if isinstance(b, Table) for row in b.rows] == [
        ["组", "户"],
        ["甲", "3"],
    ]
    assert document.notes["a"].runs[0].text == "注文" and document.properties["title"] == "前置"
    assert [warning.code for warning in document.warnings] == ["image_external"]


def test_html_tables_that_place_the_page_are_looked_through_and_cells_keep_their_paragraphs() -> None:
    page = (
        "<table><tr><td><p>题目</p><p>正文一段。</p><table><caption>表1 对比</caption><tr><td><p>第一段</p><p>第二段</p></td>"
        "<td>右</td></tr></table><p>末段。</p></td></tr></table>"
    )
    document = read_html(page.encode())
    tables = [block for block in document.blocks if isinstance(block, Table)]
    assert [[cell.text for cell in row] for row in tables[0].rows] == [["第一段\n第二段", "右"]]
    assert len(tables) == 1 and tables[0].caption == "表1 对比"
    texts = [block.text for block in document.blocks if not isinstance(block, Table | Picture)]
    assert texts == ["题目", "正文一段。", "末段。"]


def test_html_of_one_endless_line_is_read_and_of_endless_depth_refused() -> None:
    assert len(read_html(b"<p>" + "一".encode() * 4_000_000).blocks[0].text) == 4_000_000  # type: ignore[union-attr]
    with pytest.raises(UnreadableError) as caught:
        read_html(b"<div>" * 3000 + b"x")
    assert caught.value.code == "too_deep"


def test_html_under_any_name() -> None:
    picture = base64.b64encode(png()).decode()
    page = (
        f"<html><head><title>页</title><style>p{{}}</style></head><body><script>alert(1)</script><h1>题目</h1><p>{TEXT}<br>二行</p>"
        f"<ul><li>条目</li></ul><table><tr><td colspan=2>甲</td></tr><tr><td>乙</td><td>丙</td></tr></table>"
        f'<img alt="院子" src="data:image/png;base64,{picture}"><img src="http://x/y.png"></body></html>'
    )
    document = read_html(page.encode())
    assert isinstance(document.blocks[0], Heading) and document.blocks[1].text == f"{TEXT}\n二行"  # type: ignore[union-attr]
    assert [b.columns for b in document.blocks if isinstance(b, Table)] == [2]
    assert [b.alt for b in document.blocks if isinstance(b, Picture)] == ["院子"] and len(document.images) == 1
    assert "alert" not in "".join(lines_of(page.encode(), "html")) and [w.code for w in document.warnings] == [
        "image_external"
    ]


def test_a_web_archive() -> None:
    data = b"MIME-Version: 1.0\nContent-Type: multipart/related; boundary=x\n\n--x\nContent-Type: text/html; charset=utf-8\n\n<p>hello</p>\n--x--\n"
    assert read_html(data, "mhtml").blocks[0].text == "hello"  # type: ignore[union-attr]
    with pytest.raises(UnreadableError):
        read_html(b"MIME-Version: 1.0\n\nnothing", "mhtml")


def test_html_nested_a_thousand_deep() -> None:
    try:
        read_html(b"<div>" * 5000 + b"x" + b"</div>" * 5000)
    except UnreadableError as error:
        assert error.code in ("too_deep", "damaged")


@given(st.binary(max_size=400))
def test_any_bytes(data: bytes) -> None:
    read_text(data)
    read_markdown(data)
    try:
        read_html(data)
    except UnreadableError as error:
        assert error.code


TRADITIONAL = (
    "老街換新顏的故事\n雲嶺縣委組織部\n"
    + "　　工作組走訪了三個村民小組，把每戶的意見一條一條記下來，再逐條商量辦法。\n" * 3
)


@pytest.mark.parametrize("encoding", ["gb18030", "big5", "utf-16", "utf-16-le", "utf-16-be", "utf-8-sig", "utf-8"])
def test_every_encoding_is_recognised(encoding: str) -> None:
    data = TRADITIONAL.encode(encoding)
    assert sniff(data, "稿.txt") == "text" and decode(data)[0].lstrip("\ufeff") == TRADITIONAL


@pytest.mark.parametrize("suffix", [".md", ".txt"])
def test_long_lines_of_one_sign_are_read(suffix: str, tmp_path: Path) -> None:
    """A pattern that goes back over such a line would take minutes, and the reader is stopped after thirty seconds."""
    signs = ("[", "![", "`", "**", "__", "*a", "…", ". ", "1.", "（", "　", "<", "-", "一、")
    source = tmp_path / f"稿{suffix}"
    source.write_text("\n\n".join(sign * 30_000 for sign in signs) + "\n\n甲" + "\t" * 60_000 + "乙", encoding="utf-8")
    (result,) = read_file(source)
    assert result.status == "read"


def test_what_a_broken_converter_leaves_is_said_to_be_its_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("caselib.word.convert.to_docx", lambda *_, **__: bytes(range(256)) * 20)
    source = tmp_path / "稿.rtf"
    source.write_bytes(b"{\\rtf1 x}")
    (result,) = read_file(source)
    assert (result.status, result.code) == ("refused", "convert_failed")


def test_html_is_read_as_a_browser_shows_it() -> None:
    """Office programs end a source line between any two characters, and count the items of a list without a number in the text."""
    page = """<h1>书记<br>项目</h1><p>开了三次院坝会，
    <b>收集
意见</b> and
more</p>
    <ol><li>算清时间账。</li><li><p>算清责任账。</p><p>说明</p></li><li value="7">算清资金账。</li></ol>
    <ol style="list-style-type: cjk-ideographic"><li><section>起步</section></li></ol><ul><li>散点</li></ul>"""
    blocks = [block for block in read_html(page.encode()).blocks if isinstance(block, Heading | Paragraph)]
    assert [block.number + block.text for block in blocks] == [
        "书记项目", "开了三次院坝会，收集意见 and more", "1.算清时间账。", "2.算清责任账。", "说明", "7.算清资金账。",
        "一、起步", "•散点",
    ]  # fmt: skip


@pytest.mark.parametrize("read", [read_text, read_markdown, read_html])
def test_radicals_from_a_pdf_become_the_characters_meant(read: Callable[[bytes], Document]) -> None:
    document = read("⼀、⽂件⻓期⻅效".encode())
    assert [block.text for block in document.blocks] == ["一、文件长期见效"]  # type: ignore[union-attr]
    assert ("radicals_replaced", "4") in [(warning.code, warning.text) for warning in document.warnings]


def test_a_source_line_of_libreoffice_ends_where_a_blank_stood() -> None:
    page = '<meta name="generator" content="LibreOffice 7.4"><h1>账本上墙</h1><p>云岭县委党校\n周正平</p>'
    assert [block.text for block in read_html(page.encode()).blocks][1] == "云岭县委党校 周正平"  # type: ignore[union-attr]


def test_markdown_as_editors_write_it() -> None:
    """Escapes, marks of HTML, cells with marks, and headings that are only bold."""
    source = (
        "[TOC]\n\n**账本上墙**\n\n云岭县委党校 周正\n\n**一、背景**\n\n"
        "2\\*3=6，5 * 3 * 2，\\#不是题，<u>下划</u><br>次行<!-- 备注 -->*斜*\n\n**二、做法**\n\n"
        "1. 第一步\n\n说明一句。\n\n| 甲\\|乙 | **丙** |\n|--|--|\n| 1 | 2 |\n"
    )
    blocks = read_markdown(source.encode()).blocks
    assert [block.text for block in blocks if isinstance(block, Heading)] == ["账本上墙", "一、背景", "二、做法"]
    assert "2*3=6，5 * 3 * 2，#不是题，下划\n次行斜" in [block.text for block in blocks if isinstance(block, Paragraph)]
    assert [[cell.text for cell in row] for row in blocks[-1].rows] == [["甲|乙", "丙"], ["1", "2"]]  # type: ignore[union-attr]
