"""The body of a document: paragraphs and tables in reading order, content controls and inserted files looked into."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache

from caselib.word import guard
from caselib.word.flatopc import to_package
from caselib.word.guard import LIMITS, UnreadableError
from caselib.word.html_reader import lines_of
from caselib.word.model import Run
from caselib.word.outline import ends_sentence, squeeze
from caselib.word.reader import drawings, notes
from caselib.word.reader.context import Context, RawBlock, RawCell, RawParagraph, RawTable
from caselib.word.reader.inline import InlineReader
from caselib.word.reader.package import Element, Package, R
from caselib.word.reader.pages import PageStarts
from caselib.word.reader.styles import flag, integer, text_of, value, w

MAX_COLUMNS = 63  # Word's own limit; a larger span is a lie that would be paid in memory
_SHORT_CELL = 120
_LONGEST_ENTRY = 120
_CONTENTS = re.compile(r"^(?:目录|目次|总目录|contents)$", re.I)
_FEWEST_IN_FRAME = 6  # blocks in the only cell of a table: fewer are a remark in a box
_WRAPPERS = ("sdt", "sdtContent", "customXml", "smartTag", "ins", "moveTo", "docPartBody")


class BlockReader:
    """Reads block content of one document."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.inline = InlineReader(context, self.read)
        self._entries: set[Element] = set()  # paragraphs of contents
        self.pages = PageStarts()

    def read(self, parent: Element, depth: int = 0, frames: int = 0) -> list[RawBlock]:
        """Return the blocks below ``parent`` in reading order. Raises UnreadableError beyond the limits.

        ``frames``: how many of the ``depth`` tables around are a frame only, a page typed into one cell.
        """
        if depth > LIMITS.depth:
            raise UnreadableError("too_deep", str(LIMITS.depth))
        blocks: list[RawBlock] = []
        whole = cache(lambda: len(text_of(parent)))
        for child, toc in self._children(parent, False, 0):
            tag = _local(child)
            if tag == "p":
                self._paragraph(child, blocks, depth, toc)
            elif tag == "tbl" and (page := self._page_in_frame(child, whole)) is not None:
                self.context.warn("layout_table", "1")
                self.context.next_cell()
                blocks.extend(self.read(page, depth + 1, frames + 1))
            elif tag == "tbl":
                if depth > frames:
                    self.context.warn("nested_table")
                blocks.append(self._table(child, depth + 1))
                if not depth:
                    self.pages.skip()
            elif tag == "altChunk":
                blocks.extend(self._inserted_file(child, depth))
            elif tag in ("del", "moveFrom"):
                self.context.warn("change_deleted", text_of(child)[:200])
        return blocks

    def _page_in_frame(self, table: Element, whole: Callable[[], int]) -> Element | None:
        """Return the only cell of a table that frames most of a text of ``whole`` characters, None for any other table."""
        rows = [row for row, _ in self._children(table, False, 0) if _local(row) == "tr"]
        cells = [cell for row in rows[:1] for cell, _ in self._children(row, False, 0) if _local(cell) == "tc"]
        if len(rows) != 1 or len(cells) != 1 or rows[0].find(f"{w('trPr')}/{w('del')}") is not None:
            return None
        filled = sum(1 for child, _ in self._children(cells[0], False, 0) if text_of(child).strip())
        if filled < _FEWEST_IN_FRAME or len(text_of(cells[0])) * 2 < whole():
            return None
        return cells[0]

    def _children(self, parent: Element, toc: bool, wrapped: int) -> Iterator[tuple[Element, bool]]:
        """Yield block elements with wrappers opened, and whether they stand in a table of contents."""
        if wrapped > 40:
            raise UnreadableError("too_deep", str(wrapped))
        for child in parent:
            if not isinstance(child.tag, str):
                continue
            tag = _local(child)
            if tag == "AlternateContent":
                chosen = drawings.alternative(child)
                if chosen is not None:
                    yield from self._children(chosen, toc, wrapped + 1)
            elif tag in _WRAPPERS:
                if tag == "sdt" and flag(child.find(w("sdtPr")), "showingPlcHdr"):
                    self.context.warn("placeholder_dropped", text_of(child)[:80])
                    continue
                if not toc and _is_contents(child):
                    self._entries.update(self._entries_in(child))
                    yield from self._children(child, True, wrapped + 1)
                else:
                    yield from self._children(child, toc, wrapped + 1)
            else:
                yield child, toc

    def _entries_in(self, control: Element) -> Iterator[Element]:
        """Yield the paragraphs of a control for contents that belong to them: WPS takes a cover before them into it, and text."""
        paragraphs = list(control.iter(w("p")))
        first = next((index for index, item in enumerate(paragraphs) if self._opens_contents(item)), 0)
        for item in paragraphs[first:]:
            text = squeeze(text_of(item))
            styled = self.context.styles.look(value(item.find(w("pPr")), "pStyle"))
            said = len(text) > _LONGEST_ENTRY or (len(text) > _LONGEST_ENTRY / 3 and ends_sentence(text))
            if not said and (styled.heading_level is None or _CONTENTS.match(text)):
                yield item

    def _opens_contents(self, item: Element) -> bool:
        instructions = "".join(node.text or "" for node in item.iter(w("instrText")))
        instructions += "".join(node.get(w("instr"), "") for node in item.iter(w("fldSimple")))
        return (
            instructions.strip().upper().startswith("TOC")
            or bool(_CONTENTS.match(squeeze(text_of(item))))
            or self.context.styles.look(value(item.find(w("pPr")), "pStyle")).kind == "toc"
        )

    def _paragraph(self, element: Element, blocks: list[RawBlock], depth: int, toc: bool) -> None:
        raw = self.inline.read(element, depth)
        raw.toc = raw.toc or (toc and element in self._entries)
        if depth == 0:
            self.pages.meet(element, raw)
        previous = blocks[-1] if blocks else None
        if isinstance(previous, RawParagraph) and previous.mark_deleted:
            previous.runs.extend(raw.runs)
            previous.pictures.extend(raw.pictures)
            previous.boxes.extend(raw.boxes)
            previous.mark_deleted = raw.mark_deleted
            previous.look = raw.look
            return
        blocks.append(raw)

    def _table(self, element: Element, depth: int) -> RawTable:
        ordinal = self.context.paragraphs
        grid = element.find(w("tblGrid"))
        declared = 0 if grid is None else len(grid.findall(w("gridCol")))
        rows: list[list[tuple[int, RawCell, str]]] = []
        headers = 0
        for row, _ in self._children(element, False, 0):
            if _local(row) != "tr":
                continue
            properties = row.find(w("trPr"))
            if properties is not None and properties.find(w("del")) is not None:
                self.context.warn("change_deleted", "".join(text.text or "" for text in row.iter(w("t"), w("delText"))))
                continue
            if headers == len(rows) and flag(properties, "tblHeader"):
                headers += 1
            rows.append(self._row(row, depth, declared))
        return _spanned(rows, ordinal, headers, declared)

    def _row(self, row: Element, depth: int, declared: int) -> list[tuple[int, RawCell, str]]:
        """Return (first column, cell, merge state) of a row; the state is "", "restart" or "continue"."""
        properties = row.find(w("trPr"))
        column = min(integer(value(properties, "gridBefore")) or 0, MAX_COLUMNS)
        widest = max(declared, MAX_COLUMNS)
        cells: list[tuple[int, RawCell, str]] = []
        for cell, _ in self._children(row, False, 0):
            if _local(cell) != "tc":
                continue
            self.context.next_cell()
            own = cell.find(w("tcPr"))
            claimed = value(own, "gridSpan") or "1"
            span = integer(claimed)
            if span is None or span < 1 or span > widest - column:
                self.context.warn("span_clamped", claimed)
                span = max(min(declared - column, MAX_COLUMNS), 1)
            merge = None if own is None else own.find(w("vMerge"))
            state = "" if merge is None else (merge.get(w("val")) or "continue")
            content = self._cell_paragraphs(cell, depth)
            cells.append((column, RawCell(content, max(span, 1)), state))
            column += max(span, 1)
            if column > max(widest, 1000):
                raise UnreadableError("too_many_cells", str(column))
        return cells

    def _cell_paragraphs(self, cell: Element, depth: int) -> list[RawParagraph]:
        return list(_flat(self.read(cell, depth)))

    def _inserted_file(self, element: Element, depth: int) -> list[RawBlock]:
        """Read an inserted document in its place, HTML and text as paragraphs; other formats are reported."""
        link = self.context.links.get(element.get(f"{{{R}}}id", ""))
        name = "" if link is None else link.target
        if link is None or link.external or not self.context.package.has(name):
            self.context.warn("alt_chunk", name)
            return []
        data = self.context.package.read(name)
        try:
            kind = guard.sniff(data, name)
            if kind in ("docx", "flatopc"):
                return self._inserted_document(to_package(data) if kind == "flatopc" else data, name, depth)
            self.context.warn("alt_chunk", name)
            if kind in ("html", "mhtml", "text"):
                return [self._plain(line) for line in lines_of(data, kind) if line.strip()]
        except UnreadableError as error:
            self.context.warn("alt_chunk_lost", f"{name}: {error.code}")
            return []
        self.context.warn("alt_chunk_lost", name)
        return []

    def _inserted_document(self, data: bytes, name: str, depth: int) -> list[RawBlock]:
        context = self.context
        with Package(data) as package, context.inserted(package):
            body = package.xml(package.main).find(w("body"))
            if body is None:
                raise UnreadableError("missing_part", "w:body")
            context.comment_texts = notes.read_comment_texts(context)
            notes.report_package(context)
            blocks = self.read(body, depth)
            notes.keep_inserted_notes(context, self.inline)
            context.warnings.extend(package.warnings)
        context.warn("document_inserted", name)
        return blocks

    def _plain(self, text: str) -> RawParagraph:
        raw = RawParagraph(
            self.context.styles.look(None), [Run(text)], self.context.next_paragraph(), self.context.offset
        )
        self.context.offset += len(text) + 1
        return raw


