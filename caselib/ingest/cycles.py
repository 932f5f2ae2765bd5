"""Where cases begin by what comes again: first sections, titles counted through the collection, sections alike."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import takewhile

from caselib.ingest.sections import is_abstract_name, is_foreword, key, section_kind
from caselib.ingest.titling import Start, is_cover_line, is_named, text_of, title_before, title_lines, with_second_lines
from caselib.word.model import Block, Heading, Paragraph
from caselib.word.names import is_byline
from caselib.word.outline import ends_sentence, numeral, strip_number
from caselib.word.section_names import is_section_name


def from_cycles(blocks: Sequence[Block], _titles: set[str]) -> list[Start]:
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
        if len(starts) >= 2 and _head_one_text(blocks, starts, firsts):
            continue
        if len(starts) >= 2 and (usual or _are_alike(blocks, firsts, starts)):
            return with_second_lines(blocks, starts)
    return []


def _head_one_text(blocks: Sequence[Block], starts: Sequence[Start], firsts: Sequence[int]) -> bool:
    """True when the titles found are headings within one text: its own title and some words stand above the first of them."""
    title, first = starts[0], next((at for at in firsts if at > starts[0].index), len(blocks))
    head = blocks[title.index]
    if not isinstance(head, Heading) or is_cover_line(text_of(head)):
        return False
    if not head.title and any(
        isinstance(block, Heading) and block.level <= head.level for block in blocks[title.index + 1 :]
    ):
        return False
    above = blocks[title.index + title.length : first]
    own = next((block for block in above if isinstance(block, Heading)), None)
    said = takewhile(lambda block: not isinstance(block, Heading), above)
    if own is None or not any(ends_sentence(text_of(block)) for block in said):
        return False
    return all(
        isinstance(block := blocks[start.index], Heading) and block.level == own.level and not is_named(blocks, start)
        for start in starts[1:]
    )


def _are_alike(blocks: Sequence[Block], firsts: Sequence[int], starts: Sequence[Start]) -> bool:
    """True when most titles have a byline, or most first sections one name: what else begins anew is a list."""
    named = sum(1 for start in starts if is_named(blocks, start))
    names = Counter(key(strip_number(text_of(blocks[index]))) for index in firsts)
    return max(named, names.most_common(1)[0][1]) >= max(2, len(firsts) * 0.6)


def _firsts(blocks: Sequence[Block]) -> list[int]:
    """The first sections of all cases by their usual looks: 一、…, or the name of a background."""
    firsts = _of_one_make(blocks, [index for index, block in enumerate(blocks) if is_first(block)])
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
        spans = spans_of(tops, len(blocks))
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


def is_first(block: Block) -> bool:
    """True for the first section of a case: 一、…, or a bare 案例背景."""
    if not isinstance(block, Heading):
        return False
    text = text_of(block)
    number = numeral(text)
    if is_abstract_name(text):
        return False
    if number is not None:
        return number.value == 1 and (
            number.kind in ("han", "han_space") or (is_section_name(text) and section_kind(text) == "background")
        )
    return is_section_name(text) and section_kind(text) == "background"


def spans_of(starts: Sequence[int], total: int) -> list[tuple[int, int]]:
    return list(zip(starts, [*starts[1:], total], strict=False))
