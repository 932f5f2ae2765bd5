"""The small markup of the demo texts, read into the blocks of a case body. Pure: no database, no files.

``# kind: heading`` opens a section, ``## …`` is a heading in it, ``**lead** text`` a paragraph with a run-in lead, ``>``
a quotation (``> —— name`` its source), ``表：caption`` a table whose rows follow as ``| a | b |`` lines, ``图：key｜caption｜alt``
a picture, ``[figures]`` the outcome figures of the text and ``[^key]: …`` a footnote. Everything else is a paragraph, in
which ``**words**`` are bold.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any

Block = dict[str, Any]

SECTION = re.compile(r"# (?P<kind>[a-z]+):? (?P<heading>.+)")
NOTE = re.compile(r"\[\^(?P<key>[0-9A-Za-z_-]+)\]: (?P<text>.+)")
LEAD = re.compile(r"\*\*(?P<lead>.+?)\*\* ?(?P<text>.+)")
STRONG = re.compile(r"\*\*(.+?)\*\*")
RULE = re.compile(r"\|(\s*:?-+:?\s*\|)+")


@dataclass(slots=True)
class Text:
    """A text as blocks: its sections and its footnotes."""

    sections: list[Block] = field(default_factory=list)
    notes: list[Block] = field(default_factory=list)


def parse(source: str, *, figures: Sequence[Mapping[str, Any]] = (), pictures: Mapping[str, int] | None = None) -> Text:
    """Return ``source`` as blocks. ``pictures`` gives the id of the stored image of each key; others are left out.

    Raises ValueError with the line number for a line that stands in no section or a picture without three parts.
    """
    text = Text()
    lines = source.splitlines()
    number = 0
    while number < len(lines):
        line = lines[number].strip()
        if section := SECTION.fullmatch(line):
            value: Block = {
                "kind": section["kind"],
                "heading": section["heading"],
                "audience": "learner",
                "content": [],
            }
            text.sections.append({"type": "section", "value": value})
        elif note := NOTE.fullmatch(line):
            text.notes.append({"type": "note", "value": {"key": note["key"], "text": note["text"]}})
        elif line:
            if not text.sections:
                raise ValueError(f"line {number + 1} stands before the first section")
            blocks, number = _blocks(lines, number, figures, pictures or {})
            text.sections[-1]["value"]["content"].extend(blocks)
            continue
        number += 1
    return text


def _blocks(
    lines: list[str], number: int, figures: Sequence[Mapping[str, Any]], pictures: Mapping[str, int]
) -> tuple[list[Block], int]:
    """Return the blocks that begin at line ``number`` and the number of the line after them."""
    line = lines[number].strip()
    if line.startswith("## "):
        return [{"type": "heading", "value": {"level": "2", "text": line[3:]}}], number + 1
    if line.startswith("表："):
        return _table(lines, number)
    if line.startswith(">"):
        return _quote(lines, number)
    if line.startswith("图："):
        return _picture(line, number, pictures), number + 1
    if line == "[figures]":
        return ([{"type": "figures", "value": [figure(row) for row in figures]}] if figures else []), number + 1
    if lead := LEAD.fullmatch(line):
        value = {"lead": lead["lead"], "text": _paragraph(lead["text"])}
        return [{"type": "lead", "value": value}], number + 1
    return [{"type": "paragraph", "value": _paragraph(line)}], number + 1


def _paragraph(text: str) -> str:
    words = STRONG.sub(r"<b>\1</b>", escape(text, quote=False))
    return f"<p>{words}</p>"


def _table(lines: list[str], number: int) -> tuple[list[Block], int]:
    caption = lines[number].strip()[2:]
    rows: list[list[dict[str, Any]]] = []
    number += 1
    while number < len(lines) and lines[number].strip().startswith("|"):
        line = lines[number].strip()
        number += 1
        if not RULE.fullmatch(line):
            rows.append([{"text": cell.strip(), "colspan": 1, "rowspan": 1} for cell in line.strip("|").split("|")])
    return [{"type": "table", "value": {"caption": caption, "header_rows": 1, "rows": rows}}], number


def _quote(lines: list[str], number: int) -> tuple[list[Block], int]:
    said: list[str] = []
    by = ""
    while number < len(lines) and lines[number].strip().startswith(">"):
        line = lines[number].strip()[1:].strip()
        if line.startswith("—— "):
            by = line[3:]
        else:
            said.append(line)
        number += 1
    return [{"type": "quote", "value": {"text": "\n".join(said), "attribution": by}}], number


def _picture(line: str, number: int, pictures: Mapping[str, int]) -> list[Block]:
    parts = line[2:].split("｜")
    if len(parts) != 3:
        raise ValueError(f"line {number + 1}: a picture is 图：key｜caption｜alt")
    key, caption, alt = parts
    if key not in pictures:
        return []
    return [{"type": "image", "value": {"image": pictures[key], "caption": caption, "alt": alt}}]


def figure(row: Mapping[str, Any]) -> Block:
    """Return an outcome figure as its block; a masked one keeps its value unknown."""
    masked = bool(row.get("masked"))
    qualifier = "masked" if masked else row.get("qualifier", "")
    return {
        "label": row["label"],
        "value": "" if masked else f"{row['value']}",
        "unit": row.get("unit", ""),
        "qualifier": "" if qualifier == "exact" else qualifier,
    }