def _flat(blocks: list[RawBlock]) -> Iterator[RawParagraph]:
    """A cell holds paragraphs; a table inside it gives its own, cell by cell in reading order."""
    for block in blocks:
        if isinstance(block, RawParagraph):
            yield block
            continue
        for row in block.rows:
            line = _in_one_line(row)
            if line is not None:
                yield line
                continue
            for cell in row:
                yield from cell.paragraphs


def _in_one_line(row: list[RawCell]) -> RawParagraph | None:
    """Return a row of short cells as one paragraph, the cells parted by tabs: so it still reads as a row."""
    shown = [[item for item in cell.paragraphs if item.text.strip() or item.pictures] for cell in row]
    filled = [items for items in shown if items]
    if len(filled) < 2 or any(
        len(items) > 1 or items[0].pictures or items[0].label or len(items[0].text) > _SHORT_CELL for items in filled
    ):
        return None
    first = filled[0][0]
    runs = list(first.runs)
    for items in filled[1:]:
        runs += [Run("\t"), *items[0].runs]
    return replace(first, runs=runs)


def _spanned(rows: list[list[tuple[int, RawCell, str]]], ordinal: int, headers: int, declared: int) -> RawTable:
    """Turn vertical merge marks into row spans; content of covered cells is kept in the anchor."""
    open_cells: dict[int, RawCell] = {}
    result: list[list[RawCell]] = []
    columns = declared
    for row in rows:
        kept: list[RawCell] = []
        still_open: dict[int, RawCell] = {}
        for column, cell, state in row:
            columns = max(columns, column + cell.colspan)
            anchor = open_cells.get(column)
            if state == "continue" and anchor is not None and anchor.colspan == cell.colspan:
                anchor.rowspan += 1
                anchor.paragraphs.extend(item for item in cell.paragraphs if item.text.strip() or item.pictures)
                still_open[column] = anchor
                continue
            kept.append(cell)
            if state:
                still_open[column] = cell
        open_cells = still_open
        result.append(kept)
    return RawTable(result, max(columns, 1), ordinal, min(headers, len(result)))


def _is_contents(element: Element) -> bool:
    gallery = element.find(f"{w('sdtPr')}/{w('docPartObj')}/{w('docPartGallery')}")
    return gallery is not None and "table of contents" in gallery.get(w("val"), "").lower()


def _local(node: Element) -> str:
    return str(node.tag).rsplit("}", 1)[-1]
