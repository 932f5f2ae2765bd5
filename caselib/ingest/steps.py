"""The steps of a lesson and their minutes: from process tables, and from headings or lines that tell their time."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from caselib.word.model import Cell, Table
from caselib.word.outline import number_value, numeral, strip_number

# 10分钟, 10 min, 10′ in all its looks; of a range the longer time; not the points of a test (满分100分).
_MINUTES = re.compile(
    r"(?<![得满计评占扣加总分\d])(?:\d{1,3}\s*(?:分钟|分|[′'’＇])?\s*[-—–~～至到]\s*)?"
    r"(?:(\d{1,3})\s*(?:分钟|分|mins?\b|minutes?|[′'’＇])|([一二三四五六七八九十]{1,3})\s*分钟|"
    r"(\d{1,2}|[一二两三四五六]|半)\s*(?:个?小时|hours?\b))(?![\u4e00-\u9fff]*数)",
    re.I,
)
_CLOCK = re.compile(
    r"^\D{0,4}(\d{1,3})\s*(?:分钟|分|[′'’＇])?\s*[-—–~～至到]\s*(\d{1,3})\s*(?:分钟|分|min|[′'’＇])?\D{0,3}$", re.I
)
_TOLD = re.compile(
    r"[\s(（\[【约，,、：:]*(?:约|用时|时间|预计)?[:：]?\s*(?:\d{1,3}\s*[-—–~～至到]\s*)?(?:\d{1,3}|[一二三四五六七八九十]{1,3})\s*"
    r"(?:分钟|分|mins?\.?|minutes?|[′'’＇])(?:左右)?\s*[)）\]】]?",
    re.I,
)
_ACTIVITY = 8_000


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a lesson. ``minutes`` is 0 where the plan does not say."""

    minutes: int
    activity: str
    method: str = ""
    material: str = ""


def minutes_of(text: str) -> int:
    """Return the minutes named in ``text``, 0 when none are."""
    match = _MINUTES.search(text)
    if match is None:
        return 0
    digits, words, hours = match.groups()
    return 30 if hours == "半" else number_value(hours) * 60 if hours else number_value(digits or words)


# -- tables -----------------------------------------------------------------------------------------------------


def is_process_head(names: Sequence[str]) -> bool:
    """True for the head of a process table: an activity, and a step or its minutes."""
    roles = [_column_role(name) for name in names]
    return len(names) >= 2 and "activity" in roles and bool({"step", "minutes"} & set(roles))


def process_steps(table: Table) -> list[Step]:
    """Return the steps of a process table: its head names step, time, activity, method or material; else nothing."""
    if len(table.rows) < 2:
        return []
    head = [re.sub(r"\s+", "", cell.text) for cell in table.rows[0]]
    if not is_process_head(head):
        return []
    roles: dict[int, str] = {}
    for (column, cell), name in zip(_columns(table)[0], head, strict=True):
        roles.update(dict.fromkeys(range(column, column + cell.colspan), _column_role(name)))
    reading = _Process(roles, table.columns)
    for row in _columns(table)[1:]:
        reading.row(row)
    return _by_the_clock(reading.steps, reading.said)


class _Process:
    """Walks down a process table. ``said`` is what stood in the column of time for each step.

    ``label`` names the step that still goes on, ``stage`` the line across the table that no step has taken yet.
    """

    def __init__(self, roles: Mapping[int, str], columns: int) -> None:
        self.roles = roles
        self.columns = columns
        self.steps: list[Step] = []
        self.said: list[str] = []
        self.label = self.stage = ""

    def row(self, row: Sequence[tuple[int, Cell]]) -> None:
        own = [(column, cell) for column, cell in row if cell.text.strip()]
        if len(row) == 1 and row[0][1].colspan > 1 and row[0][1].colspan >= self.columns and own:
            self.stage = row[0][1].text.strip()
            return
        parts: dict[str, list[str]] = {}
        for column, cell in own:
            parts.setdefault(self.roles.get(column, "other"), []).append(cell.text.strip())
        if not parts:
            return
        covered = {
            role for column, role in self.roles.items() if not any(at <= column < at + one.colspan for at, one in row)
        }
        fresh = " ".join(parts.get("step", []))
        self.label = fresh or (self.label if "step" in covered else "")
        activity = "\n".join(parts.get("activity", []))
        if "minutes" in covered and self.steps and not fresh:
            last = self.steps[-1]
            self.steps[-1] = replace(last, activity=f"{last.activity}\n{activity}".strip()[:_ACTIVITY])
        else:
            self._step(parts, activity, fresh)

    def _step(self, parts: Mapping[str, list[str]], activity: str, fresh: str) -> None:
        name = " ".join(text for text in (self.stage, self.label) if text)
        self.stage = ""
        time = " ".join(parts.get("minutes", []))
        minutes = _any_minutes(time) or minutes_of(self.label if fresh else "")
        text = f"{name}：{activity}" if name and activity else name or activity
        if text:
            method, material = ("；".join(parts.get(role, [])) for role in ("method", "material"))
            self.steps.append(Step(minutes, text[:_ACTIVITY], method, material))
            self.said.append(time)


