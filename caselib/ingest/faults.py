"""Finds what printing and copying did to a text: blocks that come twice, stand in the wrong place, or break off."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from caselib.ingest.lines import Line
from caselib.ingest.pagenotes import is_source_note
from caselib.ingest.sections import key
from caselib.word.model import Block, Heading, Paragraph, Warning
from caselib.word.outline import ends_sentence, numeral, squeeze

_LINE_RUN = 2
_LINE_KEY = 12
_BLOCK_KEY = 40
_REPORT_KEY = 20
_QUOTE = 1500
_TOP_KINDS = ("han", "chapter", "section")
_MOST_SECTIONS = 99  # of one item; what counts further is a list
_TOLD = 5


def where(block: Block | Line) -> str:
    """Return the place of a block for people: the paragraph or line counted from 1."""
    return f"¶{block.place.paragraph + 1}" if block.place is not None else ""


def drop_repeated_lines(lines: Sequence[Line]) -> tuple[list[Line], list[Warning]]:
    """Take out runs of at least two neighbouring lines that stood before; each run is quoted whole in a warning."""
    first: dict[str, int] = {}
    keys = [key(line.text) if line.fixed is None else "" for line in lines]
    doomed: set[int] = set()
    warnings: list[Warning] = []
    index = 0
    while index < len(lines):
        length = _repeat_length(keys, first, index)
        if length:
            doomed.update(range(index, index + length))
            text = "".join(line.text for line in lines[index : index + length])
            warnings.append(Warning("repeated_block", where(lines[index]), text[:_QUOTE]))
            index += length
            continue
        if len(keys[index]) >= _LINE_KEY:
            first.setdefault(keys[index], index)
        index += 1
    kept: list[Line] = []
    for index, line in enumerate(lines):
        if index in doomed:
            continue
        if index - 1 in doomed:
            line.breaks = "page"
        kept.append(line)
    return kept, warnings


def _repeat_length(keys: Sequence[str], first: dict[str, int], index: int) -> int:
    """How many lines from ``index`` on repeat an earlier run (0: not a repeat worth taking out)."""
    start = first.get(keys[index])
    if start is None or len(keys[index]) < _LINE_KEY:
        return 0
    length = 0
    total = 0
    while index + length < len(keys) and start + length < index and keys[index + length] == keys[start + length]:
        if not keys[index + length]:
            break
        total += len(keys[index + length])
        length += 1
    return length if length >= _LINE_RUN and total >= _BLOCK_KEY else 0


@dataclass(frozen=True, slots=True)
class Checked:
    """Blocks of an item after the check, and what to tell about them."""

    blocks: tuple[Block, ...]
    warnings: tuple[Warning, ...]


def check_repeats(blocks: Sequence[Block], seen: dict[str, str], *, remove: bool) -> Checked:
    """Report paragraphs that stood before (``seen``: key → place, shared by the items of a file).

    With ``remove`` (printed sources) long repeats are taken out and quoted whole; otherwise they stay.
    """
    kept: list[Block] = []
    warnings: list[Warning] = []
    for block in blocks:
        mark = key(block.text) if isinstance(block, Paragraph) else ""
        if len(mark) < _REPORT_KEY:
            kept.append(block)
            continue
        before = seen.get(mark)
        if before is None:
            seen[mark] = where(block)
            kept.append(block)
            continue
        if remove and len(mark) >= _BLOCK_KEY:
            warnings.append(Warning("repeated_block", f"{where(block)}={before}", block.text[:_QUOTE]))  # type: ignore[union-attr]
        else:
            warnings.append(Warning("repeated_kept", f"{where(block)}={before}", block.text[:200]))  # type: ignore[union-attr]
            kept.append(block)
    return Checked(tuple(kept), tuple(warnings))


def check_order(blocks: Sequence[Block]) -> list[Warning]:
    """Report sections out of order or missing, sentences that break off, and pieces that begin in mid-sentence."""
    warnings: list[Warning] = []
    last: dict[tuple[str, int], int] = {}
    previous: Block | None = None
    for block in blocks:
        if isinstance(block, Heading):
            _check_number(block, last, warnings)
            if isinstance(previous, Paragraph) and _breaks_off(previous):
                warnings.append(Warning("sentence_broken", where(previous), previous.text[-40:]))
        elif isinstance(block, Paragraph):
            text = block.text.lstrip()
            if text[:1] in "，。、；：！？）”》" and text:
                warnings.append(Warning("block_displaced", where(block), text[:60]))
        previous = block
    return warnings


def _check_number(block: Heading, last: dict[tuple[str, int], int], warnings: list[Warning]) -> None:
    number = numeral(squeeze(block.number + block.text))
    if number is None or number.kind not in (*_TOP_KINDS, "han_paren"):
        return
    slot = (number.kind, block.level)
    for known in [item for item in last if item[1] > block.level]:
        del last[known]
    expected = last.get(slot, 0) + 1
    if number.value != expected and not (number.value == 1 and number.kind == "han_paren"):
        code = "section_out_of_order" if number.value < expected else "section_missing"
        warnings.append(Warning(code, where(block), squeeze(block.number + block.text)[:60]))
    last[slot] = max(number.value, last.get(slot, 0)) if number.value != 1 else 1


def pair_displaced(parts: Sequence[tuple[str, Sequence[Block]]]) -> list[Warning]:
    """Where a section stands out of order in one item and its number is missing in another, name the two.

    ``parts`` are title and blocks of the items of a file. Nothing is moved.
    """
    missing: dict[int, list[str]] = {}
    extra: list[tuple[int, Heading, str]] = []
    for title, blocks in parts:
        values: set[int] = set()
        highest = 0
        for block in blocks:
            number = numeral(squeeze(block.number + block.text)) if isinstance(block, Heading) else None
            if (
                number is None
                or number.kind != "han"
                or number.value > _MOST_SECTIONS
                or not isinstance(block, Heading)
            ):
                continue
            if values and number.value <= highest:
                extra.append((number.value, block, title))
            values.add(number.value)
            highest = max(number.value, highest)
        for value in set(range(1, highest + 1)) - values:
            missing.setdefault(value, []).append(title)
    return [
        Warning(
            "block_belongs",
            where(block),
            f"{squeeze(block.number + block.text)} → {' / '.join(missing[value][:_TOLD])}",
        )
        for value, block, title in extra
        if value in missing and missing[value] != [title]
    ]


def _breaks_off(block: Paragraph) -> bool:
    text = block.text.rstrip()
    return block.role in ("body", "lead") and len(text) >= 40 and not ends_sentence(text) and text[-1] not in "：:）)"


def is_truncated(blocks: Sequence[Block]) -> bool:
    """True when an item has no text, ends in a heading, or stops in mid-sentence."""
    content = [
        block
        for block in blocks
        if not (isinstance(block, Paragraph) and (block.role == "byline" or is_source_note(block.text)))
    ]
    texts = [block for block in content if not isinstance(block, Heading)]
    if not texts or isinstance(content[-1], Heading):
        return True
    last = content[-1]
    if not isinstance(last, Paragraph) or last.role not in ("body", "lead", "list"):
        return False
    text = last.text.rstrip()
    return len(text) >= 15 and not ends_sentence(text) and (text[-1].isalnum() or text[-1] in "，、,—“（(《")
