"""Lesson plans (教案): which label means which field, and the steps of a process table."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from caselib.ingest.steps import Step, TextSteps, minutes_of, process_steps
from caselib.word.model import Block, Heading, Paragraph, Table
from caselib.word.names import is_institution
from caselib.word.section_names import bare

# field → labels; the first that is contained in the label decides
_FIELDS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("key_and_difficult", re.compile(r"重[、/和与及]?难点|重点[、/和与及]?难点")),
    ("key_points", re.compile(r"重点")),
    ("difficult_points", re.compile(r"难点")),
    (
        "objectives",
        re.compile(
            r"教学目[标的]|目的要求|(?:学习|培训|课程|活动|知识|能力|素质|素养|思政|育人|情感|德育|技能|党性)[\u4e00-\u9fff]{0,4}目标|教学目的"
        ),
    ),
    ("learners", re.compile(r"对象|教学年级|授课年级|适用年级|适用学段|授课班级|班级|学段|学员")),
    ("board_plan", re.compile(r"板书")),
    ("reflection", re.compile(r"反思|教后记|课后记|教学后记")),
    ("assessment", re.compile(r"作业|评价|考核|考查|练习|检测|测评")),
    ("preparation", re.compile(r"准备|教具|学具|教学工具|教学资源|教学媒体|材料")),
    ("method", re.compile(r"教学方法|教法|教学方式|学法")),
    ("minutes", re.compile(r"课时|时长|授课时间|教学时间|时间安排|学时")),
    ("process", re.compile(r"教学过程|教学流程|教学环节|教学步骤|活动过程|授课过程|课时安排|教学进程|教学实施")),
    ("topic", re.compile(r"课题|教学主题|课程名称|教学内容|授课内容|课名|题目|授课题目|主题")),
    (
        "author",
        re.compile(
            r"设计人|设计者|授课人|授课教师|主讲|执教|承担人|(?<!指导)(?<!评阅)教师(?:姓名)?(?:[、/及和（(].*)?$|备课人|主备|撰写人|执笔|^作者"
        ),
    ),
    ("unit", re.compile(r"单位|学校|^(?:二级)?学院$|院系|教研[室组]")),
)
_LONGEST_FIELD = 20_000
_TITLE = re.compile(
    r"教案(?!例)|教学设计|教学简案|教学方案|课程设计方案|课程设计|说课稿|(?<!教)学案(?!例)|课程方案|教学计划"
)
# What a title calls a text that is no plan, though it may tell of goals, preparation and assessment.
_OTHER_KIND = re.compile(
    r"(?:报告|材料|总结|清单|通知|申报[书表]|申请[书表]|推荐[书表]|办法|制度)(?:[（(].{1,12}[）)])?$"
)
# Labels that speak of teaching; goals, preparation and assessment alone stand in any proposal.
_OF_TEACHING = re.compile(
    r"教学|教法|学法|教具|学具|教案|板书|学情|授课|课堂|课时|课前|课后|本课|导入|教后记|重点?[、/和与及]?难点|(?:学习|课程|活动|知识|能力|情感|素质|素养|培训)目标"
)
SECTIONED = (
    "objectives",
    "key_and_difficult",
    "key_points",
    "difficult_points",
    "process",
    "board_plan",
    "reflection",
    "assessment",
    "preparation",
)
_WHAT_FOR = ("objectives", "key_and_difficult", "key_points", "difficult_points")
PARTICULAR = ("learners", "minutes", "topic", "author", "unit", "method")
LABELLED = re.compile(r"^(?:[【\[]\s*)?([\u4e00-\u9fff\s、/和与]{2,14}?)\s*(?:[】\]]\s*[:：]?|[:：])\s*(?=\S)")

# 授课教师：王明　　课时：2 — two labels on one line
_BESIDE = re.compile(r"(?<![ \u3000\t])[ \u3000\t]{2,}+(?=[\u4e00-\u9fff]{2,6}[:：])")


@dataclass(slots=True)
class LessonFields:
    """What a lesson plan says in its labelled places; keys are the names of the model's fields."""

    texts: dict[str, str] = field(default_factory=dict)
    steps: list[Step] = field(default_factory=list)
    of_teaching: bool = False  # a label of one of its parts says so

    def add(self, name: str, text: str) -> None:
        """Append ``text`` to a field; a combined key-and-difficult text is cut at 难点."""
        text = text.strip()
        if not text:
            return
        if name == "key_and_difficult":
            head, mark, tail = _cut_difficult(text)
            self.add("key_points", re.sub(r"^(?:教学)?重点\s*[:：]?\s*", "", head))
            if mark:
                self.add("difficult_points", tail)
            return
        known = self.texts.get(name, "")
        if len(known) > _LONGEST_FIELD:
            return  # no plan says so much in one place; it stays in the text
        self.texts[name] = f"{known}\n{text}" if known and text not in known else known or text

    def meet(self, label: str, name: str) -> None:
        """Take note of the label of a part."""
        self.of_teaching = self.of_teaching or (name in SECTIONED and bool(_OF_TEACHING.search(label)))

    @property
    def is_lesson(self) -> bool:
        """True when enough of a lesson plan was found to call it one: what is to be learnt, and how it is taught."""
        found = {name for name in SECTIONED if self.texts.get(name) or (name == "process" and self.steps)}
        return len(found) >= 3 and self.of_teaching and bool(found & set(_WHAT_FOR))


