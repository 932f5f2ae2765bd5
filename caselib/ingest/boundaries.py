"""Where one case ends and the next begins in a collection."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence

from caselib.ingest.levels import case_level, opens, tops_of
from caselib.ingest.plans import find_plans
from caselib.ingest.sections import is_foreword, is_section_name, key, section_kind
from caselib.ingest.titling import (
    TITLE_MAX,
    Start,
    is_chapter,
    is_cover_line,
    is_named,
    is_part_name,
    text_of,
    title_before,
    title_lines,
    with_second_lines,
)
from caselib.word.model import Block, Heading, Paragraph
from caselib.word.names import is_byline
from caselib.word.outline import ends_sentence, numeral, strip_number


def find_starts(blocks: Sequence[Block], titles: set[str]) -> list[Start]:
    """Return the beginnings of the cases in reading order; fewer than two mean that the file is one manuscript."""
    for find in (_from_contents, _from_labels, find_plans, _from_styles, _from_cycles):
        starts = find(blocks, titles)
        if len(starts) >= 2:
            return starts
    return []


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
                starts.append(Start(index, length, "contents"))
                break
    second = {start.index + 1 for start in starts if start.length > 1}
    starts = [start for start in starts if start.index not in second]
    starts = _of_one_level(blocks, starts)
    indexes = [start.index for start in starts]
    if _are_chapters(blocks, indexes) or (_are_counted(blocks, indexes) and not _restarts(blocks, indexes)):
        return []
    return [_with_label(blocks, start) for start in starts]


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
    spans = _spans(starts, len(blocks))
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
    alike = sum(1 for index, end in _spans(tops, len(blocks)) if is_case(blocks[index + 1 : end]))
    if alike < 2 or alike < len(tops) * 0.6:
        return []
    return [
        Start(index, 1, "style")
        for index, end in _spans(tops, len(blocks))
        if not _is_part(index, end, len(blocks)) and not is_part_name(text_of(blocks[index]))
    ]


def _restarts(blocks: Sequence[Block], tops: Sequence[int]) -> bool:
    ones = sum(
        1 for index, end in _spans(tops, len(blocks)) if any(_is_first(block) for block in blocks[index + 1 : end])
    )
    return ones >= 2


def _spans(starts: Sequence[int], total: int) -> list[tuple[int, int]]:
    return list(zip(starts, [*starts[1:], total], strict=False))


def _is_case_inside(blocks: Sequence[Block]) -> bool:
    if any(_is_first(block) for block in blocks):
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


def _is_first(block: Block) -> bool:
    """True for the first section of a case: 一、…, or a bare 案例背景."""
    if not isinstance(block, Heading):
        return False
    text = text_of(block)
    number = numeral(text)
    if number is not None:
        return number.value == 1 and (
            number.kind in ("han", "han_space") or (is_section_name(text) and section_kind(text) == "background")
        )
    return is_section_name(text) and section_kind(text) == "background"


def _from_cycles(blocks: Sequence[Block], _titles: set[str]) -> list[Start]:
    """First sections that come again, each with title lines before it."""
    if counted := _from_counted(blocks):
        return counted
    for firsts, usual in ((_firsts(blocks), True), (_other_firsts(blocks), False)):
        starts: list[Start] = []
        floor = 0
        for index in firsts:
            found = title_before(blocks, index, floor)
            if found is not None:
                starts.append(found)
                floor = index + 1
        if len(starts) >= 2 and (usual or _are_alike(blocks, firsts, starts)):
            return with_second_lines(blocks, starts)
    return []


def _are_alike(blocks: Sequence[Block], firsts: Sequence[int], starts: Sequence[Start]) -> bool:
    """True when most titles have a byline, or most first sections one name: what else begins anew is a list."""
    named = sum(1 for start in starts if is_named(blocks, start))
    names = Counter(key(strip_number(text_of(blocks[index]))) for index in firsts)
    return max(named, names.most_common(1)[0][1]) >= max(2, len(firsts) * 0.6)


def _firsts(blocks: Sequence[Block]) -> list[int]:
    """The first sections of all cases by their usual looks: 一、…, or the name of a background."""
    firsts = _of_one_make(blocks, [index for index, block in enumerate(blocks) if _is_first(block)])
    if sum(1 for index in firsts if _opens_chapter(blocks, index)) >= 2:
        return []
    kinds = [numeral(text_of(blocks[index])) for index in firsts]
    for wanted in (("han", "han_space"), ("han_paren",), ("arabic",)):
        chosen = [at for at, number in zip(firsts, kinds, strict=True) if number is not None and number.kind in wanted]
        if len(chosen) >= 2:
            return chosen
    return firsts


def _other_firsts(blocks: Sequence[Block]) -> list[int]:
    """Where a kind of number begins anew beside no higher one, else where the first of recurring names stands."""
    numbers = [
        (index, number)
        for index, block in enumerate(blocks)
        if isinstance(block, Heading) and (number := numeral(text_of(block))) is not None
    ]
    kinds = {number.kind for _, number in numbers}
    for wanted in ("part", "han_paren", "arabic"):
        if wanted != "part" and "han" in kinds:
            break
        ones = [index for index, number in numbers if number.kind == wanted and number.value == 1]
        if len(ones) >= 2 and any(number.kind == wanted and number.value == 2 for _, number in numbers):
            return _of_one_make(blocks, ones)
    names = [
        (index, key(text_of(block)))
        for index, block in enumerate(blocks)
        if isinstance(block, Heading)
        and block.guessed
        and numeral(text_of(block)) is None
        and text_of(block)[-1:] not in "：:"
    ]
    often = [mark for mark, count in Counter(mark for _, mark in names).items() if count >= 2]
    return [index for index, mark in names if mark == often[0]] if len(often) >= 2 else []


def _from_counted(blocks: Sequence[Block]) -> list[Start]:
    """Titles counted 一、 二、 or 1. 2. through the collection, most with a byline or with sections that all have alike."""
    for kind in ("han", "arabic"):
        tops = [
            index
            for index, block in enumerate(blocks)
            if isinstance(block, Heading) and (number := numeral(text_of(block))) is not None and number.kind == kind
        ]
        levels = {index: block.level for index in tops if isinstance(block := blocks[index], Heading)}
        highest = min(levels.values(), default=0)
        tops = [index for index in tops if levels[index] == highest]
        values = [number.value for index in tops if (number := numeral(text_of(blocks[index]))) is not None]
        if len(tops) < 2 or values != list(range(1, len(tops) + 1)):
            continue
        if kind == "arabic" and not _opens_collection(blocks, tops):
            continue
        spans = _spans(tops, len(blocks))
        signed = sum(1 for index, end in spans if _is_signed(blocks[index + 1 : min(end, index + 4)]))
        inside = sum(1 for index, end in spans if _has_sections(blocks[index + 1 : end]))
        alike = _sections_alike(blocks, spans) if kind == "arabic" else 0
        if max(signed, inside, alike) >= max(2, len(tops) * 0.6):
            return [Start(index, title_lines(blocks, index), "cycle") for index in tops]
    return []


def _opens_collection(blocks: Sequence[Block], tops: Sequence[int]) -> bool:
    """True when the counted headings are the highest, and above them stands no title but that of a collection."""
    first = blocks[tops[0]]
    level = first.level if isinstance(first, Heading) else 0
    before = [text_of(block) for block in blocks[: tops[0]] if isinstance(block, Heading)]
    counted = set(tops)
    return all(is_cover_line(text) or is_foreword(text) for text in before) and not any(
        isinstance(block, Heading) and block.level <= level and index not in counted
        for index, block in enumerate(blocks)
        if index > tops[0]
    )


def _sections_alike(blocks: Sequence[Block], spans: Sequence[tuple[int, int]]) -> int:
    """Return in how many spans stand the two or more sections that most spans have by one name."""
    names = [
        {key(text_of(block)) for block in blocks[index + 1 : end] if isinstance(block, Heading)} for index, end in spans
    ]
    often = {
        name for name, count in Counter(name for found in names for name in found).items() if count * 2 > len(names)
    }
    return sum(1 for found in names if len(found & often) >= 2)


def _is_signed(blocks: Sequence[Block]) -> bool:
    return any(
        isinstance(block, Paragraph) and len(text_of(block)) <= 50 and is_byline(text_of(block)) for block in blocks
    )


def _has_sections(blocks: Sequence[Block]) -> bool:
    kinds = {
        section_kind(text_of(block))
        for block in blocks
        if isinstance(block, Heading) and is_section_name(strip_number(text_of(block)))
    }
    return "background" in kinds and bool(kinds & {"practice", "outcome", "reflection"})


def _of_one_make(blocks: Sequence[Block], firsts: Sequence[int]) -> list[int]:
    """Where the first of them is a real heading, only those of its level: lists and samples count from one as well."""
    head = blocks[firsts[0]] if firsts else None
    if not isinstance(head, Heading) or head.guessed:
        return list(firsts)
    return [
        index
        for index in firsts
        if isinstance(block := blocks[index], Heading) and not block.guessed and block.level == head.level
    ]


def _opens_chapter(blocks: Sequence[Block], index: int) -> bool:
    """True when a first section stands right under a real heading 第…部分 or 第…章: the parts of one work count anew."""
    before = next((blocks[at] for at in range(index - 1, -1, -1) if isinstance(blocks[at], Heading)), None)
    if not isinstance(before, Heading) or before.guessed:
        return False
    number = numeral(text_of(before))
    return number is not None and number.kind in ("part", "chapter", "section")
