"""Answers that stand below single questions (答案：B, then 2．…): gathered in a section for teachers behind the questions."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from caselib.ingest.faults import where
from caselib.ingest.sections import for_teachers
from caselib.ingest.titling import line_of
from caselib.word.model import Block, Heading, Paragraph, Run, Warning
from caselib.word.outline import Numeral, numeral

_FEWEST = 2  # answers in one section: a single one may be part of a story
_LABEL = re.compile(
    r"^\s*(?:[【\[〔]\s*([^【】\[\]〔〕]{2,8})\s*[】\]〕]\s*[:：]?|([^\s:：，。]{2,8})\s*[:：])\s*(?P<words>.*)", re.S
)
_BESIDE = re.compile(r"^(?:试题|答案|题目)?(?:解析|详解|分析|点拨|点评)$|^(?:解题思路|考点|知识点|难易?度|评分标准)$")
_NAME = "参考答案"
_RANKS = {"arabic": 1, "arabic_half": 1, "arabic_paren": 2, "circle": 3}


def answers_apart(blocks: Sequence[Block]) -> tuple[list[Block], list[Warning]]:
    """Move the answers below counted questions behind the last question of their section, each with the number of its
    question, under a heading that makes them a section for teachers; return what is to be said of each.

    An answer is labelled and has its words on its line; what explains it or is counted otherwise goes with it. It moves
    only where the next question, a heading or the end follows, so that nothing else moves with it.
    """
    made: list[Block] = []
    told: list[Warning] = []
    for span in _sections(blocks):
        found = [] if isinstance(span[0], Heading) and for_teachers([line_of(span[0])])[0] else list(_answers(span))
        if len(found) < _FEWEST:
            made.extend(span)
            continue
        moved = {at for _, first, end in found for at in range(first, end)}
        made.extend(block for at, block in enumerate(span) if at not in moved)
        made.append(Heading(1, (Run(_NAME),), guessed=True, place=span[found[0][1]].place))
        for question, first, end in found:
            made.append(_numbered(span[first], question))
            made.extend(span[first + 1 : end])
            told.append(Warning("answer_moved", where(span[first]), line_of(span[first])[:80]))
    return made, told


def _sections(blocks: Sequence[Block]) -> Iterator[Sequence[Block]]:
    """Yield ``blocks`` in stretches that begin with a heading of the first level; none of nothing."""
    starts = [at for at, block in enumerate(blocks) if at == 0 or (isinstance(block, Heading) and block.level == 1)]
    for start, end in zip(starts, [*starts[1:], len(blocks)], strict=False):
        yield blocks[start:end]


def _answers(span: Sequence[Block]) -> Iterator[tuple[Numeral, int, int]]:
    """Yield the number of the question, and from where to where its answer stands."""
    question: Numeral | None = None
    at = 0
    while at < len(span):
        number = _number(span[at])
        if isinstance(span[at], Heading) and number is None:
            question = None
        elif number is not None:
            question = question if question is not None and _is_within(number, question) else number
        elif question is not None and _is_answer(span[at]):
            end = at + 1
            while end < len(span) and _goes_along(span[end], question):
                end += 1
            if end == len(span) or _begins(span[end], question):
                yield question, at, end
            at = end
            continue
        at += 1


def _is_within(number: Numeral, question: Numeral) -> bool:
    """True for what is counted within a question: its choices, (1) below 1."""
    if number.kind == "letter":
        return True
    return question.kind not in ("han", "han_paren") and _RANKS.get(number.kind, 0) > _RANKS.get(question.kind, 0)


def _number(block: Block) -> Numeral | None:
    return numeral(line_of(block).strip()) if isinstance(block, Heading | Paragraph) else None


def _begins(block: Block, question: Numeral) -> bool:
    """True for a heading and for the question that comes next."""
    number = _number(block)
    return isinstance(block, Heading) or (
        number is not None and number.kind == question.kind and number.value in (1, question.value + 1)
    )


def _goes_along(block: Block, question: Numeral) -> bool:
    if not isinstance(block, Paragraph):
        return False
    number = _number(block)
    if number is not None:
        return number.kind not in (question.kind, "letter", "han")
    return not line_of(block).strip() or _is_answer(block) or _is_beside(block)


def _is_answer(block: Block) -> bool:
    label, words = _labelled(block)
    return bool(words) and for_teachers([label])[0]


def _is_beside(block: Block) -> bool:
    return bool(_BESIDE.match(_labelled(block)[0]))


def _labelled(block: Block) -> tuple[str, str]:
    found = _LABEL.match(line_of(block)) if isinstance(block, Paragraph) and not block.number else None
    return ((found.group(1) or found.group(2)).strip(), found["words"].strip()) if found else ("", "")


def _numbered(block: Block, question: Numeral) -> Block:
    assert isinstance(block, Paragraph), "only lines have labels"
    lead = (Run(block.lead),) if block.lead else ()
    return replace(block, runs=(Run(question.text.strip()), *lead, *block.runs), lead="", role="body")
