"""Joins printed lines to paragraphs."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from caselib.ingest.faults import where
from caselib.ingest.headlines import Judge
from caselib.ingest.lines import Line, width
from caselib.ingest.pagenotes import is_source_note
from caselib.ingest.planlines import PlanLine
from caselib.ingest.sections import is_colophon
from caselib.word.model import Block, Heading, Paragraph, Place, Run, Warning
from caselib.word.names import is_byline, is_institution, is_person
from caselib.word.outline import Numeral, ends_sentence, numeral, squeeze
from caselib.word.section_names import bare

_NEAR = 10
# 【背景】, （作者：…, and the label of a part
_STANDS_ALONE = re.compile(
    r"^(?:【[^】]{2,12}】|[（(](?:作者|供稿|执笔|撰稿|报送|推荐|选送)[^，。]{0,6}[:：系为是]|第\s*[一二三四五六七八九十\d]+\s*[编篇辑部卷]\s*$)"
)
_LEAD = re.compile(
    r"^(?:[（(][一二三四五六七八九十]+[）)]|[一二三四五六七八九十]+、|\d{1,2}[.．、])[^。！？]{2,30}。(?=\S{10})"
)


@dataclass(slots=True)
class Joined:
    """Blocks rebuilt from lines, and what was joined or doubted on the way."""

    blocks: list[Block] = field(default_factory=list)
    warnings: list[Warning] = field(default_factory=list)


def join(lines: Sequence[Line], *, wrapped: bool = True, plans: Mapping[int, PlanLine] | None = None) -> Joined:
    """Rebuild paragraphs and headings. ``wrapped``: the lines were broken at a width, not one to a paragraph.

    ``plans`` says which lines are titles, particulars and labels of lesson plans.
    """
    return _Joiner(lines, wrapped, plans or {}).run()


class _Joiner:
    def __init__(self, lines: Sequence[Line], wrapped: bool, plans: Mapping[int, PlanLine]) -> None:
        self.lines = lines
        self.plans = plans
        self.wrapped = wrapped
        self.result = Joined()
        self.measure = self._measure()
        self.indented = self._indented()
        self.usual = self._usual()
        self.measures = self._measures()
        self.judge = Judge(lines, self.measures, self.indented, planned=bool(plans))
        self.text: list[Line] = []

    def _measure(self) -> int:
        """The printed width of a full line in half-width columns."""
        widths = sorted(line.width + line.indent for line in self.lines if line.fixed is None and line.width >= 20)
        return widths[int(len(widths) * 0.75)] if widths else 80

    def _measures(self) -> list[int]:
        """The printed width of a full line around each line: a foreword is set wider than the columns behind it."""
        widths = [line.width + min(line.indent, 8) if line.fixed is None else 0 for line in self.lines]
        found: list[int] = []
        for index in range(len(widths)):
            near = sorted(value for value in widths[max(index - _NEAR, 0) : index + _NEAR + 1] if value >= 16)
            found.append(near[int(len(near) * 0.8)] if len(near) >= _NEAR else self.measure)
        return found

    def _indented(self) -> bool:
        """True when paragraphs begin with an indent."""
        texts = [line for line in self.lines if line.fixed is None and line.width >= 20]
        return sum(1 for line in texts if 2 <= line.indent <= 8) >= max(3, len(texts) // 12)

    def _usual(self) -> int:
        """The indent with which most paragraphs begin."""
        found = Counter(line.indent for line in self.lines if line.fixed is None and 2 <= line.indent <= 8)
        return found.most_common(1)[0][0] if found else 4

    def run(self) -> Joined:
        index = 0
        while index < len(self.lines):
            line = self.lines[index]
            self.measure = self.measures[index]
            taken = 1
            if line.fixed is not None:
                self._flush()
                self.result.blocks.append(line.fixed)
                self.judge.reset(line.fixed)
            elif (found := self._heading(index)) is not None:
                self._flush()
                heading, taken = found
                self.result.blocks.append(heading)
            elif self.text and index not in self.plans and self._continues(self.text[-1], line):
                if line.breaks == "page":
                    self.result.warnings.append(
                        Warning("joined_over_page", where(line), self.text[-1].text[-12:] + "|" + line.text[:12])
                    )
                self.text.append(line)
            else:
                self._flush()
                self.text = [line]
            index += taken
        self._flush()
        return self.result

    def _heading(self, index: int) -> tuple[Heading, int] | None:
        """Return the heading that begins on a line and the number of its lines, None for text."""
        line = self.lines[index]
        if index in self.plans:
            return self._of_plan(line, self.plans[index])
        level = self.judge.on_two_lines(index, self.text)
        if level is not None:
            second = self.lines[index + 1]
            text = squeeze(line.text) + _glue(line.text, second.text) + squeeze(second.text)
            place = Place(line.place.paragraph, line.place.start, second.place.end)
            return Heading(level, (Run(text),), guessed=True, place=place), 2
        text = squeeze(line.text)
        level = self.judge.level(index, text, self.text)
        return (Heading(level, (Run(text),), guessed=True, place=line.place), 1) if level is not None else None

    def _of_plan(self, line: Line, kind: PlanLine) -> tuple[Heading, int] | None:
        text = squeeze(line.text)
        if kind == "title":
            self.judge.reset()
            return Heading(1, (Run(text),), guessed=True, place=line.place), 1
        if kind == "label":
            return Heading(self.judge.label(text), (Run(text),), guessed=True, place=line.place), 1
        return None

    # -- paragraphs ---------------------------------------------------------------------------------------------

    def _continues(self, last: Line, line: Line) -> bool:
        """True when ``line`` goes on with the paragraph that ``last`` belongs to."""
        aside = last.indent > max(8, self.measure // 5)
        full = not aside and last.width + last.indent >= self.measure - max(5, self.measure // 9)
        finished = ends_sentence(last.text) or last.text.endswith(("：", ":"))
        if re.match(r"^[，。、；：！？）”》,.;:]", line.text) and not finished:
            return True
        if (
            (full or _STANDS_ALONE.match(last.text))
            and _is_open(last.text)
            and re.match(r"[^（(]{0,30}[）)]", line.text)
        ):
            return True
        if re.fullmatch(r"[（(\[【][^（()）\[\]【】]{2,40}[）)\]】]", last.text) and len(self.text) == 1:
            return False
        if is_source_note(line.text) or _are_rows(last.text, line.text):
            return False
        if len(self.text) == 1 and is_person(line.text):
            return False  # who wrote it, below a title as wide as the column; a sentence ends with a sign
        displayed = self._displayed()
        if self._separate(line) and (finished or not full or displayed):
            return False
        if displayed and not (full and line.breaks != "blank" and line.indent < 2):
            return False
        if finished:
            flows = self.wrapped and line.indent < 2 and line.breaks != "blank"
            whole = ends_sentence(line.text) or line.width >= self.measure * 0.8
            return flows and full and whole and not last.text.endswith(("：", ":"))
        if last.text.endswith(("，", "、", ",", "；")):
            return True
        if not self.wrapped:
            return line.breaks == "page" and last.width >= 40
        if self.indented and line.indent >= 2 and (line.breaks != "page" or line.indent == self.usual):
            return False
        if line.breaks == "blank":
            return full
        return (
            full
            or len(self.text) > 1
            or last.width >= self.measure * 0.6
            or (line.breaks == "page" and last.width >= 36)
        )

    def _displayed(self) -> bool:
        """True when the open text stands at the margin where paragraphs begin with an indent: a title, a byline."""
        if not self.indented or self.text[0].indent >= 2:
            return False
        before = self.result.blocks[-1] if self.result.blocks else None
        return not isinstance(before, Paragraph) or ends_sentence(before.text) or len(before.text) < 40

    def _separate(self, line: Line) -> bool:
        """True for a line that stands for itself: a numbered item, an office, a bracketed label."""
        text = line.text
        number = numeral(text)
        if number is not None and number.kind != "han_space" and (number.value == 1 or self._follows(number)):
            return not (self.text and not ends_sentence(self.text[-1].text) and self.text[-1].width >= self.measure - 5)
        if _STANDS_ALONE.match(text) or is_colophon(text):
            return True
        return is_institution(text) or (
            len(text) <= 40 and not re.search("[，；]", text) and is_byline(text) and not ends_sentence(text)
        )

    def _follows(self, number: Numeral) -> bool:
        started = "".join(line.text for line in self.text[:1])
        earlier = numeral(started)
        return (
            earlier is not None and earlier.kind == number.kind and number.value == earlier.value + 1
        ) or number.value == self.judge.counts.get(number.kind, 0) + 1

    def _flush(self) -> None:
        if not self.text:
            return
        pieces = [self.text[0].text]
        for before, line in pairwise(self.text):
            pieces += [_glue(before.text, line.text), line.text]
        text = "".join(pieces)
        first, last = self.text[0].place, self.text[-1].place
        place = Place(first.paragraph, first.start, last.end)
        if len(self.text) > 1 or not _is_byline(text):
            text = _close_gaps(text, wide=len(self.text) > 1 or width(text) > self.measure * 0.7)
        lead = _LEAD.match(text)
        if lead and len(bare(lead.group(0))) >= 2:
            block = Paragraph((Run(text[lead.end() :]),), "lead", lead=lead.group(0), place=place)
        else:
            block = Paragraph((Run(text),), place=place)
        self.result.blocks.append(block)
        self.text = []


def _is_open(text: str) -> bool:
    """True when a bracket is open at the end of a line."""
    return max(text.rfind("（"), text.rfind("(")) > max(text.rfind("）"), text.rfind(")"))


def _are_rows(one: str, two: str) -> bool:
    """True for rows of a table set with blanks: joined, the figures of one would run into those of the other."""
    gaps = [len(re.findall(r"\S[ \u3000]{3,}(?=\S)", text)) for text in (one, two)]
    return min(gaps) >= 1 or max(gaps) >= 2


def _is_byline(text: str) -> bool:
    """True for names parted by blanks: these blanks stay."""
    return len(text) <= 40 and bool(re.search(r"[ \u3000]", text)) and is_byline(text)


def _glue(before: str, after: str) -> str:
    """A blank between Latin words; a hyphenated word closes up; nothing between Chinese characters."""
    if before[-1:].isdecimal() and after[:1].isdecimal():
        return ""
    if before[-1:].isascii() and before[-1:].isalnum() and after[:1].isascii() and after[:1].isalnum():
        return " "
    if before[-1:] in ",.;:" and after[:1].isascii() and after[:1].isalpha():
        return " "
    return ""


def _close_gaps(text: str, *, wide: bool) -> str:
    """Remove the blanks that text recovery leaves between Chinese characters; ``wide`` ones part a unit from a name."""
    gap = r"[ \u3000]+" if wide else r" "
    return re.sub(
        rf"(?<=[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef])(?<![ \u3000]){gap}(?=[\u3001-\u303f\u4e00-\u9fff\uff00-\uffef])",
        "",
        text,
    )
