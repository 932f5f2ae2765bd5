"""The lines that are the title of a case, found from its first section or its byline."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from caselib.ingest.sections import is_colophon, is_foreword
from caselib.word.model import Block, Heading, Paragraph
from caselib.word.names import is_byline, is_dated, is_institution, split_byline
from caselib.word.outline import ends_sentence, numeral, squeeze, strip_number
from caselib.word.section_names import is_section_name

TITLE_MAX = 60
_LOOK_BACK = 9
_MOST_LINES = 3


@dataclass(frozen=True, slots=True)
class Start:
    """The block at which a case begins, how many blocks its title takes (0: a label only), and how it was found."""

    index: int
    length: int
    how: str


def line_of(block: Block) -> str:
    """Return the text of a heading or paragraph with its number as it stands, "" for anything else."""
    return block.number + block.text if isinstance(block, Heading | Paragraph) else ""


def text_of(block: Block) -> str:
    return squeeze(line_of(block))


def with_second_lines(blocks: Sequence[Block], starts: list[Start]) -> list[Start]:
    """Short titles on two lines: where most cases have one more title line before the byline, it belongs to the title."""
    second = [
        start
        for start in starts
        if start.length == 1
        and _is_second_line(blocks[start.index + 1])
        and len(text_of(blocks[start.index])) + len(text_of(blocks[start.index + 1])) <= 44
    ]
    longer = sum(1 for start in starts if start.length > 1)
    two_lines = set(second)
    if (len(second) + longer) * 2 < len(starts) or not second:
        return starts
    return [
        replace(start, length=2)
        if start in two_lines
        or (start.length == 1 and _is_second_line(blocks[start.index + 1], _before_byline(blocks, start)))
        else start
        for start in starts
    ]


def title_lines(blocks: Sequence[Block], index: int) -> int:
    """Return how many blocks a title from ``index`` on takes: lines before a byline belong to it."""
    for length in (1, 2, 3):
        after = blocks[index + length] if index + length < len(blocks) else None
        if not isinstance(after, Paragraph) or len(text_of(after)) > 40 or ends_sentence(text_of(after)):
            return 1
        if is_byline(text_of(after)):
            return length
    return 1


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


def with_subtitle(title: str, rest: list[Block]) -> tuple[str, list[Block]]:
    """Take in a line that begins with a dash and stands right below the title; a unit signs so as well."""
    line = line_of(rest[0]) if rest and isinstance(rest[0], Heading | Paragraph) else ""
    if re.match(r"^(?:[—–]{1,3}|-{2,3})\s*\S", line) and len(line) < 60 and not is_institution(line.strip("—–- ")):
        return f"{title}——{line.lstrip('—–- ')}", rest[1:]
    return title, rest


def title_before(blocks: Sequence[Block], index: int, floor: int) -> Start | None:
    """Look back from a first section for the lines that are its case's title.

    The nearest group with a byline wins, else the farthest within reach: a lead may stand between title and section.
    """
    lowest = max(floor, index - _LOOK_BACK)
    foreword = next((at for at in range(index - 1, lowest - 1, -1) if _opens_book(text_of(blocks[at]))), lowest - 1)
    lowest = max(lowest, foreword + 1)
    groups: list[Start] = []
    at = index - 1
    while at >= lowest:
        if not _is_title_line(blocks, at):
            at -= 1
            continue
        end = at + 1
        while at - 1 >= lowest and _is_title_line(blocks, at - 1):
            at -= 1
        group = _group(blocks, at, end, first=floor == 0)
        groups += [group] if group is not None else []
        at -= 1
    named = [group for group in groups if is_named(blocks, group)]
    return named[0] if named else groups[-1] if groups else None


def is_named(blocks: Sequence[Block], group: Start) -> bool:
    """True when units or people are named right behind these title lines, a subtitle between them or not."""
    at = group.index + group.length
    if (
        at < len(blocks)
        and re.match("^[—–-]{1,3}", text_of(blocks[at]))
        and not is_institution(text_of(blocks[at]).strip("—–- "))
    ):
        at += 1
    text = text_of(blocks[at]) if at < len(blocks) else ""
    return 0 < len(text) <= 60 and not ends_sentence(text) and is_byline(text) and not is_dated(text)


def _opens_book(text: str) -> bool:
    """True for 前言 or 序: nothing above it belongs to a case. An editor's remark (编者按) stands inside cases too."""
    return is_foreword(text) and not text.startswith(("编者按", "导", "引"))


