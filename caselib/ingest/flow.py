"""How well one printed line follows another: what indents, sentence ends and full lines say."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from caselib.ingest.lines import Line
from caselib.word.outline import ends_sentence, numeral

_NEAR_FULL = 3


@dataclass(frozen=True, slots=True)
class Flow:
    """What is known of a column: the printed width of its full lines, and whether paragraphs begin with an indent."""

    measure: int
    indented: bool

    def strain(self, one: Line, two: Line) -> int:
        """Return 0 where ``two`` may follow ``one`` in a column, up to 4 the less it may."""
        full = one.width + one.indent >= self.measure - _NEAR_FULL
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
    return Flow(measure, indented)
