"""Decides what each paragraph is: heading and level, byline, lead, caption, list or plain text.

Real heading styles decide first. Without them a Chinese manuscript shows its headings by number, weight, size, font
and place; what is concluded from these is marked ``guessed``. Pure: works on raw paragraphs, touches no XML.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence, Set
from dataclasses import dataclass

from caselib.word.names import is_byline, is_institution, is_office, is_particular
from caselib.word.outline import Numeral, ends_sentence, numeral, squeeze
from caselib.word.reader.context import RawParagraph
from caselib.word.reader.coverlines import series
from caselib.word.reader.evidence import CAPTION, STRONG, Verdict, is_bold
from caselib.word.reader.titles import TitleJudge

_MAX_HEADING = 60
_MAX_PLAIN_HEADING = 36
_STYLED_MAX = 80
_RANKS = {"part": 0, "case": 1, "chapter": 2, "section": 3, "han": 4, "han_paren": 5}
_DECIMALS = {"arabic": 0, "decimal2": 1, "decimal3": 2}
_CLOSING = ("参考文献", "附录", "致谢", "后记", "思考题", "讨论题")
_VALUE = re.compile(r"[=＝]\s*[\d.]+|^\S{1,12}[:：]\s*[\d.]+%?$")
# A field of a cover with what was filled in, 学 院：计算机学院, however it is set.
_FIELD = re.compile(r"^[\u4e00-\u9fff\s]{2,7}[:：]\s*\S")
_COLON = re.compile(r"^([^:：]{2,8})[:：]\s*(\S.*)")
_SHORTEST_VALUE = 3
_FIELD_LABEL = re.compile(
    r"(?:单位|部门|院系|学院|学校|专业|班级|班次|年级|学科|课程|课题|项目|题目|标题|名称|姓名|编号|学号|代码|类别|类型|级别|密级|时间|日期|地点|地址|电话|手机|邮箱|"
    r"教师|老师|导师|成员|人|者|职务|职称|对象|课时|学时|教材|版本|来源|出处|关键词|摘\s*要|字数|备注|说明|要求|目标|重点|难点|方法|工具|方式|形式|[注按图表])$"
)
_CODE = re.compile(r"^//|[=!<>]=|[;{}]|\w\[\d|\w\(\)")
_ABSTRACT = re.compile(
    r"^[【\[〔]?\s*(?:[内中][容文]|案例)?(?:摘\s*要|提\s*要|关\s*键\s*[词字]|主\s*题\s*词)\s*[】\]〕]?\s*[:：]?$"
    r"|^(?:abstract|key\s?words?)[:：]?$",
    re.I,
)
# Answers to choose from on one line, A. 打击 B. 限制, and a question with its empty brackets.
_ANSWERS = re.compile(
    r"^[A-G]\s*[.．、)）].+?(?:\s|(?<=[\u4e00-\u9fff）)]))[B-H]\s*[.．、)）]|[（(【]\s*[A-H]{0,5}\s*[）)】]\s*$"
)
# Parts of a lesson plan that is all tables and short lines: no cover has them.
_PLAN_PART = re.compile(
    r"^(?:教学(?:目标|重点|难点|重难点|过程|方法|准备|反思|评价|环节|流程|资源)|板书(?:设计)?|学情分析|教材分析|作业(?:设计|布置)|课后反思)$"
)
_MARKED = re.compile(r"^【[^【】]{2,16}】$|^〖[^〖〗]{2,16}〗$")
_LEAD_END = "。：:；;.．！？"
_AFTER_ALL = ("参考文献", "附录", "致谢", "后记")
_SIGNATURE = re.compile(r"[人者][:：]$|(?:签字|签名|盖章|签章)[)）]?\s*[:：]?$|^[甲乙丙]方|电话[:：]?$")


@dataclass(frozen=True, slots=True)
class _Open:
    """A guessed heading whose section is still open."""

    kind: str
    level: int
    size: int


def judge(paragraphs: Sequence[RawParagraph], before_table: Set[int] = frozenset()) -> list[Verdict]:
    """Return one verdict for each paragraph outside tables, in order. ``before_table``: a table follows these."""
    return _Judge(paragraphs, before_table).run()


class _Judge(TitleJudge):
    def run(self) -> list[Verdict]:
        self._contents()
        self._styled()
        self._title()
        self._faked()
        self._rest()
        return [self.verdicts[index] for index in range(len(self.items))]

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
        if _FIELD.match(text) and (is_particular(text) or is_byline(text)):
            return Verdict("byline")
        article = numeral(item.label)
        sentence = ends_sentence(text) and (
            len(text) > 20 or level > 2 or (article is not None and article.kind == "article")
        )
        if len(text) > _STYLED_MAX or sentence or (len(text) > 12 and text.endswith("：")):
            return Verdict("list" if item.label else "body", note="heading_demoted")
        return Verdict("heading", min(level, 6))

    # -- faked headings -----------------------------------------------------------------------------------------

    def _faked(self) -> None:
        stack: list[_Open] = []
        closed_by: tuple[int, bool, str, str] | None = None
        current = 0
        real = self._real_levels()
        above = self._counted_above()
        top = min((verdict.level for verdict in self.verdicts.values() if verdict.role == "heading"), default=0)
        for index, item in enumerate(self.items):
            verdict = self.verdicts.get(index)
            if verdict is not None:
                if verdict.role in ("heading", "title"):
                    current, stack = (verdict.level if verdict.role == "heading" else 1), []
                continue
            if (
                top
                and index > self.cover_end
                and squeeze(item.text).rstrip("：:") in _AFTER_ALL
                and self._followed_by_text(index)
            ):
                self.verdicts[index] = Verdict("heading", top, guessed=True)
                current, stack = top, []
                continue
            kind = "case" if index in above else self._faked_kind(index, item)
            closing = squeeze(item.text).strip("：:【】[]") in _CLOSING and self._followed_by_text(index)
            look = (item.size, is_bold(item), item.look.align, item.look.font)
            if closing and not any(known.kind == kind for known in stack):
                kind = _highest(stack) or kind or f"look {item.size}"
                closed_by = look
            elif stack and kind == f"look {item.size}" and look == closed_by:
                kind = _highest(stack)  # set like 思考题 before it, and beside it
            elif kind is not None:
                closed_by = None
            if kind is None:
                continue
            if self._on_cover(index, kind) or (kind.startswith("look") and self._signs(index)):
                self.verdicts[index] = Verdict("byline")
                continue
            if self._continues(index, kind):
                self.verdicts[index] = Verdict("continuation")
                continue
            if kind in real:
                stack = [_Open(kind, real[kind], item.size)]
            stack = _closed(stack, kind, item.size)
            if not stack or stack[-1].kind != kind:
                level = min((stack[-1].level if stack else current) + 1, 6)
                stack.append(_Open(kind, max(level, 2), item.size))
            self.verdicts[index] = Verdict("heading", stack[-1].level, guessed=True)
            if _ABSTRACT.match(squeeze(item.text)):
                stack = stack[:-1]  # what follows stands beside it

    def _real_levels(self) -> dict[str, int]:
        """The levels at which headings of each kind of number stand in real styles: one typed by hand goes with them."""
        levels: dict[str, Counter[int]] = {}
        for index, verdict in self.verdicts.items():
            number = self.numbers[index]
            if verdict.role == "heading" and number is not None:
                levels.setdefault(number.kind, Counter())[verdict.level] += 1
        return {kind: found.most_common(1)[0][0] for kind, found in levels.items()}

    def _on_cover(self, index: int, kind: str) -> bool:
        """True for large lines before the text that head nothing: what follows is another line of the cover."""
        return (
            kind.startswith("look")
            and index < self.cover_end
            and self._next(index) != self.cover_end
            and not self._opens_case(index)
            and not _PLAN_PART.match(squeeze(self.items[index].text))
        )

    def _continues(self, index: int, kind: str) -> bool:
        """True for the second line of a centred heading that was broken by hand."""
        if index == 0 or not kind.startswith("look") or index - 1 in self.before_table:
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
            and not is_byline(squeeze(item.text))
            and not is_particular(squeeze(item.text))
        )

    def _faked_kind(self, index: int, item: RawParagraph) -> str | None:
        text = squeeze(item.text)
        if not text or item.bullet or item.boxed or item.pictures or CAPTION.match(text):
            return None
        if _ANSWERS.search(text):
            return None
        if index in self.lettered:
            return "lettered"
        number = self.numbers[index]
        strong_look = self._stands_out(item)
        if number is not None:
            if not self._numbered_heading(index, text, number, strong_look):
                return None
            return "han" if number.kind == "han_space" else number.kind
        if is_office(text) and item.look.align == "center":
            return None
        if _MARKED.match(text) and self._followed_by_text(index):
            return "mark"
        if not strong_look and index in self.plain_names:
            return "name"
        if not strong_look or len(text) > _MAX_PLAIN_HEADING or text[-1] in "。；;，,、" or "\n" in item.text.strip():
            return None
        if self._above_abstract(index, text):
            return None
        if text.startswith("—") or (text[0] in '“‘"' and ends_sentence(text)):
            return None  # a subtitle, something said
        if (
            item.look.align in ("right", "end")
            or not re.search(r"[\u4e00-\u9fffA-Za-z]{2}", text)
            or _VALUE.search(text)
        ):
            return None
        if (
            is_particular(text)
            or _SIGNATURE.search(text)
            or re.match(r"^[□☐☑√✓○]", text)
            or self._is_field(index, text)
            or (text[0] in "●◇◆■▪" and not (is_bold(item) and self._text_follows(index)))
            or "____" in text
            or _CODE.search(text)
        ):
            return None
        if not self._followed_by_text(index) or (is_bold(item) and text.endswith("：") and len(text) > 16):
            return None
        return f"look {item.size}"

    def _above_abstract(self, index: int, text: str) -> bool:
        """True for the title of a Chinese text in English, and whoever is named below it, above its English abstract."""
        for other in self.items[index : index + 4]:
            line = other.text.strip()
            if re.search("[\u4e00-\u9fff]", line):
                return False
            if re.match(r"[\[【]?\s*abstract\b", line, re.I):
                return line != text
        return False

    def _is_field(self, index: int, text: str) -> bool:
        """True for a label and what stands beside it, 联系人：周正; a heading may have a colon too, 破局：把账本挂在墙上."""
        found = _COLON.match(text)
        if found is None or series(text) is not None:
            return False
        label, value = found.groups()
        item = self.items[index]
        larger = item.look.align == "center" or item.size > self.body_size + 1
        return (
            (index < self.cover_end and self._next(index) != self.cover_end)
            or len(value) < _SHORTEST_VALUE
            or bool(_FIELD_LABEL.search(squeeze(label)))
            or is_byline(text)
            or not (larger or self._text_follows(index))
        )

    def _text_follows(self, index: int) -> bool:
        following = self._next(index)
        text = "" if following is None else self.items[following].text.strip()
        return len(text) > _MAX_PLAIN_HEADING or (len(text) > _MAX_PLAIN_HEADING / 2 and ends_sentence(text))

    def _numbered_heading(self, index: int, text: str, number: Numeral, strong_look: bool) -> bool:
        bare = text if self.items[index].label else text[len(number.text) :].strip()
        if not bare or len(text) > _MAX_HEADING:
            return False
        if number.kind == "article":
            return bool(re.match(r"^【[^】]{1,40}】$", bare)) or (strong_look and len(bare) <= 20)
        if number.kind == "case":
            return True
        if ends_sentence(text) and not (strong_look and number.kind in STRONG and len(text) <= 40):
            return False
        framed = number.kind == "han" and index in self.before_table  # 二、案例背景： above the frame that holds it
        if text[-1] in "，,、；;：:" and not strong_look and not framed:
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
        if item.look.align == "center" and len(item.text.strip()) <= 30 and not CAPTION.match(item.text):
            return item.size >= self.body_size
        return bool(
            item.look.font
            and re.search("[\u4e00-\u9fff]{2}", item.text)
            and item.look.font != self.body_font
            and re.search("黑体|小标宋|SimHei|STHeiti", item.look.font)
        )

    def _sibling_next(self, index: int, number: Numeral) -> bool:
        """True when the next line is the next number of the same kind: a list, not headings, unless a table parts them."""
        if index in self.before_table:
            return False
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
            and before not in self.before_table
        )

    # -- everything else ----------------------------------------------------------------------------------------

    def _rest(self) -> None:
        for index, item in enumerate(self.items):
            if index in self.verdicts:
                continue
            text = item.text.strip()
            if CAPTION.match(text) and len(text) <= 60 and not ends_sentence(text) and self._near_object(index, item):
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


def _highest(stack: list[_Open]) -> str:
    """The kind of the highest open section: a counted one, before the unnumbered line that may be a title above it."""
    counted = next((known.kind for known in stack if known.kind in STRONG), "")
    return counted or (stack[0].kind if stack else "")


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
