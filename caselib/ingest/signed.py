"""Where cases begin that have no sections: titles set alike, the units or people of each named below it or behind its text."""

from __future__ import annotations

import re
from collections.abc import Sequence

from caselib.ingest.cycles import spans_of
from caselib.ingest.ranks import FEWEST_CHARACTERS, characters, may_be_title, of_rank
from caselib.ingest.titling import Start, is_named, is_part_name, text_of
from caselib.word.model import Block, Heading, Paragraph
from caselib.word.names import is_dated, split_byline

_LONGEST_SIGNATURE = 40
# Plans and lists of tasks name below a heading who has to do it.
_CHARGED = re.compile(r"^(?:责任|牵头|配合|主办|承办|协办|主管|组织|完成|实施|落实|监督|联系|负责)")


def from_signed(blocks: Sequence[Block], _titles: set[str]) -> list[Start]:
    """Return the beginnings of cases that all are signed, with no heading of their rank beside them; [] when any is not."""
    heads = [index for index, block in enumerate(blocks) if isinstance(block, Heading) and may_be_title(text_of(block))]
    for signs in (signed_below, _signed_behind):
        spans = spans_of(heads, len(blocks))
        named = [span for span in spans if signs(blocks, *span)]
        if len(named) < 2:
            continue
        rank = max(block.level for index, _ in named if isinstance(block := blocks[index], Heading))
        peers = [index for index in of_rank(blocks, rank, named[0][0]) if not is_part_name(text_of(blocks[index]))]
        spans = spans_of(peers, len(blocks))
        if all(signs(blocks, *span) and characters(blocks, *span) >= FEWEST_CHARACTERS for span in spans):
            return [Start(index, 1, "signed") for index in peers]
    return []


def signed_below(blocks: Sequence[Block], index: int, end: int) -> bool:
    """True when units or people are named right below the heading at ``index``, and are not charged with a task there."""
    below = [text_of(block) for block in blocks[index + 1 : min(index + 3, end)]]  # a subtitle may stand between
    return (
        may_be_title(text_of(blocks[index]))
        and is_named(blocks, Start(index, 1, "cycle"))
        and any(any(split_byline(text)) for text in below)
        and not any(_CHARGED.match(text) for text in below)
    )


def _signed_behind(blocks: Sequence[Block], index: int, end: int) -> bool:
    last = blocks[end - 2] if end - 2 > index and is_dated(text_of(blocks[end - 1])) else blocks[end - 1]
    text = last.text.strip() if isinstance(last, Paragraph) else ""
    return (
        may_be_title(text_of(blocks[index]))
        and 4 <= len(text) <= _LONGEST_SIGNATURE
        and bool(split_byline(text)[0])
        and not _CHARGED.match(text)
    )
