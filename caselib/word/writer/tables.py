"""Tables: a grid that always closes, merged cells, repeated header rows, rows that stay whole."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from caselib.word import ooxml
from caselib.word.model import Cell, Paragraph, Run, Table
from caselib.word.writer import measure

if TYPE_CHECKING:
    from caselib.word.writer.body import BodyWriter

# Word opens no table wider than this.
MAX_COLUMNS = 63
# A row of more text than this may break across pages: it would not fit on one.
_LONG_ROW = 900
# Ems: a text up to this is kept on one line if at all possible; what the margins of a cell take.
_WORD = 6.0
_PADDING = 1.0
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


def column_widths(columns: int, rows: list[list[Slot]], total: int, size: float) -> list[int]:
    """Share ``total`` twips among the columns: short texts get one line each, long ones share what is left.

    ``size`` is that of the text in points.
    """
    longest = [2.0] * columns
    for row in rows[:80]:
        for slot in row:
            if slot.colspan == 1 and not slot.merged:
                wide = max((measure.width(line[:60]) for line in slot.cell.text.split("\n")), default=0.0)
                longest[slot.column] = max(longest[slot.column], min(wide, 28.0))
    room = total / 20 / size - columns * _PADDING
    least = [min(wide, _WORD) for wide in longest]
    if sum(longest) <= room:
        weights = [wide + _PADDING + 1 for wide in longest]
    elif sum(least) < room:
        wanted = [wide - short for wide, short in zip(longest, least, strict=True)]
        share = (room - sum(least)) / (sum(wanted) or 1)
        weights = [short + more * share + _PADDING for short, more in zip(least, wanted, strict=True)]
    else:
        weights = [wide + _PADDING for wide in least]
    whole = sum(weights)
    widths = [max(1, int(total * weight / whole)) for weight in weights]
    widths[-1] += total - sum(widths)
    return [max(1, width) for width in widths]


def table_xml(table: Table, writer: BodyWriter, opening: str = "", closing: str = "") -> str:
    """Return ``w:tbl``; ``opening`` and ``closing`` (comment marks) go into the first paragraph of the first cell."""
    if not table.rows:
        return ooxml.paragraph("Spacer", opening + closing) if opening else ""
    columns, rows = grid(table)
    total = ooxml.twips(writer.style.page.text_width_mm)
    size = max(6.0, writer.style.table.size_pt)
    small = total / 20 / size < columns * _NARROW
    widths = column_widths(columns, rows, total, size * 0.75 if small else size)
    chunks = [
        (
            f'<w:tbl><w:tblPr><w:tblStyle w:val="TableGrid"/><w:tblW w:w="{total}" w:type="dxa"/><w:jc w:val="center"/>'
            '<w:tblLayout w:type="fixed"/><w:tblLook w:val="0420" w:firstRow="1" w:lastRow="0" w:firstColumn="0" '
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
            style = f"TableSmall{'Head' if head else ''}" if small else "TableHead" if head else "TableText"
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
