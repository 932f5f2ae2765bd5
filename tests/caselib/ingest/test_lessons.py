"""The labels and the times of lesson plans, as teachers write them."""

from __future__ import annotations

import pytest

from caselib.ingest.lessons import is_generic_title, label_field
from caselib.ingest.sections import for_teachers
from caselib.ingest.steps import minutes_of


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("约10分钟", 10),
        ("10′", 10),
        ("10＇", 10),
        ("10’", 10),
        ("(10min)", 10),
        ("10 mins", 10),
        ("5分", 5),
        ("二十五分钟", 25),
        ("15-20分钟", 20),
        ("8′~10′", 10),
        ("半小时", 30),
        ("2个小时", 120),
        ("45分钟/课时", 45),
        ("（约５分钟）", 5),
        ("得分10分", 0),
        ("满分100分", 0),
        ("一分为二", 0),
        ("三分之一", 0),
        ("十分重要", 0),
        ("教学过程", 0),
    ],
)
def test_minutes(text: str, minutes: int) -> None:
    assert minutes_of(text) == minutes


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("重、难点", "key_and_difficult"),
        ("重点难点", "key_and_difficult"),
        ("教学重难点", "key_and_difficult"),
        ("知识目标", "objectives"),
        ("思政育人目标", "objectives"),
        ("授课内容", "topic"),
        ("主备人", "author"),
        ("时间安排", "minutes"),
        ("学院", "unit"),
        ("目标检测", "assessment"),
        ("学情分析", ""),
        ("任课教师", "author"),
        ("教师姓名", "author"),
        ("教师成果", ""),
        ("教师角色", ""),
    ],
)
def test_labels(label: str, name: str) -> None:
    assert label_field(label) == name


@pytest.mark.parametrize("title", ["第3讲 教案", "第十二课教案", "第2单元教学设计", "第一课时 教案"])
def test_a_number_does_not_say_what_a_plan_is_about(title: str) -> None:
    assert is_generic_title(title)


@pytest.mark.parametrize(
    ("headings", "marks"),
    [
        (["案例正文", "思考题", "案例使用说明", "一、教学目的与用途", "二、课堂计划", "参考文献"], [0, 0, 1, 1, 1, 0]),
        (["一、案例背景", "二、原因分析", "三、经验启示"], [0, 0, 0]),
        (["附录：教学指导手册", "一、适用课程", "附录二 数据"], [1, 1, 0]),
        (["思考题", "思考题参考答案"], [0, 1]),
    ],
)
def test_what_teaches_a_case_is_for_teachers(headings: list[str], marks: list[int]) -> None:
    assert for_teachers(headings) == [bool(mark) for mark in marks]
