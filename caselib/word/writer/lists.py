"""Where the items of a list stand: as deep as their numbers say, with room for the widest number beside the text."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from caselib.word.model import Block, Paragraph
from caselib.word.styles import HouseStyle
from caselib.word.writer import measure

# Ems: where a list begins, what the style sets beside its text, what the widest number may take, and what parts the two.
_BEGIN = 2.0
HANGING = 2.0
_WIDEST = 8.0
_APART = 0.5
# A number that reaches its tab stop goes on to the next one, even if it has its own white at the end.
_CLEAR = 0.25
# The bullet of the writer's own list needs no more than a sign.
_BULLET = 1.5
_DEEPEST = 8
_COUNTS = (
    (re.compile(r"[0-9０-９]+"), "1"),
    (re.compile(r"[〇零一二三四五六七八九十百]+"), "一"),
    (re.compile("[\u2460-\u2473\u24ea\u3251-\u325f\u32b1-\u32bf]"), "①"),
    (re.compile(r"[A-Za-z]+"), "a"),
)
_CLOSED = ("、", "）", "】", "］", "．", "：")


@dataclass(frozen=True, slots=True)
class Standing:
    """How an item stands: its depth from 0, and in ems where its text begins and how far its number stands out."""

    depth: int
    left: float
    hanging: float

    def xml(self, style: HouseStyle) -> str:
        """Return the ``w:ind`` of the item; nothing where the style of lists has it so already."""
        em = style.body.size_pt * 20
        if not style.list_hanging:
            # The automatic list would set its bullet at the edge, where no paragraph begins.
            return f'<w:ind w:left="0" w:firstLine="{round(_BEGIN * em)}"/>' if self.hanging == _BULLET else ""
        if (self.left, self.hanging) == (_BEGIN + HANGING, HANGING):
            return ""
        return f'<w:ind w:left="{round(self.left * em)}" w:hanging="{round(self.hanging * em)}"/>'


def standings(blocks: Sequence[Block]) -> dict[int, Standing]:
    """Return how every item of a list among ``blocks`` stands, by its place. Neighbours are one list."""
    found: dict[int, Standing] = {}
    rows = enumerate(blocks)
    for item, group in groupby(rows, lambda row: isinstance(row[1], Paragraph) and row[1].role == "list"):
        if item:
            found |= dict(_stand([(place, getattr(block, "number", "").strip()) for place, block in group]))
    return found


def _stand(items: list[tuple[int, str]]) -> Iterator[tuple[int, Standing]]:
    """Yield how each of ``items`` (place and number) stands: another form of number below one is a list inside it."""
    widths: dict[str, float] = {}
    for _place, number in items:
        widths[_form(number)] = max(widths.get(_form(number), 0.0), _room(number))
    open_forms: list[str] = []
    for place, number in items:
        form = _form(number)
        if form in open_forms:
            del open_forms[open_forms.index(form) + 1 :]
        else:
            open_forms.append(form)
        left = _BEGIN + sum(widths[name] for name in open_forms)
        yield place, Standing(min(len(open_forms) - 1, _DEEPEST), left, widths[form])


def _room(number: str) -> float:
    """Return the ems that ``number`` takes with what parts it from the text, in whole and half ems."""
    if not number:
        return _BULLET
    wide = measure.width(number) + (_CLEAR if number.endswith(_CLOSED) else _APART)
    return min(_WIDEST, max(HANGING, math.ceil(wide * 2) / 2))


def _form(number: str) -> str:
    for pattern, sign in _COUNTS:
        number = pattern.sub(sign, number)
    return number


def run_in(number: str) -> str:
    """Return ``number`` as it stands in the line of its text, where the style sets no text beside numbers."""
    number = number.strip()
    return number if number.endswith(_CLOSED) else f"{number} "
