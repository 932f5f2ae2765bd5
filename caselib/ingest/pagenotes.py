"""Takes the notes at the foot of a printed page out of the sentence they interrupt."""

from __future__ import annotations

import re
from collections.abc import Sequence

from caselib.ingest.contents import BARE, DRESSED
from caselib.ingest.lines import Line
from caselib.word.model import Warning
from caselib.word.outline import ends_sentence, numeral

_MARK = re.compile(
    r"^(?:[①-⑳]|[\[［〔]\s*\d{1,2}\s*[\]］〕]|[*＊※]\s*|注\s*[:：]|\d{1,2}\s*(?=参见|见《|引自|数据来源|资料来源))\s*\S"
)
_SOURCE = re.compile(
    r"^(?:[①-⑳]|[\[［〔]\s*\d{1,2}\s*[\]］〕]|[*＊※])\s*(?:数据来源|资料来源|来源|参见|见[《“]|详见|引自|转引|摘自|注\s*[:：]|\S{2,12}[:：]《)"
)
_MOST = 6
_FOOT = 8  # lines at the end of a page among which its notes are looked for
_NUMBERED = re.compile(r"^([1-9]\d?)\s*(?=[\u4e00-\u9fff“《（])")
_MOST_MARKS = 20
_SKIPPED = 5  # notes that may be missed between two that are known


def is_source_note(text: str) -> bool:
    """True for a note that can stand nowhere but at the foot of a page: a mark, then where something is from."""
    return bool(_SOURCE.match(text))


def mark_notes(lines: list[Line]) -> list[Line]:
    """Give the notes at the foot of pages, and the small figures that call them, the signs ① to ⑳.

    Print sets both apart by their size, which text loses: 件。3一是 would read as a number. A note is known by its figure,
    counted on or begun anew, at the foot of a page whose end is known, and by its call on that page.
    """
    result: list[Line] = []
    last = 0
    for page in _pages(lines):
        page, last = _marked(page, last)
        result.extend(page)
    return result


def _pages(lines: Sequence[Line]) -> list[list[Line]]:
    pages: list[list[Line]] = [[]]
    for line in lines:
        if line.breaks == "page" and pages[-1]:
            pages.append([])
        pages[-1].append(line)
    return pages if len(pages) > 2 else [list(lines)]


def _marked(page: list[Line], last: int) -> tuple[list[Line], int]:
    end = len(page)
    while end and page[end - 1].fixed is None and (BARE.match(page[end - 1].text) or DRESSED.match(page[end - 1].text)):
        end -= 1
    end -= _close_up(page, end)
    for index in range(max(end - _FOOT, 1), end):
        found = _NUMBERED.match(page[index].text) if page[index].fixed is None else None
        number = int(found.group(1)) if found else 0
        call = _call(page[:index], number) if number == 1 or last < number <= last + _SKIPPED else None
        if found is None or call is None or number > _MOST_MARKS:
            continue
        sign = chr(0x2460 + number - 1)
        line, at = call
        line.text = line.text[: at.start()] + sign + line.text[at.end() :]
        page[index].text = sign + page[index].text[found.end() :]
        page[index].breaks = "blank"
        last = number
    return page, last


def _close_up(page: list[Line], end: int) -> int:
    """Put figures that stand on lines of their own before their notes: 2, 3, first note, second note. Return their count."""
    for index in range(max(end - _FOOT, 1), end):
        run = 0
        while (
            index + run < end
            and _is_figure(page[index + run])
            and _value(page[index + run]) == _value(page[index]) + run
        ):
            run += 1
        notes = page[index + run : end]
        if not run or not notes or (run > 1 and len(notes) != run) or any(note.fixed is not None for note in notes):
            continue
        if _call(page[:index], _value(page[index])) is None:
            continue
        for figure, note in zip(page[index : index + run], notes, strict=False):
            note.text = figure.text + note.text
        del page[index : index + run]
        return run
    return 0


def _is_figure(line: Line) -> bool:
    return line.fixed is None and line.text.isdecimal() and len(line.text) <= 2 and line.text[0] != "0"


def _value(line: Line) -> int:
    return int(line.text)


def _call(lines: Sequence[Line], number: int) -> tuple[Line, re.Match[str]] | None:
    """Return the line and place of the last figure that can only be the call of a note: behind a sign, before a word."""
    pattern = re.compile(
        rf"(?<=[。，；：！？”’》）])[ ]{{0,2}}{number}[ ]?(?=[\u4e00-\u9fff“《”]|\d{{4}} ?年|$)"
        rf"|(?<=[\u4e00-\u9fff])[ ]?{number}(?=[，。；：！？”])"
    )
    for line in reversed(lines):
        found = pattern.search(line.text) if line.fixed is None else None
        if found and not re.match(r"[年月日时个项条件户人名次万亿元%％]", line.text[found.end() :]):
            return line, found
    return None


def move_notes(lines: Sequence[Line]) -> tuple[list[Line], list[Warning]]:
    """Put notes that stand between the halves of a paragraph behind it, each with a warning; others stay."""
    result: list[Line] = []
    warnings: list[Warning] = []
    index = 0
    while index < len(lines):
        end = _notes_end(lines, index)
        if end == index or not result or not _goes_on(result[-1], lines, end):
            if end > index:
                lines[end].breaks = "blank"
            result.append(lines[index])
            index += 1
            continue
        notes = list(lines[index:end])
        lines[end].breaks = "page"
        index = end
        while index < len(lines):
            result.append(lines[index])
            index += 1
            if _is_end(result[-1], lines, index):
                break
        for note in notes:
            note.breaks = "blank"
            warnings.append(Warning("footnote_moved", f"¶{note.place.paragraph + 1}", note.text[:200]))
        if index < len(lines) and not lines[index].breaks:
            lines[index].breaks = "blank"
        result.extend(notes)
    return result, warnings


def _notes_end(lines: Sequence[Line], start: int) -> int:
    """The line after a run of notes from ``start`` that ends at a page's end; ``start`` when there is none."""
    line = lines[start]
    if line.fixed is not None or not _MARK.match(line.text):
        return start
    for end in range(start + 1, min(start + _MOST, len(lines))):
        if lines[end].fixed is not None:
            return start
        if lines[end].breaks == "page":
            return end
    return start


def _goes_on(before: Line, lines: Sequence[Line], after: int) -> bool:
    """True when the text before the notes breaks off and the text after them goes on with it."""
    line = lines[after] if after < len(lines) else None
    return (
        line is not None
        and line.fixed is None
        and before.fixed is None
        and before.width >= 24
        and not _ends(before.text)
        and line.indent < 2
        and numeral(line.text) is None
    )


def _is_end(line: Line, lines: Sequence[Line], following: int) -> bool:
    """True when a paragraph ends with ``line``: a sentence does, and the next line begins anew."""
    if line.fixed is not None or following >= len(lines):
        return True
    after = lines[following]
    return _ends(line.text) and (
        after.fixed is not None or after.indent >= 2 or after.breaks == "blank" or numeral(after.text) is not None
    )


def _ends(text: str) -> bool:
    """True at the end of a sentence; a semicolon only parts its members."""
    return ends_sentence(text) and not text.endswith(("；", ";"))
