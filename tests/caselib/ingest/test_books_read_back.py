"""A book that this library compiled is a printed collection too: the importer finds in it what went into it."""

from __future__ import annotations

import random
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from caselib.ingest.contents import contents_entry
from caselib.ingest.splitting import Item, split
from caselib.word import pdf
from caselib.word.book import Book, Chapter, Matter, Part
from caselib.word.model import Block, Cell, Document, Heading, Note, Paragraph, Picture, Run, Table
from caselib.word.reader.document import read_docx
from caselib.word.styles import HOUSE_STYLES
from caselib.word.text_readers import read_text
from caselib.word.writer.compiling import compile_bytes
from tests.caselib.word import books
from tests.conftest import require_service

UNITS = ("云坪县委党校", "雾河市纪委监委", "长杉区教育局")
SAID = ("账本挂在墙上", "会开到院坝里", "钱款当天入册", "名单贴满七日", "村干部逐户问", "群众代表签字", "票据一张不少")
COUNTED = "一二三四五六七八九"


def sentence(dice: random.Random, number: int) -> str:
    """Return a sentence that no other case has."""
    return (
        "".join(f"{dice.choice(SAID)}，" for _ in range(dice.randint(1, 6)))
        + f"第{number}次议定{dice.randint(10, 9999)}件事。"
    )


def a_case(number: int, dice: random.Random) -> Chapter:
    """Return a case of two to five sections with runs of text, tables with merged cells, pictures and footnotes."""
    blocks: list[Block] = []
    notes: dict[str, Note] = {}
    images = {}
    for section in range(dice.randint(2, 5)):
        blocks.append(Heading(2, (Run(f"{COUNTED[section]}、第{number}村怎样{dice.choice(SAID)}"),)))
        if dice.random() < 0.3:
            blocks.append(Heading(3, (Run(f"（一）{dice.choice(SAID)}的第{number}步"),)))
        for _ in range(dice.randint(1, 4)):
            key = ""
            if dice.random() < 0.2:
                key = f"n{len(notes)}"
                notes[key] = Note(key, (Run(f"见第{number}村村志第{dice.randint(2, 90)}页。"),))
            blocks.append(Paragraph((Run(sentence(dice, number), note=key),)))
        if dice.random() < 0.3:
            head = (Cell((books.text("项目"),), colspan=2), Cell((books.text(f"数{number}"),)))
            rows = tuple(
                tuple(Cell((books.text(f"{number}-{r}-{c}"),)) for c in range(3)) for r in range(dice.randint(1, 4))
            )
            blocks.append(Table((head, *rows), 3, 1, f"表{number} 台账"))
        if dice.random() < 0.3:
            picture = books.image(40 + number, 30 + len(blocks))
            images[picture.key] = picture
            blocks.append(Picture(picture.key, f"第{number}村的墙", f"图{number} 墙"))
    return Chapter(
        f"k{number}",
        f"第{number}个村子的{dice.choice(SAID)}",
        Document(tuple(blocks), notes, images),
        (dice.choice(UNITS),),
        qr=f"https://library.example.invalid/r/{number}/" if dice.random() < 0.5 else "",
    )


