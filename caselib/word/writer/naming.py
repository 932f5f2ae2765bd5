"""Names that no dictionary knows, by the evidence of the text: a village, a person, a brand keep together in a title."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from itertools import pairwise

from caselib.word.book import Chapter
from caselib.word.model import Block, Cell, Heading, Paragraph, Table

_HAN = re.compile("[\u3400-\u9fff\u00b7\U00020000-\U0003ffff]+")
# What a byline is made of: units and persons, parted by these.
_BETWEEN = re.compile(r"[\s、，,；;：:（）()/]+")
# How often two words must stand side by side, how seldom apart, and how long a name may be.
_OFTEN = 3
_TOGETHER = 0.8
_LONGEST = 6


def names_in(title: str, chapter: Chapter) -> frozenset[str]:
    """Return the stretches of ``title`` that are names for all that is known: units and persons of the byline, and words
    that the text of ``chapter`` has side by side again and again, and hardly ever apart.
    """
    known = {part for row in chapter.byline for part in _BETWEEN.split(row) if 1 < len(part) <= 2 * _LONGEST}
    return recurring(title, "\n".join(_texts(chapter.document.blocks)), known)


def recurring(title: str, text: str, known: Collection[str] = ()) -> frozenset[str]:
    """Return the stretches of ``title`` that stand in ``known``, or that ``text`` has as one."""
    import rjieba

    found = {name for name in known if name in title}
    for stretch in _HAN.findall(title):
        words = rjieba.cut(stretch)
        joined = words[0]
        for before, after in pairwise(words):
            if len(joined + after) <= _LONGEST and _belong(before, after, text):
                joined += after
                found.add(joined)
            else:
                joined = after
    return frozenset(found)


def _belong(before: str, after: str, text: str) -> bool:
    # Two words of the dictionary stand side by side for many reasons; a sign that is no word is a piece of a name.
    if min(len(before), len(after)) > 1:
        return False
    together = text.count(before + after)
    return together >= _OFTEN and together >= _TOGETHER * min(text.count(before), text.count(after))


def _texts(blocks: Iterable[Block | Cell]) -> Iterable[str]:
    for block in blocks:
        if isinstance(block, Heading | Paragraph):
            yield block.text
        elif isinstance(block, Table):
            yield from (cell.text for row in block.rows for cell in row)
