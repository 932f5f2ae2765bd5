"""What a judge reads: an allow-listed copy of the entry that has no field an author or unit could stand in.

The copy is built from the pinned revision field by field; what is not on the list does not exist for the judge. In
blind tracks every text additionally passes the redactor.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

from django.utils.translation import gettext as _

from caselib.resources.models import ResourcePage
from caselib.resources.text import rich_text_to_plain

BlockKind = Literal["label", "heading", "text", "lead", "quote", "table", "picture", "figure"]
# Fields of running text. Source, place, address, contact, post, agency and the like are left out on purpose.
TEXT_FIELDS = (
    "objectives", "key_points", "difficult_points", "learners", "preparation", "board_plan", "assessment", "reflection",
    "teaching_plan", "route_text", "script", "materials", "transcript", "summary", "approach", "analysis", "readings",
    "feedback",
)  # fmt: skip
STREAM_FIELDS = {"process": ("minutes", "activity", "method", "material"), "syllabus": ("title", "hours", "content"),
                 "chapters": ("title",)}  # fmt: skip


@dataclass(frozen=True, slots=True)
class CopyCell:
    text: str
    colspan: int = 1
    rowspan: int = 1
    head: bool = False


@dataclass(frozen=True, slots=True)
class CopyBlock:
    """A block of the copy. ``level`` is that of headings (2 to 4), ``picture`` the place of the picture in the copy."""

    kind: BlockKind
    text: str = ""
    lead: str = ""
    level: int = 0
    rows: tuple[tuple[CopyCell, ...], ...] = ()
    picture: int = -1


@dataclass(frozen=True, slots=True)
class CopyFile:
    """An attachment as judges see it: a neutral name and, where no copy of it may be opened, the reason."""

    place: int
    name: str
    withheld: str = ""


@dataclass(frozen=True, slots=True)
class BlindCopy:
    """An entry as its judges read it. There is no author, no unit, no date, no place and no file name in it."""

    code: str
    title: str
    track: str
    abstract: str
    blocks: tuple[CopyBlock, ...]
    notes: tuple[tuple[str, str], ...] = ()
    files: tuple[CopyFile, ...] = ()
    film: bool = False
    film_withheld: str = ""


Mask = Callable[[str], str]


def copy_blocks(page: ResourcePage, mask: Mask) -> tuple[CopyBlock, ...]:
    """Return the allowed text of ``page`` (as it was pinned), every string through ``mask``."""
    pictures = iter(range(10_000))
    blocks = [*_fields(page, mask), *_streams(page, mask), *_body(page, mask, pictures)]
    return tuple(blocks)


def outline_blocks(text: str, mask: Mask) -> tuple[CopyBlock, ...]:
    """Return plain text as blocks, one for each line."""
    return tuple(CopyBlock("text", mask(line.strip())) for line in text.splitlines() if line.strip())


def copy_notes(page: ResourcePage, mask: Mask) -> tuple[tuple[str, str], ...]:
    """Return the footnotes as (mark, text)."""
    return tuple((mask(b.value.get("key") or ""), mask(b.value.get("text") or "")) for b in page.notes or [])


def pictures_of(page: ResourcePage) -> list[Any]:
    """Return the images of the body in the order of their places in the copy."""
    found = []
    for block in getattr(page, "body", None) or []:
        for child in block.value.get("content") or []:
            if child.block_type == "image" and child.value.get("image"):
                found.append(child.value["image"])
    return found


def _fields(page: ResourcePage, mask: Mask) -> Iterator[CopyBlock]:
    names = {field.name: field for field in page._meta.concrete_fields}
    for name in TEXT_FIELDS:
        value = getattr(page, name, "") if name in names else ""
        if value and str(value).strip():
            yield CopyBlock("label", str(names[name].verbose_name))  # type: ignore[union-attr]
            yield from outline_blocks(str(value), mask)


def _streams(page: ResourcePage, mask: Mask) -> Iterator[CopyBlock]:
    for name, parts in STREAM_FIELDS.items():
        blocks = getattr(page, name, None)
        if not blocks:
            continue
        yield CopyBlock("label", str(page._meta.get_field(name).verbose_name))  # type: ignore[union-attr]
        for block in blocks:
            values = ((part, block.value.get(part)) for part in parts)
            line = " · ".join(_with_unit(part, value) for part, value in values if value not in (None, ""))
            yield CopyBlock("text", mask(line))


def _with_unit(part: str, value: Any) -> str:
    if part == "hours":
        return _("%(n)s class hours") % {"n": value}
    if part == "minutes":
        return _("%(n)s minutes") % {"n": value}
    return str(value)


def _body(page: ResourcePage, mask: Mask, pictures: Iterator[int]) -> Iterator[CopyBlock]:
    for block in getattr(page, "body", None) or []:
        heading = block.value.get("heading") or ""
        if heading:
            yield CopyBlock("heading", mask(heading), level=2)
        for child in block.value.get("content") or []:
            yield from _child(child.block_type, child.value, mask, pictures)


def _child(kind: str, value: Any, mask: Mask, pictures: Iterator[int]) -> Iterator[CopyBlock]:
    if kind == "paragraph":
        yield from outline_blocks(rich_text_to_plain(value), mask)
    elif kind == "lead":
        yield CopyBlock("lead", mask(rich_text_to_plain(value.get("text"))), lead=mask(value.get("lead") or ""))
    elif kind == "heading":
        yield CopyBlock("heading", mask(value.get("text") or ""), level=1 + int(value.get("level") or 2))
    elif kind == "quote":
        yield CopyBlock("quote", mask(value.get("text") or ""), lead=mask(value.get("attribution") or ""))
    elif kind == "table":
        yield _table(value, mask)
    elif kind == "image" and value.get("image"):
        text = value.get("caption") or value.get("alt") or ""
        yield CopyBlock("picture", mask(text), picture=next(pictures))
    elif kind == "figures":
        for item in value:
            amount = f"{item.get('value') or '*'}{item.get('unit') or ''}"
            yield CopyBlock("figure", mask(f"{item.get('label') or ''}：{amount}"))


def _table(value: Any, mask: Mask) -> CopyBlock:
    head = int((value or {}).get("header_rows") or 0)
    rows = tuple(
        tuple(
            CopyCell(
                mask(cell.get("text") or ""), int(cell.get("colspan") or 1), int(cell.get("rowspan") or 1), i < head
            )
            for cell in row
        )
        for i, row in enumerate((value or {}).get("rows", []))
    )
    return CopyBlock("table", mask((value or {}).get("caption") or ""), rows=rows)
