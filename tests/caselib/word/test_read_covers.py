"""Covers, broken titles and document numbers: what stands above a text is told from what the text is called."""

from __future__ import annotations

import pytest

from caselib.ingest.splitting import Item, split
from caselib.word.names import is_front_line, is_institution, is_office, split_byline
from caselib.word.reader.document import read_docx
from tests.caselib.word.packages import docx, p, style, styles

CENTRE = '<w:jc w:val="center"/>'
LONG = "工作组走访了三个村民小组，把每户的意见一条一条记下来，再逐条商量办法，前后开了七次小会。"


def sized(half_points: int, bold: bool = False) -> str:
    return ("<w:b/>" if bold else "") + f'<w:sz w:val="{half_points}"/>'


def large(text: str, half_points: int = 44, bold: bool = False) -> str:
    return p(text, props=CENTRE, run=sized(half_points, bold))


def plain(text: str) -> str:
    return p(text, run=sized(28))


def single(body: str, **parts: object) -> Item:
    (item,) = split(read_docx(docx(body, **parts)), name="文稿").items  # type: ignore[arg-type]
    return item


def outline(item: Item) -> list[tuple[int, str]]:
    return [(heading.level, heading.text) for heading in item.sections]


def test_a_title_on_two_lines() -> None:
    item = single(
        large("关于开展全县基层治理案例")
        + large("征集评选活动的通知")
        + plain(LONG)
        + plain("一、征集范围")
        + plain(LONG)
    )
    assert item.title == "关于开展全县基层治理案例征集评选活动的通知" and outline(item) == [(1, "一、征集范围")]


def test_a_unit_below_a_title_is_no_second_line() -> None:
    item = single(large("一张清单破解停车之困") + large("云岭县委组织部") + plain(LONG))
    assert (item.title, item.unit) == ("一张清单破解停车之困", "云岭县委组织部")


@pytest.mark.parametrize(
    "first",
    [
        "云发〔2026〕14号",
        "附件2",
        "2026年3月5日",
        "附件一",
        "中共云岭县委党校文件",
        "云岭县纪委 云岭县监委文件",
        "特急",
        "签发人：周正",
    ],
)
def test_lines_above_a_title(first: str) -> None:
    item = single(large(first) + large("优秀案例评选实施细则", 36) + plain(LONG))
    assert item.title == "优秀案例评选实施细则"


def test_an_institution_set_larger_than_the_title() -> None:
    item = single(
        large("云岭行政学院", 72) + large("案例教学大赛申报书", 48) + plain(LONG) + plain("一、基本情况") + plain(LONG)
    )
    assert (item.title, item.unit) == ("案例教学大赛申报书", "云岭行政学院")


def test_a_title_down_the_cover() -> None:
    item = single(large("策", 72) + p() + large("划", 72) + p() + large("书", 72) + plain(LONG))
    assert item.title == "策划书"


def test_fields_of_a_cover_are_no_headings() -> None:
    item = single(
        large("教学案例申报书")
        + p("团队名称：______", run=sized(32, True))
        + p("所在单位：云岭县委党校", run=sized(32, True))
        + p("□ 现场教学  √ 案例教学", run=sized(32, True))
        + large("二〇二六年七月", 32)
        + large("填写说明", 36)
        + plain(LONG)
        + plain("一、案例背景")
        + plain(LONG)
    )
    assert outline(item) == [(1, "填写说明"), (2, "一、案例背景")] or outline(item) == [
        (1, "填写说明"),
        (1, "一、案例背景"),
    ]
    assert item.unit == "云岭县委党校"


HEADINGS = styles(style("1", "heading 1", CENTRE and '<w:pPr><w:jc w:val="center"/></w:pPr>'), style("2", "heading 2"))


