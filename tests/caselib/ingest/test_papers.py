"""Papers of test questions stay one text, and what a paper or a form prints on top is no title and nobody's name."""

from __future__ import annotations

import pytest

from caselib.ingest.splitting import Split, split
from caselib.word.names import split_byline
from caselib.word.reader.document import read_docx
from tests.caselib.word.packages import docx, p, style, styles
from tests.caselib.word.test_read_structure import BOLD, LONG

CENTRED = '<w:jc w:val="center"/>'
STYLES = {"word/styles.xml": styles(style("1", "heading 1"))}


def read(body: str) -> Split:
    return split(read_docx(docx(body, parts=STYLES)), name="测验")


def chapter(name: str) -> str:
    body = p(name, props=CENTRED, run='<w:b/><w:sz w:val="32"/>') + p("一、单选题（共2题）", style="1")
    for asked in ("清单由谁来改？（  ）", "账本挂在哪里？（  ）"):
        body += p(f"【单选题】{asked}") + p("•A、村民") + p("•B、墙上") + p("我的答案：A")
    return body


def test_a_bank_of_questions_is_one_text() -> None:
    found = read("".join(chapter(f"{name}测验") for name in ("村务公开", "集体三资", "小院议事")))

    assert len(found.items) == 1
    assert not [warning for warning in found.warnings if warning.code.startswith("split_")]


@pytest.mark.parametrize("top", ["密封线", "………装订线………", "目录", "选择题（每题2分）", "标题", "一、"])
def test_what_no_text_is_called(top: str) -> None:
    body = (
        p(top, props=CENTRED, run='<w:b/><w:sz w:val="36"/>')
        + p("1. 清单由谁来改？")
        + p(LONG)
        + p("2. 何时改？")
        + p(LONG)
    )

    assert read(body).items[0].title == "测验"


def test_the_first_lettered_part_of_a_form_is_no_title() -> None:
    large = '<w:b/><w:sz w:val="36"/>'
    body = p("A 基本情况", props=CENTRED, run=large) + p(LONG) + p("B 实践计划", props=CENTRED, run=large) + p(LONG)

    assert read(body).items[0].title == "测验"


def test_labels_of_empty_fields_name_nobody() -> None:
    assert split_byline("原学校：        姓名：        原学号：        专业：") == ([], [])
    assert split_byline("作者：王芳") == ([], ["王芳"])


def contents(*entries: str) -> str:
    return p("目录", props=CENTRED) + "".join(p(f"{entry}\t{page}") for page, entry in enumerate(entries, 1))


def test_sections_counted_by_bare_figures_are_no_cases() -> None:
    names = ("1概述说明", "2注意事项", "3提交材料", "4付款账号")
    body = p("登记材料要求", props=CENTRED, run='<w:b/><w:sz w:val="44"/>') + contents(*names)
    body += "".join(p(name, run=BOLD) + p(LONG) * 4 for name in names)

    assert len(read(body).items) == 1


def test_the_title_of_a_thesis_stands_below_its_kind() -> None:
    body = p("工程硕士学位论文", props=CENTRED, run='<w:b/><w:sz w:val="72"/>')
    body += p("村务公开平台的设计与实现", props=CENTRED, run='<w:sz w:val="44"/>')
    body += p("作者姓名：王芳", props=CENTRED) + p("一、绪论", style="1") + p(LONG) + p("二、设计", style="1") + p(LONG)

    (item,) = read(body).items

    assert (item.title, item.authors) == ("村务公开平台的设计与实现", ["王芳"])
