"""Real manuscripts: what stands on their rendered pages, written down by reading them, is what the reader finds.

Notes of the reading of the rendered pages:
- the articles of the regulation template are numbered through its chapters (its list says that the level never restarts;
  LibreOffice, which drew the pages, begins anew in every chapter);
- the text boxes of the style guide hold examples of headings, which are no headings of the guide itself.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from caselib.ingest.reading import read_file
from caselib.ingest.report import heading_text, headings
from caselib.ingest.results import ReadItem
from caselib.word.convert import converter

MANUSCRIPTS = (
    Path(os.environ.get("CASELIB_SHARED") or Path(__file__).resolve().parents[4] / "shared") / "data" / "manuscripts"
)
pytestmark = pytest.mark.skipif(not MANUSCRIPTS.is_dir(), reason="the manuscripts are not on this machine")
needs_office = pytest.mark.skipif(converter() is None, reason="LibreOffice is not installed")


def items(name: str) -> tuple[ReadItem, ...]:
    (result,) = read_file(MANUSCRIPTS / name)
    assert result.status == "read", (result.code, result.detail)
    return result.items


def outline(item: ReadItem) -> list[tuple[int, str]]:
    return [(heading.level, heading_text(heading)) for heading in headings(item)]


def at(item: ReadItem, level: int) -> list[str]:
    return [text for depth, text in outline(item) if depth == level]


def test_case_application() -> None:
    (item,) = items("case-application.docx")
    assert (item.title, item.unit, item.authors) == ("发现问题", "江苏省东台中学", ("王华军",))
    assert [text[:2] for text in at(item, 1)] == ["一、", "二、", "三、", "四、"]
    assert [text[:3] for text in at(item, 2)] == [
        *(f"（{n}）" for n in "一二三四五六"),
        *(f"（{n}）" for n in "一二三四五"),
    ]
    assert (item.tables, item.images) == (0, 0)


def test_case_collection() -> None:
    found = items("case-collection.docx")
    assert [item.title[:4] for item in found] == ["做产品经", "请问PM", "如何跨出", "案例四"]
    assert [warning.code for item in found for warning in item.warnings] == ["truncated"]
    assert all(len(item.text) > 300 for item in found[:3])


@needs_office
def test_course_plan() -> None:
    (item,) = items("course-plan.doc")
    assert item.title.startswith("校本选修课程设计方案") and item.unit == "江苏省东台中学"
    assert item.authors == ("王华军", "丁美霞")
    assert at(item, 1) == ["开设意义", "目的要求", "适合对象", "参考教材", "课时安排"]
    assert "7.建立" in item.text and "第十课时" in item.text


def test_e_government_draft() -> None:
    (item,) = items("e-government-draft.docx")
    assert item.unit == "中山大学" and item.authors == ("赵寒旭",)
    assert [text[:2] for text in at(item, 1)] == ["1.", "2.", "3.", "4.", "参考"]
    assert [text[:3] for text in at(item, 2)] == ["1.1", "1.2", "2.1", "2.2", "2.3", "3.1", "3.2", "3.3", "3.4"]


def test_essay_sections() -> None:
    (item,) = items("essay-sections.docx")
    assert item.title.startswith("教学设计方案") and item.authors == ("赵灵尔",)
    assert at(item, 1) == ["教学目标", "教学重难点", "课后作业", "教学过程"]
    assert len(at(item, 2)) == 4 and len([text for text in at(item, 3) if text.startswith("任务")]) == 4
    assert (
        item.is_lesson
        and item.fields["key_points"].startswith("掌握")
        and item.fields["difficult_points"].startswith("理解")
    )


def test_law_draft() -> None:
    (item,) = items("law-draft-articles.docx")
    assert [text[:3] for text in at(item, 1)] == [f"第{n}章" for n in "一二三四五"]
    assert at(item, 1)[2].endswith("收集、处理和利用"), "a heading on two lines is one heading"
    assert [text.split("条")[0] for text in at(item, 2)] == [f"第{n}" for n in range(1, 45)]


def test_learner_guide() -> None:
    (item,) = items("learner-guide.docx")
    assert item.title == "学习者指南" and len(outline(item)) == len(at(item, 1)) == 11


def test_lesson_plan_in_one_table() -> None:
    (item,) = items("lesson-plan.docx")
    assert item.title.endswith("教学简案")
    assert at(item, 1) == ["教学目标", "教学重点", "教学难点", "教学流程", "教学资源"]
    assert [text[:2] for text in at(item, 2)] == [f"{n}、" for n in "一二三四五六"]
    assert item.fields["learners"] == "初二" and item.fields["objectives"].count("\n") == 2


def test_regulation_template() -> None:
    (item,) = items("regulation-template.dotx")
    assert [text.split()[0] for text in at(item, 1)] == [f"第{n}章" for n in "一二三四五六七八"]
    assert "第三十二条" in item.text and "总则" in at(item, 1)[0]


@needs_office
def test_style_guide_with_text_boxes() -> None:
    (item,) = items("style-guide-text-boxes.doc")
    assert item.unit == "中国科学技术大学软件学院" and item.title.endswith("撰写规范")
    assert at(item, 1) == ["第1章 总体要求", "第2章 书写要求", "第3章 排版及印刷要求", "第4章 格式范例"]
    assert len([text for text in at(item, 2) if text.startswith(("1．", "2．", "3．"))]) == 25
    assert len(item.notes) == 2 and item.tables >= 8 and item.images >= 4


def test_teaching_design() -> None:
    (item,) = items("teaching-design-table.docx")
    assert item.title == "通用技术：发现问题"
    assert len(at(item, 1)) == 12 and [text for text in at(item, 2) if "环节" in text][6].startswith("（七）")
    assert (item.tables, item.images) == (9, 4)
    assert [step.minutes for step in item.steps][:7] == [5, 8, 8, 10, 5, 7, 2]
    captions = [block.caption for block in item.blocks if hasattr(block, "width_mm")]
    assert [caption[:3] for caption in captions] == ["图 1", "图 2", "图 3", "图 4"]
