"""Joins printed lines to paragraphs and tells headings from numerals that only happen to begin a line."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from caselib.ingest.lines import Line, width
from caselib.ingest.sections import bare, is_back_matter, is_foreword, is_section_name
from caselib.word.model import Block, Heading, Paragraph, Place, Run, Warning
from caselib.word.names import is_institution
from caselib.word.outline import Numeral, ends_sentence, numeral, squeeze

_TOP = ("part", "case", "chapter", "section", "han")
_MAX_HEADING = 42
_NEAR = 10
_LEAD = re.compile(
    r"^(?:[（(][一二三四五六七八九十]+[）)]|[一二三四五六七八九十]+、|\d{1,2}[.．、])[^。！？]{2,30}。(?=\S{10})"
)


@dataclass(slots=True)
class Joined:
    """Blocks rebuilt from lines, and what was joined or doubted on the way."""

    blocks: list[Block] = field(default_factory=list)
    warnings: list[Warning] = field(default_factory=list)


def join(lines: Sequence[Line], *, wrapped: bool = True) -> Joined:
    """Rebuild paragraphs and headings. ``wrapped``: the lines were broken at a width, not one to a paragraph."""
    return _Joiner(lines, wrapped).run()


class _Joiner:
    def __init__(self, lines: Sequence[Line], wrapped: bool) -> None:
        self.lines = lines
        self.wrapped = wrapped
        self.result = Joined()
        self.measure = self._measure()
        self.indented = self._indented()
        self.measures = self._measures()
        self.counts: dict[str, int] = {}
        self.order: list[str] = []
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

    def run(self) -> Joined:
        for index, line in enumerate(self.lines):
            self.measure = self.measures[index]
            if line.fixed is not None:
                self._flush()
                self.result.blocks.append(line.fixed)
                self._fixed(line.fixed)
            elif (heading := self._heading(index, line)) is not None:
                self._flush()
                self.result.blocks.append(heading)
            elif self.text and self._continues(self.text[-1], line):
                if line.breaks == "page":
                    self.result.warnings.append(
                        Warning("joined_over_page", self._where(line), self.text[-1].text[-12:] + "|" + line.text[:12])
                    )
                self.text.append(line)
            else:
                self._flush()
                self.text = [line]
        self._flush()
        return self.result

    def _fixed(self, block: Block) -> None:
        if isinstance(block, Heading) and block.level <= 2:
            self.counts.clear()
            self.order.clear()

    @staticmethod
    def _where(line: Line) -> str:
        return f"¶{line.place.paragraph + 1}"

    # -- headings -----------------------------------------------------------------------------------------------

    def _heading(self, index: int, line: Line) -> Heading | None:
        text = squeeze(line.text)
        level = self._level(index, line, text)
        if level is None:
            return None
        return Heading(level, (Run(text),), guessed=True, place=line.place)

    def _level(self, index: int, line: Line, text: str) -> int | None:
        if len(text) > _MAX_HEADING:
            return None
        if is_foreword(text) or is_back_matter(text):
            self.counts.clear()
            self.order.clear()
            return 1
        number = numeral(text)
        if number is None:
            if is_section_name(text) and self._free(line) and not self._runs_on(index):
                return self._place("name", 1) if not re.match(r"^[【〖\[]", text) else self._place("mark", 1)
            return None
        if not self._numbered(index, line, text, number):
            return None
        if number.kind == "case":
            self.counts.clear()
            self.order.clear()
            return 1
        return self._place(number.kind, number.value)

    def _numbered(self, index: int, line: Line, text: str, number: Numeral) -> bool:
        rest = text[len(number.text) :].strip()
        if number.kind in ("han_space", "circle", "letter", "article", "decimal3"):
            return False
        if number.kind == "case":
            return self._free(line) and not ends_sentence(text) and not text.endswith(("，", "、"))
        if not rest or ends_sentence(text) or rest[-1] in "，、；,;：:" or re.match(r"^[，。、；：%％\d]", rest):
            return False
        if number.kind == "arabic" and (len(rest) > 24 or re.search(r"[，；]", rest)):
            return False
        if self._runs_on(index) and width(text) >= self.measure - 6:
            return False
        expected = self.counts.get(number.kind, 0) + 1
        in_order = number.value == expected or number.value == 1
        if not self._free(line):
            return (
                (in_order or (number.kind == "han" and is_section_name(text)))
                and number.kind in ("han", "han_paren", "chapter", "part")
                and len(rest) >= 3
                and width(text) < self.measure - 8
                and not self._runs_on(index)
            )
        if number.kind in ("arabic", "arabic_half", "arabic_paren", "decimal2"):
            return in_order and not self._sibling_next(index, number) and not self._runs_on(index)
        return in_order or number.kind in _TOP or number.kind == "han_paren"

    def _free(self, line: Line) -> bool:
        """True when the text before this line is at an end, so that the line may begin something."""
        if not self.text:
            return True
        last = self.text[-1].text
        return (
            ends_sentence(last)
            or last[-1] in "：:"
            or (
                self.text[-1].width < self.measure * 0.6
                and len(self.text) == 1
                and not last.endswith(("，", "、", ","))
            )
        )

    def _runs_on(self, index: int) -> bool:
        """True when the next line goes on in mid-sentence, so that this one is no heading."""
        line = self.lines[index]
        if index + 1 >= len(self.lines) or self.lines[index + 1].fixed is not None:
            return False
        following = self.lines[index + 1]
        if re.match(r"^[，。、；：！？）”》,.;:]", following.text):
            return True
        return (
            line.width + line.indent >= self.measure - 4
            and following.indent == 0
            and self.indented
            and numeral(following.text) is None
            and line.width >= 40
        )

    def _sibling_next(self, index: int, number: Numeral) -> bool:
        following = self.lines[index + 1] if index + 1 < len(self.lines) else None
        other = numeral(following.text) if following is not None and following.fixed is None else None
        return other is not None and other.kind == number.kind

    def _place(self, kind: str, value: int) -> int:
        """Return the level of a heading kind: nested in order of first appearance, below the case title."""
        if kind in self.order:
            self.order = self.order[: self.order.index(kind) + 1]
            self.counts = {known: self.counts[known] for known in self.order if known in self.counts}
        else:
            if kind in ("han", "chapter", "mark", "name") and "han" not in self.order:
                self.order = [known for known in self.order if known in ("part", "chapter", "section")]
            self.order.append(kind)
        self.counts[kind] = value
        return min(1 + len(self.order), 6)

    # -- paragraphs ---------------------------------------------------------------------------------------------

    def _continues(self, last: Line, line: Line) -> bool:
        """True when ``line`` goes on with the paragraph that ``last`` belongs to."""
        aside = last.indent > max(8, self.measure // 5)
        full = not aside and last.width + last.indent >= self.measure - max(5, self.measure // 9)
        finished = ends_sentence(last.text) or last.text.endswith(("：", ":"))
        if re.match(r"^[，。、；：！？）”》,.;:]", line.text) and not finished:
            return True
        if re.fullmatch(r"[（(\[【][^（()）\[\]【】]{2,40}[）)\]】]", last.text) and len(self.text) == 1:
            return False
        if self._separate(line) and (finished or not full):
            return False
        if finished:
            flows = self.wrapped and line.indent < 2 and line.breaks != "blank"
            whole = ends_sentence(line.text) or line.width >= self.measure * 0.8
            return flows and full and whole and not last.text.endswith(("：", ":"))
        if last.text.endswith(("，", "、", ",", "；")):
            return True
        if not self.wrapped:
            return line.breaks == "page" and last.width >= 40
        if line.indent >= 2 and self.indented and line.breaks != "page":
            return False
        if line.breaks == "blank":
            return full
        return (
            full
            or len(self.text) > 1
            or last.width >= self.measure * 0.6
            or (line.breaks == "page" and last.width >= 36)
        )

    def _separate(self, line: Line) -> bool:
        """True for a line that stands for itself: a numbered item, an office, a bracketed label."""
        text = line.text
        number = numeral(text)
        if number is not None and number.kind != "han_space" and (number.value == 1 or self._follows(number)):
            return not (self.text and not ends_sentence(self.text[-1].text) and self.text[-1].width >= self.measure - 5)
        return is_institution(text) or bool(re.match(r"^【[^】]{2,12}】", text))

    def _follows(self, number: Numeral) -> bool:
        started = "".join(line.text for line in self.text[:1])
        earlier = numeral(started)
        return (
            earlier is not None and earlier.kind == number.kind and number.value == earlier.value + 1
        ) or number.value == self.counts.get(number.kind, 0) + 1

    def _flush(self) -> None:
        if not self.text:
            return
        text = self.text[0].text
        for line in self.text[1:]:
            text += _glue(text, line.text) + line.text
        first, last = self.text[0].place, self.text[-1].place
        place = Place(first.paragraph, first.start, last.end)
        text = _close_gaps(text, wide=len(self.text) > 1 or width(text) > self.measure * 0.7)
        lead = _LEAD.match(text)
        if lead and len(bare(lead.group(0))) >= 2:
            block = Paragraph((Run(text[lead.end() :]),), "lead", lead=lead.group(0), place=place)
        else:
            block = Paragraph((Run(text),), place=place)
        self.result.blocks.append(block)
        self.text = []


def _glue(before: str, after: str) -> str:
    """A blank between Latin words; a hyphenated word closes up; nothing between Chinese characters."""
    if before[-1:].isdigit() and after[:1].isdigit():
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
