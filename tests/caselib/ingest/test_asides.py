"""What an author says to teachers behind the questions of a case does not become part of what learners read."""

from __future__ import annotations

import pytest

from caselib.ingest.asides import asides_apart
from caselib.word.model import Block, Heading, Paragraph, Run

_QUESTIONS: list[Block] = [Heading(1, (Run("思考题"),)), Paragraph((Run("1.清单从哪里来？"),))]


def lines(*texts: str) -> list[Block]:
    return [Paragraph((Run(text),)) for text in texts]


@pytest.mark.parametrize(
    ("behind", "moved"),
    [
        (["参考答案：1.从群众中来。2.到群众中去。"], True),
        (["【参考答案】", "1.从群众中来。", "2.到群众中去。"], True),
        (["教学提示：先分组，再讲评。", "参考答案：略。"], True),
        (["参考答案：从群众中来。", "2.清单到哪里去？"], False),
        (["教学提示：先分组。", "清单后来又改了三次，每次都由村民点头。"], False),
        (["答案就在群众中：去问就知道。"], None),
    ],
)
def test_asides_move_only_where_nothing_else_follows(behind: list[str], moved: bool | None) -> None:
    blocks = [*_QUESTIONS, *lines(*behind)]

    made, told = asides_apart(blocks)

    heads = [block.text for block in made if isinstance(block, Heading)]
    assert (len(heads) == 2) == bool(moved)
    assert [warning.code for warning in told] == (["aside_kept"] if moved is False else [])
    words = "".join(block.text for block in made if isinstance(block, Heading | Paragraph))
    assert words.replace("：", "").replace("【", "").replace("】", "") == "".join(
        block.text for block in blocks if isinstance(block, Heading | Paragraph)
    ).replace("：", "").replace("【", "").replace("】", "")


def test_in_a_section_for_teachers_nothing_moves() -> None:
    blocks = [Heading(1, (Run("案例使用说明"),)), *lines("教学建议：用九十分钟。", "参考答案：略。")]

    assert asides_apart(blocks) == (blocks, [])


def test_looks_and_notes_of_an_aside_are_kept() -> None:
    aside = Paragraph((Run("参考答案：", bold=True), Run("从群众中来。", italic=True, note="n1")))

    made, _ = asides_apart([*_QUESTIONS, aside])

    assert made[-1] == Paragraph((Run("从群众中来。", italic=True, note="n1"),))