def _columns(table: Table) -> list[list[tuple[int, Cell]]]:
    """Return each row's cells with the grid column they begin in, those covered from above leaving their place."""
    rows: list[list[tuple[int, Cell]]] = []
    covered: dict[int, int] = {}
    for row in table.rows:
        placed: list[tuple[int, Cell]] = []
        column = 0
        taken = {at for at, left in covered.items() if left > 0}
        covered = {at: left - 1 for at, left in covered.items() if left > 1}
        for cell in row:
            while column in taken:
                column += 1
            placed.append((column, cell))
            if cell.rowspan > 1:
                covered.update(dict.fromkeys(range(column, column + cell.colspan), cell.rowspan - 1))
            column += cell.colspan
        rows.append(placed)
    return rows


def _by_the_clock(steps: list[Step], said: Sequence[str]) -> list[Step]:
    """0-10, 10-40, 40-60 are moments of the lesson, not lengths: each step takes what lies between its two."""
    spans = [(int(match.group(1)), int(match.group(2))) if (match := _CLOCK.match(text)) else None for text in said]
    at = 0
    for span in spans:
        if span is None or span[0] not in (at, at + 1) or span[1] <= span[0]:
            return steps
        at = span[1]
    if len(steps) < 2:
        return steps
    ends = [0, *(span[1] for span in spans if span)]
    return [replace(step, minutes=ends[index + 1] - ends[index]) for index, step in enumerate(steps)]


def _any_minutes(text: str) -> int:
    bare_number = re.fullmatch(r"\s*(\d{1,3})\s*", text)
    return int(bare_number.group(1)) if bare_number else minutes_of(text)


def _column_role(head: str) -> str:
    if re.search(r"时间|分钟|时长|用时|时限|min", head, re.I):
        return "minutes"
    if re.search(r"活动|内容|教学行为|任务|师生互动|教师|学生", head):
        return "activity"
    if re.search(r"环节|步骤|过程|流程|阶段|^教学$|课时|序号", head):
        return "step"
    if re.search(r"方法|方式|意图|策略|形式", head):
        return "method"
    return "material" if re.search(r"资源|材料|媒体|证据|教具|工具|备注", head) else "other"


# -- text -------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class TextSteps:
    """Collects steps told as text: each numbered heading or line of the process that tells its time opens one."""

    opened: list[tuple[int, str, list[str]]] = field(default_factory=list)

    def heading(self, text: str) -> None:
        """Take in a heading right under the process."""
        self._open(text)

    def line(self, text: str) -> None:
        """Take in a paragraph of the process: a short numbered one with a time opens a step, others tell of it."""
        if "\t" in text and minutes_of(text):
            self._row(text.split("\t"))
        elif len(text) <= 60 and numeral(text) is not None and minutes_of(text):
            self._open(text)
        elif self.opened and text.strip():
            self.opened[-1][2].append(text)

    def steps(self) -> list[Step]:
        """Return the steps; none where fewer than two were told or no time at all."""
        if len(self.opened) < 2 or not any(minutes for minutes, _, _ in self.opened):
            return []
        return [Step(minutes, "\n".join([name, *lines])[:_ACTIVITY]) for minutes, name, lines in self.opened]

    def _row(self, cells: Sequence[str]) -> None:
        """A row of a table inside the cell of the process."""
        told = [cell.strip() for cell in cells if not re.fullmatch(r"[\s\d.、]*", cell)]
        names = [cell for cell in told if _TOLD.sub("", cell).strip()]
        self.opened.append((minutes_of(" ".join(told)), "：".join(names), []))

    def _open(self, text: str) -> None:
        minutes = minutes_of(text)
        name = _TOLD.sub("", strip_number(text), count=1).strip(" ：:，,、。") if minutes else strip_number(text)
        self.opened.append((minutes, name or text, []))
