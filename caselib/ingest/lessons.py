"""Lesson plans (教案): which label means which field, and the steps of a process table."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from caselib.ingest.sections import bare
from caselib.word.model import Block, Heading, Paragraph, Table
from caselib.word.outline import number_value

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
    ("author", re.compile(r"设计人|设计者|授课人|授课教师|主讲|执教|承担人|教师|备课人|主备")),
    ("unit", re.compile(r"单位|学校|^(?:二级)?学院$|院系|教研[室组]")),
)
_TITLE = re.compile(r"教案|教学设计|教学简案|教学方案|课程设计方案|课程设计|说课稿|学案|课程方案|教学计划")
# 10分钟, 10 min, 10′ in all its looks; of a range the longer time; not the points of a test (满分100分).
_MINUTES = re.compile(
    r"(?<![得满计评占扣加总分\d])(?:\d{1,3}\s*(?:分钟|分|[′'’＇])?\s*[-—–~～至到]\s*)?"
    r"(?:(\d{1,3})\s*(?:分钟|分|mins?\b|minutes?|[′'’＇])|([一二三四五六七八九十]{1,3})\s*分钟|"
    r"(\d{1,2}|[一二两三四五六]|半)\s*(?:个?小时|hours?\b))(?![\u4e00-\u9fff]*数)",
    re.I,
)
_SECTIONED = (
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


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a lesson. ``minutes`` is 0 where the plan does not say."""

    minutes: int
    activity: str
    method: str = ""
    material: str = ""


@dataclass(slots=True)
class LessonFields:
    """What a lesson plan says in its labelled places; keys are the names of the model's fields."""

    texts: dict[str, str] = field(default_factory=dict)
    steps: list[Step] = field(default_factory=list)

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
        self.texts[name] = f"{known}\n{text}" if known and text not in known else known or text

    @property
    def is_lesson(self) -> bool:
        """True when enough of a lesson plan was found to call it one."""
        return sum(1 for name in _SECTIONED if self.texts.get(name) or (name == "process" and self.steps)) >= 3


def label_field(label: str) -> str:
    """Return the field that a table label or heading names, or ""."""
    text = re.sub(r"\s+", "", bare(label))
    if not 2 <= len(text) <= 14:
        return ""
    return next((name for name, pattern in _FIELDS if pattern.search(text)), "")


def is_lesson_title(text: str) -> bool:
    """True for a title such as 教案, 教学设计方案, 校本选修课程设计方案."""
    return bool(_TITLE.search(text))


def is_generic_title(text: str) -> bool:
    """True when a title only says that this is a lesson plan, not about what."""
    rest = _TITLE.sub("", re.sub(r"[\s《》“”]", "", text))
    return len(re.sub(r"校本|选修|必修|课程|方案|表|模板|设计|精品课|申报|优秀|教学|课堂|[（(].*[）)]", "", rest)) <= 1


def minutes_of(text: str) -> int:
    """Return the minutes named in ``text``, 0 when none are."""
    match = _MINUTES.search(text)
    if match is None:
        return 0
    digits, words, hours = match.groups()
    return 30 if hours == "半" else number_value(hours) * 60 if hours else number_value(digits or words)


def lesson_fields(blocks: Sequence[Block]) -> LessonFields:
    """Collect lesson-plan fields from headings and process tables of an (unfolded) item."""
    found = LessonFields()
    name = ""
    depth = 0
    for block in blocks:
        if isinstance(block, Heading):
            own = label_field(block.text)
            if own or block.level <= depth:
                name, depth = own, block.level
            elif name:
                found.add(name, block.number + block.text)
        elif isinstance(block, Table):
            _from_table(block, name, found)
        elif isinstance(block, Paragraph) and name and name != "process" and block.role != "byline":
            found.add(name, block.number + block.text)
    return found


def _from_table(table: Table, name: str, found: LessonFields) -> None:
    steps = process_steps(table)
    if steps and (name in ("process", "") or len(steps) > 1):
        found.steps.extend(steps)
        return
    if name and name != "process":
        for row in table.rows:
            found.add(name, "；".join(cell.text.replace("\n", " ") for cell in row if cell.text.strip()))
        return
    for row in table.rows:
        for label, content in _pairs([cell.text for cell in row]):
            own = label_field(label)
            if own and own != "process":
                found.add(own, content)


def _pairs(texts: Sequence[str]) -> Iterable[tuple[str, str]]:
    for index in range(0, len(texts) - 1, 2):
        yield texts[index], texts[index + 1]


def process_steps(table: Table) -> list[Step]:
    """Return the steps of a process table: its head names step, time, activity, method or material; else nothing."""
    if len(table.rows) < 2:
        return []
    head = [re.sub(r"\s+", "", cell.text) for cell in table.rows[0]]
    roles = [_column_role(text) for text in head]
    if "activity" not in roles or not ({"step", "minutes"} & set(roles)) or len(head) < 2:
        return []
    steps: list[Step] = []
    for row in table.rows[1:]:
        parts: dict[str, list[str]] = {}
        for role, cell in zip(roles, row, strict=False):
            if cell.text.strip():
                parts.setdefault(role, []).append(cell.text.strip())
        if not parts:
            continue
        label = " ".join(parts.get("step", []))
        body = "\n".join(parts.get("activity", []))
        minutes = next((found for text in parts.get("minutes", []) + [label] if (found := _any_minutes(text))), 0)
        activity = f"{label}：{body}" if label and body else label or body
        if activity:
            steps.append(
                Step(minutes, activity, "；".join(parts.get("method", [])), "；".join(parts.get("material", [])))
            )
    return steps


def _any_minutes(text: str) -> int:
    bare_number = re.fullmatch(r"\s*(\d{1,3})\s*", text)
    return int(bare_number.group(1)) if bare_number else minutes_of(text)


def _column_role(head: str) -> str:
    if re.search(r"时间|分钟|时长|用时|min", head, re.I):
        return "minutes"
    if re.search(r"活动|内容|教学行为|任务", head):
        return "activity"
    if re.search(r"环节|步骤|过程|流程|阶段|^教学$|课时|序号", head):
        return "step"
    if re.search(r"方法|方式|意图|策略", head):
        return "method"
    return "material" if re.search(r"资源|材料|媒体|证据|教具|工具", head) else "other"


def _cut_difficult(text: str) -> tuple[str, str, str]:
    match = re.search(r"(?:^|\n|[。；;\s])\s*(?:教学)?难点\s*[:：]?\s*", text)
    if not match:
        return text, "", ""
    return text[: match.start() + 1].strip(), match.group(0), text[match.end() :]
