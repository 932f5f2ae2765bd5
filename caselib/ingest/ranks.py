"""Headings that may head texts of their own, those of one rank, and how much stands below one."""

from __future__ import annotations

from collections.abc import Sequence

from caselib.ingest.sections import is_back_matter, is_foreword
from caselib.ingest.titling import is_cover_line, text_of
from caselib.word.model import Block, Heading
from caselib.word.outline import numeral
from caselib.word.section_names import is_section_name

FEWEST_CHARACTERS = 80  # of the text of a case


def may_be_title(text: str) -> bool:
    """True for a heading that is neither numbered nor called as a part of a text or of a book is."""
    return (
        len(text) >= 4
        and numeral(text) is None
        and not is_section_name(text)
        and not is_foreword(text)
        and not is_back_matter(text)
        and not is_cover_line(text)
    )


def of_rank(blocks: Sequence[Block], rank: int, first: int) -> list[int]:
    """Return the headings from ``first`` on that stand no lower than ``rank``, those of back matter left out."""
    return [
        at
        for at, block in enumerate(blocks)
        if at >= first and isinstance(block, Heading) and block.level <= rank and not is_back_matter(text_of(block))
    ]


def characters(blocks: Sequence[Block], at: int, end: int) -> int:
    """Return how many characters stand below the heading at ``at``, up to ``end``."""
    return sum(len(text_of(block)) for block in blocks[at + 1 : end])
