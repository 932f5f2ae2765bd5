"""Takes the notes at the foot of a printed page out of the sentence they interrupt."""

from __future__ import annotations

import re
from collections.abc import Sequence

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


def is_source_note(text: str) -> bool:
    """True for a note that can stand nowhere but at the foot of a page: a mark, then where something is from."""
    return bool(_SOURCE.match(text))


def move_notes(lines: Sequence[Line]) -> tuple[list[Line], list[Warning]]:
    """Put notes that stand between the halves of a paragraph behind it, each with a warning; others stay."""
    result: list[Line] = []
    warnings: list[Warning] = []
    index = 0
    while index < len(lines):
        end = _notes_end(lines, index)
        if end == index or not result or not _goes_on(result[-1], lines, end):
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
        and not ends_sentence(before.text)
        and line.indent < 2
        and numeral(line.text) is None
    )


def _is_end(line: Line, lines: Sequence[Line], following: int) -> bool:
    """True when a paragraph ends with ``line``: a sentence does, and the next line begins anew."""
    if line.fixed is not None or following >= len(lines):
        return True
    after = lines[following]
    return ends_sentence(line.text) and (
        after.fixed is not None or after.indent >= 2 or after.breaks == "blank" or numeral(after.text) is not None
    )
