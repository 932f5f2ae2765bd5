"""Printed collections come apart into their cases, whole and in order, whatever the page did to them."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from caselib.ingest.lines import width
from caselib.ingest.sections import canonical_name, clean_title, section_kind
from caselib.ingest.splitting import Split, split
from caselib.ingest.texts import reading_text
from caselib.word.model import Document, Heading, Paragraph, Run
from caselib.word.section_names import is_section_name
from caselib.word.text_readers import read_text
from tests.caselib.ingest.printed import Case, body_lines, book, cases, sentences, wrap

FOREWORD = sentences(random.Random(3), 9)


def read(text: str) -> Split:
    return split(read_text(text.encode()), text_file=True, name="文集")


def codes(found: Split) -> set[str]:
    return {warning.code for warning in found.warnings} | {
        warning.code for item in found.items for warning in item.warnings
    }


def paragraphs(found: Split) -> list[list[str]]:
    return [[block.text for block in item.blocks if isinstance(block, Paragraph)] for item in found.items]


def assert_whole(found: Split, expected: list[Case]) -> None:
    assert [item.title for item in found.items] == [case.title for case in expected]
    assert [item.unit for item in found.items] == [case.unit for case in expected]
    assert [[heading.text for heading in item.sections] for item in found.items] == [
        [name for name, _ in case.sections] for case in expected
    ]
    for got, case in zip(paragraphs(found), expected, strict=True):
        assert [text for text in case.paragraphs if text not in got] == []


@pytest.mark.parametrize("number", ["— {} —", "{}", "第{}页", "· {} ·", "-{}-"])
@pytest.mark.parametrize("feed", [True, False])
@pytest.mark.parametrize("contents", [True, False])
@pytest.mark.parametrize("labels", [True, False])
def test_a_printed_book(number: str, feed: bool, contents: bool, labels: bool) -> None:
    expected = cases(6)
    found = read(book(expected, number=number, feed=feed, contents=contents, labels=labels, foreword=FOREWORD))
    assert_whole(found, expected)
    assert found.foreword is not None and found.foreword.title == "前言"
    assert reading_text(found.foreword.blocks).replace("\n", "") == FOREWORD
    assert "running_head_removed" in codes(found) and "page_numbers_removed" in codes(found)
    text = "".join(reading_text(item.blocks) for item in found.items)
    assert "基层治理创新案例选" not in text and "……" not in text


@settings(max_examples=25, deadline=None)
@given(st.integers(20, 44), st.integers(18, 30), st.integers(4, 9), st.integers(0, 10_000), st.booleans())
def test_any_page_size(measure: int, page: int, count: int, seed: int, feed: bool) -> None:
    expected = cases(count, seed, names=("案例背景", "主要做法", "成果成效", "经验启示"))
    assert_whole(read(book(expected, measure=measure, page=page, feed=feed, number="{}")), expected)


def test_nothing_is_lost_without_indents() -> None:
    expected = cases(5, 8)
    found = read(book(expected, indent=False, foreword=FOREWORD))
    assert [item.title for item in found.items] == [case.title for case in expected]
    for item, case in zip(found.items, expected, strict=True):
        assert "".join(case.paragraphs) in reading_text(item.blocks).replace("\n", "").replace(case.unit, "").replace(
            "、", "、"
        ) or all(text in reading_text(item.blocks).replace("\n", "") for text in case.paragraphs)


def test_a_page_printed_twice_is_kept_once_and_told() -> None:
    expected = cases(3)
    lines = [line for case in expected for line in body_lines(case, 34)]
    repeated = lines[8:13]
    found = read("\n".join([*lines[:13], *repeated, *lines[13:]]))
    assert_whole(found, expected)
    warning = next(warning for warning in found.warnings if warning.code == "repeated_block")
    assert warning.text == "".join(line.strip() for line in repeated)


def test_a_paragraph_in_two_cases_is_told() -> None:
    expected = cases(3)
    expected[2].sections[1][1].append(expected[0].sections[0][1][0])
    found = read("\n".join(line for case in expected for line in body_lines(case, 34)))
    assert "repeated_block" in codes(found)


def test_a_displaced_section_is_told_and_kept() -> None:
    expected = cases(3)
    expected[1].sections[1], expected[1].sections[2] = expected[1].sections[2], expected[1].sections[1]
    found = read("\n".join(line for case in expected for line in body_lines(case, 34)))
    assert (
        len(found.items) == 3
        and "section_out_of_order" in codes(found) | {"section_missing"}
        and "section_missing" in codes(found)
    )
    assert all(text in paragraphs(found)[1] for text in expected[1].paragraphs)


def test_a_last_case_that_breaks_off() -> None:
    text = "\n".join(line for case in cases(3) for line in body_lines(case, 34))
    found = read(text[: len(text) - 30])
    assert [warning.code for warning in found.items[-1].warnings if warning.code == "truncated"] == ["truncated"]
    assert not any(warning.code == "truncated" for item in found.items[:-1] for warning in item.warnings)


def test_a_whole_last_case_does_not() -> None:
    found = read("\n".join(line for case in cases(3) for line in body_lines(case, 34)))
    assert "truncated" not in codes(found)


def test_numerals_in_a_sentence_are_no_headings() -> None:
    expected = cases(2)
    trap = (
        "全镇把诉求分成三类：第一类当场办，第二类限时办，第三类会商办，先后梳理出一、二、三组共计"
        "三、四两组合并后的事项九十六件，其中3.5万元以内的由村里自定。"
    )
    expected[0].sections[1][1].append(trap)
    for measure in range(20, 40):
        found = read("\n".join(line for case in expected for line in body_lines(case, measure)))
        assert [[h.text for h in item.sections] for item in found.items] == [
            [name for name, _ in case.sections] for case in expected
        ], measure
        assert trap in paragraphs(found)[0], measure


def test_columns_printed_side_by_side() -> None:
    expected = cases(2, 5)
    lines = [line for case in expected for line in body_lines(case, 20)]
    pages = []
    for start in range(0, len(lines), 60):
        left, right = lines[start : start + 30], lines[start + 30 : start + 60]
        right += [""] * (len(left) - len(right))
        pages.append(
            "\n".join(f"{one}{' ' * (48 - width(one))}{two}".rstrip() for one, two in zip(left, right, strict=True))
        )
    found = read("\n\f".join(pages))
    assert [item.title for item in found.items] == [case.title for case in expected]
    assert "columns_split" in codes(found)
    text = "".join(reading_text(item.blocks) for item in found.items).replace("\n", "")
    missing = [part for case in expected for part in case.paragraphs if part not in text]
    assert len(missing) <= 2, missing


def test_lines_of_a_page_as_word_paragraphs() -> None:
    """What a PDF converter makes: every printed line a paragraph of its own, page numbers among them."""
    expected = cases(5)
    lines = [line.strip() for line in book(expected, feed=False, foreword=FOREWORD).split("\n")]
    document = Document(tuple(Paragraph((Run(line),)) for line in lines if line))
    found = split(document, name="x")
    assert [item.title for item in found.items] == [case.title for case in expected]
    assert found.foreword is not None


def test_cases_under_real_headings() -> None:
    expected = cases(4)
    blocks: list[Heading | Paragraph] = [Heading(1, (Run("前言"),)), Paragraph((Run(FOREWORD),))]
    for case in expected:
        blocks += [Heading(1, (Run(case.title),)), Paragraph((Run(case.unit),), "byline")]
        for name, texts in case.sections:
            blocks += [Heading(2, (Run(name),)), *(Paragraph((Run(text),)) for text in texts)]
    found = split(Document(tuple(blocks)), name="x")
    assert_whole(found, expected)
    assert found.foreword is not None and found.foreword.title == "前言"


def test_chapters_of_one_work_are_not_cases() -> None:
    blocks: list[Heading | Paragraph] = [Heading(1, (Run("基层工作教程"),), title=True)]
    for chapter in "一二三":
        blocks += [
            Heading(1, (Run(f"第{chapter}章 总论"),)),
            Heading(2, (Run("一、背景"),)),
            Paragraph((Run(FOREWORD),)),
        ]
    assert [item.title for item in split(Document(tuple(blocks)), name="x").items] == ["基层工作教程"]


def test_parts_and_back_matter_are_told() -> None:
    expected = cases(4)
    lines = [
        "第一篇 议事篇",
        *(line for case in expected[:2] for line in body_lines(case, 34)),
        "第二篇 服务篇",
        *(line for case in expected[2:] for line in body_lines(case, 34)),
        "后　记",
        *wrap(FOREWORD, 34),
    ]
    found = read("\n".join(lines))
    assert_whole(found, expected)
    told = {
        warning.code: warning.text
        for item in found.items
        for warning in item.warnings
        if warning.code in ("part_name", "back_matter")
    }
    assert told["part_name"] == "第二篇 服务篇" and FOREWORD[:20] in told["back_matter"]


def test_labels_without_titles_and_subtitles() -> None:
    text = "\n".join(
        [
            "案例一",
            "老街换新颜",
            "——青溪镇的修旧如旧",
            "青溪镇党委",
            "　　" + FOREWORD,
            "案例二：一碗水端平",
            "　　" + FOREWORD[::-1],
        ]
    )
    assert [item.title for item in read(text).items] == ["老街换新颜——青溪镇的修旧如旧", "一碗水端平"]


@settings(max_examples=80, deadline=None)
@given(st.lists(st.text(alphabet="一二三、（）案例做法背景。，1.2 \f　目录前言…村镇县委办", max_size=40), max_size=60))
def test_any_lines_are_split_without_a_fault_or_a_loss(lines: list[str]) -> None:
    found = read("\n".join(lines))
    kept = "".join(item.title + item.unit + reading_text(item.blocks) for item in found.items)
    kept += "".join(warning.text for warning in found.warnings) + "".join(
        w.text for item in found.items for w in item.warnings
    )
    kept += reading_text(found.foreword.blocks) + found.foreword.title if found.foreword else ""
    told = {warning.code for warning in found.warnings}
    if not told & {
        "contents_removed",
        "running_head_removed",
        "page_numbers_removed",
        "repeated_block",
        "columns_split",
    }:
        missing = (
            {sign for sign in "".join(lines) if sign in "案例做法背景目录前言村镇县委办"}
            - set(kept)
            - set("".join(item.title for item in found.items))
        )
        assert not missing or not found.items or any("案例" in line for line in lines)


@pytest.mark.parametrize(
    ("heading", "kind"),
    [
        ("一、案例背景", "background"),
        ("二、主要做法", "practice"),
        ("成效成果", "outcome"),
        ("三、成果成效", "outcome"),
        ("【经验启示】", "reflection"),
        ("背景与起因", "background"),
        ("做法与成效", "practice"),
        ("思考题", "discussion"),
        ("取得的成效", "outcome"),
        ("王大爷的一天", "other"),
    ],
)
def test_variant_names(heading: str, kind: str) -> None:
    assert section_kind(heading) == kind


def test_names_of_sections_and_titles() -> None:
    assert canonical_name("三、成果成效") == canonical_name("成效成果") == "成效成果"
    assert is_section_name("【案例背景】") and not is_section_name("小院里的大事")
    assert clean_title("案例一：做好一件事") == "做好一件事" and clean_title("案例四：") == "案例四"


def test_cases_below_the_parts_of_a_collection() -> None:
    expected = cases(4)
    blocks: list[Heading | Paragraph] = []
    for index, case in enumerate(expected):
        if index % 2 == 0:
            blocks.append(Heading(1, (Run(f"第{'一二'[index // 2]}篇 议事篇"),)))
        blocks += [Heading(2, (Run(case.title),)), Paragraph((Run(case.unit),), "byline")]
        for name, texts in case.sections:
            blocks += [Heading(3, (Run(name),)), *(Paragraph((Run(text),)) for text in texts)]
    found = split(Document(tuple(blocks)), name="x")
    assert_whole(found, expected)
    assert {"part_name", "front_matter"} <= codes(found)