def a_book(seed: int, count: int, parts: int, depth: int) -> Book:
    dice = random.Random(seed)
    cases = [a_case(number, dice) for number in range(1, count + 1)]
    body: tuple[Part | Chapter | Matter, ...] = tuple(cases)
    if parts:
        size = -(-count // parts)
        body = tuple(
            Part(f"{COUNTED[n]}类村子", tuple(cases[n * size : (n + 1) * size]), f"第{COUNTED[n]}编")
            for n in range(parts)
            if cases[n * size : (n + 1) * size]
        )
    return replace(books.book(1, 1, parts=0), body=body, contents_depth=depth)


def essence(blocks: list[Block] | tuple[Block, ...]) -> list[object]:
    """Return what of a case must come back, in order; levels count from the highest heading of the case."""
    top = min((block.level for block in blocks if isinstance(block, Heading)), default=1)
    made: list[object] = []
    for block in blocks:
        if isinstance(block, Heading):
            made.append((block.level - top, block.number + block.text))
        elif isinstance(block, Table):
            made.append(
                [
                    [(cell.colspan, "".join(map(str, (b.text for b in cell.blocks)))) for cell in row]
                    for row in block.rows
                ]
            )  # type: ignore[union-attr]
        elif isinstance(block, Picture):
            made.append((block.image, block.alt))
        else:
            made.append(block.text)
    return made


def notes_of(blocks: list[Block] | tuple[Block, ...], document: Document) -> list[str]:
    keys = [run.note for block in blocks if isinstance(block, Paragraph) for run in block.runs if run.note]
    return ["".join(run.text for run in document.notes[key].runs).strip() for key in keys]


def assert_same(item: Item, case: Chapter, found: Document) -> None:
    assert item.title == case.title
    assert item.unit == case.byline[0]
    byline, *blocks = item.blocks
    assert isinstance(byline, Paragraph) and byline.text == case.byline[0]
    assert essence(blocks) == essence(case.document.blocks)
    assert notes_of(item.blocks, found) == notes_of(case.document.blocks, case.document)


@pytest.mark.parametrize("name", sorted(HOUSE_STYLES))
@given(seed=st.integers(0, 10**6), count=st.integers(2, 7), parts=st.integers(0, 3), depth=st.integers(1, 3))
@settings(max_examples=8)
def test_the_cases_of_a_compiled_book_come_back_whole(name: str, seed: int, count: int, parts: int, depth: int) -> None:
    book = a_book(seed, count, parts, depth)
    found = read_docx(compile_bytes(book, style=HOUSE_STYLES[name]))
    result = split(found)
    cases = book.chapters()
    assert [item.title for item in result.items] == [case.title for case in cases]
    for item, case in zip(result.items, cases, strict=True):
        assert_same(item, case, found)
    assert result.foreword is not None
    assert result.foreword.title == "编者按" and len(result.foreword.blocks) == 1


@pytest.mark.parametrize("layout", [(), ("-layout",)], ids=["flow", "layout"])
@pytest.mark.parametrize(("name", "seed", "count", "parts"), [("book", 2, 6, 2), ("official", 4, 6, 3)])
def test_the_text_of_the_printed_pages_leads_back_to_the_cases(
    name: str, seed: int, count: int, parts: int, layout: tuple[str, ...], tmp_path: Path
) -> None:
    require_service(pdf.available(), "LibreOffice is not installed")
    require_service(shutil.which("pdftotext") is not None, "poppler-utils are not installed")
    book = a_book(seed, count, parts, 2)
    printed = pdf.to_pdf(compile_bytes(book, style=HOUSE_STYLES[name]))
    assert printed is not None
    (tmp_path / "book.pdf").write_bytes(printed)
    subprocess.run(["pdftotext", *layout, tmp_path / "book.pdf", tmp_path / "book.txt"], check=True, timeout=60)
    result = split(read_text((tmp_path / "book.txt").read_bytes()), text_file=True)
    wanted = [
        (case.title, case.byline[0], [block.text for block in case.document.blocks if isinstance(block, Heading)])
        for case in book.chapters()
    ]
    assert [(item.title, item.unit, [head.text for head in item.sections]) for item in result.items] == wanted
    assert result.foreword is not None and result.foreword.title == "编者按"
    broken = [
        block.text
        for item in result.items
        for block in item.blocks
        if isinstance(block, Paragraph) and block.text.endswith(("，", "名", "第"))
    ]
    assert not broken, "a sentence over two lines is one again"


def test_an_entry_of_the_contents_broken_in_two_lines_is_one_title() -> None:
    """We break long titles before they run into their page numbers; the case below such a title was lost in the one above."""
    entry = contents_entry("四百万元躺在账上，村里为什么还是没钱办事——\n麻岭村集体“三资”管理的一次重来\t123")
    assert entry is not None
    assert (entry.text, entry.page) == (
        "四百万元躺在账上，村里为什么还是没钱办事——麻岭村集体“三资”管理的一次重来",
        123,
    )
    entry = contents_entry("A Case Study of Village Ledgers in\nYunping County\t35")
    assert entry is not None and entry.text == "A Case Study of Village Ledgers in Yunping County"
