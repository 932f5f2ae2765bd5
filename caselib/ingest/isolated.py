"""The part of reading that may die: run as a process of its own (``python -m caselib.ingest.isolated``), no Django.

Arguments: source file, its name, output folder. Writes ``result.json`` and, beside it, the images and the members of a
zip. Says in the result what the parent has to do: nothing, convert the file first, or read the members one by one.
"""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Any

from caselib.ingest.results import ReadItem, item_to_json
from caselib.ingest.splitting import Item, Split, split
from caselib.ingest.texts import counts, reading_text
from caselib.word import codec, convert, guard
from caselib.word.flatopc import to_package
from caselib.word.guard import Kind, UnreadableError
from caselib.word.html_reader import read_html
from caselib.word.model import Comment, Document
from caselib.word.reader.document import read_docx
from caselib.word.text_readers import read_markdown, read_text

MAX_MEMBERS = 200


def read(data: bytes, name: str, folder: Path) -> dict[str, Any]:
    """Return the reading of ``data`` as JSON data; images and zip members are written to ``folder``."""
    kind = guard.sniff(data, name)
    if kind in convert.KINDS:
        return {"next": "convert", "kind": kind}
    if kind == "zip":
        return {"next": "members", "kind": kind, "members": _unpack(data, folder)}
    document = _document(data, kind, name)
    for key, image in document.images.items():
        (folder / key).write_bytes(image.data)
    parts = split(document, text_file=kind == "text" and not _is_markdown(name), name=PurePosixPath(name).stem)
    return _result(kind, document, parts)


def _is_markdown(name: str) -> bool:
    return name.lower().endswith((".md", ".markdown"))


def _document(data: bytes, kind: Kind, name: str) -> Document:
    if kind in ("docx", "flatopc"):
        return read_docx(to_package(data) if kind == "flatopc" else data)
    if kind in ("html", "mhtml"):
        return read_html(data, kind)
    return read_markdown(data) if _is_markdown(name) else read_text(data)


def _unpack(data: bytes, folder: Path) -> list[list[str]]:
    """Write the members under numbers, never under the names in the archive, and return (number, name) pairs."""
    members: list[list[str]] = []
    for name, content in guard.members(data):
        if len(members) >= MAX_MEMBERS:
            raise UnreadableError("too_many_entries", str(MAX_MEMBERS))
        number = f"member{len(members)}"
        (folder / number).write_bytes(content)
        members.append([number, name])
    if not members:
        raise UnreadableError("empty_file")
    return members


def _result(kind: Kind, document: Document, parts: Split) -> dict[str, Any]:
    return {
        "next": "",
        "kind": kind,
        "foreword": None
        if parts.foreword is None
        else {"title": parts.foreword.title, "text": reading_text(parts.foreword.blocks)},
        "items": [item_to_json(_item(item, document, alone=len(parts.items) == 1)) for item in parts.items],
        "notes": codec.encode(document.notes),
        "images": [[image.key, image.name, image.content_type] for image in document.images.values()],
        "comments": codec.encode(_anchored(document, parts)),
        "properties": dict(document.properties),
        "warnings": codec.encode((*document.warnings, *parts.warnings)),
    }


def _anchored(document: Document, parts: Split) -> list[Comment]:
    """Comments with their paragraph counted in the blocks of the only item; in collections as they stand."""
    if len(parts.items) != 1:
        return list(document.comments)
    places = {block.place: index for index, block in enumerate(parts.items[0].blocks) if block.place is not None}
    found: list[Comment] = []
    for comment in document.comments:
        block = document.blocks[comment.paragraph] if comment.paragraph < len(document.blocks) else None
        place = block.place if block is not None else None
        found.append(replace(comment, paragraph=-1 if place is None else places.get(place, -1)))
    return found


def _item(item: Item, document: Document, *, alone: bool) -> ReadItem:
    tables, images, called = counts(item.blocks)
    called |= counts(document.blocks[item.start : item.end])[2]  # of its title too
    notes = {key: note for key, note in document.notes.items() if key in called or alone}
    lesson = item.lesson
    return ReadItem(
        title=item.title or "",
        unit=item.unit,
        authors=tuple(item.authors),
        blocks=tuple(item.blocks),
        text=reading_text(item.blocks, notes),
        tables=tables,
        images=images,
        notes=tuple(notes),
        warnings=tuple(item.warnings),
        start=item.start,
        end=item.end,
        fields=dict(lesson.texts) if lesson else {},
        steps=tuple(lesson.steps) if lesson else (),
        is_lesson=lesson is not None,
    )


def main(source: str, name: str, folder: str) -> int:
    """Read ``source`` and write the result; every refusal is a result, never a crash."""
    out = Path(folder)
    try:
        result = read(Path(source).read_bytes(), name, out)
    except UnreadableError as error:
        result = {"next": "", "refused": error.code, "detail": error.detail}
    except MemoryError:
        result = {"next": "", "refused": "memory", "detail": ""}
    except RecursionError:
        result = {"next": "", "refused": "too_deep", "detail": ""}
    except Exception as error:
        result = {"next": "", "refused": "unreadable", "detail": f"{type(error).__name__}: {error}"[:200]}
    text = json.dumps(result, ensure_ascii=False)
    (out / "result.json").write_text(text, encoding="utf-8", errors="replace")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:4]))
