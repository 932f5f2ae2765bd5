"""What stands around the cases of a collection: title page, foreword, names of parts, back matter. All of it is reported."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from caselib.ingest.faults import where
from caselib.ingest.levels import without_outsiders
from caselib.ingest.sections import is_back_matter, is_colophon, is_foreword
from caselib.ingest.texts import reading_text
from caselib.ingest.titling import is_part_name, line_of
from caselib.word.model import Block, Heading, Paragraph, Warning
from caselib.word.outline import ends_sentence, squeeze


@dataclass(frozen=True, slots=True)
class Foreword:
    """What stands before the first case: its heading and its text."""

    title: str
    blocks: tuple[Block, ...]


def front(blocks: Sequence[Block]) -> tuple[Foreword | None, list[Warning]]:
    """Find the foreword before the first case; title page and imprint are reported."""
    at = next(
        (
            index
            for index, block in enumerate(blocks)
            if isinstance(block, Heading | Paragraph) and is_foreword(line_of(block))
        ),
        None,
    )
    if at is None:
        texts = [
            block
            for block in blocks
            if isinstance(block, Paragraph) and len(block.text) > 60 and not is_colophon(block.text)
        ]
        if sum(len(block.text) for block in texts) < 150:
            return None, _reported(blocks)
        first = blocks.index(texts[0])
        return Foreword("", tuple(blocks[first:])), _reported(blocks[:first])
    title = squeeze(line_of(blocks[at]))
    content, outside = without_outsiders(blocks[at:], or_equal=True)
    content = content[: _part_at_the_end(content)]
    return Foreword(title, tuple(content[1:])), [*_reported(blocks[:at]), *told(outside)]


def _part_at_the_end(content: Sequence[Block]) -> int:
    """Return where the label of the first part (第一编, with its name below it) ends the text, else its length."""
    for index in range(max(len(content) - 4, 1), len(content)):
        rest = [line_of(block) for block in content[index:] if isinstance(block, Heading | Paragraph)]
        if (
            len(rest) == len(content) - index
            and is_part_name(rest[0])
            and all(len(text) <= 30 and not ends_sentence(text) for text in rest)
        ):
            return index
    return len(content)


def _reported(blocks: Sequence[Block]) -> list[Warning]:
    return [
        Warning("front_matter", where(block), text[:400])
        for block in blocks
        if (text := line_of(block) or reading_text([block]).strip())
    ]


def told(groups: Sequence[list[Block]]) -> list[Warning]:
    """What stands between the cases of two parts is reported whole, under the heading that opens it."""
    made: list[Warning] = []
    for group in groups:
        text = reading_text(group).strip()
        code = (
            "part_name" if len(group) == 1 else "back_matter" if is_back_matter(line_of(group[0])) else "between_cases"
        )
        made.append(Warning(code, where(group[0]), text[:4000]))
    return made


def without_part_name(part: list[Block]) -> tuple[list[Block], list[Warning]]:
    """The name of the next part of the collection stands at the end of the case before it."""
    at = _part_at_the_end(part)
    return part[:at], [Warning("part_name", where(block), line_of(block)) for block in part[at:]]


def without_back_matter(part: list[Block]) -> tuple[list[Block], list[Warning]]:
    at = next(
        (
            index
            for index, block in enumerate(part)
            if index
            and isinstance(block, Heading)
            and is_back_matter(line_of(block))
            and squeeze(line_of(block)) != "参考文献"
        ),
        None,
    )
    if at is None:
        at = next(
            (
                index
                for index, block in enumerate(part)
                if index > 3
                and isinstance(block, Paragraph)
                and is_colophon(block.text)
                and sum(map(len, map(line_of, part[index:]))) < 800
            ),
            None,
        )
    if at is None:
        return part, []
    text = reading_text(part[at:])
    return part[:at], [Warning("back_matter", where(part[at]), text[:4000])]