def label_field(label: str) -> str:
    """Return the field that a table label or heading names, or ""."""
    text = re.sub(r"\s+", "", bare(label))
    if not 2 <= len(text) <= 14 or re.search("[，。；！？]", text):
        return ""
    return next((name for name, pattern in _FIELDS if pattern.search(text)), "")


def is_lesson_title(text: str) -> bool:
    """True for a title such as 教案, 教学设计方案, 校本选修课程设计方案."""
    return bool(_TITLE.search(text))


def is_other_kind(title: str) -> bool:
    """True for a title that calls the text a report, a list or an application."""
    return bool(_OTHER_KIND.search(title)) and not is_lesson_title(title)


def is_generic_title(text: str) -> bool:
    """True when a title only says that this is a lesson plan, not about what."""
    rest = _TITLE.sub("", re.sub(r"[\s《》“”]", "", text))
    rest = re.sub(
        r"第[一二三四五六七八九十百\d]+(?:[讲课节次周章单元]|课时)|校本|选修|必修|课程|方案|表|模板|设计|精品课|申报|优秀|教学|课堂|主题|班会|党课|团课|活动|[（(].*[）)]",
        "",
        rest,
    )
    return len(rest) <= 1 or is_institution(rest)


def topic_of(blocks: Sequence[Block]) -> str:
    """Return what a plan says it is about in its labelled places (课题, 课程名称), "" when it does not."""
    topic = lesson_fields(blocks).texts.get("topic", "").split("\n")[0].strip()
    return topic if len(topic) <= 60 else ""


def lesson_fields(blocks: Sequence[Block]) -> LessonFields:
    """Collect lesson-plan fields from headings, labelled lines and process tables of an (unfolded) item."""
    reading = _Reading()
    for block in blocks:
        if isinstance(block, Heading):
            reading.heading(block)
        elif isinstance(block, Table):
            _from_table(block, reading.name, reading.found)
        elif isinstance(block, Paragraph) and block.role != "byline":
            reading.line(block.number + block.text)
    found = reading.found
    if not found.steps:
        found.steps.extend(reading.told.steps())
    return found


