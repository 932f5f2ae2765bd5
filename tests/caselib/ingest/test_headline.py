"""The title of a manuscript that is one text: from its line, its cover, a label, else the file's name."""

from __future__ import annotations

import pytest

from caselib.ingest.boundaries import find_starts
from caselib.ingest.credits import form_title
from caselib.ingest.single import headline
from caselib.word.model import Block, Cell, Heading, Paragraph, Run, Table

TEXT = "镇里把积压的诉求逐条登记，流程由九步压到四步，群众从观望到参与，半年里没有一起上访。"


def runs(text: str) -> tuple[Run, ...]:
    return (Run(text),)


def p(text: str) -> Paragraph:
    return Paragraph(runs(text))


def h(level: int, text: str, *, guessed: bool = False, title: bool = False) -> Heading:
    return Heading(level, runs(text), guessed=guessed, title=title)


def table(*rows: tuple[str, ...]) -> Table:
    return Table(tuple(tuple(Cell((p(text),)) for text in row) for row in rows), max(map(len, rows)))


@pytest.mark.parametrize(
    ("blocks", "title"),
    [
        pytest.param(
            [h(1, "需求分析"), h(2, "学情分析"), p(TEXT), h(1, "情景设计"), p(TEXT)], "村账上墙", id="part first"
        ),
        pytest.param(
            [
                h(1, "案例概况", guessed=True, title=True),
                h(2, "一、学情", guessed=True),
                p(TEXT),
                h(2, "二、目标", guessed=True),
            ]
            + [h(2, "背景描述：", guessed=True), p("案例设计：山区卫生室的夜班"), p(TEXT)],
            "山区卫生室的夜班",
            id="label further down",
        ),
        pytest.param(
            [
                h(1, "为什么要晒账？怎么晒？"),
                p("云岭融媒"),
                p(TEXT),
                h(1, "一、晒什么"),
                p(TEXT),
                h(1, "二、怎么晒"),
                p(TEXT),
            ],
            "为什么要晒账？怎么晒？",
            id="uncounted above counted",
        ),
        pytest.param(
            [
                p("干部学院"),
                h(1, "结业论文", guessed=True, title=True),
                p("题 目：小院议事的边界"),
                p("姓 名 陆怀山"),
                h(1, "一、缘起"),
            ],
            "小院议事的边界",
            id="cover with label",
        ),
        pytest.param(
            [
                table(("结业论文",), ("小院议事的边界与分寸",)),
                table(("学号：", "0417"), ("姓名：", "陆怀山")),
                h(1, "摘要"),
                p(TEXT),
            ],
            "小院议事的边界与分寸",
            id="cover in a table",
        ),
        pytest.param(
            [table(("申报单位", "云岭县委党校"), ("联系电话", "0871"))]
            + [p(TEXT), h(1, "一、背景"), p(TEXT), h(1, "二、做法")],
            "村账上墙",
            id="a form is no cover",
        ),
        pytest.param(
            [
                h(1, "结业论文", title=True),
                table(("小一号，黑体，加粗，不超过二十字",), ("年级",)),
                h(1, "一、缘起"),
                p(TEXT),
            ],
            "结业论文",
            id="what a template asks for",
        ),
        pytest.param([h(1, "背景"), p(TEXT)], "背景", id="nothing beside it"),
        pytest.param([p("单位名称：云岭县委党校"), p(TEXT)], "村账上墙", id="name of a unit"),
    ],
)
def test_title_of_one_text(blocks: list[Block], title: str) -> None:
    found = headline(blocks, "", "村账上墙")
    assert found.title == title


def test_what_stood_as_a_heading_is_kept() -> None:
    blocks: list[Block] = [h(1, "结业论文", title=True), p("题目：小院议事的边界"), h(1, "一、缘起"), p(TEXT)]
    rest = headline(blocks, "", "x").rest
    assert [block.text for block in rest if isinstance(block, Heading)] == ["一、缘起"]
    assert isinstance(rest[0], Paragraph)
    assert rest[0].text == "结业论文"


def test_a_title_said_twice_is_no_section() -> None:
    blocks: list[Block] = [
        h(1, "村账上墙记", title=True),
        p("二〇二五年三月"),
        h(1, "村账上墙记"),
        p(TEXT),
        h(1, "做法"),
        p(TEXT),
    ]
    found = headline(blocks, "", "x")
    assert [block.text for block in found.rest if isinstance(block, Heading)] == ["做法"]


def chapters(*above: Block) -> list[Block]:
    found: list[Block] = [h(1, "数字档案的三道关"), *above]
    for name in ("外部的压力", "内部的短板", "观念的更新"):
        found.append(h(2, name, guessed=True))
        for section in ("一、一张图", "二、一本账"):
            found += [h(3, section, guessed=True), p(TEXT)]
    return found


def test_chapters_that_each_count_anew_are_one_text() -> None:
    assert find_starts(chapters(p(TEXT)), set()) == []


def test_without_a_word_above_them_they_are_cases() -> None:
    assert len(find_starts(chapters(), set())) == 3


def test_key_words_are_no_title() -> None:
    blocks: list[Block] = [p("关键词：预算；企业"), h(2, "一、缘起", guessed=True), p(TEXT), p("Keywords: budget")]
    blocks += [h(2, "一、起点", guessed=True), p(TEXT), h(2, "二、过程", guessed=True), p(TEXT)]
    assert find_starts(blocks, set()) == []


def listed(title: str, names: tuple[str, ...], *inside: Block) -> tuple[list[Block], set[str]]:
    blocks: list[Block] = [h(1, title, title=True), p(TEXT)]
    for name in names:
        blocks += [h(1, name), *inside, p(TEXT)]
    return blocks, set(names)


NAMES = ("老槐树下的调解", "三本账的来历", "码头上的夜班")


@pytest.mark.parametrize(
    ("title", "inside", "cases"),
    [
        ("关于基层调解的调研报告", (), 0),
        ("基层调解案例选编", (), 3),
        ("基层调解典型案例研究", (), 3),
        ("基层调解手册", (), 3),
        ("关于基层调解的调研报告", (p("云岭县委党校  陆怀山"),), 3),
    ],
)
def test_what_a_table_of_contents_names(title: str, inside: tuple[Block, ...], cases: int) -> None:
    """The chapters of a report stand in its contents as cases do in those of a collection."""
    assert len(find_starts(*listed(title, NAMES, *inside))) == cases


@pytest.mark.parametrize(("before", "after", "cases"), [(20, 3, 0), (3, 9, 2)])
def test_samples_within_a_text_are_no_cases(before: int, after: int, cases: int) -> None:
    """Where most is said before 案例1 it is one text; above the cases of a collection stands a notice at most."""
    blocks: list[Block] = [p(TEXT)] * before
    for label in ("案例1：门前的账本", "案例2：夜里的灯"):
        blocks += [p(label), *[p(TEXT)] * after]
    assert len(find_starts(blocks, set())) == cases


@pytest.mark.parametrize(("written", "title"), [("“智档上云记”", "智档上云记"), ("“智档”上云记", "“智档”上云记")])
def test_only_quotation_marks_around_a_whole_name_go(written: str, title: str) -> None:
    assert form_title("教学案例", [p(f"一、案例名称：{written}")]) == title
    assert headline([h(1, "教学案例", title=True), p(f"题目：{written}"), p(TEXT)], "", "x").title == title
