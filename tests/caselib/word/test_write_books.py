"""Books: valid, deterministic, with contents and indexes that name the pages LibreOffice lays out."""

from __future__ import annotations

import io
import os
import re
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from caselib.word import pdf
from caselib.word.audit import check_contents
from caselib.word.book import Book, Chapter, Matter, Part
from caselib.word.freezing import FrozenDataError, dump, load
from caselib.word.linter import lint
from caselib.word.model import Document, Paragraph, Run
from caselib.word.oracle import Measured, PageOracle
from caselib.word.styles import BOOK, HOUSE_STYLES, OFFICIAL, PLAIN, HouseStyle
from caselib.word.writer import Compiled, compile_and_render, compile_book
from caselib.word.writer.bookwriter import BookWriter
from tests.caselib.word import books
from tests.conftest import require_service

GOLDEN = Path(__file__).parent / "golden"
PARTS = (
    "cover",
    "title-page",
    "foreword",
    "contents",
    "part-page",
    "cases",
    "appendix",
    "index",
    "colophon",
)


def compiled(book: Book, style: HouseStyle = OFFICIAL, oracle: PageOracle | None = None) -> tuple[bytes, Compiled]:
    out = io.BytesIO()
    made = compile_book(book, out, style=style, oracle=oracle)
    return out.getvalue(), made


def office() -> None:
    require_service(pdf.available(), "LibreOffice is not installed")


@pytest.mark.parametrize("style", HOUSE_STYLES.values(), ids=HOUSE_STYLES)
def test_books_are_valid(style: HouseStyle, tmp_path: Path) -> None:
    require_service(books.validator() is not None, "the Open XML validator is not installed")
    odd = (
        books.book(),
        books.book(3, parts=0, depth=3),
        books.book(2, parts=1, depth=0),
        Book(""),
        Book("空", contents_depth=3),
        Book("空编", body=(Part("", ()), Part("\x00", (), "第二编"))),
        Book(
            "怪",
            body=(
                Chapter("a", "\ud800" * 9, books.hostile()),
                Chapter("a", "同题" * 150, Document(()), new_page=False, qr="\ud800x", abstract="\n"),
                Matter("m", "", books.hostile(), "interlude"),
            ),
        ),
    )
    for book in odd:
        data, _made = compiled(book, style)
        assert lint(data) == []
        assert books.schema_errors(data, tmp_path) == ""


def test_the_linter_has_nothing_to_say_about_books() -> None:
    for style in HOUSE_STYLES.values():
        assert lint(compiled(books.book(5), style)[0]) == []


@pytest.mark.parametrize(("style", "seed"), [(OFFICIAL, 1), (BOOK, 2), (PLAIN, 3)])
def test_contents_name_the_pages_that_are_printed_also_after_an_edit(style: HouseStyle, seed: int) -> None:
    office()
    oracle = PageOracle()
    book = books.book(10, 9, seed)
    data, made = compiled(book, style, oracle)
    assert made.counted and check_contents(made.entries, pdf.render(data)) == []
    part = book.body[0]
    assert isinstance(part, Part)
    first = part.chapters[0]
    longer = replace(first, document=replace(first.document, blocks=first.document.blocks * 3))
    edited = replace(book, body=(replace(part, chapters=(longer, *part.chapters[1:])), *book.body[1:]))
    rendered = oracle.rendered
    data, again = compiled(edited, style, oracle)
    # The edited case, and the index, which quotes new numbers.
    assert oracle.rendered - rendered <= 2
    assert [entry.page for entry in again.entries] != [entry.page for entry in made.entries]
    assert check_contents(again.entries, pdf.render(data)) == []


def test_contents_of_two_hundred_cases_name_the_pages_that_are_printed() -> None:
    office()
    data, made = compiled(books.book(200, 2, 7, parts=6), BOOK, PageOracle())
    assert made.counted and len(made.entries) == 210
    assert check_contents(made.entries, pdf.render(data)) == []


@pytest.mark.parametrize("style", [OFFICIAL, BOOK])
def test_the_first_page_of_a_part_holds_as_much_as_any_other(style: HouseStyle) -> None:
    """LibreOffice gives that page a line more unless its header and footer are filled."""
    office()
    body = tuple(Part(f"第{n}组", (books.crowded(2 * n), books.crowded(2 * n + 1))) for n in range(5))
    oracle = PageOracle()
    data, rendered, made, wrong = compile_and_render(
        Book("满页", body=body, contents_depth=3), style=style, oracle=oracle
    )
    assert rendered and made.counted and wrong == []
    assert check_contents(made.entries, pdf.render(data)) == []
    # What was learnt from the whole book holds: the next time nothing has to be mended.
    again, entries = compiled(Book("满页", body=body, contents_depth=3), style, oracle)
    assert again == data and entries.entries == made.entries


def test_index_pages_are_those_of_the_contents() -> None:
    office()
    data, made = compiled(books.book(6, seed=5), BOOK, PageOracle())
    pages = [entry.page for entry in made.entries if entry.key.startswith("k")]
    document = zipfile.ZipFile(io.BytesIO(data)).read("word/document.xml").decode()
    index = document[document.rindex("单位索引") :]
    line = index[index.index("云坪") :].split("</w:p>")[0]
    assert re.findall(r'<w:t xml:space="preserve">(\d+)</w:t>', line) == pages


def test_parts_begin_on_odd_pages_and_front_matter_has_roman_numbers() -> None:
    office()
    _data, made = compiled(books.book(4, seed=2), OFFICIAL, PageOracle())
    pages = {entry.text: entry.page for entry in made.entries}
    assert pages["编者按"] == "i"
    assert pages["第1编\u3000第1组"] == "1"
    assert all(int(page) % 2 for title, page in pages.items() if title.startswith("第") and "编" in title)


