"""Where one lesson plan ends and the next begins in a file of several."""

from __future__ import annotations

import re
from collections.abc import Sequence

from caselib.ingest.credits import pairs_of
from caselib.ingest.lessons import SECTIONED, is_lesson_title, is_list, label_field
from caselib.ingest.planlines import is_credit
from caselib.ingest.titling import Start, text_of
from caselib.word.model import Block, Heading, Paragraph, Table
from caselib.word.outline import ends_sentence

_EARLY = ("objectives", "key_and_difficult", "key_points", "difficult_points", "preparation")
_LATE = ("process", "board_plan", "reflection", "assessment")
_BACK = 8
_FEWEST_IN_FORM = 2  # parts of a plan beside labels that make a table its form
_LESSON = re.compile(
    r"^第\s*[一二三四五六七八九十百\d]+\s*(?:课时?|讲|单元|节)|^课\s*题\s*[\d一二三四五六七八九十]*\s*[:：]|^(?:课程|授课)(?:名称|题目|主题)\s*[:：]"
)


def find_plans(blocks: Sequence[Block], _titles: set[str]) -> list[Start]:
    """Return where lesson plans begin whose labelled parts come again: goals after a process or a reflection.

    The labels are headings, or stand in the form of each plan.
    """
    firsts: list[int] = []
    seen: set[str] = set()
    level = 0
    for index, block in enumerate(blocks):
        if isinstance(block, Table) and len(labels := _labels_in(block)) >= _FEWEST_IN_FORM and "objectives" in labels:
            if not firsts or seen & set(_LATE):
                firsts.append(index)
                seen = set()
            seen |= labels
            continue
        name = label_field(block.text) if isinstance(block, Heading) else ""
        if name not in SECTIONED or not isinstance(block, Heading) or (level and block.level != level):
            continue
        if name in _EARLY and (not firsts or seen & set(_LATE)):
            firsts.append(index)
            level = level or block.level
            seen = set()
        seen.add(name)
    if not seen & set(_LATE):
        firsts = firsts[:-1]
    if len(firsts) < 2:
        return []
    starts: list[Start] = []
    floor = 0
    for index in firsts:
        starts.append(_start(blocks, index, floor))
        floor = index + 1
    return starts


def _labels_in(table: Table) -> set[str]:
    """Return the parts of a plan that the labels of a form name, for what stands beside them."""
    if is_list(table):
        return set()
    found = {label_field(label) for label, text in pairs_of(table) if text}
    return found & set(SECTIONED)


def _start(blocks: Sequence[Block], first: int, floor: int) -> Start:
    """The title line of a plan, looked for above its particulars; a plan without one begins with them."""
    at = first
    while at - 1 >= max(floor, first - _BACK) and _belongs(blocks[at - 1]):
        at -= 1
        if _is_title(blocks[at]):
            return Start(at, 1, "lesson")
    before = blocks[at - 1] if at - 1 >= floor else None
    if before is not None and isinstance(before, Heading) and label_field(before.text) not in SECTIONED:
        return Start(at - 1, 1, "lesson")
    return Start(at, 0, "lesson")


def _is_title(block: Block) -> bool:
    text = text_of(block)
    return 2 <= len(text) <= 60 and bool(is_lesson_title(text) or _LESSON.match(text)) and not ends_sentence(text)


def _belongs(block: Block) -> bool:
    """True for the particulars of a plan: a small table of labels, 课时：2, the line of its title."""
    if isinstance(block, Table):
        return any(label_field(cell.text) for row in block.rows for cell in row[:-1])
    text = text_of(block)
    if _is_title(block):
        return True
    labelled = re.match(r"^([^:：]{2,10})[:：]", text)
    if not isinstance(block, Paragraph) or len(text) > 60:
        return False
    return is_credit(text) or bool(labelled and label_field(labelled.group(1)))
