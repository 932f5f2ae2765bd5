"""Decides what each paragraph is: heading and level, byline, lead, caption, list or plain text.

Real heading styles decide first. Without them a Chinese manuscript shows its headings by number, weight, size, font
and place; what is concluded from these is marked ``guessed``. Pure: works on raw paragraphs, touches no XML.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence, Set
from dataclasses import dataclass

from caselib.word.names import is_byline, is_institution
from caselib.word.outline import Numeral, ends_sentence, numeral, squeeze
from caselib.word.reader.context import RawParagraph

_MAX_HEADING = 60
_MAX_PLAIN_HEADING = 36
_STYLED_MAX = 80
_TITLE_AREA = 12
_RANKS = {"part": 0, "case": 1, "chapter": 2, "section": 3, "han": 4, "han_paren": 5}
_DECIMALS = {"arabic": 0, "decimal2": 1, "decimal3": 2}
_STRONG = ("part", "chapter", "section", "article", "case", "han", "han_paren")
_CAPTION = re.compile(
    r"^\s*(?:图|表|附图|附表|图表|Figure|Table|Fig\.)\s*[\d一二三四五六七八九十]+(?:\s*[-—.．]\s*\d+)*[\s:：、.．]?",
    re.I,
)
_CLOSING = ("参考文献", "附录", "致谢", "后记", "思考题", "讨论题")
_VALUE = re.compile(r"[=＝]\s*[\d.]+|^\S{1,12}[:：]\s*[\d.]+%?$")
_LEAD_END = "。：:；;.．！？"
_NOT_TITLE = re.compile(
    r"^[（(].*[）)]$|^\d{4}\s*年|^最近更新|^(?:作者|设计者|撰稿|执笔|授课人|日期|时间)[:：\s]|^\W*$"
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a paragraph is. ``role`` is heading, title, byline, lead, caption, list, quote, toc or body."""

    role: str
    level: int = 0
    guessed: bool = False
    lead: int = 0
    note: str = ""


@dataclass(frozen=True, slots=True)
class _Open:
    """A guessed heading whose section is still open."""

    kind: str
    level: int
    size: int


def judge(paragraphs: Sequence[RawParagraph], before_table: Set[int] = frozenset()) -> list[Verdict]:
    """Return one verdict for each paragraph outside tables, in order. ``before_table``: a table follows these."""
    return _Judge(paragraphs, before_table).run()


