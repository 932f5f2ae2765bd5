"""The abstract that an author put before a text: 摘要：…, or below a heading of that name."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from caselib.ingest.keywords import keywords_begin
from caselib.ingest.sections import ABSTRACT_NAME, is_abstract_name
from caselib.ingest.titling import line_of
from caselib.word.model import Block, Heading, Paragraph
from caselib.word.outline import squeeze

LONGEST = 2000
_SHORTEST = 12
_HEAD = 12  # blocks among which it stands
_MOST_PARAGRAPHS = 4
_LED = re.compile(rf"^(?:[【\[〔]\s*{ABSTRACT_NAME}\s*[】\]〕]\s*[:：]?|{ABSTRACT_NAME}\s*(?:[:：]|\s(?=\s*\S)))\s*")
_AFTER = re.compile(r"^[【\[〔]?\s*(?:关\s*键\s*[词字]|主题词|(?i:key\s*words?|abstract))")


@dataclass(frozen=True, slots=True)
class Abstract:
    """The text of an abstract and the blocks it takes: from ``start`` up to ``end``.

    ``rest`` is what stands behind it in the last of them: the keywords.
    """

    text: str
    start: int
    end: int
    rest: str = ""


def abstract_of(blocks: Sequence[Block]) -> Abstract | None:
    """Return the abstract of a text, None where it has none, or one that is none by its length or by what is in it."""
    for index, block in enumerate(blocks[:_HEAD]):
        if not isinstance(block, Heading | Paragraph):
            continue
        text = squeeze(line_of(block))
        if is_abstract_name(text):
            return _below(blocks, index)
        if isinstance(block, Heading) and block.level == 1:
            return None
        led = _LED.match(line_of(block).lstrip()) if isinstance(block, Paragraph) else None
        if led is not None:
            return _made(line_of(block).lstrip()[led.end() :], index, index + 1)
    return None


def opens_abstract(block: Block) -> bool:
    """True for 摘要：… and for the heading of that name."""
    if not isinstance(block, Heading | Paragraph):
        return False
    text = line_of(block).lstrip()
    return is_abstract_name(text) or (isinstance(block, Paragraph) and bool(_LED.match(text)))


def _below(blocks: Sequence[Block], index: int) -> Abstract | None:
    end = index + 1
    while (
        end < len(blocks) and isinstance(block := blocks[end], Paragraph) and not _AFTER.match(line_of(block).strip())
    ):
        end += 1
    if end - index - 1 > _MOST_PARAGRAPHS:
        return None
    return _made("\n".join(line_of(block).strip() for block in blocks[index + 1 : end]), index, end)


def _made(text: str, start: int, end: int) -> Abstract | None:
    at = keywords_begin(text)
    own = "\n".join(squeeze(line) for line in text[:at].splitlines() if line.strip())
    return Abstract(own, start, end, text[at:].strip()) if _SHORTEST <= len(own) <= LONGEST else None
