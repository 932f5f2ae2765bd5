"""The lines that are the title of a case, found from its first section or its byline."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from caselib.ingest.sections import is_colophon, is_foreword, is_section_name
from caselib.word.model import Block, Heading, Paragraph
from caselib.word.names import is_byline
from caselib.word.outline import ends_sentence, numeral, squeeze

TITLE_MAX = 60
_LOOK_BACK = 9


@dataclass(frozen=True, slots=True)
class Start:
    """The block at which a case begins, how many blocks its title takes (0: a label only), and how it was found."""

    index: int
    length: int
    how: str


def text_of(block: Block) -> str:
    return squeeze(block.number + block.text) if isinstance(block, Heading | Paragraph) else ""


def with_second_lines(blocks: Sequence[Block], starts: list[Start]) -> list[Start]:
    """Short titles on two lines: where most cases have one more title line before the byline, it belongs to the title."""
    second = [
        start
        for start in starts
        if start.length == 1
        and _is_second_line(blocks[start.index + 1])
        and len(text_of(blocks[start.index])) + len(text_of(blocks[start.index + 1])) <= 44
    ]
    if len(second) * 2 < len(starts) or not second:
        return starts
    return [
        replace(start, length=2)
        if start in second
        or (start.length == 1 and _is_second_line(blocks[start.index + 1], _before_byline(blocks, start)))
        else start
        for start in starts
    ]


def _before_byline(blocks: Sequence[Block], start: Start) -> bool:
    """True when the line after the next names units or people: then the next need not, though it may read like a name."""
    following = blocks[start.index + 2] if start.index + 2 < len(blocks) else None
    return following is not None and is_byline(text_of(following))


def _is_second_line(block: Block, any_name: bool = False) -> bool:
    text = text_of(block)
    return (
        isinstance(block, Heading | Paragraph)
        and (2 if not any_name else 1) <= len(text) <= 40
        and not _is_title(block)
        and not ends_sentence(text)
        and text[-1] not in "，、；：:"
        and not text.startswith(("—", "（", "("))
        and numeral(text) is None
        and not is_section_name(text)
        and (any_name or not is_byline(text))
    )


def title_before(blocks: Sequence[Block], index: int, floor: int) -> Start | None:
    """Look back from a first section for the lines that are its case's title: the farthest group within reach wins."""
    foreword = next((at for at in range(index - 1, floor - 1, -1) if _opens_book(text_of(blocks[at]))), floor - 1)
    lowest = max(floor, index - _LOOK_BACK, foreword + 1)
    best: Start | None = None
    at = index - 1
    while at >= lowest:
        if not _is_title_line(blocks, at):
            at -= 1
            continue
        end = at + 1
        while at - 1 >= lowest and _is_title_line(blocks, at - 1):
            at -= 1
        best = _group(blocks, at, end)
        at -= 1
    return best


def _opens_book(text: str) -> bool:
    """True for 前言 or 序: nothing above it belongs to a case. An editor's remark (编者按) stands inside cases too."""
    return is_foreword(text) and not text.startswith(("编", "导", "引"))


def _group(blocks: Sequence[Block], start: int, end: int) -> Start | None:
    """Of neighbouring title lines, the title is what stands before the byline; part names and imprints go."""
    while start < end and (is_colophon(text_of(blocks[start])) or is_part_name(text_of(blocks[start]))):
        start += 1
    if start == end or is_chapter(text_of(blocks[start])):
        return None
    length = 1
    while (
        start + length < end
        and length < 2
        and not is_byline(text_of(blocks[start + length]))
        and not _is_title(blocks[start + length])
        and len(text_of(blocks[start])) >= 10
    ):
        length += 1
    return Start(start, length, "cycle")


def _is_title(block: Block) -> bool:
    return isinstance(block, Heading) and block.title


def is_part_name(text: str) -> bool:
    number = numeral(text)
    return (number is not None and number.kind == "part") or (text.endswith("篇") and len(text) <= 12)


def _is_title_line(blocks: Sequence[Block], index: int) -> bool:
    block = blocks[index]
    if not isinstance(block, Heading | Paragraph):
        return False
    text = text_of(block)
    if not 4 <= len(text) <= TITLE_MAX or (ends_sentence(text) and not text.endswith(("？", "！", "?", "!"))):
        return False
    if isinstance(block, Paragraph) and block.role in ("caption", "toc", "list"):
        return False
    number = numeral(text)
    if number is not None and number.kind not in ("part", "case", "arabic", "chapter"):
        return False
    return (
        text[-1] not in "，、；：:"
        and not is_section_name(text)
        and not re.match(r"^(?:[（(]|图|表|注|来源|资料|示例|附件|甲方|乙方)", text)
        and not re.search(r"_{3,}|[:：]\s*_|^[年月日\d〇○零一二三四五六七八九十\s]+$", text)
    )


def is_chapter(text: str) -> bool:
    number = numeral(text)
    return number is not None and number.kind in ("chapter", "section", "decimal2", "article")