class _Judge:
    def __init__(self, paragraphs: Sequence[RawParagraph], before_table: Set[int]) -> None:
        self.items = paragraphs
        self.before_table = before_table
        self.verdicts: dict[int, Verdict] = {}
        self.numbers: list[Numeral | None] = [numeral(self._full(item)) for item in paragraphs]
        self.body_size = self._body_size()
        self.body_font = self._body_font()

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

    def run(self) -> list[Verdict]:
        self._contents()
        self._styled()
        self._title()
        self._faked()
        self._rest()
        return [self.verdicts[index] for index in range(len(self.items))]

    # -- tables of contents -------------------------------------------------------------------------------------

    def _contents(self) -> None:
        for index, item in enumerate(self.items):
            if item.toc:
                self.verdicts[index] = Verdict("toc")
        for index, item in enumerate(self.items):
            if squeeze(item.text) in ("目录", "目次", "总目录") and index not in self.verdicts:
                self._typed_contents(index)

    def _typed_contents(self, start: int) -> None:
        """A typed table of contents: the lines after 目录 until one of them comes again as the body's first heading."""
        seen: dict[str, int] = {}
        for index in range(start + 1, min(start + 400, len(self.items))):
            if index in self.verdicts:
                continue
            text = _contents_key(self.items[index].text)
            if not text:
                continue
            if len(text) > 60 or ends_sentence(text):
                return
            if text in seen:
                for inside in range(start, index):
                    self.verdicts.setdefault(inside, Verdict("toc"))
                return
            seen[text] = index

    # -- real styles --------------------------------------------------------------------------------------------

    def _styled(self) -> None:
        for index, item in enumerate(self.items):
            if index in self.verdicts or not item.text.strip():
                continue
            kind = item.look.kind
            level = item.look.heading_level
            if kind == "title":
                self.verdicts[index] = Verdict("title", 1)
            elif kind == "subtitle":
                self.verdicts[index] = Verdict("byline")
            elif level is not None:
                self.verdicts[index] = self._styled_heading(item, level)
            elif kind in ("caption", "quote", "byline"):
                self.verdicts[index] = Verdict(kind)

    def _styled_heading(self, item: RawParagraph, level: int) -> Verdict:
        text = squeeze(item.text)
        article = numeral(item.label)
        sentence = ends_sentence(text) and (
            len(text) > 20 or level > 2 or (article is not None and article.kind == "article")
        )
        if len(text) > _STYLED_MAX or sentence or (len(text) > 12 and text.endswith("：")):
            return Verdict("list" if item.label else "body", note="heading_demoted")
        return Verdict("heading", min(level, 6))

    # -- title --------------------------------------------------------------------------------------------------

    def _title(self) -> None:
        if any(verdict.role == "title" for verdict in self.verdicts.values()):
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
            if not text or verdict is not None:
                continue
            if (
                _CAPTION.match(text)
                or len(text) > 50
                or (ends_sentence(text) and len(text) > 20)
                or self._is_numbered_heading(index)
            ):
                break
            area.append(index)
            if len(area) >= _TITLE_AREA:
                break
        best = self._title_line(area)
        if best is None:
            return
        self.verdicts[best] = Verdict("title", 1, guessed=True)
        self._bylines(best)

    def _is_numbered_heading(self, index: int) -> bool:
        number = self.numbers[index]
        return number is not None and number.kind in (*_STRONG, "arabic", "decimal2")

    def _title_line(self, area: list[int]) -> int | None:
        candidates = [index for index in area if not _NOT_TITLE.match(squeeze(self.items[index].text))]
        if not candidates:
            return None

        def weight(index: int) -> tuple[int, int, int]:
            item = self.items[index]
            size = item.size if item.size > self.body_size else self.body_size
            institution = 1 if is_institution(squeeze(item.text)) else 0
            return (size, int(is_bold(item)) + int(item.look.align == "center"), -institution)

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
            if self.items[index].text.strip():
                self.verdicts.setdefault(index, Verdict("byline"))
        lines = [index for index in range(title + 1, len(self.items)) if self.items[index].text.strip()]
        for index in lines[:6]:
            text = squeeze(self.items[index].text)
            if (
                index in self.verdicts
                or _CAPTION.match(text)
                or len(text) > 50
                or (ends_sentence(text) and len(text) > 16)
            ):
                return
            if self._is_numbered_heading(index) or re.match(r"^[【\[]?(摘\s*要|关键词|内容提要)", text):
                return
            centred = self.items[index].look.align in ("center", "right")
            if not is_byline(text) and (named_only or not centred):
                return
            self.verdicts[index] = Verdict("byline")

    # -- faked headings -----------------------------------------------------------------------------------------

    def _faked(self) -> None:
        stack: list[_Open] = []
        current = 0
        for index, item in enumerate(self.items):
            verdict = self.verdicts.get(index)
            if verdict is not None:
                if verdict.role in ("heading", "title"):
                    current, stack = (verdict.level if verdict.role == "heading" else 1), []
                continue
            kind = self._faked_kind(index, item)
            if kind is None and squeeze(item.text).rstrip("：:") in _CLOSING and self._followed_by_text(index):
                kind = stack[0].kind if stack else f"look {item.size}"
            if kind is None:
                continue
            if self._continues(index, kind):
                self.verdicts[index] = Verdict("continuation")
                continue
            stack = _closed(stack, kind, item.size)
            if not stack or stack[-1].kind != kind:
                level = min((stack[-1].level if stack else current) + 1, 6)
                stack.append(_Open(kind, max(level, 2), item.size))
            self.verdicts[index] = Verdict("heading", stack[-1].level, guessed=True)

    def _continues(self, index: int, kind: str) -> bool:
        """True for the second line of a centred heading that was broken by hand."""
        if index == 0 or not kind.startswith("look"):
            return False
        item, before = self.items[index], self.items[index - 1]
        verdict = self.verdicts.get(index - 1)
        return (
            verdict is not None
            and verdict.role in ("heading", "title")
            and before.size == item.size
            and item.look.align == before.look.align == "center"
            and is_bold(item) == is_bold(before)
            and len(before.text.strip()) >= 8
            and not is_institution(squeeze(before.text))
        )

    def _faked_kind(self, index: int, item: RawParagraph) -> str | None:
        text = squeeze(item.text)
        if not text or item.bullet or item.boxed or item.pictures or _CAPTION.match(text):
            return None
        number = self.numbers[index]
        strong_look = self._stands_out(item)
        if number is not None:
            if not self._numbered_heading(index, text, number, strong_look):
                return None
            return "han" if number.kind == "han_space" else number.kind
        if not strong_look or len(text) > _MAX_PLAIN_HEADING or text[-1] in "。；;，,、" or "\n" in item.text.strip():
            return None
        if (
            item.look.align in ("right", "end")
            or not re.search(r"[\u4e00-\u9fffA-Za-z]{2}", text)
            or _VALUE.search(text)
        ):
            return None
        if _NOT_TITLE.match(text) or re.match(r"^[^:：]{2,8}[:：]\s*\S+", text):
            return None
        if not self._followed_by_text(index) or (is_bold(item) and text.endswith("：") and len(text) > 16):
            return None
        return f"look {item.size}"

    def _numbered_heading(self, index: int, text: str, number: Numeral, strong_look: bool) -> bool:
        bare = text if self.items[index].label else text[len(number.text) :].strip()
        if not bare or len(text) > _MAX_HEADING:
            return False
        if number.kind == "article":
            return bool(re.match(r"^【[^】]{1,40}】$", bare)) or (strong_look and len(bare) <= 20)
        if number.kind == "case":
            return True
        if ends_sentence(text) and not (strong_look and number.kind in _STRONG and len(text) <= 40):
            return False
        if text[-1] in "，,、；;：:" and not strong_look:
            return False
        if strong_look:
            return True
        if number.kind in ("han_space", "circle") or len(bare) > _MAX_PLAIN_HEADING:
            return False
        return (
            self._followed_by_text(index)
            and not self._sibling_next(index, number)
            and not self._ends_list(index, number)
        )

    def _stands_out(self, item: RawParagraph) -> bool:
        if is_bold(item) or item.size > self.body_size + 1:
            return True
        if item.look.align == "center" and len(item.text.strip()) <= 30 and not _CAPTION.match(item.text):
            return item.size >= self.body_size
        return bool(
            item.look.font
            and self.body_font
            and item.look.font != self.body_font
            and re.search("黑体|楷|小标宋|Hei|Kai", item.look.font)
        )

    def _next(self, index: int) -> int | None:
        for following in range(index + 1, min(index + 6, len(self.items))):
            if self.items[following].text.strip() or self.items[following].pictures:
                return following
        return None

    def _followed_by_text(self, index: int) -> bool:
        return index in self.before_table or self._next(index) is not None

    def _sibling_next(self, index: int, number: Numeral) -> bool:
        """True when the next line is the next number of the same kind: a list, not headings."""
        following = self._next(index)
        other = None if following is None else self.numbers[following]
        return other is not None and other.kind == number.kind

    def _ends_list(self, index: int, number: Numeral) -> bool:
        """True when the line before is the number before, and no heading: the last line of a list."""
        before = next((at for at in range(index - 1, max(index - 6, -1), -1) if self.items[at].text.strip()), None)
        other = None if before is None else self.numbers[before]
        return (
            other is not None
            and other.kind == number.kind
            and other.value == number.value - 1
            and before not in self.verdicts
        )

    # -- everything else ----------------------------------------------------------------------------------------

    def _rest(self) -> None:
        for index, item in enumerate(self.items):
            if index in self.verdicts:
                continue
            text = item.text.strip()
            if _CAPTION.match(text) and len(text) <= 60 and not ends_sentence(text) and self._near_object(index, item):
                self.verdicts[index] = Verdict("caption")
            elif lead := lead_length(item):
                self.verdicts[index] = Verdict("lead", lead=lead)
            elif item.label:
                self.verdicts[index] = Verdict("list")
            else:
                self.verdicts[index] = Verdict("body")

    def _near_object(self, index: int, item: RawParagraph) -> bool:
        if item.look.align == "center":
            return True
        for near in (index - 1, index + 1):
            if 0 <= near < len(self.items) and self.items[near].pictures:
                return True
        return bool(item.pictures)


