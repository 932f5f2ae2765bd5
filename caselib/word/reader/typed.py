"""Layout typed by hand: paragraphs parted by line breaks inside one, and lines centred with blanks."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from caselib.word.guard import LIMITS, UnreadableError
from caselib.word.model import Run
from caselib.word.names import is_byline, split_byline
from caselib.word.outline import ends_sentence, numeral
from caselib.word.reader.context import RawBlock, RawParagraph

_LEAST_LINES = 4
_MOST_HEAD_LINES = 6
_SHORT = 40
_CENTRED, _RIGHT = 5, 16  # full-width blanks before a line


def as_typed(raw: Sequence[RawBlock]) -> list[RawBlock]:
    """Return ``raw`` with typed paragraphs taken apart and lines that blanks push to the middle called centred.

    Raises UnreadableError when they are more paragraphs than the limit.
    """
    result: list[RawBlock] = []
    for block in raw:
        if isinstance(block, RawParagraph):
            result.extend(_placed(part) for part in _apart(block))
        else:
            result.append(block)
        if len(result) > LIMITS.paragraphs + LIMITS.cells:
            raise UnreadableError("too_many_paragraphs", str(LIMITS.paragraphs))
    return result


def _apart(item: RawParagraph) -> list[RawParagraph]:
    """Return the lines of a paragraph that are paragraphs themselves: many, with indents, numbers or whole sentences."""
    lines = item.text.split("\n")
    shown = [line for line in lines if line.strip()]
    if item.label or item.toc or item.look.heading_level is not None:
        return [item]
    if not item.look.kind and _is_head(item, shown):
        return _parts(item, lines)
    if len(shown) < _LEAST_LINES and not _headed(shown):
        return [item]
    indented = sum(1 for line in shown if re.match(r"^(?:\u3000| {2})\s*\S", line))
    numbered = sum(1 for line in shown if numeral(line.strip()) is not None)
    long = sum(1 for line in shown if len(line) > _SHORT)
    if not _headed(shown) and (long < 2 or (indented * 2 < len(shown) and numbered < 2 and long * 2 < len(shown))):
        return [item]
    return _parts(item, lines)


def _parts(item: RawParagraph, lines: Sequence[str]) -> list[RawParagraph]:
    if len(lines) > LIMITS.paragraphs:
        raise UnreadableError("too_many_paragraphs", str(LIMITS.paragraphs))
    parts: list[RawParagraph] = []
    at = item.start
    for number, runs in enumerate(_lines(item.runs)):
        first = number == 0
        parts.append(
            replace(
                item,
                runs=runs,
                start=at,
                pictures=item.pictures if first else [],
                boxes=item.boxes if first else [],
                front=0,
                front_marked=False,
            )
        )
        at += len(lines[number]) + 1
    return parts


def _is_head(item: RawParagraph, shown: Sequence[str]) -> bool:
    """True for a title in the middle with the units and people below it, parted by line breaks only."""
    if (
        not 2 <= len(shown) <= _MOST_HEAD_LINES
        or item.look.align != "center"
        or any(len(line) > _SHORT for line in shown)
    ):
        return False
    return not is_byline(shown[0].strip()) and any(any(split_byline(line.strip())) for line in shown[1:])


def _headed(shown: Sequence[str]) -> bool:
    """True for a counted heading and its text parted by a line break only."""
    if len(shown) < 2:
        return False
    head = numeral(shown[0].strip())
    return (
        head is not None
        and head.kind in ("han", "han_paren", "chapter", "section", "arabic", "decimal2")
        and len(shown[0].strip()) <= _SHORT
        and not ends_sentence(shown[0])
        and len(shown[1]) > _SHORT
    )


def _lines(runs: Sequence[Run]) -> list[list[Run]]:
    lines: list[list[Run]] = [[]]
    for run in runs:
        pieces = run.text.split("\n")
        for number, piece in enumerate(pieces):
            if number:
                lines.append([])
            last = number + 1 == len(pieces)
            if piece or (last and run.note):
                lines[-1].append(replace(run, text=piece, note=run.note if last else ""))
    return lines


def _placed(item: RawParagraph) -> RawParagraph:
    text = item.text.rstrip()
    if item.look.align in ("center", "right", "end") or not 0 < len(text.strip()) <= _SHORT or "\n" in text:
        return item
    blanks = text[: len(text) - len(text.lstrip())]
    lead = blanks.count("\u3000") + (len(blanks) - blanks.count("\u3000")) / 2
    if lead < _CENTRED or "\t" in blanks:
        return item
    return replace(item, look=replace(item.look, align="right" if lead >= _RIGHT else "center"))
