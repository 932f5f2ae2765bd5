"""A line of printed text on its way back to paragraphs, and what its place on the page says."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from caselib.word.model import Block, Heading, Paragraph, Place
from caselib.word.outline import ends_sentence

_WRAPPED_SHARE = 0.35


@dataclass(slots=True)
class Line:
    """One line. ``fixed`` carries a block that is not text to be joined (table, picture, styled heading).

    ``breaks`` is "" for an ordinary line end before it, "blank" after an empty line, "page" after a page's end.
    """

    text: str
    place: Place
    indent: int = 0
    breaks: str = ""
    fixed: Block | None = None

    @property
    def width(self) -> int:
        return width(self.text)


def width(text: str) -> int:
    """Return the printed width of ``text`` in half-width columns."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WFA" else 1 for sign in text)


def is_wrapped(blocks: Sequence[Block]) -> bool:
    """True when the paragraphs are printed lines: many of them stop in mid-sentence at about one width."""
    texts = [
        block.text.strip()
        for block in blocks
        if isinstance(block, Paragraph) and block.role in ("body", "lead", "list")
    ]
    long_lines = [text for text in texts if width(text) >= 24]
    if len(long_lines) < 8:
        return False
    unfinished = [text for text in long_lines if not ends_sentence(text) and text[-1] not in "：:"]
    if len(unfinished) < len(long_lines) * _WRAPPED_SHARE:
        return False
    widths = sorted(width(text) for text in long_lines)
    high = widths[int(len(widths) * 0.95)]
    return sum(1 for value in widths if high * 0.8 <= value <= high * 1.1) >= len(widths) * 0.35


def lines_of(blocks: Sequence[Block], *, keep_guessed: bool) -> list[Line]:
    """Turn blocks into lines; tables, pictures and real headings stay whole, form feeds become page breaks."""
    lines: list[Line] = []
    breaks = ""
    for block in blocks:
        place = block.place or Place(0)
        if isinstance(block, Paragraph) or (isinstance(block, Heading) and block.guessed and not keep_guessed):
            for index, text in enumerate(f"{block.number}{block.text}".split("\f")):
                if index:
                    breaks = "page"
                if not text.strip():
                    breaks = breaks or "blank"
                    continue
                stripped = text.strip()
                lines.append(Line(stripped, place, _indent(text), breaks))
                breaks = ""
        else:
            lines.append(Line("", place, breaks=breaks, fixed=block))
            breaks = ""
    return lines


def _indent(text: str) -> int:
    lead = text[: len(text) - len(text.lstrip())]
    return width(lead.replace("\t", "    "))


_GAP = re.compile(r"(?<=\S)(?: {3,}|[ \u3000]*\u3000[ \u3000]+|\t+ *)(?=\S)")


def split_columns(lines: list[Line]) -> tuple[list[Line], int]:
    """Undo two-column pages printed side by side: left halves first, then right halves. Returns lines and runs found.

    A run is at least five neighbouring lines that are cut by a wide gap at about the same column.
    """
    result: list[Line] = []
    found = 0
    index = 0
    while index < len(lines):
        run = _column_run(lines, index)
        if run is None:
            result.append(lines[index])
            index += 1
            continue
        end, cut = run
        left, right = _halves(lines[index:end], cut)
        result.extend(left)
        result.extend(right)
        found += 1
        index = end
    return result, found


def _gap_column(line: Line) -> int | None:
    if line.fixed is not None:
        return None
    matches = list(_GAP.finditer(line.text))
    if len(matches) != 1 or width(line.text[matches[0].end() :]) < 4 or width(line.text[: matches[0].start()]) < 4:
        return None
    return line.indent + width(line.text[: matches[0].end()])


def _column_run(lines: list[Line], start: int) -> tuple[int, int] | None:
    first = _gap_column(lines[start])
    if first is None:
        return None
    end = start
    cut = 0
    columns: list[int] = []
    while end < len(lines) and lines[end].fixed is None and lines[end].breaks != "page":
        column = _gap_column(lines[end])
        if column is None:
            if width(lines[end].text) + lines[end].indent > first - 2 and lines[end].indent < first - 8:
                break
        elif abs(column - first) > 6:
            break
        else:
            columns.append(column)
        end += 1
    halves = sorted(width(_GAP.split(line.text)[0]) for line in lines[start:end] if _gap_column(line) is not None)
    if len(columns) < 5 or halves[len(halves) // 2] < 24:
        return None
    cut = min(columns)
    return end, cut


def _halves(lines: list[Line], cut: int) -> tuple[list[Line], list[Line]]:
    left: list[Line] = []
    right: list[Line] = []
    for line in lines:
        match = _GAP.search(line.text)
        if match and _gap_column(line) is not None:
            left.append(Line(line.text[: match.start()].strip(), line.place, line.indent, line.breaks))
            offset = max(line.indent + width(line.text[: match.end()]) - cut, 0)
            right.append(Line(line.text[match.end() :].strip(), line.place, offset))
        elif line.indent >= cut - 6:
            right.append(Line(line.text, line.place, max(line.indent - cut, 0)))
        else:
            left.append(line)
    if right:
        right[0].breaks = "page"
    return left, right
