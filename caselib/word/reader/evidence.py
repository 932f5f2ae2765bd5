"""What the paragraphs of a document say about themselves: sizes, numbers, neighbours; and what is concluded of each."""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence, Set
from dataclasses import dataclass

from caselib.word.names import is_institution
from caselib.word.outline import Numeral, ends_sentence, numeral, squeeze
from caselib.word.reader.context import RawParagraph
from caselib.word.section_names import is_section_name

STRONG = ("part", "chapter", "section", "article", "case", "han", "han_paren")
CAPTION = re.compile(
    r"^\s*(?:图|表|附图|附表|图表|Figure|Table|Fig\.)\s*[\d一二三四五六七八九十]+(?:\s*[-—.．]\s*\d+)*[\s:：、.．]?",
    re.I,
)

_LONGEST_NAME = 12
_SHORTEST_TEXT = 30
_FEWEST_NAMES = 3
_FEWEST_LETTERS = 3
_LETTERED = re.compile(r"^([A-LＡ-Ｌ])\s*[.．、:：]?\s*[\u4e00-\u9fff（(][^。；;，,？?！!]{1,18}$")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a paragraph is. ``role`` is heading, title, continuation, subtitle, byline, lead, caption, list, quote, toc or body."""

    role: str
    level: int = 0
    guessed: bool = False
    lead: int = 0
    note: str = ""


class Evidence:
    """The paragraphs outside tables, in order, and the verdicts reached so far by index."""

    def __init__(self, paragraphs: Sequence[RawParagraph], before_table: Set[int]) -> None:
        self.items = paragraphs
        self.before_table = before_table
        self.verdicts: dict[int, Verdict] = {}
        self.numbers: list[Numeral | None] = [numeral(self._full(item)) for item in paragraphs]
        self.body_size = self._body_size()
        self.body_font = self._body_font()
        self.cover_end = self._cover_end()
        self.plain_names = self._plain_names()
        self.signed_kinds = self._signed_kinds()
        self.lettered = self._lettered()

    @staticmethod
    def _full(item: RawParagraph) -> str:
        text = squeeze(item.text)
        return f"{item.label}{text}" if item.label and not item.bullet else text

    def _body_size(self) -> int:
        sizes: Counter[int] = Counter()
        for item in self.items:
            if len(item.text) > 40 or not item.look.kind:
                sizes[item.size] += len(item.text)
        return sizes.most_common(1)[0][0] if sizes else 0

    def _body_font(self) -> str:
        fonts: Counter[str] = Counter()
        for item in self.items:
            fonts[item.look.font] += len(item.text)
        return fonts.most_common(1)[0][0] if fonts else ""

    def _cover_end(self) -> int:
        """The first paragraph that is text: before it stand the lines of a cover, set large without heading anything."""
        for index, item in enumerate(self.items):
            text = squeeze(item.text)
            number = self.numbers[index]
            if (
                len(text) > 60
                or (len(text) > 20 and ends_sentence(text))
                or item.look.heading_level is not None
                or (number is not None and number.kind in (*STRONG, "arabic", "decimal2"))
            ):
                return index
        return 0

    def _next(self, index: int) -> int | None:
        for following in range(index + 1, min(index + 6, len(self.items))):
            if self.items[following].text.strip() or self.items[following].pictures:
                return following
        return None

    def _followed_by_text(self, index: int) -> bool:
        return index in self.before_table or self._next(index) is not None

    def _before(self, index: int) -> int | None:
        return next((at for at in range(index - 1, max(index - 4, -1), -1) if self.items[at].text.strip()), None)

    def _plain_names(self) -> set[int]:
        """Lines that are the usual name of a section and nothing else, before a text or a numbered heading: three at least."""
        found = [
            index
            for index, item in enumerate(self.items)
            if len(text := squeeze(item.text)) <= _LONGEST_NAME
            and not item.label
            and self.numbers[index] is None
            and is_section_name(text)
            and (after := self._next(index)) is not None
            and (len(self.items[after].text) > _SHORTEST_TEXT or self._is_numbered_heading(after))
        ]
        return set(found) if len({squeeze(self.items[index].text) for index in found}) >= _FEWEST_NAMES else set()

    def _lettered(self) -> set[int]:
        """The parts of a form that are called A 基本情况, B 案例概述, C …: in order, each once, with something between them."""
        found = [
            (index, match.group(1))
            for index, item in enumerate(self.items)
            if not item.label and not item.bullet and (match := _LETTERED.match(squeeze(item.text)))
        ]
        letters = "".join(unicodedata.normalize("NFKC", letter) for _, letter in found)
        apart = all(
            self._next(one) != two or one in self.before_table for (one, _), (two, _) in itertools.pairwise(found)
        )
        ordered = len(letters) >= _FEWEST_LETTERS and letters == "ABCDEFGHIJKL"[: len(letters)]
        return {index for index, _ in found} if ordered and apart else set()

    def _signed_kinds(self) -> set[str]:
        """The kinds of number, 一、 or 1., below which offices are named more than once: they count cases, not sections."""
        found = Counter(
            number.kind
            for index, number in enumerate(self.numbers)
            if number is not None
            and (after := self._next(index)) is not None
            and is_institution(squeeze(self.items[after].text))
        )
        return {kind for kind, count in found.items() if count > 1}

    def _counted_above(self) -> set[int]:
        """The titles of cases counted 一、 二、 above sections that are counted 一、 二、 too: larger, or in the middle.

        Only where they count through the document while the others begin anew below them.
        """
        for kind in ("han", "arabic"):
            found = [
                (index, number.value, (item.size, item.look.align == "center"))
                for index, (item, number) in enumerate(zip(self.items, self.numbers, strict=True))
                if number is not None and number.kind == kind and len(item.text) <= 60 and not ends_sentence(item.text)
            ]
            looks = {look for _, _, look in found}
            if len(looks) < 2:
                continue
            top = max(looks)
            above = [index for index, _, look in found if look == top]
            values = [value for _, value, look in found if look == top]
            anew = sum(1 for _, value, look in found if look != top and value == 1)
            if len(above) >= 2 and values == list(range(1, len(above) + 1)) and anew * 2 > len(above) and anew >= 2:
                return set(above)
        return set()

    def _is_numbered_heading(self, index: int) -> bool:
        number = self.numbers[index]
        return number is not None and number.kind in (*STRONG, "arabic", "decimal2")


def is_bold(item: RawParagraph) -> bool:
    """True when practically all of the paragraph's visible text is bold."""
    total = sum(len(run.text.strip()) for run in item.runs)
    return total > 0 and sum(len(run.text.strip()) for run in item.runs if run.bold) >= total * 0.9
