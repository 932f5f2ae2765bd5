"""The lines of a title that a cover sets in several sizes: 关于推进, 清廉村居建设, 的实践与思考."""

from __future__ import annotations

import re
from collections.abc import Iterator

from caselib.word.names import is_byline, is_front_line, is_institution, is_remark
from caselib.word.outline import ends_sentence, number_value, squeeze
from caselib.word.reader.contents import ContentsJudge
from caselib.word.reader.context import RawParagraph
from caselib.word.reader.evidence import Verdict, is_bold
from caselib.word.section_names import is_section_name

_MUCH_LARGER = 6  # half-points above the text
_LONGEST_LINE = 36
# What cannot begin or end a title: the line before or behind it belongs to it.
_GOES_ON = re.compile(
    r"^(?:的|与|和|及|暨|之|中的|下的|背后的|视[域角]下)|^(?:[工纪写实探调思][作实真践索研考]){1,2}(?:与.{2,4})?$"
)
_UNFINISHED = re.compile(r"^(?:关于|论|浅[谈析议]|试[论析]|略论|基于|从|以|对)|(?:的|与|和|及|暨|、|：|:)$")
# The kind of a text, the occasion, a book: they stand by a title and are none of it.
_BESIDE = re.compile(
    r"(?:论文|教案|讲稿|讲义|教学案例|教学设计|作业|材料|申报[书表]|推荐[书表]|策划书|计划书|手册|课件|读本|[汇选]编|案例集|文集|资料|征求意见稿|讨论稿|送审稿|修订稿|初稿|定稿)$"
    r"|^(?:典型|优秀|教学)?案例$|^(?:(?:课题|项目|活动|工作|调[研查]|研究|结题|学习|实践|总结)+报告|实施方案|工作总结)$|第.{1,4}[期届班批辑]|培训班|学[期年]|年度|\d{4}\s*年"
)


# What a story, a play or a training counts: two of them are enough to know the first.
_SERIES = re.compile(
    r"^(?:第\s*(?P<n>[一二三四五六七八九十\d]+)\s*(?P<of>[幕场回站步问招集话计轮课]|阶段)"
    r"|(?P<name>专题|主题|片段|镜头|场景|环节|任务|活动|模块|板块|故事)\s*(?P<m>[一二三四五六七八九十\d]+))(?=[\s:：、.．—]|$)"
)


class CoverLines(ContentsJudge):
    """Adds to a guessed title the smaller lines above and below that are parts of it."""

    def _sizes(self, title: int) -> int:
        """Join the lines around ``title`` that are set in another size; return where the title now begins."""
        first, last = self._lines_above(title), title
        while (following := self._next(last)) is not None and following in self.verdicts:
            if self.verdicts[following].role != "continuation":
                return first
            last = following
        for _ in range(2):
            following = self._next(last)
            if following is None or following in self.verdicts or not self._is_smaller(title, last, following):
                break
            text = squeeze(self.items[following].text)
            direct = _GOES_ON.match(text) or _UNFINISHED.search(squeeze(self.items[last].text)[-1:]) or first != title
            self.verdicts[following] = Verdict("continuation" if direct else "subtitle", 1)
            if not direct:
                break
            last = following
        return first

    def _lines_above(self, title: int) -> int:
        """A line above that a title cannot end with: it begins there."""
        above = self._before(title)
        if above is None or above in self.verdicts or title - above > 2 or not self._is_large(above, title):
            return title
        head, own = squeeze(self.items[above].text), squeeze(self.items[title].text)
        if not _UNFINISHED.search(head) and not _GOES_ON.match(own):
            return title
        if len(head) > _LONGEST_LINE or self._is_beside(head):
            return title
        self.verdicts[above], self.verdicts[title] = self.verdicts[title], Verdict("continuation", 1)
        return above

    def _is_smaller(self, title: int, last: int, index: int) -> bool:
        head, text = squeeze(self.items[last].text), squeeze(self.items[index].text)
        if index - last > 2 or any(at in self.before_table for at in range(last, index)):
            return False
        if not 3 <= len(text) <= _LONGEST_LINE or not self._is_large(index, title) or self.set_further_down(index):
            return False
        if self.items[index].size == self.items[title].size and not _GOES_ON.match(text):
            return False
        return not (
            ends_sentence(text)
            or text[-1] in "，、；：:"
            or re.match(r"[（(【\[〔—–\-]", text)
            or not re.search("[\u4e00-\u9fff]{3}", text)
            or self.numbers[index] is not None
            or self.items[index].label
            or self._is_beside(text)
            or self._is_beside(head)
        )

    def _is_large(self, index: int, title: int) -> bool:
        item, head = self.items[index], self.items[title]
        return (
            item.look.align == head.look.align == "center"
            and item.size >= self.body_size + _MUCH_LARGER
            and item.size * 2 > head.size
            and not (item.pictures or head.pictures)
        )

    @staticmethod
    def _is_beside(text: str) -> bool:
        if _BESIDE.search(text) or _GOES_ON.match(text):
            return bool(_BESIDE.search(text))
        return (
            is_institution(text) or is_byline(text) or is_front_line(text) or is_remark(text) or is_section_name(text)
        )

    def set_further_down(self, index: int) -> bool:
        """True for a line in the middle, larger than the text, that is set as others among the text are: a heading.

        Of what counts, 第一幕 or 专题一, the second is enough.
        """
        below = list(self.set_alike(index, max(self.cover_end, index + 1), shortest=2))
        item = self.items[index]
        following = series(squeeze(item.text), 1)
        if following and any(series(squeeze(other.text)) == following for other in below):
            return item.size > self.body_size or is_bold(item)
        return item.size > self.body_size and len(below) >= 2

    def set_alike(self, index: int, start: int, *, shortest: int) -> Iterator[RawParagraph]:
        """Yield the lines from ``start`` on that are set as the one at ``index``, which stands in the middle: none elsewhere."""
        item = self.items[index]
        return (
            other
            for other in self.items[start:]
            if other.size == item.size
            and other.look.align == item.look.align == "center"
            and is_bold(other) == is_bold(item)
            and shortest <= len(other.text.strip()) <= 50
            and not is_byline(squeeze(other.text))
        )


def series(text: str, further: int = 0) -> tuple[str, int] | None:
    """Return what ``text`` counts and its number, ``further`` added; None where it counts nothing."""
    found = _SERIES.match(text)
    return (found["of"] or found["name"], number_value(found["n"] or found["m"]) + further) if found else None
