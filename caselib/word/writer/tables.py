"""Tables: a grid that always closes, merged cells, repeated header rows, rows that stay whole."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from caselib.word import ooxml
from caselib.word.model import Cell, Paragraph, Run, Table
from caselib.word.styles import HouseStyle
from caselib.word.writer import measure
from caselib.word.writer.stylesheet import small_table, tiny_table

if TYPE_CHECKING:
    from caselib.word.writer.body import BodyWriter

# Word opens no table wider than this.
MAX_COLUMNS = 63
# A row of more text than this may break across pages: it would not fit on one.
_LONG_ROW = 900
# Ems: a text up to this (a date, a name, a sum) is kept on one line as long as such texts leave enough of the table to
# the long ones. Points: what the margins of a cell take, and those of a cell in a table that is set smaller.
_SHORT = 10.0
_SHARE = 0.66
_NUMBER = 10.0
_LEAST = 2.2
_MARGINS = 8.5, 3.5
# Columns narrower than this make the whole table smaller.
_NARROW = 4.0
_EMPTY = Cell((Paragraph(()),))


@dataclass(frozen=True, slots=True)
class Slot:
    """One ``w:tc`` of a row: an anchor cell, or (``merged``) the continuation of one above."""

    cell: Cell
    column: int
    colspan: int
    rowspan: int = 1
    merged: bool = False


def grid(table: Table) -> tuple[int, list[list[Slot]]]:
    """Return the number of columns and, for each row, the slots that fill it without gap or overlap.

    Cells beyond the widest table Word opens are added to the last cell of their row; missing cells are filled in;
    spans are cut where they would run over a neighbour or the end of the table.
    """
    columns = min(MAX_COLUMNS, max(1, table.columns, *(_widths(table))))
    covered: dict[int, tuple[int, int]] = {}
    rows = []
    for index, row in enumerate(table.rows):
        slots, rest = _fill_row(list(row), columns, covered, len(table.rows) - index)
        if rest:
            last = next((i for i in range(len(slots) - 1, -1, -1) if not slots[i].merged), None)
            if last is not None:
                extra = tuple(block for cell in rest for block in cell.blocks)
                slots[last] = replace(
                    slots[last], cell=replace(slots[last].cell, blocks=slots[last].cell.blocks + extra)
                )
        rows.append(slots)
    return columns, rows


def _widths(table: Table) -> Iterator[int]:
    """Yield the width of each row, with what hangs into it from above."""
    hanging: list[tuple[int, int]] = []
    for row in table.rows:
        yield sum(span for span, _left in hanging) + sum(max(1, cell.colspan) for cell in row)
        hanging = [(span, left - 1) for span, left in hanging if left > 1]
        hanging += [(max(1, cell.colspan), cell.rowspan - 1) for cell in row if cell.rowspan > 1]
    yield 1


def _fill_row(
    cells: list[Cell], columns: int, covered: dict[int, tuple[int, int]], rows_left: int
) -> tuple[list[Slot], list[Cell]]:
    slots: list[Slot] = []
    column = 0
    started: dict[int, tuple[int, int]] = {}
    while column < columns:
        if column in covered:
            span, left = covered.pop(column)
            slots.append(Slot(_EMPTY, column, span, merged=True))
            if left > 1:
                started[column] = (span, left - 1)
            column += span
            continue
        room = next((c for c in range(column, columns) if c in covered), columns) - column
        if not cells:
            slots.append(Slot(_EMPTY, column, room))
            column += room
            continue
        cell = cells.pop(0)
        span = min(max(1, cell.colspan), room)
        rowspan = min(max(1, cell.rowspan), rows_left)
        slots.append(Slot(cell, column, span, rowspan))
        if rowspan > 1:
            started[column] = (span, rowspan - 1)
        column += span
    covered.update(started)
    return slots, cells


@dataclass(frozen=True, slots=True)
class Setting:
    """How large the text of a table is set: its styles begin with ``style``; sizes are points."""

    style: str
    size: float
    margins: float


@dataclass(frozen=True, slots=True)
class Needs:
    """What the texts of each column need, in ems: for their longest line, and for the longest word or number in them.

    ``loads`` tell how much text a column holds: the width that a column gets for it makes the rows as low as they can be.
    """

    lines: list[float]
    words: list[float]
    loads: list[float]


def _needs(columns: int, rows: list[list[Slot]]) -> Needs:
    lines, words, loads = [2.0] * columns, [1.0] * columns, [0.0] * columns
    for row in rows[:80]:
        for slot in row:
            if slot.colspan == 1 and not slot.merged:
                at, text = slot.column, slot.cell.text
                loads[at] += (len(text.encode("gbk", "replace")) / 2) ** 2
                for line in text.split("\n"):
                    lines[at] = max(lines[at], measure.width(line[:60]))
                    found = (measure.width(word) for word in measure.words(line[:400]))
                    # Faces differ in their figures; what is longer is an address, which has places to break.
                    words[at] = max([words[at], *(wide * 1.2 for wide in found if wide <= _NUMBER)])
    # A column one sign wide reads badly: 序号 takes two, and a little, since faces differ.
    least = [max(word, min(line + 0.2, _LEAST)) for line, word in zip(lines, words, strict=True)]
    return Needs(lines, least, loads)


def setting_of(style: HouseStyle, needs: Needs, total: int) -> Setting:
    """Return the largest setting in which the columns are wide enough for their words, else the smallest: a number that
    is broken in two reads as two."""
    columns = len(needs.words)
    base = max(6.0, style.table.size_pt)
    room = total / 20
    settings = (
        Setting("Table", base, _MARGINS[0]),
        Setting("TableSmall", small_table(style).size_pt, _MARGINS[1]),
        Setting("TableTiny", tiny_table(style).size_pt, _MARGINS[1]),
    )
    for setting in settings[:-1]:
        fits = sum(needs.words) * setting.size + columns * setting.margins <= room
        if fits and (setting.style != "Table" or room / base >= columns * _NARROW):
            return setting
    return settings[-1]


def column_widths(needs: Needs, total: int, setting: Setting) -> list[int]:
    """Share ``total`` twips among the columns: every word keeps its line, short texts do if they leave room for the long
    ones, and what is left goes where it makes the rows lowest."""
    columns = len(needs.lines)
    padding = setting.margins / setting.size
    room = total / 20 / setting.size - columns * padding
    # Faces differ a little in their widths; figures next to Chinese characters stand apart.
    whole = [max(line * 1.05 + 0.3, word) for line, word in zip(needs.lines, needs.words, strict=True)]
    short = [wide if wide <= _SHORT else word for wide, word in zip(whole, needs.words, strict=True)]
    if sum(whole) <= room:
        ems = whole
    elif sum(needs.words) >= room:
        ems = needs.words
    else:
        least = short if sum(short) <= room * _SHARE else needs.words
        ems = _shared(room, least, whole, needs.loads)
    weights = [wide + padding for wide in ems]
    share = sum(weights)
    widths = [max(1, int(total * weight / share)) for weight in weights]
    widths[-1] += total - sum(widths)
    return [max(1, width) for width in widths]


def _shared(room: float, least: list[float], most: list[float], loads: list[float]) -> list[float]:
    """Return widths between ``least`` and ``most`` that add up to ``room`` and keep the sum of squared heights small.

    A cell of L ems in a column of w has L / w lines; that sum is smallest where w grows with the cube root of the load.
    """
    roots = [load ** (1 / 3) for load in loads]
    low, high = 0.0, room / max(0.01, min([root for root in roots if root], default=1.0))
    for _step in range(40):
        middle = (low + high) / 2
        ems = [min(max(short, middle * root), wide) for short, wide, root in zip(least, most, roots, strict=True)]
        low, high = (low, middle) if sum(ems) > room else (middle, high)
    return ems


def table_xml(table: Table, writer: BodyWriter, opening: str = "", closing: str = "") -> str:
    """Return ``w:tbl``; ``opening`` and ``closing`` (comment marks) go into the first paragraph of the first cell."""
    if not table.rows:
        return ooxml.paragraph("Spacer", opening + closing) if opening else ""
    columns, rows = grid(table)
    total = ooxml.twips(writer.style.page.text_width_mm)
    needs = _needs(columns, rows)
    setting = setting_of(writer.style, needs, total)
    widths = column_widths(needs, total, setting)
    sides = round(setting.margins * 10)
    margins = (
        f'<w:tblCellMar><w:left w:w="{sides}" w:type="dxa"/><w:right w:w="{sides}" w:type="dxa"/></w:tblCellMar>'
        if setting.style != "Table"
        else ""
    )
    chunks = [
        (
            f'<w:tbl><w:tblPr><w:tblStyle w:val="TableGrid"/><w:tblW w:w="{total}" w:type="dxa"/><w:jc w:val="center"/>'
            f'<w:tblLayout w:type="fixed"/>{margins}<w:tblLook w:val="0420" w:firstRow="1" w:lastRow="0" w:firstColumn="0" '
            'w:lastColumn="0" w:noHBand="0" w:noVBand="1"/></w:tblPr><w:tblGrid>'
        ),
        "".join(f'<w:gridCol w:w="{width}"/>' for width in widths),
        "</w:tblGrid>",
    ]
    # A table of header rows only would repeat itself for ever.
    headers = min(table.header_rows, len(rows) - 1)
    for index, row in enumerate(rows):
        text = sum(len(slot.cell.text) for slot in row)
        properties = ("" if text > _LONG_ROW else "<w:cantSplit/>") + ("<w:tblHeader/>" if index < headers else "")
        chunks.append(f"<w:tr><w:trPr>{properties}</w:trPr>" if properties else "<w:tr>")
        for slot in row:
            head = index < table.header_rows
            style = setting.style + ("Head" if head else "Text" if setting.style == "Table" else "")
            chunks.append(_cell_xml(slot, widths, style, writer, opening, closing))
            opening = closing = ""
        chunks.append("</w:tr>")
    chunks.append("</w:tbl>")
    return "".join(chunks)


def _cell_xml(slot: Slot, widths: list[int], style: str, writer: BodyWriter, opening: str, closing: str) -> str:
    width = sum(widths[slot.column : slot.column + slot.colspan])
    merge = "<w:vMerge/>" if slot.merged else '<w:vMerge w:val="restart"/>' if slot.rowspan > 1 else ""
    properties = (
        f'<w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>'
        + (f'<w:gridSpan w:val="{slot.colspan}"/>' if slot.colspan > 1 else "")
        + merge
        + ('<w:shd w:val="clear" w:color="auto" w:fill="F2F2F2"/>' if style.endswith("Head") else "")
        + '<w:vAlign w:val="center"/></w:tcPr>'
    )
    lines = [_line_xml(block, writer, style) for block in slot.cell.blocks]
    for picture in slot.cell.pictures:
        drawing = writer.picture_run(picture, (max(5.0, width / ooxml.MM - 4), 90.0))
        lines.append(
            ooxml.paragraph("FigureLine", drawing, '<w:keepNext w:val="0"/>')
            if drawing
            else writer.box("〔图片无法显示〕")
        )
    content = "".join(lines) or ooxml.paragraph(style, "")
    if opening:
        content = content.replace("</w:pPr>", "</w:pPr>" + opening, 1).replace("</w:p>", closing + "</w:p>", 1)
    return f"<w:tc>{properties}{content}</w:tc>"


def _line_xml(block: Paragraph, writer: BodyWriter, style: str) -> str:
    numbered = (Run(block.number),) if block.number else ()
    lead = (Run(block.lead, bold=True),) if block.lead else ()
    return ooxml.paragraph(style, writer.runs(numbered + lead + block.runs))
