"""An exported file that comes back: its text becomes a new draft revision of the same resource, nothing else is touched.

What the file cannot carry is taken from the resource: kind and audience of each section, and the sections that the
person who exported it was not shown.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from caselib.accounts.enums import Audience
from caselib.accounts.models import User
from caselib.accounts.viewers import Viewer
from caselib.core.errors import ConflictError, Refusal, require
from caselib.resources.inbound import block, body_stream, notes_stream
from caselib.resources.models import CaseStudy, ResourcePage
from caselib.resources.outbound import (
    ABSTRACT_LEAD,
    FIELD_LABELS,
    PROCESS_HEAD,
    PROCESS_LABEL,
    SYLLABUS_LABEL,
    document_of,
)
from caselib.resources.services import save_draft, set_tags
from caselib.word import codec
from caselib.word.model import Block, Heading, Note, Paragraph, Picture, Table

from .drafts import guarded, item_blocks, library_images, uncalled
from .marks import METADATA_CAPTION, REVISION
from .models import ImportItem
from .roundtrip import add_comments
from .sections import section_kind

_LABEL = re.compile(r"^(?:图|表)\s*\d+[\s\u3000]*")


@dataclass(slots=True)
class Parts:
    """What an exported file says: abstract, fields by name, process rows, and the blocks of the body."""

    abstract: str = ""
    fields: dict[str, str] = field(default_factory=dict)
    steps: list[dict[str, Any]] = field(default_factory=list)
    body: list[Block] = field(default_factory=list)


def revised_page(item: ImportItem) -> ResourcePage | None:
    """Return the resource that accepting ``item`` would revise: that of an exported file which is still one text."""
    target = item.batch.page
    return target if target is not None and item.batch.items.count() == 1 else None


def may_revise(page: ResourcePage, by: User) -> Refusal | None:
    """Only those who edit a resource, by Wagtail's permission or as owner or author, revise it or see its draft."""
    if page.permissions_for_user(by).can_edit() or page.is_owned_or_authored_by(by):
        return None
    return Refusal(
        "not-editable", _("This file belongs to a resource that you may not edit. Ask its author or an editor.")
    )


def revise_from(
    item: ImportItem, target: ResourcePage, *, by: User, corrections: Mapping[str, Any], at: datetime
) -> ResourcePage:
    """Store an exported and edited file as a new draft revision of its resource and return the resource.

    Raises RefusedError when ``by`` may not edit it, ConflictError when the draft is another than the one that was
    exported and than the one that ``corrections["seen"]`` (number of a revision) says the person compared the file with.
    Effects: library images, comments, revision.
    """
    specific = target.specific
    require(may_revise(specific, by))
    require_unchanged(specific, item, seen=corrections.get("seen"))
    page: ResourcePage = specific.get_latest_revision_as_object()
    page.title = str(corrections.get("title", "") or item.title).strip()[:255]
    page.draft_title = page.title
    blocks = item_blocks(item)
    apply(page, parts_of(page, blocks), item, by=by)
    if corrections.get("tags"):
        set_tags(page, corrections["tags"])
    add_comments(page, codec.decode(item.batch.comments), blocks, by=by)
    save_draft(page, by=by, at=at)
    return page


def is_behind(page: ResourcePage, item: ImportItem) -> bool:
    """Whether the draft was changed after the file of ``item`` was exported."""
    return str(page.latest_revision_id or "") != str(item.batch.properties.get(REVISION, ""))


def require_unchanged(page: ResourcePage, item: ImportItem, *, seen: int | None) -> None:
    """Raise ConflictError when accepting ``item`` would put away changes that the person has not been shown."""
    if is_behind(page, item) and seen != page.latest_revision_id:
        raise ConflictError(
            Refusal(
                "draft-changed",
                _(
                    "The draft was changed after this file was exported. Open the item, look at what it would change, "
                    "and accept it there."
                ),
            )
        )


def apply(page: ResourcePage, parts: Parts, item: ImportItem, *, by: User) -> None:
    """Set the fields of ``page`` from ``parts``. Effect: new pictures enter the library."""
    notes: dict[str, Note] = {key: codec.decode(note) for key, note in item.content.get("notes", {}).items()}
    page.abstract = parts.abstract[:2000]
    for name in FIELD_LABELS:
        if isinstance(getattr(page, name, None), str):
            text = parts.fields.get(name, "")
            limit = page._meta.get_field(name).max_length
            setattr(page, name, text[:limit] if limit else text)
    if parts.steps and hasattr(page, "process"):
        page.process = parts.steps
    if hasattr(page, "body"):
        known = {key: pk for pk, key in _pictures(page).items()}
        images = library_images(item, parts.body, by=by, known=known)
        before = uncalled(notes, parts.body)
        fresh = body_stream(parts.body, images=images, kind_of=section_kind, before=before)
        fresh = guarded(fresh) if isinstance(page, CaseStudy) else fresh
        page.body = merge_sections(list(page.body.raw_data), fresh, Viewer.of(by).audiences)
    if notes or not page.notes:
        page.notes = notes_stream(notes)


