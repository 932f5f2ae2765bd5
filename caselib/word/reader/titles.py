"""Finds the title of a document and the lines around it: cover, second lines, units and people."""

from __future__ import annotations

import re

from caselib.word.names import is_byline, is_front_line, is_institution, is_office, is_remark, split_byline
from caselib.word.outline import ends_sentence, squeeze
from caselib.word.reader.coverlines import CoverLines
from caselib.word.reader.evidence import CAPTION, Verdict, is_bold
from caselib.word.section_names import is_section_name

_TITLE_AREA = 12
_MOST_BYLINES = 4
_ABSTRACT = re.compile(r"^[【\[〔]?\s*(?:摘\s*要|内容提要|关\s*键\s*[词字]|(?i:abstract))")


class TitleJudge(CoverLines):
    """Adds the verdicts title, continuation and byline around the title."""

    def _title(self) -> None:
        self._broken_headings()
        if any(verdict.role == "title" for verdict in self.verdicts.values()):
            self._bylines()
            return
        if self._title_as_heading():
            self._bylines()
            return
        for index in [at for at, verdict in self.verdicts.items() if verdict.role == "heading" and verdict.level == 1]:
            self._bylines(index, named_only=True)
        area: list[int] = []
        for index, item in enumerate(self.items):
            text = squeeze(item.text)
            verdict = self.verdicts.get(index)
            if verdict is not None and verdict.role == "heading":
                break
            if not text or verdict is not None or (not area and is_remark(text)):
                continue
            if (
                CAPTION.match(text)
                or len(text) > 50
                or (ends_sentence(text) and len(text) > 20)
                or self._is_numbered_heading(index)
                or index in self.lettered
                or (area and _ABSTRACT.match(text))
            ):
                break
            area.append(index)
            if len(area) >= _TITLE_AREA or index in self.before_table:
                break
        best = self._title_line(area)
        if best is None:
            return
        self.verdicts[best] = Verdict("title", 1, guessed=True)
        self._letters(best)
        self._second_lines(best)
        self._bylines(self._sizes(best))

    def _broken_headings(self) -> None:
        """Centred headings of one style below each other, nothing between: one heading broken by hand."""
        for index, verdict in list(self.verdicts.items()):
            before = self._before(index)
            if before is None or verdict.role not in ("heading", "title"):
                continue
            other = self.verdicts.get(before)
            if (
                other is not None
                and (other.role, other.level) in ((verdict.role, verdict.level), ("continuation", verdict.level))
                and self._is_second_line(before, index)
            ):
                self.verdicts[index] = Verdict("continuation", verdict.level)

    def _second_lines(self, title: int) -> None:
        """The lines of a title that was broken by hand, two more at most."""
        last = title
        for _ in range(2):
            following = self._next(last)
            if following is None or following in self.verdicts or not self._is_second_line(last, following):
                return
            self.verdicts[following] = Verdict("continuation", 1)
            last = following

    def _letters(self, title: int) -> None:
        """A title set one character to a line down the cover: 策, 划, 书."""
        last = title
        while len(squeeze(self.items[last].text)) == 1:
            following = self._next(last)
            if (
                following is None
                or following in self.verdicts
                or len(squeeze(self.items[following].text)) != 1
                or self.items[following].size != self.items[title].size
            ):
                return
            self.verdicts[following] = Verdict("continuation", 1)
            last = following

    def _is_second_line(self, first: int, second: int) -> bool:
        one, two = self.items[first], self.items[second]
        head, tail = squeeze(one.text), squeeze(two.text)
        return (
            one.look.align == two.look.align == "center"
            and one.size == two.size
            and is_bold(one) == is_bold(two)
            and not one.pictures
            and len(head) >= 6
            and len(tail) <= 40
            and second - first <= 2
            and not any(at in self.before_table for at in range(first, second))
            and self.numbers[second] is None
            and not two.label
            and not ends_sentence(head)
            and not is_institution(head)
            and not is_byline(tail)
            and not is_front_line(tail)
            and not tail.startswith(("摘要", "目录", "关键词"))
        )

    def _title_as_heading(self) -> bool:
        """The title of a file without a title style may stand as its first, centred, unnumbered heading."""
        for index, item in enumerate(self.items[:_TITLE_AREA]):
            text = squeeze(item.text)
            verdict = self.verdicts.get(index)
            if not text or (verdict is not None and verdict.role == "toc"):
                continue
            if verdict is None and (is_front_line(text) or is_byline(text)):
                continue
            if verdict is None or verdict.role != "heading" or verdict.level > 2 or item.label:
                return False
            if is_institution(text):
                self.verdicts[index] = Verdict("byline")
                continue
            levels = [known.level for known in self.verdicts.values() if known.role == "heading"]
            shortest = 6 if levels.count(verdict.level) > 1 else 2
            if item.look.align != "center" or self.numbers[index] is not None or not shortest <= len(text) <= 50:
                return False
            if min(levels) < verdict.level:
                return False
            self.verdicts[index] = Verdict("title", 1, guessed=True)
            return True
        return False

    def _title_line(self, area: list[int]) -> int | None:
        candidates = [
            index
            for index in area
            if not is_front_line(text := squeeze(self.items[index].text)) and not text.endswith("。")
        ]
        if not candidates:
            return None

        def weight(index: int) -> tuple[int, int, int]:
            item = self.items[index]
            size = item.size if item.size > self.body_size else self.body_size
            institution = 1 if is_institution(squeeze(item.text)) else 0
            return (size, int(is_bold(item)) + int(item.look.align == "center"), -institution)

        plain = (self.body_size, 0, 0)
        others = [
            index
            for index in candidates
            if not is_office(text := squeeze(self.items[index].text)) and not is_byline(text)
        ]
        if any(weight(index) > plain for index in others):
            candidates = others
        best = max(weight(index) for index in candidates)
        first = next(index for index in candidates if weight(index) == best)
        item = self.items[first]
        looks = item.size > self.body_size or is_bold(item) or item.look.align == "center"
        if not looks and len([other for other in self.items if other.text.strip()]) < 2:
            return None
        if looks or (first == candidates[0] and 4 <= len(squeeze(item.text)) <= 40 and not ends_sentence(item.text)):
            return first
        return None

    def _bylines(self, title: int | None = None, *, named_only: bool = False) -> None:
        """Short lines between the title and the first text or heading: subtitle, unit, authors, date.

        With ``named_only`` (below a real heading, which need not be a title) only lines that name units or people.
        """
        if title is None:
            title = next(index for index, verdict in self.verdicts.items() if verdict.role == "title")
        for index in range(0 if not named_only else title, title):
            if not self.items[index].text.strip():
                continue
            if is_institution(squeeze(self.items[index].text)):
                self.verdicts[index] = Verdict("byline")
            if is_remark(squeeze(self.items[index].text)):
                continue
            self.verdicts.setdefault(index, Verdict("byline"))
        lines = [index for index in range(title + 1, len(self.items)) if self.items[index].text.strip()]
        while lines and (known := self.verdicts.get(lines[0])) and known.role in ("continuation", "subtitle"):
            lines = lines[1:]
        for index in lines[:6]:
            text = squeeze(self.items[index].text)
            if (
                index in self.verdicts
                or CAPTION.match(text)
                or len(text) > 50
                or (ends_sentence(text) and len(text) > 16)
            ):
                return
            if (
                self._is_numbered_heading(index)
                or index in self.lettered
                or is_section_name(text)
                or re.match(r"^[【\[]?(摘\s*要|关键词|内容提要)", text)
            ):
                return
            if not is_byline(text) and not named_only and self._heads_text(index):
                return
            centred = self.items[index].look.align in ("center", "right")
            if not is_byline(text) and (named_only or not centred or self._opens_case(index)):
                return
            self.verdicts[index] = Verdict("byline")

    def _heads_text(self, index: int) -> bool:
        """True for the first heading of a text, right above its first words, that is set as those further down."""
        following = self._next(index)
        text = "" if following is None else squeeze(self.items[following].text)
        return (len(text) > 60 or (len(text) > 20 and ends_sentence(text))) and self.set_further_down(index)

    def _opens_case(self, index: int) -> bool:
        """True below the title of a collection for the title of its first case: signed, and set as others are further down."""
        item, following = self.items[index], self._next(index)
        if following is None or not any(split_byline(squeeze(self.items[following].text))):
            return False
        others = self.set_alike(index, self.cover_end, shortest=4)
        return item.size > self.body_size and next(others, None) is not None

    def _signs(self, index: int) -> bool:
        """True for a line that names units or people below the heading of a case, in smaller or lighter letters.

        Below the numbered section of a text an office, 办公室, heads what follows, unless one of the two stands in the middle.
        """
        item, text = self.items[index], squeeze(self.items[index].text)
        if len(text) > 50 or not is_byline(text):
            return False
        above = self._before(index)
        for _ in range(_MOST_BYLINES):
            if above is None or not self._is_credit(above):
                break
            above = self._before(above)
        if above is None or above not in self.verdicts or self.verdicts[above].role not in ("heading", "continuation"):
            return False
        head, number = self.items[above], self.numbers[above]
        centred = "center" in (item.look.align, head.look.align)
        titled = number is None or number.kind in ("case", *self.signed_kinds)
        weaker = item.size < head.size or (is_bold(head) and not is_bold(item))
        if weaker:
            return centred or titled or bool(split_byline(text)[1])
        return item.size == head.size and centred and titled

    def _is_credit(self, index: int) -> bool:
        """True for a line that is a byline already, or that will be one: an office in the middle is no heading."""
        verdict = self.verdicts.get(index)
        return verdict.role == "byline" if verdict is not None else is_byline(squeeze(self.items[index].text))
