"""Tells the headings among printed lines from numerals and names that only happen to begin a line."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from caselib.ingest.lines import LOST_INDENT, Line, width
from caselib.ingest.sections import is_back_matter, is_foreword, key
from caselib.word.model import Block, Heading
from caselib.word.names import is_byline
from caselib.word.outline import Numeral, ends_sentence, numeral, squeeze
from caselib.word.section_names import bare, is_section_name

_TOP = ("part", "case", "chapter", "section", "han")
_COUNTED = ("arabic", "arabic_half", "arabic_paren", "decimal2")
_TWO_LINES = (*_TOP, "han_paren", "arabic")
_MAX_HEADING = 42
_MAX_TWO_LINES = 60
_MAX_ARABIC = 30
# 表1 台账, 图二, and the line below a code that leads to the page of a case
_CAPTION = re.compile(r"^[图表]\s*[\d一二三四五六七八九十]|扫码|二维码")


class Judge:
    """Judges line after line in reading order; keeps the count of each kind of number and the order of their nesting.

    ``measures`` is the printed width of a full line around each line; ``indented`` tells that paragraphs begin with an indent,
    ``planned`` that these are lesson plans, in which short lines come again that are no names of sections.
    """

    def __init__(
        self, lines: Sequence[Line], measures: Sequence[int], indented: bool, *, planned: bool = False
    ) -> None:
        self.lines = lines
        self.measures = measures
        self.indented = indented
        self.counts: dict[str, int] = {}
        self.order: list[str] = []
        self.recurring = set() if planned else _recurring(lines, measures)

    def reset(self, block: Block | None = None) -> None:
        """Begin counting anew: at a title, and at any real heading of the first two levels (``block``)."""
        if block is None or (isinstance(block, Heading) and block.level <= 2):
            self.counts.clear()
            self.order.clear()

    def level(self, index: int, text: str, pending: Sequence[Line]) -> int | None:
        """Return the level of the heading that line ``index`` is, None for text. ``pending``: the open paragraph."""
        if len(text) > _MAX_HEADING or re.search("[。；;]", text[:-1]):
            return None
        if is_foreword(text) or is_back_matter(text):
            self.reset()
            return 1
        number = numeral(text)
        if number is None:
            return self._named(index, text, pending)
        if not self._numbered(index, text, number, pending):
            return None
        if number.kind == "case":
            self.reset()
            return 1
        return self._place("han" if number.kind == "han_space" else number.kind, number.value)

    def label(self, text: str) -> int:
        """Return the level of a label of a lesson plan: one counted 一、 counts on, others stand above what is counted."""
        number = numeral(text)
        if number is not None and number.kind in ("han", "arabic", "han_paren") and self._in_order(number):
            return self._place(number.kind, number.value)
        self.reset()
        return self._place("plan", 1)

    def on_two_lines(self, index: int, pending: Sequence[Line]) -> int | None:
        """Return the level of a numbered heading that fills line ``index`` and ends on the next one."""
        line, text = self.lines[index], squeeze(self.lines[index].text)
        following = self.lines[index + 1] if index + 1 < len(self.lines) else None
        number = numeral(text)
        if number is None or number.kind not in _TWO_LINES or following is None or following.fixed is not None:
            return None
        measure = self.measures[index]
        tail = following.text
        if (
            not free(pending, measure)
            or line.width + line.indent < measure * 0.85 - (0 if self.indented else LOST_INDENT)
            or following.breaks
            or following.indent > 1
            or following.width >= measure * 0.8
            or len(text) + len(tail) > _MAX_TWO_LINES
            or re.search("[。；;：:！!]|^[，、）》”]", text + "\n" + tail)
            or ends_sentence(tail)
            or tail[-1] in "，、,"
            or numeral(tail) is not None
            or not self._begins(index + 2)
            or not self._in_order(number)
        ):
            return None
        if number.kind == "case":
            self.reset()
            return 1
        return self._place(number.kind, number.value)

    def _in_order(self, number: Numeral) -> bool:
        return number.value in (1, self.counts.get(number.kind, 0) + 1)

    def _named(self, index: int, text: str, pending: Sequence[Line]) -> int | None:
        usual = is_section_name(text)
        if not (usual or (key(text) in self.recurring and self._begins(index + 1))):
            return None
        if not free(pending, self.measures[index]) or self._runs_on(index):
            return None
        return self._place("mark" if re.match(r"^[【〖\[]", text) else "name", 1)

    def _numbered(self, index: int, text: str, number: Numeral, pending: Sequence[Line]) -> bool:
        rest = text[len(number.text) :].strip()
        measure = self.measures[index]
        begins = free(pending, measure)
        if number.kind == "han_space":  # 一 基本情况: nothing but the name tells it from a sentence
            return begins and is_section_name(rest) and not self._runs_on(index)
        if number.kind in ("circle", "letter", "article", "decimal3"):
            return False
        if pending and pending[-1].text.endswith(("；", ";")) and number.kind not in ("han", "case"):
            return False  # an item of a list within the sentence
        if number.kind == "case":
            return begins and not ends_sentence(text) and not text.endswith(("，", "、"))
        if not rest or ends_sentence(text) or rest[-1] in "，、；,;：:" or re.match(r"^[，。、；：%％\d]", rest):
            return False
        if number.kind == "arabic" and (len(rest) > _MAX_ARABIC or ("，" in rest and not self._stands_alone(index))):
            return False
        if self._runs_on(index) and width(text) >= measure - 6:
            return False
        in_order = self._in_order(number)
        if not begins:
            return (
                (in_order or (number.kind == "han" and is_section_name(text)))
                and number.kind in ("han", "han_paren", "chapter", "part")
                and len(rest) >= 3
                and width(text) < measure - 8
                and not self._runs_on(index)
            )
        if number.kind in _COUNTED:
            return in_order and not self._in_list(index, number) and not self._runs_on(index)
        return in_order or number.kind in _TOP or number.kind == "han_paren"

    def _stands_alone(self, index: int) -> bool:
        """True when a line ends early and the next one begins something."""
        line = self.lines[index]
        return line.width + line.indent < self.measures[index] * 0.9 and self._begins(index + 1)

    def _begins(self, index: int) -> bool:
        """True when line ``index`` begins a paragraph or a heading, as far as the page tells."""
        if index >= len(self.lines):
            return False
        line = self.lines[index]
        if line.fixed is not None or numeral(line.text) is not None:
            return True
        return line.indent >= 2 if self.indented else line.width + LOST_INDENT >= self.measures[index] * 0.8

    def _runs_on(self, index: int) -> bool:
        """True when the next line goes on in mid-sentence, so that this one is no heading."""
        line = self.lines[index]
        if index + 1 >= len(self.lines) or self.lines[index + 1].fixed is not None:
            return False
        following = self.lines[index + 1]
        if re.match(r"^[，。、；：！？）”》,.;:]", following.text):
            return True
        return (
            line.width + line.indent >= self.measures[index] - 4
            and following.indent == 0
            and (self.indented or ("，" in line.text and not following.breaks))
            and numeral(following.text) is None
            and line.width >= min(40, self.measures[index] * 0.8)
        )

    def _in_list(self, index: int, number: Numeral) -> bool:
        """True for an item among items: the next or the last line counts with it."""
        for at, value in ((index + 1, number.value + 1), (index - 1, number.value - 1)):
            line = self.lines[at] if 0 <= at < len(self.lines) else None
            text = re.sub(r"^附\s*件\s*[:：]\s*", "", line.text) if line is not None and line.fixed is None else ""
            other = numeral(text)
            if other is None or other.kind != number.kind:
                continue
            if other.value == value or (at > index and not is_section_name(self.lines[index].text)):
                return True
        return False

    def _place(self, kind: str, value: int) -> int:
        """Return the level of a heading kind: nested in order of first appearance, below the case title."""
        if kind in self.order:
            self.order = self.order[: self.order.index(kind) + 1]
            self.counts = {known: self.counts[known] for known in self.order if known in self.counts}
        else:
            if kind in ("han", "chapter", "mark", "name") and "han" not in self.order:
                self.order = [known for known in self.order if known in ("part", "chapter", "section", "plan")]
            self.order.append(kind)
        self.counts[kind] = value
        return min(1 + len(self.order), 6)


def free(pending: Sequence[Line], measure: int) -> bool:
    """True when the open paragraph is at an end, so that the next line may begin something."""
    if not pending:
        return True
    last = pending[-1]
    return (
        ends_sentence(last.text)
        or last.text[-1] in "：:"
        or (last.width < measure * 0.6 and len(pending) == 1 and not last.text.endswith(("，", "、", ",")))
        or (len(pending) == 1 and len(last.text) <= 40 and not re.search("[，；]", last.text) and is_byline(last.text))
    )


def _recurring(lines: Sequence[Line], measures: Sequence[int]) -> set[str]:
    """Keys of short lines that come again in case after case: this collection's own names of sections."""
    found: Counter[str] = Counter()
    for index, line in enumerate(lines):
        if line.fixed is not None or line.width > measures[index] * 0.7 or _at_edge(lines, index):
            continue
        text = squeeze(line.text)
        if (
            not _CAPTION.match(text)
            and 2 <= len(bare(text)) <= 14
            and not ends_sentence(text)
            and text[-1] not in "，、；：:,"
            and re.search("[\u4e00-\u9fff]{2}", text)
            and (numeral(text) is None or re.match("^[【〖]", text))
            and not is_byline(text)
        ):
            found[key(text)] += 2 if re.match("^[【〖]", text) else 1
    return {mark for mark, count in found.items() if count >= 3}


def _at_edge(lines: Sequence[Line], index: int) -> bool:
    """True for the first and the last line of a page: what comes again there is a running head."""
    return lines[index].breaks == "page" or index + 1 == len(lines) or lines[index + 1].breaks == "page"
