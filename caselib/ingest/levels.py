"""Collections in parts: on which heading level the cases stand, and what stands between them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from caselib.ingest.sections import is_back_matter, is_foreword
from caselib.ingest.titling import text_of
from caselib.word.model import Block, Heading, Paragraph
from caselib.word.outline import numeral, strip_number
from caselib.word.section_names import is_section_name

_DEEPEST = 3
_INTRODUCTION = 200  # characters a part may say for itself before its first case


def tops_of(blocks: Sequence[Block], level: int) -> list[int]:
    """Return where the real headings of ``level`` stand that may open a part or a case."""
    return [
        index
        for index, block in enumerate(blocks)
        if isinstance(block, Heading)
        and block.level == level
        and not block.guessed
        and not block.title
        and not is_foreword(text_of(block))
        and not is_back_matter(text_of(block))
    ]


def case_level(blocks: Sequence[Block], level: int, is_case: Callable[[Sequence[Block]], bool]) -> int:
    """Return the level of the headings that open cases: ``level``, or one beneath it where those of ``level`` name parts.

    A heading names a part when the next heading, one level deeper, follows at once or after a few words, and what
    stands under the deeper ones reads like cases (``is_case``) and is not counted or named as sections are.
    """
    while level < _DEEPEST:
        tops, deeper = tops_of(blocks, level), tops_of(blocks, level + 1)
        parts = [index for index in tops if _opens_part(blocks, index)]
        holding = [index for index in tops if _holds(blocks, index)]
        if len(deeper) < 2 or not parts or len(parts) * 10 < len(holding) * 6:
            return level
        if sum(1 for index in deeper if _is_section(blocks[index])) * 2 > len(deeper):
            return level
        cases = sum(1 for index in deeper if is_case(blocks[index + 1 : _end(blocks, index)]))
        if cases * 10 < len(deeper) * 6:
            return level
        level += 1
    return level


def opens(blocks: Sequence[Block], level: int, is_case: Callable[[Sequence[Block]], bool]) -> list[int]:
    """Return where the cases of a collection in parts begin: headings of ``level``, and cases that stand in no part."""
    found = tops_of(blocks, level)
    for above in range(1, level):
        found += [
            index
            for index in tops_of(blocks, above)
            if not _holds(blocks, index) and is_case(blocks[index + 1 : _end(blocks, index)])
        ]
    return sorted(found)


def without_outsiders(part: Sequence[Block], *, or_equal: bool = False) -> tuple[list[Block], list[list[Block]]]:
    """Cut a text where a heading of a higher level than its own stands (``or_equal``: of its own level as well).

    Returns the text and, group by group, what each such heading heads. A text without a real heading stays whole.
    """
    head = part[0]
    if not isinstance(head, Heading) or head.guessed:
        return list(part), []
    cuts = [
        index
        for index, block in enumerate(part)
        if index and isinstance(block, Heading) and block.level < head.level + or_equal and not block.guessed
    ]
    if not cuts:
        return list(part), []
    case = list(part[: cuts[0]])
    return case, [list(part[start:end]) for start, end in zip(cuts, [*cuts[1:], len(part)], strict=True)]


def _end(blocks: Sequence[Block], index: int) -> int:
    """Where the span of the heading at ``index`` ends: at the next real heading of its level or a higher one."""
    head = blocks[index]
    assert isinstance(head, Heading)
    for at in range(index + 1, len(blocks)):
        block = blocks[at]
        if isinstance(block, Heading) and not block.guessed and block.level <= head.level:
            return at
    return len(blocks)


def _holds(blocks: Sequence[Block], index: int) -> bool:
    head = blocks[index]
    return isinstance(head, Heading) and any(
        isinstance(block, Heading) and block.level == head.level + 1 and not block.guessed
        for block in blocks[index + 1 : _end(blocks, index)]
    )


def _opens_part(blocks: Sequence[Block], index: int) -> bool:
    head = blocks[index]
    said = 0
    for block in blocks[index + 1 :]:
        if isinstance(block, Heading):
            return isinstance(head, Heading) and block.level == head.level + 1 and not block.guessed
        if not isinstance(block, Paragraph):
            return False
        said += len(block.text)
        if said > _INTRODUCTION:
            return False
    return False


def _is_section(block: Block) -> bool:
    text = text_of(block)
    number = numeral(text)
    return is_section_name(strip_number(text)) or (number is not None and number.kind not in ("case", "arabic"))
