"""The readable text of a resource, piece by piece, for checks, similarity and search."""

from __future__ import annotations

import html
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import count
from typing import Any

from django.utils.html import strip_tags

from .blocks import ContentBlock
from .enums import Audience
from .models import NOTE_PARTS, CaseStudy, LessonPlan, ResourcePage, TeachingNote, Video

BREAKS = re.compile(r"</(?:p|li|h[1-6]|tr|div)>|<br\s*/?>", re.IGNORECASE)
#: One paragraph of text only, as most are: there is nothing in it to take apart.
PLAIN = re.compile(r"<p(?:\s[^<>]*)?>([^<>&\0]*)</p>")
LESSON_PARTS = (
    "objectives",
    "key_points",
    "difficult_points",
    "preparation",
    "board_plan",
    "assessment",
    "reflection",
)
CONTENT = frozenset(ContentBlock().child_blocks)
POINT_PARTS = ("teaching_plan", "route_text", "script", "materials")


@dataclass(frozen=True, slots=True)
class Passage:
    """A paragraph of a resource. ``ordinal`` counts from 0 over the whole resource, guarded parts included.

    ``path`` is the content path under which Wagtail's editor anchors comments: field, block ids, field of a block.
    """

    ordinal: int
    text: str
    kind: str
    heading: str
    audience: str
    path: str = ""


def rich_text_to_plain(value: Any) -> str:
    """Return the text of a rich-text value: paragraphs as lines, tags removed, entities resolved."""
    source = getattr(value, "source", value) or ""
    plain = PLAIN.fullmatch(source)
    if plain is not None:
        return plain[1].strip()
    return html.unescape(strip_tags(BREAKS.sub("\n", str(source)))).strip()


def passages(page: ResourcePage) -> list[Passage]:
    """Return every paragraph of ``page`` (a specific page object, live or draft) in reading order."""
    return list(each_passage(page))


def each_passage(page: ResourcePage) -> Iterator[Passage]:
    """Yield the paragraphs of ``page`` as ``passages`` has them, for whoever needs only the first."""
    order = list(Audience.values)
    number = count()
    for kind, heading, text, audience, path in _pieces(page):
        reader = max(page.audience, audience, key=order.index)
        for line in text.splitlines():
            if line.strip():
                yield Passage(next(number), line.strip(), kind, heading, reader, path)


def plain_text(page: ResourcePage, audiences: Collection[str] | None = None) -> str:
    """Return the whole text, one paragraph a line, limited to ``audiences`` if given."""
    lines = (item.text for item in passages(page) if audiences is None or item.audience in audiences)
    return "\n".join(lines)


def _pieces(page: ResourcePage) -> Iterator[tuple[str, str, str, str, str]]:
    """Yield (kind, heading, text, audience, content path)."""
    learner = Audience.LEARNER.value
    yield "title", "", page.title, learner, "title"
    if page.abstract:
        yield "abstract", "", page.abstract, learner, "abstract"
    for name in _text_fields(page):
        yield name, str(page._meta.get_field(name).verbose_name), getattr(page, name) or "", learner, name
    for field in ("process", "syllabus", "chapters"):
        for block in getattr(page, field, None) or []:
            yield (
                field,
                "",
                "\n".join(str(v) for v in block.value.values() if isinstance(v, str)),
                learner,
                f"{field}.{block.id}",
            )
    for block in raw_blocks(getattr(page, "body", None)):
        section = block["value"] or {}
        heading, audience = section.get("heading") or "", section.get("audience") or learner
        anchor = f"body.{block.get('id')}"
        if heading:
            yield "heading", heading, heading, audience, f"{anchor}.heading"
        for child in section.get("content") or []:
            kind = child["type"]
            if kind in CONTENT:
                text = block_text(kind, child["value"])
                yield kind, heading, text, audience, f"{anchor}.content.{child.get('id')}"
    for block in page.notes or []:
        yield "note", "", block.value.get("text") or "", learner, f"notes.{block.id}.text"


def raw_blocks(stream: Any) -> Iterable[Mapping[str, Any]]:
    """Return the blocks of a stream as they are stored: to make objects of a long text costs more than to read it."""
    return stream.raw_data if stream else ()


def _text_fields(page: ResourcePage) -> tuple[str, ...]:
    if isinstance(page, TeachingNote):
        return NOTE_PARTS
    if isinstance(page, LessonPlan):
        return LESSON_PARTS
    if isinstance(page, Video):
        return ("transcript",)
    if isinstance(page, CaseStudy):
        return ("place",)
    names = {field.name for field in page._meta.get_fields()}
    return tuple(name for name in ("objectives", "post", "teaches", "address", *POINT_PARTS) if name in names)


def block_text(kind: str, value: Any) -> str:
    """Return the text of one content block, one line a paragraph or table row."""
    if kind == "paragraph":
        return rich_text_to_plain(value)
    value = value or {}
    if kind == "lead":
        return f"{value.get('lead') or ''}{rich_text_to_plain(value.get('text'))}"
    if kind == "table":
        rows = [" ".join(cell["text"] for cell in row if cell.get("text")) for row in value.get("rows", [])]
        return "\n".join([value.get("caption", ""), *rows])
    if kind == "image":
        return "\n".join([value.get("caption") or "", value.get("alt") or ""])
    if kind == "figures":
        return "\n".join(_figure_text(figure_of(item)) for item in value)
    if kind in ("quote", "heading"):
        return "\n".join(str(value.get(key) or "") for key in ("text", "attribution") if value.get(key))
    return str(value)


def figure_of(item: Any) -> Any:
    """Return the fields of a figure, whether it comes from a stored list or from a list of objects."""
    return item.get("value") or {} if item.get("type") == "item" else item


def _figure_text(item: Any) -> str:
    """Return one outcome figure as words; a masked value keeps its asterisks."""
    choices = {"more_than": "超过", "about": "约", "nearly": "近", "masked": ""}
    prefix = choices.get(item.get("qualifier") or "", "")
    return f"{item.get('label') or ''} {prefix}{item.get('value') or '*'}{item.get('unit') or ''}".strip()
