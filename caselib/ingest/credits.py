"""Who wrote a case: the unit and the people named below its title, or in its signature."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from caselib.ingest.lessons import is_list
from caselib.ingest.pagenotes import is_source_note
from caselib.ingest.titling import line_of
from caselib.word.model import Block, Heading, Paragraph, Table
from caselib.word.names import RAISED, is_byline, is_credit_label, is_dated, split_byline
from caselib.word.outline import strip_number

_BYLINES = 5
_CLOSING_LINES, _LONGEST_CLOSING = 6, 80
_CLOSING = re.compile(
    r"^[（(\[［【]?\s*(?:本文|案例)?(?:作者|撰稿|执笔|供稿|编写)(?:[:：系为是人者单]|\s)|^[（(]?来源\s*[:：]"
)
_BRACKETED = re.compile(r"([^（()）、，,；;]+)[（(]([^（()）]{2,60})[）)]")
_MARKED = re.compile(r"([^\d、，,；;（()）]{2,12})([1-9])(?!\d)")
_NUMBERED = re.compile(r"(?<!\d)([1-9])\s*[.．、]?\s*([^\d；;，,（()）]{4,40})")
_FORM = re.compile(r"(?:表|申报书|推荐书|申请书|登记卡)(?:[（(].*[）)])?$")
_CASE_NAME = re.compile(r"^(?:典型|优秀|教学)?(?:案例|作品)(?:名称|题目|标题)$")
_NAME = re.compile(r"^(?:案例|作品|项目|成果|论文|课题|典型案例|案例作品|参赛作品|教案|课程)?(?:名称|题目|标题)$")


@dataclass(frozen=True, slots=True)
class Credits:
    """Unit ("" for none) and authors; ``blocks`` are those given, a signature at the end marked as a byline."""

    unit: str
    authors: list[str]
    blocks: list[Block]


def read_credits(blocks: Sequence[Block]) -> Credits:
    """Return who is named in the lines around the title of an item, or where it is signed."""
    blocks = list(blocks)
    texts: list[str] = []
    named: list[str] = []
    for block in blocks[: _BYLINES + 3]:
        short = (
            isinstance(block, Paragraph) and block.role == "body" and len(block.text) <= 50 and len(texts) < _BYLINES
        )
        if isinstance(block, Paragraph) and (block.role == "byline" or (short and is_byline(block.text))):
            texts.append(block.text)
        elif isinstance(block, Table) and not is_list(block):
            named.extend(text for label, text in pairs_of(block) if is_credit_label(label) and len(text) <= 60)
        elif (isinstance(block, Heading) and not block.guessed) or len(line_of(block)) > 50:
            break
    end = len(blocks) - 1
    while end > 1 and is_source_note(line_of(blocks[end])):
        end -= 1  # the notes of the last page
    if end >= 1 and is_dated(line_of(blocks[end])) and len(line_of(blocks[end])) <= 20:
        end -= 1
    last = blocks[end] if end >= 0 else None
    if not any(any(split_byline(text)) for text in texts) and isinstance(last, Paragraph) and _is_signature(last):
        texts.append(last.text)
        blocks[end] = replace(last, role="byline")
    unit = ""
    authors: list[str] = []
    for text in (*texts, *named):
        units, people = split_byline(text)
        unit = unit or (units[0] if units else "")
        authors.extend(person for person in people if person not in authors)
    units, people = _closing(blocks)
    return Credits(unit or (units[0] if units else ""), authors or people, blocks)


def units_of(lines: Sequence[str]) -> dict[str, str]:
    """Return the unit of each person whom the bylines place in one: beside the name, in brackets, by a figure, in
    turn, on a line near it.

    Whoever is not placed is not in it.
    """
    found: dict[str, str] = {}
    marked: dict[str, str] = {}
    waiting: list[str] = []
    current = ""
    for line in lines:
        line = line.translate(RAISED)
        units, people = split_byline(line)
        for name, inside in _BRACKETED.findall(line):
            found.update(
                (person, unit) for unit in split_byline(inside)[0][:1] for person in split_byline(name)[1][-1:]
            )
        marked.update((person, sign) for name, sign in _MARKED.findall(line) for person in split_byline(name)[1])
        numbered = {sign: own[0] for sign, text in _NUMBERED.findall(line) if (own := split_byline(text)[0])}
        found.update((person, numbered[sign]) for person, sign in marked.items() if sign in numbered)
        for person, unit in _in_turn(line, units, people):
            found.setdefault(person, unit)
        people = [person for person in people if person not in found]
        if units and people and len(units) == 1:
            found.update(dict.fromkeys(people, units[0]))
        elif units and not people:
            placed = [person for person in waiting if person not in found]
            found.update(dict.fromkeys(placed, units[0]))
            current, waiting = ("" if placed else units[0]), []
        elif people and current:
            found.update(dict.fromkeys(people, current))
        else:
            waiting.extend(people)
    return found


def _in_turn(line: str, units: Sequence[str], people: Sequence[str]) -> list[tuple[str, str]]:
    """Return (person, unit) where single units and those who belong to them stand on ``line`` in turn, whichever is first."""
    plain = re.sub(r"\s", "", line)
    places = sorted((plain.find(name), name) for name in dict.fromkeys((*units, *people)))
    groups = [(is_unit, [name for _, name in some]) for is_unit, some in groupby(places, lambda one: one[1] in units)]
    own = [names for is_unit, names in groups if is_unit]
    theirs = [names for is_unit, names in groups if not is_unit]
    if len(own) < 2 or len(own) != len(theirs) or any(len(names) > 1 for names in own) or places[0][0] < 0:
        return []
    return [(person, unit) for (unit,), names in zip(own, theirs, strict=True) for person in names]


def _closing(blocks: Sequence[Block]) -> tuple[list[str], list[str]]:
    """Return who is named in a line behind the text by its label: （作者系某县委党校讲师）."""
    for block in reversed(blocks[-_CLOSING_LINES:]):
        text = block.text.strip() if isinstance(block, Paragraph) else ""
        if len(text) <= _LONGEST_CLOSING and _CLOSING.match(text):
            return split_byline(text)
    return [], []


def form_title(title: str, blocks: Sequence[Block]) -> str:
    """Return the name that the lines or the form below a title hold beside 案例名称, "" when they hold none.

    Beside other labels (名称, 题目) only where ``title`` is that of a form, such as 优秀案例申报表.
    """
    wanted = _NAME if is_form(title) else _CASE_NAME
    for label, text in labelled(blocks[:_BYLINES]):
        if wanted.match(label) and 2 <= len(text) <= 80 and "\n" not in text:
            return unquoted(text)
    return ""


def labelled(blocks: Sequence[Block], written: Callable[[Block], str] = line_of) -> Iterator[tuple[str, str]]:
    """Yield (label, text beside it) of the lines and forms among ``blocks``; the number of a line is left out.

    ``written`` returns a line as it is to be read.
    """
    for block in blocks:
        if isinstance(block, Table):
            yield from pairs_of(block)
        elif line := re.match(r"^([^:：]+)[:：]\s*(\S.*)$", strip_number(written(block))):
            yield line.group(1), line.group(2)


def unquoted(text: str) -> str:
    """Return a name without the quotation marks around all of it."""
    found = re.fullmatch(r"[“\"]([^“”\"]+)[”\"]", text.strip())
    return found.group(1) if found else text.strip()


def is_form(title: str) -> bool:
    """True for the title of a form to fill in, such as 优秀案例申报表, which says nothing of the case."""
    return bool(_FORM.search(title))


def pairs_of(table: Table) -> list[tuple[str, str]]:
    """Return labels of a form, without blanks, and the text beside each."""
    return [
        (re.sub(r"\s+", "", label.text).rstrip(":："), text.text.strip())
        for row in table.rows
        for label, text in zip(row[::2], row[1::2], strict=False)
    ]


def _is_signature(block: Paragraph) -> bool:
    """True for a unit, in brackets or on a line of its own."""
    return 4 <= len(block.text) <= 40 and is_byline(block.text) and bool(split_byline(block.text)[0])
