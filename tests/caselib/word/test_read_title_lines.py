"""Titles that a cover sets on several lines of different size, and what stands near them and is none of them."""

from __future__ import annotations

import pytest

from caselib.word.model import Heading, Paragraph
from caselib.word.reader.document import read_docx
from tests.caselib.word.packages import docx, p
from tests.caselib.word.test_read_structure import LONG


def line(text: str, size: int) -> str:
    return p(text, props='<w:jc w:val="center"/>', run=f'<w:b/><w:sz w:val="{size}"/>')


@pytest.mark.parametrize(
    ("cover", "title"),
    [
        ([("关于推进", 44), ("清廉村居建设", 72), ("的实践与思考", 44)], "关于推进清廉村居建设的实践与思考"),
        ([("从“没人管”到“大家管”", 72), ("老旧小区自治的松岭探索", 52)], "从“没人管”到“大家管”——老旧小区自治的松岭探索"),
        ([("教学案例", 52), ("一张清单管到底", 72), ("河湾街道“一件事”改革", 44)], "一张清单管到底——河湾街道“一件事”改革"),
        ([("“阳光账本”", 72), ("工作纪实", 44)], "“阳光账本”工作纪实"),
        ([("一张清单管到底", 72), ("松岭市委党校", 44)], "一张清单管到底"),
        ([("一张清单管到底", 72), ("教学案例", 44)], "一张清单管到底"),
        ([("一张清单管到底", 72), ("第12期中青年干部培训班", 44)], "一张清单管到底"),
        ([("一张清单管到底", 72), ("（征求意见稿）", 44)], "一张清单管到底"),
        ([("一张清单管到底", 72), ("请珍惜纸张", 22)], "一张清单管到底"),
        ([("松岭市委组织部", 44), ("一张清单管到底", 72)], "一张清单管到底"),
    ],
)  # fmt: skip
def test_the_title_of_a_cover(cover: list[tuple[str, int]], title: str) -> None:
    body = "".join(line(text, size) for text, size in cover) + line("2024年6月", 32) + p("一、案例背景") + p(LONG)

    found = [block.text for block in read_docx(docx(body)).blocks if isinstance(block, Heading) and block.title]

    assert found == [title]


def test_the_first_part_of_a_story_is_no_byline() -> None:
    body = line("三访云坡", 44) + p("陆怀山", props='<w:jc w:val="center"/>')
    body += "".join(line(name, 32) + p(LONG) + p(LONG) for name in ("初到云坡", "雨夜长谈", "灯火可亲"))

    heads = [block for block in read_docx(docx(body)).blocks if isinstance(block, Heading)]

    assert [head.text for head in heads] == ["三访云坡", "初到云坡", "雨夜长谈", "灯火可亲"]
    assert len({head.level for head in heads[1:]}) == 1


def test_the_lettered_parts_of_a_form() -> None:
    parts = ("A 基本情况", "B 案例概述", "C、主要做法", "Ｄ　单位意见")
    body = line("优秀案例申报书", 44) + "".join(p(part) + p(LONG) for part in parts)
    heads = [block.text for block in read_docx(docx(body)).blocks if isinstance(block, Heading) and not block.title]
    assert [head[:1] for head in heads] == ["A", "B", "C", "Ｄ"]

    answers = "".join(p(text) for text in ("A 党章是根本大法", "B 支部是战斗堡垒", "C 党员是先锋"))
    asked = read_docx(
        docx(line("测试题", 44) + p("一、选择题") + p("1. 下列说法正确的是：") + answers + p(LONG))
    ).blocks
    assert not [block for block in asked if isinstance(block, Heading) and block.text[:1] in "ABC"]
    assert sum(1 for block in asked if isinstance(block, Paragraph) and block.text[:1] in "ABC") == 3


@pytest.mark.parametrize("size", [32, 21])
@pytest.mark.parametrize("names", [("专题一 看账", "专题二 问账"), ("第一幕：夜访", "第二幕：晨会")])
def test_of_two_counted_parts_the_first_is_a_heading_too(names: tuple[str, str], size: int) -> None:
    body = line("三访云坡", 44) + p("陆怀山", props='<w:jc w:val="center"/>')
    body += "".join(line(name, size) + p(LONG) + p(LONG) for name in names)

    heads = [block.text for block in read_docx(docx(body)).blocks if isinstance(block, Heading)]

    assert heads == ["三访云坡", *names]