def _group(blocks: Sequence[Block], start: int, end: int, *, first: bool) -> Start | None:
    """Of neighbouring title lines, the title is what stands before the byline; what ends or opens a book goes.

    ``first``: lines of a cover may stand above.
    """
    while start < end and (
        is_colophon(text_of(blocks[start]))
        or is_part_name(text_of(blocks[start]))
        or (start + 1 < end and _names_part(blocks, start))
        or (first and is_cover_line(text_of(blocks[start])))
        or (start + 1 < end and _is_signature(text_of(blocks[start])) and not _names(blocks[start + 1]))
    ):
        start += 1
    if start == end or is_chapter(text_of(blocks[start])):
        return None
    named = next((at for at in range(start + 1, end + 1) if at < len(blocks) and _names(blocks[at])), None)
    length = 1
    while (
        start + length < end
        and length < (_MOST_LINES if named is not None else 2)
        and not _names(blocks[start + length])
        and not _is_title(blocks[start + length])
        and (named is not None or len(text_of(blocks[start])) >= 10)
    ):
        length += 1
    return Start(start, length, "cycle")


def _names_part(blocks: Sequence[Block], index: int) -> bool:
    """True for the name of a part below its bare label: 第二编, then 乡村振兴."""
    label = text_of(blocks[index - 1]) if index else ""
    return is_part_name(label) and not strip_number(label) and len(text_of(blocks[index])) <= 12


def _names(block: Block) -> bool:
    return is_byline(text_of(block)) and not ends_sentence(text_of(block)) and len(text_of(block)) <= 60


def _is_signature(text: str) -> bool:
    """True for a line that names a unit and nothing else: it signs the case before."""
    units, people = split_byline(text)
    return bool(units) and not people and is_byline(text)


def _is_title(block: Block) -> bool:
    return isinstance(block, Heading) and block.title


def is_part_name(text: str) -> bool:
    number = numeral(text)
    return (
        (number is not None and number.kind == "part")
        or (text.endswith("篇") and len(text) <= 12)
        or (bool(_HALF.match(text)) and len(text) <= 24)
        or (bool(_TOPIC.match(text)) and len(text) <= 30 and not ends_sentence(text))
    )


# 专题一　党建引领
_TOPIC = re.compile(r"^(?:专题|板块|篇章)\s*[一二三四五六七八九十\d]{1,3}(?:[\s:：、.．—-]|$)")
# 上篇 党建引领
_HALF = re.compile(r"^[上中下]\s?[篇编卷辑](?!办)")


_COVER = re.compile(
    r"(?:选编|汇编|选集|文集|案例集|案例选|集锦|读本|丛书|资料|成果集|作品集|选粹|荟萃|集萃|撷英|大全|精选|精编|合集|专辑|案例库|参阅材料)(?:[（(].*[）)])?$|^[（(]?(?:第[一二三四五六七八九十\d]+[辑卷册版]"
    r"|\d{4}\s*年(?:度|版)?|[上中下]\s*册|内部.*)[）)]?$|(?:编\s*[著印写]?|主\s*编|编委会|编写组)$|出\s*版\s*社$"
)


def is_cover_line(text: str) -> bool:
    """True for a line of a title page: the name of the collection, its year or volume, who edited it."""
    return len(text) <= 40 and bool(_COVER.search(text)) and not ends_sentence(text)


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
    if number is not None and (number.kind not in ("part", "case", "arabic", "chapter") or _is_counted(blocks, index)):
        return False
    return (
        text[-1] not in "，、；：:"
        and not is_section_name(text)
        and not is_foreword(text)
        and not re.match(
            r"^(?:[（(]|图|表|注|来源|资料|示例|附件|甲方|乙方|[【〔\[]?\s*(?:关\s*键\s*[词字]|摘\s*要|内容提要)|[\[［【〔]\s*\d|(?i:key\s*words?|abstract))",
            text,
        )
        and not re.search(r"_{3,}|[:：]\s*_|^[年月日\d〇○零一二三四五六七八九十\s]+$", text)
    )


def _is_counted(blocks: Sequence[Block], index: int) -> bool:
    """True for 2. among 1. and 3. within reach: an item of a list or a section, not the number of a case."""
    number = numeral(text_of(blocks[index]))
    if number is None or number.kind != "arabic":
        return False
    for step, value in ((-1, number.value - 1), (1, number.value + 1)):
        for at in range(index + step, index + step * _LOOK_BACK, step):
            other = numeral(_without_annex(text_of(blocks[at]))) if 0 <= at < len(blocks) else None
            if other is not None and other.kind == "arabic":
                if other.value == value and value > 0:
                    return True
                break
            if other is not None and other.kind in ("han", "case"):
                break
    return False


def _without_annex(text: str) -> str:
    return re.sub(r"^附\s*件\s*[:：]\s*", "", text)


def is_chapter(text: str) -> bool:
    number = numeral(text)
    return number is not None and number.kind in ("chapter", "section", "decimal2", "article")
