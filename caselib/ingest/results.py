"""What reading a file gives: plain data that crosses from the isolated reader to everybody else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from caselib.ingest.steps import Step
from caselib.word import codec
from caselib.word.model import Block, Comment, Note, Warning

Status = Literal["read", "refused"]


@dataclass(frozen=True, slots=True)
class ReadItem:
    """One case or lesson plan. ``text`` is the reading text, ``start`` and ``end`` are offsets in the source's text."""

    title: str
    unit: str
    authors: tuple[str, ...]
    blocks: tuple[Block, ...]
    text: str
    tables: int
    images: int
    notes: tuple[str, ...]
    warnings: tuple[Warning, ...]
    start: int = 0
    end: int = 0
    fields: Mapping[str, str] = field(default_factory=dict)
    steps: tuple[Step, ...] = ()
    is_lesson: bool = False


@dataclass(frozen=True, slots=True)
class ReadForeword:
    """The foreword of a collection."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class ReadResult:
    """A file that was read or refused. ``code`` and ``detail`` make the message; ``images`` holds name and bytes by key."""

    file: str
    status: Status
    code: str = ""
    detail: str = ""
    kind: str = ""
    foreword: ReadForeword | None = None
    items: tuple[ReadItem, ...] = ()
    notes: Mapping[str, Note] = field(default_factory=dict)
    images: Mapping[str, tuple[str, str, bytes]] = field(default_factory=dict)
    comments: tuple[Comment, ...] = ()
    properties: Mapping[str, str] = field(default_factory=dict)
    warnings: tuple[Warning, ...] = ()
    seconds: float = 0.0
    peak_bytes: int = 0


def refused(file: str, code: str, detail: str = "") -> ReadResult:
    """Return the result of a file that was refused."""
    return ReadResult(file, "refused", code, detail)


def item_to_json(item: ReadItem) -> dict[str, Any]:
    """Return an item as JSON data."""
    return {
        "title": item.title,
        "unit": item.unit,
        "authors": list(item.authors),
        "blocks": codec.encode_blocks(item.blocks),
        "text": item.text,
        "tables": item.tables,
        "images": item.images,
        "notes": list(item.notes),
        "warnings": codec.encode(item.warnings),
        "start": item.start,
        "end": item.end,
        "fields": dict(item.fields),
        "steps": [[step.minutes, step.activity, step.method, step.material] for step in item.steps],
        "is_lesson": item.is_lesson,
    }


def item_from_json(data: Mapping[str, Any]) -> ReadItem:
    """Return the item in JSON data made by ``item_to_json``."""
    return ReadItem(
        title=data["title"],
        unit=data["unit"],
        authors=tuple(data["authors"]),
        blocks=codec.decode_blocks(data["blocks"]),
        text=data["text"],
        tables=data["tables"],
        images=data["images"],
        notes=tuple(data["notes"]),
        warnings=codec.decode(data["warnings"]),
        start=data["start"],
        end=data["end"],
        fields=dict(data["fields"]),
        steps=tuple(Step(*step) for step in data["steps"]),
        is_lesson=data["is_lesson"],
    )
