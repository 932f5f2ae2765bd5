"""Takes apart tables that are the page: a whole lesson plan or application typed into one form."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from caselib.ingest.faults import where
from caselib.ingest.lessons import SECTIONED, label_field
from caselib.ingest.steps import is_process_head
from caselib.word.model import Block, Cell, Heading, Paragraph, Place, Run, Table, Warning
from caselib.word.outline import ends_sentence, numeral, squeeze
from caselib.word.section_names import is_section_name

_LABEL_MAX = 14
_SHORT = 36
_PROCESS_CELL = 8
_BRIEF = ("assessment", "preparation", "method", "reflection", "board_plan")


@dataclass(slots=True)
class Unfolded:
    """Blocks with form tables taken apart, and one warning for each table that was."""

    blocks: list[Block] = field(default_factory=list)
    warnings: list[Warning] = field(default_factory=list)


def unfold(blocks: Sequence[Block]) -> Unfolded:
    """Replace form tables by headings and paragraphs; short particulars stay together in a small table."""
    result = Unfolded()
    outside = sum(len(block.text) for block in blocks if isinstance(block, Heading | Paragraph))
    boxes = _are_boxes(blocks, outside)
    for block in blocks:
        if isinstance(block, Table) and (is_form(block, outside) or (boxes and _is_box(block))):
            result.warnings.append(Warning("layout_table", where(block), str(len(block.rows))))
            result.blocks.extend(_Form(block).blocks())
        else:
            result.blocks.append(block)
    return result


def _are_boxes(blocks: Sequence[Block], outside: int) -> bool:
    """True when frames of one cell, two at least, hold most of the text: an application whose places are framed."""
    tables = [block for block in blocks if isinstance(block, Table)]
    sizes = [sum(len(cell.text) for row in table.rows for cell in row) for table in tables]
    framed = [size for table, size in zip(tables, sizes, strict=True) if _is_box(table)]
    return len(framed) >= 2 and sum(framed) * 2 > outside + sum(sizes)


def _is_box(table: Table) -> bool:
    return all(len(row) == 1 for row in table.rows)


def is_form(table: Table, outside: int) -> bool:
    """True for a table that holds a document: labels beside long texts, or nearly all text of the file."""
    inside = sum(len(cell.text) for row in table.rows for cell in row)
    longest = max((len(cell.blocks) for row in table.rows for cell in row), default=0)
    labels = sum(1 for row in table.rows if len(row) > 1 and label_field(row[0].text))
    ragged = len({tuple(cell.colspan for cell in row) for row in table.rows}) > 1 or table.columns == 1
    if len(table.rows) < 2:
        return False
    if _is_plan(table):
        return True
    return ragged and (
        (labels >= 3 and inside > outside) or (inside > 4 * max(outside, 1) and longest >= 6 and inside > 400)
    )


def _is_plan(table: Table) -> bool:
    """True for a form by its labels, three at least, each beside or above what it names: goals, methods, 案例背景."""
    rows = table.rows
    beside = {name for row in rows if len(row) > 1 and (name := _named(row[0].text)) and not _named(row[1].text)}
    above = {
        name
        for row, following in pairwise(rows)
        if len(row) == len(following) == 1 and (name := _named(row[0].text)) and not _named(following[0].text)
    }
    return len(beside) >= 3 or len(above) >= 3


def _named(text: str) -> str:
    """Return the field or kind of section that a label of a form names, "" for particulars and for what is no label."""
    label = re.sub(r"\s+", "", text)
    if not 2 <= len(label) <= _LABEL_MAX:
        return ""
    field_name = label_field(label)
    if field_name in SECTIONED or field_name == "method":
        return field_name
    return label if not field_name and is_section_name(label) else ""


def _heads_short(label: str) -> bool:
    """True for a label that is a heading even beside few words; 教学工具 and 考查方式 are particulars then."""
    name = _named(label)
    return bool(name) and (name not in _BRIEF or "重" in label or "难" in label)


class _Form:
    def __init__(self, table: Table) -> None:
        self.rows = table.rows
        self.columns = table.columns
        self.place = table.place
        self.out: list[Block] = []
        self.particulars: list[tuple[Cell, ...]] = []
        self.titled = False

    def blocks(self) -> list[Block]:
        index = 0
        while index < len(self.rows):
            index += self._row(index)
        self._flush()
        return self.out

    def _row(self, index: int) -> int:
        row = self.rows[index]
        filled = [cell for cell in row if cell.text.strip() or cell.pictures]
        if not filled:
            return 1
        if len(row) == 1:
            self._whole(row[0], index)
            return 1
        if self._labels_above(index):
            self._flush()
            for label_cell, cell in zip(row, self.rows[index + 1], strict=True):
                self._heading(squeeze(label_cell.text), label_cell, 2)
                self._content(cell, 3)
            return 2
        if (end := self._process_end(index)) is not None:
            self._flush()
            self._process(index, end)
            return end - index
        label = squeeze(row[0].text)
        if row[0].rowspan > 1 and _is_label(label):
            self._flush()
            self._spanning(index)
            return min(row[0].rowspan, len(self.rows) - index)
        if len(row) == 2 and _is_label(label) and (len(row[1].text) > _SHORT or _heads_short(label)):
            self._flush()
            self._heading(label, row[0], 2)
            self._content(row[1], 3)
            return 1
        if all(len(cell.text) <= _SHORT * 2 for cell in row):
            self.particulars.append(row)
            return 1
        self._flush()
        self._mixed(row)
        return 1

    def _whole(self, cell: Cell, index: int) -> None:
        text = squeeze(cell.text)
        named = self.out[-1] if self.out else None
        below = isinstance(named, Heading) and bool(_named(named.text)) and not _named(text) and not self.particulars
        if len(cell.blocks) == 1 and len(text) <= 40 and not ends_sentence(text) and not below:
            self._flush()
            title = index == 0 and not self.titled
            self.titled = True
            self._heading(text, cell, 1 if title else 2, title=title)
        else:
            self._flush()
            self._content(cell, 2)

    def _labels_above(self, index: int) -> bool:
        """True for a row of labels only, over a row that holds what they name."""
        row = self.rows[index]
        following = self.rows[index + 1] if index + 1 < len(self.rows) else ()
        return (
            len(row) == len(following)
            and all(cell.rowspan == 1 and _named(cell.text) for cell in row)
            and not any(_named(cell.text) for cell in following)
            and not is_process_head([squeeze(cell.text) for cell in row])
        )

    def _mixed(self, row: Sequence[Cell]) -> None:
        """A row of several long texts: a label makes a heading, the rest follow in order."""
        for position, cell in enumerate(row):
            text = squeeze(cell.text)
            if position + 1 < len(row) and _is_label(text):
                self._heading(text, cell, 2)
            else:
                self._content(cell, 3)

    def _spanning(self, index: int) -> None:
        """A label beside several rows: a heading, then those rows without the label as a table."""
        row = self.rows[index]
        end = min(index + row[0].rowspan, len(self.rows))
        self._heading(squeeze(row[0].text), row[0], 2)
        inner = [tuple(row[1:]), *self.rows[index + 1 : end]]
        inner = [cells for cells in inner if any(cell.text.strip() or cell.pictures for cell in cells)]
        if all(len(cells) == 1 for cells in inner):
            for cells in inner:
                self._content(cells[0], 3)
        elif inner:
            self.out.append(Table(tuple(inner), self.columns, place=self.place))

    def _process_end(self, index: int) -> int | None:
        """Return the row after a process part (a head of short names over long rows), None when none begins here."""
        head = self.rows[index]
        names = [squeeze(cell.text) for cell in head]
        if len(head) < 2 or any(len(name) > _LABEL_MAX for name in names) or sum(1 for name in names if name) < 2:
            return None
        timed = is_process_head(names) and any(re.search("时间|分钟|时长|用时", name) for name in names)
        if not timed and not any(
            label_field(name) == "process" or re.search("活动|环节|流程|意图|资源", name) for name in names
        ):
            return None
        shape = tuple(cell.colspan for cell in head)
        end = index + 1
        while end < len(self.rows) and tuple(cell.colspan for cell in self.rows[end]) == shape:
            end += 1
        body = self.rows[index + 1 : end]
        long = timed or any(len(cell.text) > _SHORT for row in body for cell in row)
        return end if body and long else None

    def _process(self, start: int, end: int) -> None:
        head, body = self.rows[start], self.rows[start + 1 : end]
        if len(body) == 1:
            for name, cell in zip(head, body[0], strict=False):
                if cell.text.strip() or cell.pictures:
                    self._heading(squeeze(name.text), name, 2)
                    self._content(cell, 3)
            return
        above = self.out[-1] if self.out else None
        if not (isinstance(above, Heading) and label_field(above.text) == "process"):
            self._heading(squeeze(head[0].text) or "教学过程", head[0], 2)
        if all(len(cell.blocks) <= _PROCESS_CELL for row in body for cell in row):
            self.out.append(Table((head, *body), self.columns, 1, place=self.place))
            return
        for row in body:
            self._heading(squeeze(row[0].text.replace("\n", "")), row[0], 3)
            for name, cell in zip(head[1:], row[1:], strict=False):
                if cell.text.strip() or cell.pictures:
                    self.out.append(Paragraph((Run(squeeze(name.text), bold=True),), place=_place(name)))
                    self._content(cell, 4)

    def _heading(self, text: str, cell: Cell, level: int, *, title: bool = False) -> None:
        if text:
            self.out.append(Heading(level, (Run(text),), guessed=True, place=_place(cell), title=title))
            self.out.extend(cell.pictures)

    def _content(self, cell: Cell, level: int) -> None:
        """The paragraphs of a cell, with its bold numbered lines and bold short lines as headings from ``level`` on."""
        kinds: list[str] = []
        for position, block in enumerate(cell.blocks):
            kind = _heading_kind(block, first=position == 0) if position + 1 < len(cell.blocks) else ""
            if not kind:
                self.out.append(block)
                continue
            kinds = kinds[: kinds.index(kind) + 1] if kind in kinds else [*kinds, kind]
            self.out.append(Heading(min(level + len(kinds) - 1, 6), block.runs, block.number, True, block.place))
        self.out.extend(cell.pictures)

    def _flush(self) -> None:
        if self.particulars:
            self.out.append(Table(tuple(self.particulars), self.columns, place=self.place))
            self.particulars = []


def _is_label(text: str) -> bool:
    return 1 < len(text) <= _LABEL_MAX and not ends_sentence(text) and not re.search(r"[，。；]", text)


def _place(cell: Cell) -> Place | None:
    return cell.blocks[0].place if cell.blocks else None


def _heading_kind(block: Paragraph, *, first: bool = False) -> str:
    """Return the kind of heading that a line of a cell is, "" for none. ``first``: it may end in a colon, 一、简介："""
    text = squeeze(block.number + block.text)
    if first and (number := numeral(text)) is not None and number.kind == "han":
        text = text.rstrip("：:")
    bold = all(run.bold for run in block.runs if run.text.strip())
    if not 2 <= len(text) <= 40 or ends_sentence(text) or text[-1] in "，、；：:":
        return ""
    number = numeral(text)
    if number is not None and number.kind in ("han", "han_paren") and (bold or number.kind == "han"):
        return number.kind
    if number is None and is_section_name(text):
        return "name"
    if not bold or (number is None and len(text) > 30):
        return ""
    return number.kind if number is not None else "bold"
