"""How well one printed line follows another: what indents, sentence ends and full lines say."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from caselib.ingest.lines import LOST_INDENT, Line
from caselib.word.outline import ends_sentence, numeral

_NEAR_FULL = 3
_WIDEST_COLUMN = 56
_FEWEST_PAIRS = 1_500
_HAN_PAIR = re.compile("[\u4e00-\u9fff]{2}")


@dataclass(frozen=True, slots=True)
class Flow:
    """What is known of a column: the printed width of its full lines, and whether paragraphs begin with an indent.

    ``pairs`` are the neighbouring characters within its lines, empty where there are too few to tell: most lines break
    inside words that the text says elsewhere too.
    """

    measure: int
    indented: bool
    pairs: frozenset[str] = frozenset()

    def strain(self, one: Line, two: Line) -> int:
        """Return 0 where ``two`` may follow ``one`` in a column, up to 5 the less it may."""
        strain = self._by_layout(one, two)
        pair = one.text[-1:] + two.text[:1]
        return strain + int(bool(self.pairs) and _HAN_PAIR.match(pair) is not None and pair not in self.pairs)

    def _by_layout(self, one: Line, two: Line) -> int:
        full = one.width + one.indent >= self.measure - _NEAR_FULL - (0 if self.indented else LOST_INDENT)
        finished = ends_sentence(one.text) or one.text[-1] in "：:"
        begins = self._begins(two)
        if re.match("^[，。、；：！？）”》,.;:%％]", two.text):
            return 4 if finished or not full else 0
        if self._is_head(one):
            return 0 if begins or two.width < self.measure * 0.75 else 2 if self.indented else 0
        if finished:
            return 0 if begins or full or two.width < self.measure * 0.75 else 2 if self.indented else 0
        if begins:
            return 4
        return 0 if full else 3

    def _begins(self, line: Line) -> bool:
        return (self.indented and line.indent >= 2) or self._is_head(line)

    def _is_head(self, line: Line) -> bool:
        """True for a short numbered line and for a bracketed one."""
        number = numeral(line.text)
        return (
            number is not None
            and number.kind not in ("han_space", "circle", "letter")
            and not ends_sentence(line.text)
            and line.width + line.indent < self.measure - _NEAR_FULL
        ) or bool(re.match(r"^【[^】]{2,12}】$", line.text))


def flow_of(lines: Sequence[Line]) -> Flow:
    """Measure lines of one column, or of columns of one width."""
    texts = [line for line in lines if line.fixed is None and line.width >= 12]
    widths = sorted(line.width + line.indent for line in texts)
    measure = widths[int(len(widths) * 0.7)] if widths else 80
    indented = sum(1 for line in texts if 2 <= line.indent <= 8) >= max(3, len(texts) // 14)
    return Flow(measure, indented, _pairs(texts) if measure <= _WIDEST_COLUMN else frozenset())


def _pairs(lines: Sequence[Line]) -> frozenset[str]:
    """Return the pairs of Chinese characters within lines, those at the break of lines left out."""
    count = sum(len(line.text) for line in lines)
    if count < _FEWEST_PAIRS:
        return frozenset()
    return frozenset(
        pair for line in lines for pair in map("".join, pairwise(line.text)) if "\u4e00" <= pair[0] <= "\u9fff"
    )