class _Reading:
    """Walks through a lesson plan: ``name`` is the field whose heading, of level ``depth``, stands above."""

    def __init__(self) -> None:
        self.found = LessonFields()
        self.told = TextSteps()
        self.name = ""
        self.depth = 0

    def heading(self, block: Heading) -> None:
        text = block.number + block.text
        own = label_field(block.text)
        self.found.meet(block.text, own)
        if self.name == "process" and self._is_step(block, own):
            self.told.heading(text) if block.level <= self.depth + 1 or minutes_of(text) else self.told.line(text)
        elif own or block.level <= self.depth:
            self.name, self.depth = own, block.level
        elif self.name:
            self.found.add(self.name, text)

    def _is_step(self, block: Heading, own: str) -> bool:
        """True for what stands in the process: 三、巩固练习（10分钟） names a step there, not the exercises."""
        if block.level > self.depth:
            return own not in ("board_plan", "reflection")
        return block.level == self.depth and bool(minutes_of(block.text))

    def line(self, text: str) -> None:
        for part in _BESIDE.split(text) if self.name != "process" else [text]:
            self._part(part)

    def _part(self, text: str) -> None:
        labelled = LABELLED.match(text)
        own = label_field(labelled.group(1)) if labelled and self.name != "process" else ""
        if labelled and own in (*SECTIONED, *PARTICULAR) and not self._same(own):
            self.found.meet(labelled.group(1), own)
            self.found.add(own, text[labelled.end() :])
            self.name = self.name or (own if own in SECTIONED else "")
        elif self.name == "process":
            self.told.line(text)
        elif self.name:
            self.found.add(self.name, text)

    def _same(self, own: str) -> bool:
        return own == self.name or (self.name == "key_and_difficult" and own in ("key_points", "difficult_points"))


def _from_table(table: Table, name: str, found: LessonFields) -> None:
    steps = process_steps(table)
    if steps and (name in ("process", "") or len(steps) > 1):
        found.steps.extend(steps)
        return
    particulars = (not name or _are_particulars(table)) and not is_list(table)
    for row in table.rows:
        pairs = [
            (own, content, label)
            for label, content in _pairs([cell.text for cell in row])
            if (own := label_field(label))
        ]
        if pairs and particulars:
            for own, content, label in pairs:
                found.meet(label, own)
                if own != "process":
                    found.add(own, content)
        elif name and name != "process":
            found.add(name, "；".join(cell.text.replace("\n", " ") for cell in row if cell.text.strip()))


def is_list(table: Table) -> bool:
    """True for rows that are counted or coded below a head, 序号, 1, A01: a list of things, not labels and values."""
    if len(table.rows) < 3 or min(len(row) for row in table.rows) < 3:
        return False
    head, *rows = ([re.sub(r"\s", "", cell.text) for cell in row] for row in table.rows)
    if head[0] == "序号":
        return True
    counted = [row[0] for row in rows if re.fullmatch(r"[A-Za-z]?\d{1,4}[.、．]?", row[0])]
    return len(counted) * 2 > len(rows) and all(len(text) <= 12 for text in head)


def _are_particulars(table: Table) -> bool:
    """True for a small form of labels and values; a table of data has its labels in the first row only."""
    labels = [[bool(label_field(cell.text)) for cell in row] for row in table.rows]
    return (
        all(len(row) in (2, 4, 6, 8) for row in labels)
        and not any(row[0] and row[1] for row in labels)
        and sum(1 for row in labels if row[0]) * 2 >= len(labels)
    )


def _pairs(texts: Sequence[str]) -> Iterable[tuple[str, str]]:
    """Labels and what stands beside them; a label may hold a place of its own before the pairs of its row begin."""
    index = 0
    while index < len(texts) - 1:
        if label_field(texts[index]) or index + 2 >= len(texts) or not label_field(texts[index + 1]):
            yield texts[index], texts[index + 1]
            index += 2
        else:
            index += 1


def _cut_difficult(text: str) -> tuple[str, str, str]:
    match = re.search(r"(?:^|\n|[。；;\s])\s*(?:教学)?难点\s*[:：]?\s*", text)
    if not match:
        return text, "", ""
    head = text[: match.start() + 1] if match.start() else ""
    return head.strip(), match.group(0), text[match.end() :]
