"""Where one case ends and the next begins in a collection."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from caselib.ingest.cycles import from_cycles, is_first, spans_of
from caselib.ingest.fronts import from_fronts, from_pages
from caselib.ingest.levels import case_level, opens, tops_of
from caselib.ingest.papers import is_of_test, is_paper
from caselib.ingest.plans import find_plans
from caselib.ingest.sections import is_foreword, key
from caselib.ingest.signed import from_signed
from caselib.ingest.single import PART_OF_TEXT
from caselib.ingest.titling import (
    TITLE_MAX,
    Start,
    is_chapter,
    is_cover_line,
    is_part_name,
    text_of,
    title_lines,
)
from caselib.word.model import Block, Heading, Paragraph
from caselib.word.names import is_byline, split_byline
from caselib.word.outline import ends_sentence, numeral, strip_number
from caselib.word.section_names import bare, is_section_name

_BARE_NUMBER = re.compile("^([1-9]\\d?)(?=[\u4e00-\u9fff])")
_MUCH = 600  # characters that no notice above a few cases has
# A book called 手册 or 教材 may hold cases, and one on 典型案例 too: only these words speak for one text.
_REPORT = re.compile(
    r"^(?!.*(?:案例|案件|故事|典型|经验)).*(?:报告|调研|研究|论文|方案|说明书?|总结|规划|计划|大纲|纲要|制度|办法)(?:[（(].{1,12}[）)])?$"
)

_OF_CASES = re.compile(r"案例|案件|故事|事迹|典型|经验")

# What a case for teaching brings along behind its text; it begins no case of its own.
_COMPANION = re.compile(
    r"^(?:第[一二三四五]部分\s*|附[录件]?[一二三四五\d]*\s*[:：]?\s*)?(?:教学)?(?:案例)?(?:正文|(?:使用|教学|分析)(?:说明书?|手册|指[导南]书?|指引|笔记|建议|提示))$"
)


def find_starts(
    blocks: Sequence[Block], titles: set[str], *, paged: bool = True, pages: Mapping[int, int] | None = None
) -> list[Start]:
    """Return the beginnings of the cases in reading order; fewer than two mean that the file is one manuscript.

    ``paged``: the contents that name ``titles`` say on which page they stand, as those of a book do. ``pages``: the
    paragraphs that begin a page, with the size of their letters.
    """
    if is_paper(blocks):
        return []
    accompanied = any(isinstance(block, Heading) and _COMPANION.match(text_of(block)) for block in blocks)
    for find in (_from_contents, _from_labels, find_plans, _from_styles, from_cycles, from_signed, from_fronts):
        if find is find_plans and accompanied:
            continue  # how to teach a case has goals too, and makes no plan of it
        starts = [start for start in find(blocks, titles) if not _COMPANION.match(text_of(blocks[start.index]))]
        named = paged and not _are_parts(blocks, starts) and not _are_counted_bare(blocks, starts)
        if find is _from_contents and not named and not _are_cases(blocks, starts):
            continue  # a list of what one text treats
        if find is from_cycles and any(is_of_test(text_of(blocks[start.index])) for start in starts):
            continue  # the parts of a paper begin anew too
        if len(starts) >= 2 and not _are_within_text(blocks, starts):
            return starts
    return from_pages(blocks, pages or {})


def _are_cases(blocks: Sequence[Block], starts: Sequence[Start]) -> bool:
    """True for a collection by the name above them, or where half of them at least have people, units or sections of their own."""
    indexes = [start.index for start in starts]
    if any(is_cover_line(text) or _OF_CASES.search(text) for text in map(text_of, blocks[: min(indexes, default=0)])):
        return True
    cases = sum(1 for index, end in spans_of(indexes, len(blocks)) if _is_case_inside(blocks[index + 1 : end]))
    return cases * 2 >= len(starts)


def _are_parts(blocks: Sequence[Block], starts: Sequence[Start]) -> bool:
    """True when most of them are called as parts of one text are: 需求分析, 系统目标."""
    return sum(1 for start in starts if PART_OF_TEXT.match(bare(text_of(blocks[start.index])))) * 2 > len(starts)


def _are_counted_bare(blocks: Sequence[Block], starts: Sequence[Start]) -> bool:
    """True when they count 1概述, 2注意事项 in order, as the sections of one text do."""
    found = [_BARE_NUMBER.match(text_of(blocks[start.index])) for start in starts]
    values = [int(number.group(1)) for number in found if number]
    in_order = len(values) > 2 and values == list(range(values[0], values[0] + len(values)))
    return in_order and len(values) >= len(starts) - 1


def _are_within_text(blocks: Sequence[Block], starts: Sequence[Start]) -> bool:
    """True when more is said before the first of them than in half of what follows, and it is no foreword: samples in a text."""
    first = starts[0].index
    if any(isinstance(block := blocks[start.index], Heading) and not block.guessed for start in starts) or any(
        is_foreword(text_of(block)) for block in blocks[:first]
    ):
        return False
    before, after = (sum(len(text_of(block)) for block in part) for part in (blocks[:first], blocks[first:]))
    return before * 2 > after and before > _MUCH


def _from_contents(blocks: Sequence[Block], titles: set[str]) -> list[Start]:
    """Lines that the table of contents names as cases."""
    starts: list[Start] = []
    met: set[str] = set()
    for index, block in enumerate(blocks):
        if not titles or not isinstance(block, Heading | Paragraph) or len(text_of(block)) > 120:
            continue
        for length in (1, 2):
            if index + length > len(blocks) or (length > 1 and is_part_name(text_of(block))):
                break
            marks = _marks("".join(text_of(item) for item in blocks[index : index + length]))
            hit = next((mark for mark in marks if mark in titles and mark not in met), None)
            if hit:
                met.update(marks)
                # An entry may name its unit behind the title: in the body the unit stands below, and is no second line.
                signed = length > 1 and _credits(blocks[index + 1])
                starts.append(Start(index, 1 if signed else length, "contents"))
                break
    second = {start.index + 1 for start in starts if start.length > 1}
    starts = [start for start in starts if start.index not in second]
    starts = _of_one_level(blocks, starts)
    indexes = [start.index for start in starts]
    if _are_chapters(blocks, indexes) or (_are_counted(blocks, indexes) and not _restarts(blocks, indexes)):
        return []
    if indexes and _are_parts_of_report(blocks, indexes):
        return []
    return [_with_label(blocks, start) for start in starts]


def _credits(block: Block) -> bool:
    return any(split_byline(text_of(block))) and is_byline(text_of(block))


def _are_parts_of_report(blocks: Sequence[Block], starts: Sequence[int]) -> bool:
    """True when what stands above calls the file a report or the like, and few of its parts look like cases."""
    above = (text_of(block) for block in blocks[: starts[0]])
    if not any(4 <= len(text) <= 40 and _REPORT.match(text) for text in above):
        return False
    cases = sum(1 for index, end in spans_of(starts, len(blocks)) if _is_case_inside(blocks[index + 1 : end]))
    return cases * 2 < len(starts)


def _of_one_level(blocks: Sequence[Block], starts: Sequence[Start]) -> list[Start]:
    """Of starts that are real headings, only those of the level of cases: the others are sections, or parts."""
    levels = [
        block.level for start in starts if isinstance(block := blocks[start.index], Heading) and not block.guessed
    ]
    if not levels:
        return list(starts)
    top = min(levels)
    level = case_level(blocks, top, _is_case_inside)
    if level != top:
        return [Start(index, 1, "contents") for index in opens(blocks, level, _is_case_inside)]
    return [
        start
        for start in starts
        if not isinstance(block := blocks[start.index], Heading) or block.guessed or block.level == top
    ]


def _are_chapters(blocks: Sequence[Block], starts: Sequence[int]) -> bool:
    """True when the parts between ``starts`` read as chapters of one work: 2.1 and 3.1 inside, or 引言 and 结论 as names."""
    spans = spans_of(starts, len(blocks))
    counted = sum(1 for index, end in spans if any(_is_decimal(block) for block in blocks[index + 1 : end]))
    named = sum(1 for index in starts if is_section_name(strip_number(text_of(blocks[index]))))
    return counted >= 2 or named * 3 > len(spans)


def _are_counted(blocks: Sequence[Block], starts: Sequence[int]) -> bool:
    """True when the starts are numbered 一、 二、: cases only if each counts its own sections anew."""
    numbers = [numeral(text_of(blocks[index])) for index in starts]
    return sum(1 for number in numbers if number is not None and number.kind == "han") * 2 > len(numbers)


def _is_decimal(block: Block) -> bool:
    number = numeral(text_of(block)) if isinstance(block, Heading) else None
    return number is not None and number.kind in ("decimal2", "decimal3")


def _marks(text: str) -> list[str]:
    return [key(text), key(strip_number(text))]


def _with_label(blocks: Sequence[Block], start: Start) -> Start:
    """Take in a label (案例三) that stands on a line of its own before the title."""
    before = blocks[start.index - 1] if start.index else None
    if isinstance(before, Heading | Paragraph):
        number = numeral(text_of(before))
        if number is not None and number.kind == "case" and len(text_of(before)) <= len(number.text) + 2:
            return Start(start.index - 1, start.length + 1, start.how)
    return start


def _from_labels(blocks: Sequence[Block], _titles: set[str]) -> list[Start]:
    """Headings that count the cases: 案例一, 案例2：…"""
    starts: list[Start] = []
    expected = 1
    for index, block in enumerate(blocks):
        if not isinstance(block, Heading | Paragraph) or (
            isinstance(block, Paragraph) and block.role in ("toc", "caption")
        ):
            continue
        text = text_of(block)
        number = numeral(text)
        heading = isinstance(block, Heading)
        if number is None or number.kind != "case" or len(text) > TITLE_MAX + len(number.text):
            continue
        if not heading and (number.value not in (1, expected) or (ends_sentence(text) and text[-1] not in "？?！!")):
            continue
        titled = bool(strip_number(text))
        lines = title_lines(blocks, index if titled else index + 1)
        starts.append(Start(index, lines if titled else lines + 1 if lines > 1 else 0, "label"))
        expected = number.value + 1
    return starts


def _from_styles(blocks: Sequence[Block], _titles: set[str]) -> list[Start]:
    """Real headings of one top level, each with the inner order of a case beneath it or offices under it."""
    tops: list[int] = []
    for level in (1, 2, 3):
        tops = tops_of(blocks, level)
        if sum(1 for index in tops if is_part_name(text_of(blocks[index]))) * 2 <= len(tops):
            break
    is_case = _by_names(blocks)
    cases = case_level(blocks, level, is_case)
    if cases != level:
        tops = opens(blocks, cases, is_case)
    if len(tops) < 2 or any(is_chapter(text_of(blocks[index])) for index in tops):
        return []
    if any(isinstance(block, Heading) and block.title and not block.guessed for block in blocks) and not _restarts(
        blocks, tops
    ):
        return []
    if _are_chapters(blocks, tops):
        return []
    alike = sum(1 for index, end in spans_of(tops, len(blocks)) if is_case(blocks[index + 1 : end]))
    if alike < 2 or alike < len(tops) * 0.6:
        return []
    tops = [*_first_taken_for_title(blocks, tops, level, is_case), *tops]
    return [
        Start(index, 1, "style")
        for index, end in spans_of(tops, len(blocks))
        if not _is_part(index, end, len(blocks)) and not is_part_name(text_of(blocks[index]))
    ]


def _first_taken_for_title(
    blocks: Sequence[Block], tops: Sequence[int], level: int, is_case: Callable[[Sequence[Block]], bool]
) -> list[int]:
    """Return the heading of the first case where it was taken for the title of the file: it stands first, in the middle."""
    return [
        index
        for index, block in enumerate(blocks[: tops[0]])
        if isinstance(block, Heading)
        and block.title
        and block.guessed
        and block.level == level
        and not is_cover_line(text_of(block))
        and any(isinstance(inside, Heading) for inside in blocks[index + 1 : tops[0]])
        and is_case(blocks[index + 1 : tops[0]])
    ]


def _restarts(blocks: Sequence[Block], tops: Sequence[int]) -> bool:
    ones = sum(
        1 for index, end in spans_of(tops, len(blocks)) if any(is_first(block) for block in blocks[index + 1 : end])
    )
    return ones >= 2


def _is_case_inside(blocks: Sequence[Block]) -> bool:
    if any(is_first(block) for block in blocks):
        return True
    names = [block for block in blocks if isinstance(block, Heading) and is_section_name(text_of(block))]
    if len(names) >= 2:
        return True
    head = [block for block in blocks[:3] if isinstance(block, Paragraph)]
    return any(
        len(text_of(block)) < 40 and is_byline(text_of(block)) and bool(re.search("[\u4e00-\u9fff]", text_of(block)))
        for block in head
    )


def _by_names(blocks: Sequence[Block]) -> Callable[[Sequence[Block]], bool]:
    """Return what tells the inside of a case: its usual order, or two sections by names that come again in this book."""
    names = Counter(key(text_of(block)) for block in blocks if isinstance(block, Heading) and not block.guessed)
    often = {
        name
        for name, count in names.items()
        if count >= 3 and not re.search("本[章节课]|小结|练习|习题|参考文献", name)
    }

    def is_case(inside: Sequence[Block]) -> bool:
        found = {key(text_of(block)) for block in inside if isinstance(block, Heading)}
        return _is_case_inside(inside) or len(found & often) >= 2

    return is_case


def _is_part(index: int, end: int, total: int) -> bool:
    """A heading without text of its own before the next one: the name of a part of the collection."""
    return end == index + 1 < total