def _closed(stack: list[_Open], kind: str, size: int) -> list[_Open]:
    """Return ``stack`` without the headings that one of ``kind`` closes."""
    for depth, known in enumerate(stack):
        if known.kind == kind:
            return stack[: depth + 1]
    while stack and _outranks(kind, size, stack[-1]):
        stack = stack[:-1]
    return stack


def _outranks(kind: str, size: int, known: _Open) -> bool:
    if kind.startswith("look"):
        return size > known.size
    for ranks in (_RANKS, _DECIMALS):
        if kind in ranks and known.kind in ranks:
            return ranks[kind] < ranks[known.kind]
    return False


def is_bold(item: RawParagraph) -> bool:
    """True when practically all of the paragraph's visible text is bold."""
    total = sum(len(run.text.strip()) for run in item.runs)
    return total > 0 and sum(len(run.text.strip()) for run in item.runs if run.bold) >= total * 0.9


def lead_length(item: RawParagraph) -> int:
    """Return the length of a run-in lead: bold or display words that end like a sentence, with plain text after them."""
    length = 0
    for run in item.runs:
        if not run.bold and run.text.strip():
            break
        length += len(run.text)
    text = item.text
    if item.front_marked and 0 < item.front < len(text):
        return item.front
    if item.front < len(text):
        length = max(length, item.front)
    head = text[:length].rstrip()
    if not 2 <= len(head.strip()) <= 45 or len(text) - length < 10 or (item.bullet and len(head) < 3):
        return 0
    if head[-1] in _LEAD_END:
        return length
    if text[length] in "：:。":
        return length + 1
    return 0


def _contents_key(line: str) -> str:
    """Return an entry of a typed table of contents without dots and page number, for comparison."""
    text = re.sub(r"[.．…·。\s\t]*[(（]?\d{0,4}[)）]?\s*$", "", line.strip())
    return re.sub(r"\s+", "", text)
