"""From a found item to a draft: images into the library, blocks into StreamFields, lesson fields into theirs."""

from __future__ import annotations

import io
from collections.abc import Container, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.core.files.images import ImageFile
from PIL import Image as PillowImage

from caselib.accounts.enums import Audience
from caselib.accounts.models import User
from caselib.media.models import CaseImage
from caselib.resources.enums import Kind
from caselib.resources.inbound import block, body_stream, notes_stream
from caselib.resources.models import ResourcePage
from caselib.resources.services import create_draft
from caselib.resources.text import LESSON_PARTS
from caselib.word import codec
from caselib.word.model import Block, Heading, Note, Paragraph, Picture, Run, Table
from caselib.word.names import is_byline, split_byline

from .abstracts import LONGEST, abstract_of
from .credits import units_of
from .enums import ItemKind
from .keytags import key_tags
from .keywords import without_keywords
from .lessons import label_field
from .models import ImportImage, ImportItem
from .sections import for_teachers, is_answers, notes_apart, section_kind
from .steps import minutes_of
from .texts import counts
from .titling import line_of

_WEB_TYPES = ("image/png", "image/jpeg", "image/gif", "image/webp")


def create_from(item: ImportItem, *, by: User, corrections: Mapping[str, Any], at: datetime) -> ResourcePage:
    """Create the draft of an item and return it. Effects: library images, draft with its first revision."""
    kind = _kind(item, corrections)
    names = _names(item, corrections)
    unit_name = str(corrections.get("unit_name", item.unit_name))[:120]
    abstract = str(corrections.get("abstract", found_abstract(item))).strip()
    words = key_tags(item_blocks(item))
    tags: Mapping[str, Sequence[str]] = words.tags() if corrections.get("tags") is None else corrections["tags"]
    fields = draft_fields(item, kind, by=by, abstracted=bool(abstract), tagged=words.kept(tags))
    if abstract:
        fields["abstract"] = abstract[:LONGEST]
    title = str(corrections.get("title", "") or item.title).strip()
    return create_draft(
        kind,
        title=title,
        by=by,
        fields=fields,
        authors=_authors(item, names, unit_name),
        tags=tags,
        at=at,
    )


def _kind(item: ImportItem, corrections: Mapping[str, Any]) -> Kind:
    chosen = corrections.get("kind") or item.kind
    return Kind(chosen) if chosen in ItemKind.values else Kind.CASE


def _names(item: ImportItem, corrections: Mapping[str, Any]) -> list[str]:
    names = corrections.get("authors", item.authors)
    return [str(name).strip()[:60] for name in names if str(name).strip()][:30]


def _authors(item: ImportItem, names: Sequence[str], unit_name: str) -> list[tuple[str, str]]:
    """Return names with their units; a text that only a unit signs has the unit as author, not whoever uploads it.

    Units are those of the source for each person, unless somebody corrected the one that was found.
    """
    if not names:
        return [(unit_name, "")] if unit_name else []
    if unit_name != item.unit_name:
        return [(name, unit_name) for name in names]
    placed = units_of([part.text for part in item_blocks(item) if isinstance(part, Paragraph) and _is_byline(part)])
    return [(name, placed.get(name, unit_name)) for name in names]


def item_blocks(item: ImportItem) -> tuple[Block, ...]:
    return codec.decode_blocks(item.content.get("blocks", []))


def found_abstract(item: ImportItem) -> str:
    """Return the abstract that stands in the source, "" for none."""
    found = abstract_of(item_blocks(item))
    return found.text if found else ""


def draft_fields(
    item: ImportItem, kind: Kind, *, by: User, abstracted: bool = False, tagged: Container[str] = ()
) -> dict[str, Any]:
    """Return the model fields of a draft of ``kind``. Effect: pictures of the item enter the image library once.

    ``abstracted``: the draft has an abstract, so that of the source does not stand in its text once more. ``tagged``: the
    keywords it has as tags; where these are all of them, they do not stand in its text either.
    """
    blocks = without_keywords(item_blocks(item), tagged)
    if abstracted and (own := abstract_of(blocks)) is not None:
        blocks[own.start : own.end] = [Paragraph((Run(own.rest),))] if own.rest else []
    blocks = _without_bylines(blocks)
    images = library_images(item, blocks, by=by)
    notes: dict[str, Note] = {key: codec.decode(note) for key, note in item.content.get("notes", {}).items()}
    fields: dict[str, Any] = {}
    if kind == Kind.LESSON:
        fields.update(lesson_draft(item))
        blocks = _beyond_fields(blocks, fields)
    else:
        blocks = _with_notes_apart(blocks)
    body = body_stream(blocks, images=images, kind_of=section_kind, before=uncalled(notes, blocks))
    fields["body"] = body if kind == Kind.LESSON else guarded(body, whole=is_answers(item.title))
    fields["notes"] = notes_stream(notes)
    return fields


def _with_notes_apart(blocks: Sequence[Block]) -> list[Block]:
    """Give a teaching note inside another section a section of its own."""
    headings = [part for part in blocks if isinstance(part, Heading)]
    levels = iter(notes_apart([(part.level, line_of(part)) for part in headings]))
    return [replace(part, level=next(levels)[0]) if isinstance(part, Heading) else part for part in blocks]


