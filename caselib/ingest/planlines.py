"""Tells the lines of lesson plans in plain text: their titles, particulars and labels stand there without any look."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from caselib.ingest.lessons import LABELLED, PARTICULAR, SECTIONED, is_lesson_title, label_field
from caselib.ingest.lines import Line
from caselib.word.names import is_byline
from caselib.word.outline import ends_sentence, numeral, squeeze
from caselib.word.section_names import bare, is_section_name

PlanLine = Literal["title", "particular", "label", "labelled"]
_FEWEST_PARTS = 3
_LONGEST_LABEL = 10
_LONGEST_TITLE = 50
_MOST_PARTICULARS = 6
_FIRST = ("objectives", "key_and_difficult", "key_points", "preparation")
_OTHER_PARTICULAR = re.compile(r"^(?:课\s*型|教\s*材|版\s*本|时\s*间|地\s*点|日\s*期|年\s*级|学\s*科|章\s*节)\s*[:：]")


def plan_lines(lines: Sequence[Line]) -> dict[int, PlanLine]:
    """Return what the lines of lesson plans are, by index; empty for a text that is none.

    ``label`` stands alone above what it names (教学目标), ``labelled`` before it on the same line.
    """
    found: dict[int, PlanLine] = {}
    parts: dict[int, str] = {}
    for index, line in enumerate(lines):
        kind, name = _kind(line)
        if kind is not None:
            found[index] = kind
            parts[index] = name
    named = {name for name in parts.values() if name in SECTIONED}
    if len(named) < _FEWEST_PARTS or not named & {"objectives"} or not named & {"process", "board_plan", "reflection"}:
        return {}
    firsts = [index for index, name in parts.items() if name in _FIRST]
    for index in firsts:
        for at in range(index - 1, max(index - _MOST_PARTICULARS, -1), -1):
            if at not in found and not is_credit(squeeze(lines[at].text)):
                break
            found.setdefault(at, "particular")
    titles = [title for index in firsts if (title := _title(lines, found, index)) is not None]
    return found | dict.fromkeys(titles, "title")


def is_credit(text: str) -> bool:
    """True for a line under the title of a plan that says who made it and for whom."""
    return len(text) <= 40 and bool(re.fullmatch(r"[（(][^（()）]{2,38}[）)]", text) or is_byline(text))


def _kind(line: Line) -> tuple[PlanLine | None, str]:
    text = squeeze(line.text)
    if line.fixed is not None or not text:
        return None, ""
    labelled = LABELLED.match(text)
    if labelled:
        name = label_field(labelled.group(1))
        if name in SECTIONED:
            return "labelled", name
        if (name in PARTICULAR or _OTHER_PARTICULAR.match(text)) and len(text) <= 80 and not ends_sentence(text):
            return "particular", name
        return None, ""
    name = label_field(text)
    if name in SECTIONED and len(bare(text)) <= _LONGEST_LABEL and not ends_sentence(text):
        return "label", name
    return None, ""


def _title(lines: Sequence[Line], found: dict[int, PlanLine], first: int) -> int | None:
    """Return the title above the first label of a plan, its particulars between, None where it names itself (课题：…)."""
    at = first - 1
    while at >= 0 and found.get(at) == "particular" and first - at <= _MOST_PARTICULARS:
        at -= 1
    if at < 0 or at in found or lines[at].fixed is not None:
        return None
    text = squeeze(lines[at].text)
    number = numeral(text)
    fits = (
        2 <= len(text) <= _LONGEST_TITLE
        and not ends_sentence(text)
        and text[-1] not in "，、；：:"
        and not is_section_name(text)
        and (number is None or number.kind in ("section", "part", "chapter", "arabic", "han") or is_lesson_title(text))
    )
    alone = at == 0 or ends_sentence(lines[at - 1].text) or bool(lines[at].breaks) or at + 1 < first
    return at if fits and (alone or is_lesson_title(text)) else None