def test_a_title_in_heading_style_broken_over_lines() -> None:
    body = (
        p("云字〔2026〕3号", props=CENTRE) + p("关于申报年度优秀案例——", style="1") + p("基层治理专题的通知", style="1")
    )
    body += plain(LONG) + p("项目日程", style="1") + plain(LONG)
    item = single(body, parts={"word/styles.xml": HEADINGS})
    assert item.title == "关于申报年度优秀案例——基层治理专题的通知" and outline(item) == [(1, "项目日程")]


def test_a_chapter_typed_by_hand_goes_with_the_styled_ones() -> None:
    body = large("协会章程", 52)
    for index, name in enumerate("一二三"):
        text = f"第{name}章 总则"
        body += (p(text, run=sized(32, True)) if index == 0 else p(text, style="1")) + plain(LONG)
    item = single(body + p("参考文献", run=sized(32, True)) + plain(LONG), parts={"word/styles.xml": HEADINGS})
    assert outline(item) == [*((1, f"第{name}章 总则") for name in "一二三"), (1, "参考文献")]


def contents(*entries: str) -> str:
    return "".join(p(f"{entry}\t{page}", style="TOC1") for page, entry in enumerate(entries, 2))


TOC = styles(style("TOC1", "toc 1"), style("1", "heading 1"), style("2", "heading 2"), style("3", "heading 3"))


def test_a_paper_with_contents_is_one_item() -> None:
    body = large("电子政务制度问题研究") + contents(
        "1. 制度缺失带来的主要问题",
        "2.1 职位设立",
        "1）领导小组",
        "2）兼职类型",
        "3. 应对策略的总体构想",
        "3.1 组织结构",
    )
    for number, name in (("2", "制度缺失带来的主要问题"), ("3", "应对策略的总体构想")):
        body += p(name, style="1") + p(f"{number}.1 组织结构与职位设立", style="2") + plain(LONG)
        body += p("1）领导小组", style="3") + plain(LONG) + p("2）兼职类型", style="3") + plain(LONG)
    assert single(body, parts={"word/styles.xml": TOC}).title == "电子政务制度问题研究"


def test_parts_that_each_count_from_one_are_one_work() -> None:
    body = large("中期检查评估材料", 52)
    for part in "一二三":
        body += p(f"第{part}部分 阶段材料", style="1")
        body += (
            plain("活动记录与说明")
            + p("一、总体情况", style="2")
            + plain(LONG)
            + p("二、主要做法", style="2")
            + plain(LONG)
        )
    assert single(body, parts={"word/styles.xml": TOC}).title == "中期检查评估材料"


def test_names_and_particulars() -> None:
    assert is_front_line("云发〔2026〕14号") and is_front_line("二〇二六年七月") and is_front_line("附件3")
    assert not is_front_line("2026年度基层治理工作总结") and not is_front_line("小院议事厅")
    assert is_institution("某某大学（深圳）") and not is_institution("所在学院") and not is_institution("各学院")
    assert is_office("云岭县委党校") and not is_office("小院议事厅")
    assert split_byline("作者姓名：") == ([], []) and split_byline("研究方向：基层治理")[1] == []


def test_a_sentence_is_no_title_however_large() -> None:
    (item,) = split(read_docx(docx(large("感谢主席，问候在场各位。") + plain(LONG))), name="辩论稿").items
    assert item.title == "辩论稿"


def test_a_title_and_who_wrote_parted_by_line_breaks_only() -> None:
    broken = "<w:r><w:br/></w:r>".join(
        f"<w:r><w:rPr>{sized(size, size > 40)}</w:rPr><w:t>{text}</w:t></w:r>"
        for text, size in (("田埂上的党课", 44), ("——一名驻村第一书记的五年", 36), ("云岭县委党校　蒲正英", 28))
    )
    item = single(p(props=CENTRE, inner=broken) + plain("一、背景") + plain(LONG))
    assert (item.title, item.unit, item.authors) == ("田埂上的党课——一名驻村第一书记的五年", "云岭县委党校", ["蒲正英"])