def guarded(sections: list[dict[str, Any]], *, whole: bool = False) -> list[dict[str, Any]]:
    """Give the sections of a case that are its teaching note, or the ``whole`` of it, to teachers alone; return ``sections``."""
    marks = for_teachers([section["value"]["heading"] for section in sections])
    for section, mark in zip(sections, marks, strict=True):
        if whole or mark:
            section["value"]["audience"] = Audience.TEACHER.value
    return sections


def uncalled(notes: Mapping[str, Note], blocks: Sequence[Block]) -> list[str]:
    """Return the keys of the notes that nothing in the body calls: title and byline did, whose fields call none."""
    _tables, _images, called = counts(blocks)
    return [key for key in notes if key not in called]


def _without_bylines(blocks: Sequence[Block]) -> list[Block]:
    """Leave out what became authors and unit, and printed contents; subtitles stay."""
    kept: list[Block] = []
    started = False
    for part in blocks:
        started = started or isinstance(part, Heading) or (isinstance(part, Paragraph) and len(part.text) > 60)
        if isinstance(part, Paragraph) and part.role == "toc":
            continue
        if not started and _is_byline(part):
            continue
        kept.append(part)
    return kept


def _is_byline(part: Block) -> bool:
    return isinstance(part, Paragraph) and any(split_byline(part.text)) and is_byline(part.text)


def lesson_draft(item: ImportItem) -> dict[str, Any]:
    """Return the fields of a lesson plan that the source filled in its labelled places."""
    texts: Mapping[str, str] = item.content.get("fields", {})
    fields: dict[str, Any] = {name: texts[name] for name in LESSON_PARTS if texts.get(name)}
    if texts.get("learners"):
        fields["learners"] = texts["learners"].replace("\n", "；")[:200]
    minutes = minutes_of(texts.get("minutes", ""))
    if minutes:
        fields["minutes"] = minutes
    steps = [
        block(
            "step",
            {"minutes": minutes or None, "activity": activity, "method": method[:120], "material": material[:200]},
        )
        for minutes, activity, method, material in item.content.get("steps", [])
    ]
    if steps:
        fields["process"] = steps
    return fields


def _beyond_fields(blocks: Sequence[Block], fields: Mapping[str, Any]) -> list[Block]:
    """Drop from the further text what went into fields word for word; tables and pictures always stay."""
    taken = {line.strip() for name in LESSON_PARTS for line in str(fields.get(name, "")).splitlines()}
    kept: list[Block] = []
    for part in blocks:
        if isinstance(part, Paragraph) and (part.number + part.text).strip() in taken:
            continue
        kept.append(part)
    return [part for index, part in enumerate(kept) if not _is_emptied(kept, index)]


def _is_emptied(blocks: Sequence[Block], index: int) -> bool:
    part = blocks[index]
    if not isinstance(part, Heading) or not label_field(part.text):
        return False
    following = blocks[index + 1] if index + 1 < len(blocks) else None
    return following is None or (isinstance(following, Heading) and following.level <= part.level)


def library_images(
    item: ImportItem,
    blocks: Sequence[Block],
    *,
    by: User,
    known: Mapping[str, int] | None = None,
) -> dict[str, int]:
    """Return image ids by picture key for the pictures in ``blocks``; each enters the library once.

    ``known`` are keys of pictures that the library has already.
    """
    wanted: dict[str, Picture] = {}
    for part in blocks:
        if isinstance(part, Picture):
            wanted.setdefault(part.image, part)
        elif isinstance(part, Table):
            for picture in (picture for row in part.rows for cell in row for picture in cell.pictures):
                wanted.setdefault(picture.image, picture)
    found: dict[str, int] = {key: pk for key, pk in (known or {}).items() if key in wanted}
    missing = set(wanted) - set(found)
    for stored in ImportImage.objects.filter(batch_id=item.batch_id, key__in=missing).select_related("image"):
        if stored.image_id is None:
            stored.image = _library_image(stored, wanted[stored.key], item, by)
            stored.save(update_fields=["image"])
        if stored.image_id is not None:
            found[stored.key] = stored.image_id
    return found


def _library_image(stored: ImportImage, picture: Picture, item: ImportItem, by: User) -> CaseImage | None:
    with stored.file.open("rb") as source:
        data = source.read()
    if stored.content_type not in _WEB_TYPES:
        converted = _as_png(data)
        if converted is None:
            return None
        data, suffix = converted, "png"
    else:
        suffix = stored.content_type.rsplit("/", 1)[-1].replace("jpeg", "jpg")
    title = picture.caption or picture.alt or f"{item.title} {stored.name}"
    image = CaseImage(title=title[:255], uploaded_by_user=by)
    image.file = ImageFile(io.BytesIO(data), name=f"{stored.key[:16]}.{suffix}")
    image.file_size = len(data)
    try:
        image.save()
    except (OSError, ValueError):
        return None
    return image


def _as_png(data: bytes) -> bytes | None:
    """Return a bitmap of an office format (BMP, TIFF) as PNG, None when it cannot be decoded."""
    try:
        with PillowImage.open(io.BytesIO(data), formats=["BMP", "TIFF"]) as image:
            out = io.BytesIO()
            image.convert("RGB").save(out, "PNG")
            return out.getvalue()
    except (OSError, ValueError, SyntaxError):
        return None
