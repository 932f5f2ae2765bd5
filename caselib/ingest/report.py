"""The import report as data: for the command's JSON and for the screen."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from caselib.ingest.messages import GROUPS, group_of, place_text, refusal_text, status_text, warning_text
from caselib.ingest.results import ReadItem, ReadResult
from caselib.word.model import Heading, Warning


def to_json(result: ReadResult) -> dict[str, Any]:
    """Return the published JSON of one file. File-wide warnings stand with every file's first item."""
    message = refusal_text(result.code, result.detail) if result.status == "refused" else _message(result)
    return {
        "file": result.file,
        "status": result.status,
        "message": message,
        "foreword": None if result.foreword is None else {"title": result.foreword.title, "text": result.foreword.text},
        "items": [_item_json(item, result.warnings if index == 0 else ()) for index, item in enumerate(result.items)],
    }


def _message(result: ReadResult) -> str:
    """The remark on a file; without items its warnings have no other place to stand."""
    text = status_text(result.code, result.detail)
    if not result.items and result.warnings:
        text += " " + " ".join(dict.fromkeys(warning_text(warning) for warning in result.warnings[:20]))
    return text


def _item_json(item: ReadItem, shared: Sequence[Warning]) -> dict[str, Any]:
    return {
        "title": item.title,
        "unit": item.unit,
        "authors": list(item.authors),
        "sections": [{"level": heading.level, "heading": heading_text(heading)} for heading in headings(item)],
        "text": item.text,
        "tables": item.tables,
        "images": item.images,
        "notes": len(item.notes),
        "warnings": [
            {"code": warning.code, "place": warning.place, "text": warning_text(warning)}
            for warning in (*shared, *item.warnings)
        ],
    }


def headings(item: ReadItem) -> list[Heading]:
    """Return the section headings of an item in order."""
    return [block for block in item.blocks if isinstance(block, Heading)]


def heading_text(heading: Heading) -> str:
    """Return a heading as printed, its automatic number in front."""
    gap = " " if heading.number and (heading.number[-1].isascii() or heading.number[-1] in "章节条部分篇") else ""
    return f"{heading.number}{gap}{heading.text}"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the report on the screen."""

    group: str
    group_label: str
    code: str
    place: str
    text: str


def lines(warnings: Iterable[Warning]) -> list[Line]:
    """Return report lines, most serious group first, in reading order within a group."""
    order = ["lost", "changed", "guessed", "recognised"]
    made = [
        Line(
            group_of(warning.code),
            str(GROUPS[group_of(warning.code)]),
            warning.code,
            place_text(warning.place),
            warning_text(warning),
        )
        for warning in warnings
    ]
    return sorted(made, key=lambda line: order.index(line.group))
