"""Who wrote a case: the unit and the people named below its title, or in its signature."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from caselib.word.model import Block, Heading, Paragraph
from caselib.word.names import is_byline, split_byline

_BYLINES = 5


@dataclass(frozen=True, slots=True)
class Credits:
    """Unit ("" for none) and authors; ``blocks`` are those given, a signature at the end marked as a byline."""

    unit: str
    authors: list[str]
    blocks: list[Block]


def read_credits(blocks: Sequence[Block]) -> Credits:
    """Return who is named in the lines around the title of an item, or where it is signed."""
    blocks = list(blocks)
    texts: list[str] = []
    for block in blocks[: _BYLINES + 3]:
        short = (
            isinstance(block, Paragraph) and block.role == "body" and len(block.text) <= 50 and len(texts) < _BYLINES
        )
        if isinstance(block, Paragraph) and (block.role == "byline" or (short and is_byline(block.text))):
            texts.append(block.text)
        elif (isinstance(block, Heading) and not block.guessed) or len(_line(block)) > 50:
            break
    last = blocks[-1] if blocks else None
    if not texts and isinstance(last, Paragraph) and _is_signature(last):
        texts.append(last.text)
        blocks[-1] = replace(last, role="byline")
    unit = ""
    authors: list[str] = []
    for text in texts:
        units, people = split_byline(text)
        unit = unit or (units[0] if units else "")
        authors.extend(person for person in people if person not in authors)
    return Credits(unit, authors, blocks)


def _line(block: Block) -> str:
    return block.number + block.text if isinstance(block, Heading | Paragraph) else ""


def _is_signature(block: Paragraph) -> bool:
    """True for a unit, in brackets or on a line of its own."""
    return 4 <= len(block.text) <= 40 and is_byline(block.text) and bool(split_byline(block.text)[0])
