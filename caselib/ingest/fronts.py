"""Where texts begin that have neither sections alike nor signatures: by their fronts, or by the pages they begin."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from caselib.ingest.abstracts import opens_abstract
from caselib.ingest.cycles import spans_of
from caselib.ingest.keywords import is_keywords_line
from caselib.ingest.ranks import FEWEST_CHARACTERS, characters, may_be_title, of_rank
from caselib.ingest.signed import signed_below
from caselib.ingest.single import PART_OF_TEXT
from caselib.ingest.titling import Start, is_cover_line, is_part_name, text_of
from caselib.word.model import Block, Heading, Paragraph
from caselib.word.names import is_byline
from caselib.word.outline import numeral
from caselib.word.section_names import bare

_FRONT = 4  # blocks below a title among which its front stands
_FEWEST_PAGED, _LEAST_PAGED = 3, 200  # texts that only their pages part, and characters of each
_BODY = re.compile(r"^[【〖\[〔]\s*(?:案例|教学案例)?(?:正\s*文|文本|原文|案例呈现|案例描述)\s*[】〗\]〕]")
_CONTINUES = re.compile(
    r"^(?:绪\s*论|结\s*[语论]|余\s*论|总\s*论|概\s*论|附\s*录|致\s*谢|参考文献)|上篇|下篇|^[（(]?续"
)


def from_fronts(blocks: Sequence[Block], _titles: set[str]) -> list[Start]:
    """Return the beginnings of texts of which each has, right below its title, an abstract, its keywords, 【案例正文】 or
    its authors; [] when any heading of their rank has none of these, or only one text has.
    """
    heads = [at for at, block in enumerate(blocks) if isinstance(block, Heading) and _may_be_title(text_of(block))]
    fronted = [(at, end) for at, end in spans_of(heads, len(blocks)) if _has_front(blocks, at, end)]
    if len(fronted) < 2:
        return []
    rank = max(block.level for at, _ in fronted if isinstance(block := blocks[at], Heading))
    peers = [
        at
        for at in of_rank(blocks, rank, fronted[0][0])
        if not is_part_name(text := text_of(blocks[at])) and not _BODY.match(text) and not opens_abstract(blocks[at])
    ]
    spans = spans_of(peers, len(blocks))
    if not all(
        _may_be_title(text_of(blocks[at]))
        and _has_front(blocks, at, end)
        and characters(blocks, at, end) >= FEWEST_CHARACTERS
        for at, end in spans
    ):
        return []
    return [Start(at, 1, "front") for at in peers]


def from_pages(blocks: Sequence[Block], pages: Mapping[int, int]) -> list[Start]:
    """Return the beginnings of texts whose titles are all set alike at the head of a page, the first of them at that of the file.

    Weak alone: so there must be three, each long enough, none called as a part of a text or numbered, no other heading of
    their rank, and nothing inside that is counted.
    """
    first = _first(blocks, pages)
    head = blocks[first] if first < len(blocks) else None
    size = _size(head, pages)
    if not isinstance(head, Heading) or not head.guessed or not size:
        return []
    peers = [first, *(at for at in range(first + 1, len(blocks)) if _size(blocks[at], pages) == size)]
    peers = [at for at in peers if isinstance(block := blocks[at], Heading) and block.guessed]
    if len(peers) < _FEWEST_PAGED:
        return []
    rank = max(block.level for at in peers if isinstance(block := blocks[at], Heading))
    if of_rank(blocks, rank, first) != peers:
        return []
    if any(numeral(text_of(block)) is not None for block in blocks if isinstance(block, Heading)):
        return []
    texts = [text_of(blocks[at]) for at in peers]
    if not all(_may_be_title(text) and not PART_OF_TEXT.match(bare(text)) for text in texts):
        return []
    if any(_CONTINUES.search(text) for text in texts):
        return []
    enough = all(characters(blocks, at, end) >= _LEAST_PAGED for at, end in spans_of(peers, len(blocks)))
    return [Start(at, 1, "pages") for at in peers] if enough else []


def _first(blocks: Sequence[Block], pages: Mapping[int, int]) -> int:
    """Where the first text begins: at the head of the file, or behind the cover and foreword of a collection."""
    first = next((at for at, block in enumerate(blocks) if not isinstance(block, Paragraph) or text_of(block)), 0)
    if not any(is_cover_line(text_of(block)) for block in blocks[first : first + 3]):
        return first
    heads = (at for at, block in enumerate(blocks) if at > first and isinstance(block, Heading) and _size(block, pages))
    return next((at for at in heads if _may_be_title(text_of(blocks[at]))), len(blocks))


def _size(block: Block | None, pages: Mapping[int, int]) -> int:
    """Return the size of the letters of a block that begins a page, 0 for any other."""
    return pages.get(block.place.paragraph, 0) if block is not None and block.place is not None else 0


def _may_be_title(text: str) -> bool:
    return len(text) <= 60 and bool(re.search("[\u4e00-\u9fff]{2}", text)) and may_be_title(text)


def _has_front(blocks: Sequence[Block], at: int, end: int) -> bool:
    """True when an abstract, keywords or the mark of the text stand right below a title, at most names between them."""
    if signed_below(blocks, at, end):
        return True
    for block in blocks[at + 1 : min(at + 1 + _FRONT, end)]:
        text = text_of(block)
        if opens_abstract(block) or is_keywords_line(text) or _BODY.match(text):
            return True
        if len(text) > 50 or not (is_byline(text) or re.match("^[—–-]", text)):
            return False
    return False