def test_compiling_twice_gives_the_same_bytes() -> None:
    assert compiled(books.book())[0] == compiled(books.book())[0]


def test_without_a_layout_word_is_asked_to_fill_in_the_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CASELIB_SOFFICE", "")
    data, made = compiled(books.book(), oracle=PageOracle())
    assert not made.counted and "no_layout" in {fault.code for fault in made.faults}
    assert "updateFields" in zipfile.ZipFile(io.BytesIO(data)).read("word/settings.xml").decode()


def test_with_a_layout_nothing_is_dirty() -> None:
    office()
    data, _made = compiled(books.book(2), oracle=PageOracle())
    archive = zipfile.ZipFile(io.BytesIO(data))
    assert "updateFields" not in archive.read("word/settings.xml").decode()
    assert "w:dirty" not in archive.read("word/document.xml").decode()


def test_codes_are_read_from_the_printed_page() -> None:
    office()
    import zxingcpp
    from PIL import Image

    book = books.book(2, 2)
    rendered = pdf.render(compiled(book, OFFICIAL)[0])
    count, _where = pdf.destinations(rendered)
    found = {
        code.text
        for n in range(count)
        for code in zxingcpp.read_barcodes(Image.open(io.BytesIO(pdf.page_image(rendered, n, dpi=300))))
    }
    assert found == {chapter.qr for chapter in book.chapters()}


def test_each_part_of_a_book_is_as_the_golden_files_have_it() -> None:
    data, _made = compiled(replace(books.book(1, 1, parts=1), body=books.book(1, 1, parts=1).body[:1]), BOOK)
    document = zipfile.ZipFile(io.BytesIO(data)).read("word/document.xml").decode()
    body = document.split("<w:body>")[1].split("</w:body>")[0]
    pieces = [piece for piece in re.split(r"(?<=</w:sectPr>)(?:</w:pPr>.*?</w:p>)?", body) if piece]
    assert len(pieces) == len(PARTS)
    for name, piece in zip(PARTS, pieces, strict=True):
        file = GOLDEN / f"{name}.xml"
        shown = piece.replace("</w:p>", "</w:p>\n")
        if os.environ.get("CASELIB_WRITE_GOLDEN"):
            file.write_text(shown, encoding="utf-8")
        assert shown == file.read_text(encoding="utf-8"), name


def test_a_frozen_book_is_the_same_book() -> None:
    book = books.book(3)
    frozen, images = dump(book)
    again = load(frozen, lambda key: images[key].data)
    assert again == book and compiled(again)[0] == compiled(book)[0]
    for broken in ("", "{}", "[]", '{"_":"Run","text":"x"}', '{"_":"Nothing"}', '{"_":"Book","nothing":1}'):
        with pytest.raises(FrozenDataError):
            load(broken, lambda key: b"")


def test_parts_without_a_page_share_theirs_and_are_named_in_the_contents() -> None:
    office()
    text = Document(blocks=(Paragraph((Run("甲乙丙丁" * 60),)),))
    parts = tuple(
        Part(
            f"第{number}组",
            tuple(
                Chapter(f"k{number}-{item}", f"条目{number}-{item}", text, ("课程",), new_page=False) for item in (1, 2)
            ),
            own_page=False,
        )
        for number in range(1, 13)
    )
    book = Book("目录", body=parts)
    data, rendered, made, wrong = compile_and_render(book, oracle=PageOracle())
    assert rendered and made.counted and wrong == []
    assert check_contents(made.entries, rendered) == []
    assert len(made.entries) == 36
    assert load(dump(book)[0], lambda key: b"") == book
    with zipfile.ZipFile(io.BytesIO(data)) as word:
        body = word.read("word/document.xml").decode()
    assert body.count('w:val="Heading1"') == 12
    assert "PartNumber" not in body
    # twelve groups on pages of their own would take 24 pages
    assert len(pdf.page_texts(rendered)) < 20


def test_lengths_seen_on_the_pages_of_the_whole_book_replace_those_of_the_thin_copy() -> None:
    """Also within a part and before one, where a blank page may stand: else the contents are wrong from there on."""
    parts = tuple(Part(f"第{p}部", tuple(books.chapter(10 * p + n) for n in range(2))) for p in (1, 2))
    maker = BookWriter(Book("书", body=parts), BOOK)
    maker.plan(None)
    base = maker.fingerprint()
    flows = [flow for piece in maker.pieces if piece.counted for flow in piece.flows]
    oracle = PageOracle({flow.fingerprint(base): Measured(1, (("0", 0),)) for flow in flows})
    # contents, part, two cases of 3 and 2 pages, a blank page, part, two cases of 1 page
    starts = [None, 2, 4, 7, 10, 12, 13]
    where = {flow.marks[0].anchor: at for flow, at in zip(flows, starts, strict=True) if at is not None}
    maker.learn(oracle, where, {3, 9, 11})
    lengths = [oracle.cache[flow.fingerprint(base)].pages for flow in flows]
    assert lengths == [1, 1, 3, 2, 1, 1, 1]


def test_a_long_book_gets_the_time_that_its_pdf_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[float] = []
    monkeypatch.setattr(pdf, "to_pdf", lambda data, *, seconds, tick: given.append(seconds))
    for count in (1, 150):
        chapters = tuple(Chapter(f"k{n}", f"第{n}篇", Document((Paragraph((Run("文。"),)),))) for n in range(count))
        compile_and_render(Book("书", body=chapters))
    assert given[1] > 2 * given[0] > 0
