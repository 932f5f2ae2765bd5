"""Printed collections as PDF tools hand them over: heads with numbers, columns, notes, spacing, credits in every place."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from caselib.ingest.lines import width
from caselib.ingest.splitting import Split
from caselib.ingest.texts import reading_text
from caselib.word.model import Heading, Paragraph
from tests.caselib.ingest.printed import Case, cases, sentences, wrap
from tests.caselib.ingest.test_splitting import assert_whole, codes, paragraphs, read

NAMES = ("案例背景", "主要做法", "成效成果", "经验启示")
FOREWORD = sentences(random.Random(3), 9)
BOOK = "基层治理创新案例选"


def numbered(pattern: str = "{}、{}", names: tuple[str, ...] = NAMES, count: int = 4, seed: int = 1) -> list[Case]:
    made = cases(count, seed, names)
    for case in made:
        case.sections = [
            (pattern.format(sign, name), texts)
            for sign, name, (_, texts) in zip("一二三四", names, case.sections, strict=True)
        ]
    return made


def lines(case: Case, measure: int = 34, *, unit: str = "{}", cut: int = 0, indent: bool = True) -> list[str]:
    made = [case.title[:cut], case.title[cut:]] if cut else [case.title]
    made += [unit.format(case.unit)] if unit else []
    for heading, texts in case.sections:
        made.append(("　　" if indent else "") + heading)
        made += [line for text in texts for line in wrap(text, measure, indent)]
    return made


def paged(
    text: list[str],
    head: Callable[[int, int], str] | None = None,
    number: str = "{}",
    page: int = 28,
    feed: bool = False,
) -> str:
    out: list[str] = []
    for start in range(0, len(text), page):
        out += [head(start // page, start)] if head and start else []
        out += text[start : start + page]
        out += [number.format(start // page + 7)] if number else []
        if feed:
            out[-1] += "\n\f"
    return "\n".join(out)


def all_lines(found: list[Case], **how: object) -> list[str]:
    return [line for case in found for line in lines(case, **how)]  # type: ignore[arg-type]


def test_heads_with_the_page_number_beside_them() -> None:
    expected = numbered(count=5)
    found = read(paged(all_lines(expected), lambda n, _: f"{n + 7}　{BOOK}" if n % 2 else f"典型经验　{n + 7}", ""))
    assert_whole(found, expected)
    assert "running_head_removed" in codes(found)


@pytest.mark.parametrize("feed", [True, False])
def test_the_title_of_the_case_as_running_head(feed: bool) -> None:
    expected = numbered(count=5)
    text = all_lines(expected)

    def head(page: int, start: int) -> str:
        inside = [case for case in expected if case.title in text[:start]]
        return BOOK if page % 2 else inside[-1].title

    assert_whole(read(paged(text, head, "· {} ·", feed=feed)), expected)


@pytest.mark.parametrize(
    "unit",
    [
        "（{}）",
        "[{}]",
        "报送单位：{}",
        "——{}",
        "{}　　张建国",
        "供稿：{}",
        "◎ {}",
        "（{} 供稿）",
        "　　　　　　　　　　　　　　　　　　　{}",
    ],
)
def test_units_in_every_dress(unit: str) -> None:
    expected = numbered()
    assert_whole(read(paged(all_lines(expected, unit=unit), number="第{}页")), expected)


def test_a_unit_that_signs_at_the_end() -> None:
    expected = numbered()
    text = [line for case in expected for line in [*lines(case, unit=""), "　" * 20 + f"（{case.unit}）"]]
    found = read(paged(text))
    assert_whole(found, expected)
    assert "truncated" not in codes(found)


@pytest.mark.parametrize("contents", [True, False])
def test_titles_on_two_lines(contents: bool) -> None:
    expected = numbered()
    text = paged(all_lines(expected, cut=5), number="— {} —")
    if contents:
        text = "目　录\n" + "\n".join(f"{case.title}{'…' * 9}{n}" for n, case in enumerate(expected, 3)) + "\n" + text
    assert_whole(read(text), expected)


@pytest.mark.parametrize("pattern", ["（{}）{}", "{} 、{}", "【{1}】", "{1}"])
@pytest.mark.parametrize("names", [NAMES, ("基本情况", "主要举措", "成果成效", "启示与思考")])
def test_sections_in_every_dress(pattern: str, names: tuple[str, ...]) -> None:
    expected = numbered(pattern, names)
    found = read(paged(all_lines(expected)))
    assert [item.title for item in found.items] == [case.title for case in expected]
    assert [[re.sub(r"\s", "", heading.text) for heading in item.sections] for item in found.items] == [
        [re.sub(r"\s", "", heading) for heading, _ in case.sections] for case in expected
    ]


def test_sections_numbered_with_digits() -> None:
    expected = numbered()
    for case in expected:
        case.sections = [
            (f"{n}.{name}", texts) for n, (name, (_, texts)) in enumerate(zip(NAMES, case.sections, strict=True), 1)
        ]
    assert_whole(read(paged(all_lines(expected))), expected)


def test_notes_at_the_foot_of_pages_do_not_break_sentences() -> None:
    expected = numbered()
    text = all_lines(expected)
    pages = [text[start : start + 28] for start in range(0, len(text), 28)]
    found = read(
        "\n".join("\n".join([*page, "①数据来源：云岭县统计年鉴。", f"— {n} —"]) for n, page in enumerate(pages, 1))
    )
    assert_whole(found, expected)
    moved = [warning for warning in found.warnings if warning.code == "footnote_moved"]
    assert moved and all(warning.place.startswith("¶") for warning in moved)
    kept = sum(text.count("①数据来源") for item in paragraphs(found) for text in item)
    assert kept == len(pages), "every note is still there"


def test_blanks_between_all_characters() -> None:
    expected = numbered()
    spaced = [re.sub(r"(?<=[\u4e00-\u9fff])(?=[\u4e00-\u9fff])", " ", line) for line in all_lines(expected)]
    assert_whole(read("\n".join(spaced)), expected)


def test_blanks_beside_digits() -> None:
    expected = numbered()
    spaced = [
        re.sub(r"(?<=[\u4e00-\u9fff])(?=\d)|(?<=\d)(?=[\u4e00-\u9fff])", " ", line) for line in all_lines(expected)
    ]
    assert_whole(read("\n".join(spaced)), expected)


@pytest.mark.parametrize(
    "entry",
    [
        "{title}....................{unit} / {page}",
        "{title}………………{unit}（{page}）",
        "{title}……{page}",
        "{head}\n{tail} ………… （{page}）",
    ],
)
def test_contents_in_every_dress(entry: str) -> None:
    expected = numbered()
    contents = [
        entry.format(title=case.title, unit=case.unit, page=3 + 4 * n, head=case.title[:6], tail=case.title[6:])
        for n, case in enumerate(expected)
    ]
    found = read("\n".join(["目  录", *contents, paged(all_lines(expected))]))
    assert_whole(found, expected)
    assert "contents_removed" in codes(found)


def test_numbered_titles_in_parts_with_contents() -> None:
    expected = numbered()
    parts = ("第一部分　议事协商", "第二部分　服务群众")
    contents = ["目  录", "前言………1"]
    text = ["前　言", *wrap(FOREWORD, 34)]
    for n, case in enumerate(expected):
        title = f"{'一二三四'[n]}、{case.title}"
        if n % 2 == 0:
            contents.append(parts[n // 2])
            text.append(parts[n // 2])
        contents.append(f"{title}……{3 + n * 4}")
        text += [title, *lines(case)[1:]]
    found = read("\n".join([*contents, "后记……40", paged(text)]))
    assert_whole(found, expected)
    assert found.foreword is not None and reading_text(found.foreword.blocks).replace("\n", "") == FOREWORD


def test_a_sections_of_another_case_is_named_with_both_places() -> None:
    expected = numbered()
    text = all_lines(expected)
    at = next(index for index, line in enumerate(text) if "二、主要做法" in line)
    block = text[at : at + 4]
    del text[at : at + 4]
    end = text.index(expected[2].title) - 3
    text[end:end] = block
    found = read("\n".join(text))
    told = [warning for warning in found.warnings if warning.code == "block_belongs"]
    assert [warning.text for warning in told] == [f"二、主要做法 → {expected[0].title}"]
    assert told[0].place == f"¶{end + 1}"


def layout(text: list[str], *, by_characters: bool, feed: bool, gutter: int = 24) -> str:
    """Print lines as pages of two columns side by side, the gutter kept by characters or by printed width."""
    pages: list[str] = []
    for start in range(0, len(text), 60):
        left, right = text[start : start + 30], text[start + 30 : start + 60]
        right += [""] * (len(left) - len(right))
        size = len if by_characters else width
        gap = gutter if by_characters else gutter * 2
        body = [f"{one}{' ' * (gap - size(one))}{two}".rstrip() for one, two in zip(left, right, strict=True)]
        pages.append("\n".join([" " * 12 + BOOK, *body, " " * 20 + str(start // 60 + 1)]))
    return ("\n\f" if feed else "\n").join(pages)


@pytest.mark.parametrize("by_characters", [True, False])
@pytest.mark.parametrize("feed", [True, False])
@pytest.mark.parametrize("blanks", [True, False])
def test_columns_side_by_side(by_characters: bool, feed: bool, blanks: bool) -> None:
    expected = numbered(count=5, seed=2)
    text = all_lines(expected, measure=17)
    if blanks:
        text = [re.sub(r"(?<=[\u4e00-\u9fff])(?=\d)|(?<=\d)(?=[\u4e00-\u9fff])", " ", line) for line in text]
    found = read(layout(text, by_characters=by_characters, feed=feed))
    got = [text for item in paragraphs(found) for text in item]
    broken = [part for case in expected for part in case.paragraphs if part not in got]
    assert len(broken) <= 2, broken
    assert [item.title for item in found.items] == [case.title for case in expected]
    assert [item.unit for item in found.items] == [case.unit for case in expected]
    assert [[h.text for h in item.sections] for item in found.items] == [[n for n, _ in c.sections] for c in expected]
    assert "columns_split" in codes(found)
    assert han(everything(found)) >= han("".join(text for case in expected for text in case.paragraphs))


def han(text: str) -> Counter[str]:
    return Counter(re.findall(r"[\u4e00-\u9fff]", text))


def everything(found: Split) -> str:
    """Return all text that is kept, and all that a warning quotes because it was taken out."""
    kept = "".join(item.title + item.unit + "".join(item.authors) + reading_text(item.blocks) for item in found.items)
    if found.foreword:
        kept += found.foreword.title + reading_text(found.foreword.blocks)
    quoted = ("front_matter", "back_matter", "part_name", "repeated_block")
    told = [*found.warnings, *(warning for item in found.items for warning in item.warnings)]
    return kept + "".join(warning.text for warning in told if warning.code in quoted)


@settings(max_examples=30, deadline=None)
@given(
    st.integers(18, 42),
    st.integers(16, 32),
    st.integers(2, 6),
    st.integers(0, 999),
    st.sampled_from(["{}", "— {} —", "· {} ·", "第{}页", ""]),
    st.sampled_from(["{}", "（{}）", "供稿：{}"]),
    st.booleans(),
    st.integers(0, 60),
)
def test_no_character_is_lost_or_doubled(
    measure: int, page: int, count: int, seed: int, number: str, unit: str, feed: bool, displaced: int
) -> None:
    """Whatever the page did, the text of the cases comes out as often as it went in."""
    expected = numbered(count=count, seed=seed)
    text = all_lines(expected, measure=measure, unit=unit)
    at = len(text) * displaced // 61
    text = [*text[:at], *text[at + 3 :], *text[at : at + 3]] if displaced % 2 else text
    heads = [BOOK if n % 2 else "典型经验汇编" for n in range(-(-len(text) // page))]
    found = read(paged(text, lambda n, _: heads[n], number, page, feed))
    body = han("".join(line for line in text if "、" in line or "，" in line or "。" in line))
    assert not body - han(everything(found))
    doubled = han("".join(reading_text(item.blocks) for item in found.items)) - han("".join([*text, *heads[1:]]))
    assert not doubled, doubled
    assert all(isinstance(block, Paragraph) or block.text for item in found.items for block in item.blocks)  # type: ignore[union-attr]


@pytest.mark.parametrize("below", ["A.正确    B.错误", "参考答案：A", "（A）警告 （B）记过 （C）撤职", "√", "答案 B"])
def test_choices_and_answers_of_a_paper_are_no_running_heads(below: str) -> None:
    questions = [f"{n}．党员受到第{n}种处分以后，在影响期内能不能担任更高的职务？（  ）" for n in range(1, 9)]
    text = "\n".join(
        ["党纪学习教育知识题库", "一、判断题", *(line for question in questions for line in (question, below))]
    )
    found = read(text)
    assert "running_head_removed" not in codes(found)
    said = "".join(
        block.text for item in found.items for block in item.blocks if isinstance(block, Paragraph | Heading)
    )
    said = re.sub(r"\s", "", said)
    assert said.count(re.sub(r"\s", "", below)) == len(questions)
