"""The title of a manuscript that is one text, and what is left of it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from caselib.ingest.credits import labelled, unquoted
from caselib.ingest.faults import where
from caselib.ingest.sections import key, without_label
from caselib.ingest.titling import line_of, text_of, with_subtitle
from caselib.word.model import Block, Heading, Paragraph, Table, Warning
from caselib.word.names import is_byline, is_front_line, is_institution, split_byline
from caselib.word.outline import ends_sentence, numeral, squeeze
from caselib.word.section_names import bare, is_section_name

_HEAD = 30  # blocks among which a title may stand
_COVER = 14  # blocks that a cover may take
# 需求分析, 教学目标, 案例概况: what parts of a text are called, in files that begin without a title
PART_OF_TEXT = re.compile(
    r"^[\u4e00-\u9fff]{2,6}(?:分析|设计|目标|背景|内容|过程|描述|要求|实施|概况|概述|说明|目的|意义|依据|思路|理念|方法|流程|结构|环境)$"
)
_NEVER = re.compile(
    r"^(?:\d{1,2}\s*)?(?:摘\s*要|内容提要|abstract|引\s*言|前\s*言|正\s*文|参考文献|目\s*录|目\s*次|contents|[标题]\s*[题目]"
    r"|(?:\S{1,2}[、.．]\s*)?(?:单项|多项|不定项)?(?:选择|填空|判断|简答|问答|论述|单选|多选|名词解释|材料分析|案例分析)题(?:[（(].*)?)$"
    r"|^[\W\d_一二三四五六七八九十]+$",
    re.I,
)
# The parts of a form: A 基本情况, B 实践计划
_LETTER_A, _LETTER_B = (re.compile(rf"^[{letters}]\s*[.．、:：]?\s*[\u4e00-\u9fff]") for letters in ("AＡ", "BＢ"))
# 本科毕业论文, 教学案例, 调研报告: what kind of text a cover announces
_KIND = re.compile(
    r"^[\u4e00-\u9fff]{0,10}(?:[（(][^）)]{1,4}[）)])?[\u4e00-\u9fff]{0,4}(?:论文|报告|教案|讲稿|讲义|案例|教学设计|课程设计|毕业设计|作业|材料|申报书|策划书|计划书)"
    r"(?:[（(][^）)]{1,8}[）)])?$"
)
_BARE_KIND = re.compile(
    r"^(?:项目|课题|活动|课程|结课|结业|毕业|社会)?(?:策划书|计划书|申报书|申请书|(?:调研|调查|实践|研究|结题|学习)报告|实施方案|论文|总结)$"
)
# Where and when a text was written, above its kind: 2024年春季学期, 第3期中青班
_OCCASION = re.compile(r"第.{1,4}[期届班批]|学[期年]|年度|^\d{4}\s*年|附件")
# What a template says of the letters to be set in its place
_SETTING = re.compile(r"黑体|宋体|楷体|[大小]?[一二三四五]号字?[，,]|加粗|居中")
_NO_NAME = re.compile(
    r"^(?:新建.*|文\s?[档本稿]?\d*|未命名.*|副本.*|稿件?\d*|(?:doc|document|untitled|new)\b.*|[\W\d_]*)$", re.I
)
_LABELLED = re.compile(
    r"^(?:\S{0,6}(?:案例|论文|课题|作品|项目|成果|报告|文章|课程|[）)]))?(?:题目|标题|名称|主题)$|^\S{0,4}案例(?:设计)?$|^课题$"
)


@dataclass(frozen=True, slots=True)
class Headline:
    """A title, the blocks without it, and what is to be said about how it was found."""

    title: str
    rest: list[Block]
    warnings: list[Warning]


def headline(blocks: Sequence[Block], named: str, name: str) -> Headline:
    """Return the title of a text. ``named`` (of the file's properties) and ``name`` (of the file) are its last resorts."""
    at = _standing(blocks)
    of_part = at is not None and _is_part(blocks, at)
    of_kind = at is not None and bool(_KIND.match(text_of(blocks[at])))
    if at is None or of_part or of_kind:
        own = next(_named(blocks, everywhere=of_part), "") or _on_cover(blocks)
        beside = _above_kind(blocks, at) if of_kind and at is not None and not own else None
        if beside is not None:
            title = squeeze(line_of(blocks[beside]))
            rest = [_not_heading(block) for index, block in enumerate(blocks[: beside + 2]) if index != beside]
            return Headline(
                title, [*rest, *blocks[beside + 2 :]], [Warning("title_guessed", where(blocks[beside]), title)]
            )
        below = _below_kind(blocks, at) if of_kind and at is not None and not own else None
        if below is not None:
            own, blocks = squeeze(line_of(blocks[below])), [*blocks[:below], *blocks[below + 1 :]]
        if own:
            rest = [_not_heading(block) if of_kind and index == at else block for index, block in enumerate(blocks)]
            return Headline(own, rest, [Warning("title_guessed", "", own)])
    if at is None or of_part:
        title = _named_outside(blocks, squeeze(named), name)
        return Headline(without_label(title), list(blocks), [Warning("title_guessed", "", title)])
    head = blocks[at]
    title = squeeze(line_of(head))
    warnings = [] if isinstance(head, Heading) and not head.guessed else [Warning("title_guessed", where(head), title)]
    title, after = with_subtitle(title, list(blocks[at + 1 :]))
    return Headline(without_label(title), [*blocks[:at], *_unrepeated(title, after)], warnings)


def _named_outside(blocks: Sequence[Block], named: str, name: str) -> str:
    """Return what the properties or the name of the file call it. Word copies its properties from file to file: they count
    where the text says so too, or where the file's name says nothing.
    """
    if not named or (not _NO_NAME.match(name) and key(named) not in key("".join(line_of(block) for block in blocks))):
        return name or named
    return named


def _standing(blocks: Sequence[Block]) -> int | None:
    """Where the title stands as a line of its own."""
    for find in (_title, _only_top, _leading_top, _leading_chapter, _first_line):
        at = find(blocks)
        if at is not None:
            return at
    return None


def _title(blocks: Sequence[Block]) -> int | None:
    return next((index for index, block in enumerate(blocks) if isinstance(block, Heading) and block.title), None)


def _only_top(blocks: Sequence[Block]) -> int | None:
    tops = [index for index, block in enumerate(blocks) if isinstance(block, Heading) and block.level == 1]
    return tops[0] if len(tops) == 1 and tops[0] < _HEAD and numeral(line_of(blocks[tops[0]])) is None else None


def _leading_top(blocks: Sequence[Block]) -> int | None:
    """The first heading, before any text, uncounted where those of its level are counted: 一、 二、"""
    for index, block in enumerate(blocks):
        if isinstance(block, Heading | Paragraph) and is_front_line(text_of(block)):
            continue
        if isinstance(block, Paragraph) and is_byline(text_of(block)):
            continue
        if not isinstance(block, Heading) or numeral(line_of(block)) is not None or is_institution(text_of(block)):
            return None
        beside = [other for other in blocks[index + 1 :] if isinstance(other, Heading) and other.level <= block.level]
        counted = sum(1 for other in beside if numeral(line_of(other)) is not None)
        return index if counted * 2 > len(beside) or (not beside and len(text_of(block)) > 8) else None
    return None


def _leading_chapter(blocks: Sequence[Block]) -> int | None:
    """The heading of the only chapter of a file, 第三章 村务监督, that stands before any text."""
    for index, block in enumerate(blocks[:_COVER]):
        if isinstance(block, Heading):
            number = numeral(line_of(block))
            if number is None or number.kind not in ("part", "chapter", "section"):
                return None
            below = [other for other in blocks[index + 1 :] if isinstance(other, Heading)]
            alone = not any(
                other.level <= block.level or ((own := numeral(line_of(other))) and own.kind == number.kind)
                for other in below
            )
            return index if below and alone and len(text_of(block)) > len(number.text) + 1 else None
        if not isinstance(block, Paragraph) or not (is_front_line(text_of(block)) or is_byline(text_of(block))):
            return None
    return None


def _first_line(blocks: Sequence[Block]) -> int | None:
    """The first line of a plain text, when it reads as a title."""
    for index, block in enumerate(blocks[:4]):
        if not isinstance(block, Heading | Paragraph):
            return None
        text = line_of(block)
        if is_front_line(text) and not text.endswith(("：", ":")):
            continue
        if (
            not 2 <= len(text) <= 60
            or text.endswith(("：", ":"))
            or ends_sentence(text)
            or numeral(text) is not None
            or is_section_name(text)
        ):
            return None
        following = blocks[index + 1] if index + 1 < len(blocks) else None
        if not is_byline(text) and following is not None:
            return index
    return None


def _is_part(blocks: Sequence[Block], at: int) -> bool:
    """True for the name of a part (需求分析) that stands first in a file without a title, others of its rank below it."""
    head = blocks[at]
    if _NEVER.match(text_of(head)) or (
        _LETTER_A.match(text_of(head))
        and any(isinstance(block, Heading) and _LETTER_B.match(text_of(block)) for block in blocks[at + 1 :])
    ):
        return True
    if not isinstance(head, Heading) or not (PART_OF_TEXT.match(bare(text_of(head))) or is_section_name(text_of(head))):
        return False
    after = [block for block in blocks[at + 1 :] if isinstance(block, Heading)]
    beside = [block for block in after if block.level <= head.level and block.guessed == head.guessed]
    counted = [block for block in after if numeral(line_of(block)) is not None]
    return bool(beside) or (bool(counted) and len(counted) < len(after))


def _named(blocks: Sequence[Block], *, everywhere: bool) -> Iterator[str]:
    """Yield what stands beside 题目 or 案例名称 on the cover; ``everywhere``: also as a line of its own further down."""
    for label, text in labelled(blocks if everywhere else blocks[:_COVER], text_of):
        plain = unquoted(text)
        if not _LABELLED.match(re.sub(r"\s", "", label)) or not 4 <= len(plain) <= 80 or "\n" in plain:
            continue
        if not ends_sentence(plain) and not _SETTING.search(plain):
            yield plain


def _on_cover(blocks: Sequence[Block]) -> str:
    """Return the line of a cover set in a table that is neither an office nor the kind of text nor a field to fill in."""
    for block in blocks[:_COVER]:
        if isinstance(block, Paragraph) and len(block.text) > 60:
            return ""
        if not isinstance(block, Table):
            continue
        if any(len({cell.text for cell in row}) > 1 for row in block.rows):
            return ""
        for line in (squeeze(line) for row in block.rows for cell in row[:1] for line in cell.text.splitlines()):
            if 6 <= len(line) <= 60 and not (
                numeral(line) is not None
                or _KIND.match(line)
                or is_institution(line)
                or is_byline(line)
                or is_front_line(line)
                or ends_sentence(line)
                or _SETTING.search(line)
            ):
                return line
    return ""


def _above_kind(blocks: Sequence[Block], at: int) -> int | None:
    """Where the line above a bare 策划书 or 申报书 says what it is about: the kind is the second half of the title."""
    above = blocks[at - 1] if at else None
    text = text_of(above) if isinstance(above, Heading | Paragraph) else ""
    fits = (
        _BARE_KIND.match(text_of(blocks[at]))
        and 8 <= len(text) <= 60
        and not (ends_sentence(text) or numeral(text) or text.startswith(("—", "（", "(")) or _OCCASION.search(text))
        and not (_KIND.match(text) or is_institution(text) or is_front_line(text) or any(split_byline(text)))
    )
    return at - 1 if fits else None


def _below_kind(blocks: Sequence[Block], at: int) -> int | None:
    """Where a cover names the text below its kind, 硕士学位论文, in smaller letters and above who wrote it."""
    index = next((index for index in range(at + 1, min(at + 4, len(blocks))) if line_of(blocks[index])), at)
    line, signed = blocks[index], [text_of(block) for block in blocks[index + 1 : index + 4]]
    text = text_of(line)
    fits = (
        isinstance(line, Paragraph)
        and line.role == "byline"
        and 8 <= len(text) <= 60
        and not (ends_sentence(text) or numeral(text) or _OCCASION.search(text) or _KIND.match(text))
        and not (is_institution(text) or is_front_line(text) or is_byline(text))
        and any(any(split_byline(name)) or is_front_line(name) for name in signed)
    )
    return index if fits else None


def _not_heading(block: Block) -> Block:
    return Paragraph(block.runs, number=block.number, place=block.place) if isinstance(block, Heading) else block


def _unrepeated(title: str, blocks: list[Block]) -> list[Block]:
    """Drop a heading that says the title once more before any text: a cover and the head of the text."""
    for index, block in enumerate(blocks[:_COVER]):
        if isinstance(block, Heading) and key(text_of(block)) == key(title):
            return [*blocks[:index], *blocks[index + 1 :]]
        if not isinstance(block, Paragraph | Heading) or len(line_of(block)) > 60:
            break
    return blocks