def _pictures(page: ResourcePage) -> dict[int, str]:
    """The library images in the body by their picture key."""
    found: dict[int, str] = {}
    document = document_of(page)
    keys = [part.image for part in document.blocks if isinstance(part, Picture)]
    numbers = [
        child.value["image"].pk
        for section in page.body
        for child in section.value.get("content") or []
        if child.block_type == "image" and child.value.get("image")
    ]
    for number, key in zip(numbers, keys, strict=False):
        found[number] = key
    return found


def parts_of(page: ResourcePage, blocks: Sequence[Block]) -> Parts:
    """Sort the blocks of an exported file into abstract, fields, process and body."""
    parts = Parts()
    names = {label: name for name, label in FIELD_LABELS.items() if isinstance(getattr(page, name, None), str)}
    old = {section.value.get("heading") for section in getattr(page, "body", None) or []}
    place: str | None = ""
    for part in blocks:
        if isinstance(part, Table) and part.caption.endswith(METADATA_CAPTION):
            continue
        if isinstance(part, Heading) and part.level == 1:
            label = part.number + part.text
            special = label in (PROCESS_LABEL, SYLLABUS_LABEL) and label not in old
            place = names.get(label) if label not in old else None
            place = "!" if special else place
            if place is None:
                parts.body.append(part)
            continue
        _sort(part, place, parts)
    return parts


def _sort(part: Block, place: str | None, parts: Parts) -> None:
    """Put one block where it belongs: ``place`` is "" before the first heading, a field, "!" a data table, None the body."""
    if place is None:
        parts.body.append(_bare_caption(part))
    elif place == "":
        _front(part, parts)
    elif place == "!":
        if isinstance(part, Table) and tuple(cell.text for cell in part.rows[0]) == PROCESS_HEAD:
            parts.steps = _steps(part)
    elif isinstance(part, Heading | Paragraph):
        line = part.number + part.text
        parts.fields[place] = f"{parts.fields[place]}\n{line}" if place in parts.fields else line
    else:
        parts.body.append(_bare_caption(part))


def _front(part: Block, parts: Parts) -> None:
    """Before the first heading stand byline and abstract; other text there belongs to the body."""
    if isinstance(part, Paragraph) and part.role == "byline":
        return
    if isinstance(part, Paragraph) and part.text.startswith(ABSTRACT_LEAD):
        parts.abstract = part.text.removeprefix(ABSTRACT_LEAD).strip()
    elif isinstance(part, Paragraph) and parts.abstract and not parts.body:
        parts.abstract += "\n" + part.number + part.text
    else:
        parts.body.append(_bare_caption(part))


def _bare_caption(part: Block) -> Block:
    """Captions were numbered on the way out; the number is not part of them."""
    if isinstance(part, Picture | Table):
        return replace(part, caption=_LABEL.sub("", part.caption))
    return part


def _steps(table: Table) -> list[dict[str, Any]]:
    steps = []
    for row in table.rows[1:]:
        cells = [cell.text.strip() for cell in row] + ["", "", "", ""]
        minutes = int(cells[1]) if cells[1].isascii() and cells[1].isdigit() and len(cells[1]) < 4 else None
        if cells[0]:
            steps.append(
                block(
                    "step",
                    {"activity": cells[0], "minutes": minutes, "method": cells[2][:120], "material": cells[3][:200]},
                )
            )
    return steps


def merge_sections(old: Sequence[Mapping[str, Any]], fresh: list[dict[str, Any]], shown: frozenset[str]) -> list[Any]:
    """Give ``fresh`` sections the kind, audience and id of the old ones they continue; keep those that were not ``shown``.

    A section continues the old one of the same heading. A renamed section takes the strictest audience among the old
    sections that nobody continues, so that a guarded part never opens by being renamed.
    """
    order = list(Audience.values)
    visible = [section for section in old if section["value"].get("audience", order[0]) in shown]
    by_heading = {section["value"].get("heading"): section for section in visible}
    met = {section["value"]["heading"] for section in fresh}
    orphans = [
        section["value"].get("audience", order[0]) for heading, section in by_heading.items() if heading not in met
    ]
    strictest = max(orphans, key=order.index, default=order[0])
    for section in fresh:
        before = by_heading.get(section["value"]["heading"])
        if before is not None:
            section["id"] = before.get("id", section["id"])
            section["value"]["kind"] = before["value"].get("kind", section["value"]["kind"])
            section["value"]["audience"] = before["value"].get("audience", order[0])
        else:
            section["value"]["audience"] = max(strictest, section["value"]["audience"], key=order.index)
    hidden = [dict(section) for section in old if section["value"].get("audience", order[0]) not in shown]
    return [*fresh, *hidden]
