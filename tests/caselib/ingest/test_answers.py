"""Answers below single questions of a case do not stay with learners, and nothing else moves with them."""

from __future__ import annotations

import pytest

from caselib.ingest.answers import answers_apart
from caselib.ingest.splitting import split
from caselib.word.model import Block, Document, Heading, Paragraph, Run


def lines(*texts: str) -> list[Block]:
    return [Paragraph((Run(text),)) for text in texts]


def head(text: str) -> Heading:
    return Heading(1, (Run(text),))


def texts(blocks: list[Block]) -> list[str]:
    return [block.text for block in blocks if isinstance(block, Heading | Paragraph)]


def test_answers_below_each_question_are_gathered_with_their_numbers() -> None:
    blocks = [
        head("一、单项选择题"),
        *lines("1．清单从哪里来？（  ）", "A．会上  B．群众中", "答案：B", "解析：看第三段。"),
        *lines("2．清单由谁来改？", "【参考答案】村民代表会议", "3．改了几次？", "正确答案：三次"),
        head("二、案例正文"),
        *lines("村里把清单抄在墙上。"),
    ]

    made, told = answers_apart(blocks)

    assert texts(made) == [
        "一、单项选择题", "1．清单从哪里来？（  ）", "A．会上  B．群众中", "2．清单由谁来改？", "3．改了几次？",
        "参考答案", "1．答案：B", "解析：看第三段。", "2．【参考答案】村民代表会议", "3．正确答案：三次",
        "二、案例正文", "村里把清单抄在墙上。",
    ]  # fmt: skip
    assert [warning.code for warning in told] == ["answer_moved"] * 3


@pytest.mark.parametrize(
    "behind",
    [
        ["答案：B", "这个答案村里人并不服气。", "2．清单由谁来改？", "答案：村民", "后来又改了一次。"],
        ["答案：B"],
        ["问：谁来改？", "答：村民来改。", "2．什么时候改？", "答：秋天。"],
    ],
)
def test_what_goes_on_or_stands_alone_stays(behind: list[str]) -> None:
    blocks = [head("一、思考"), *lines("1．清单从哪里来？", *behind)]

    assert answers_apart(blocks) == (blocks, [])


def test_the_report_says_what_learners_no_longer_see() -> None:
    blocks = [
        head("思考题"),
        *lines("1．从哪里来？", "参考答案：从群众中来。", "2．到哪里去？", "参考答案：到群众中去。"),
    ]

    (item,) = split(Document((head("一张清单管到底"), head("案例背景"), *lines("村里把账抄在墙上。"), *blocks))).items

    assert "section_guarded" in [warning.code for warning in item.warnings]
    assert texts(item.blocks)[-3:] == ["参考答案", "1．参考答案：从群众中来。", "2．参考答案：到群众中去。"]


@pytest.mark.parametrize(
    "title",
    ["期末考试A卷答案", "《公文写作》试卷（乙卷）参考答案", "试题及答案", "答案及评分标准", "思考题的答案与解析"],
)
def test_a_text_made_of_answers_is_for_teachers_as_a_whole(title: str) -> None:
    (item,) = split(Document((head(title), head("一、简答题"), *lines("实事求是。", "群众路线。"))), name="卷").items

    assert [(w.code, w.text) for w in item.warnings if w.code == "section_guarded"] == [("section_guarded", title)]


@pytest.mark.parametrize("title", ["民心是最好的答案", "基层治理的岚江答案", "一份民生答卷"])
def test_a_case_that_speaks_of_an_answer_is_for_all(title: str) -> None:
    (item,) = split(Document((head(title), head("案例背景"), *lines("村里把账抄在墙上。"))), name="例").items

    assert "section_guarded" not in [warning.code for warning in item.warnings]
