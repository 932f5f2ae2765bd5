"""A resource as it is read: sections that the reader may see, what is kept back and for whom, numbered footnotes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from wagtail.rich_text import expand_db_html

from caselib.accounts.viewers import Viewer
from caselib.core import fragments, page_cache
from caselib.media.models import CaseImage
from caselib.resources.enums import Audience, Qualifier
from caselib.resources.models import ResourcePage
from caselib.resources.text import CONTENT, figure_of, raw_blocks

CALL = re.compile(r"\[\^([0-9A-Za-z_-]{1,20})\]")
ANCHOR = re.compile(r"</?a\b[^>]*>", re.IGNORECASE)
MARKED = re.compile(r"<(a|embed)\b", re.IGNORECASE)
LINKED = re.compile(r"""<a\b[^>]*\bid\s*=\s*["']?(\d{1,18})""", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Part:
    """One block of a section. ``kind`` chooses the template, ``value`` is what it shows."""

    kind: str
    value: Any


@dataclass(frozen=True, slots=True)
class Section:
    heading: str
    kind: str
    parts: Sequence[Part]
    audience: str = ""  # for whom it is, where that is not everybody: who reads it may be about to show it to a class


@dataclass(frozen=True, slots=True)
class Guarded:
    """A section that exists but is not for this reader."""

    heading: str
    audience: str


@dataclass(frozen=True, slots=True)
class Footnote:
    key: str
    number: int
    text: str


@dataclass(frozen=True, slots=True)
class Reading:
    """The body of a resource for one reader."""

    sections: Sequence[Section]
    guarded: Sequence[Guarded]
    notes: Sequence[Footnote]


def read(page: ResourcePage, viewer: Viewer, *, links: bool = True) -> Reading:
    """Return the body of ``page`` as ``viewer`` may read it; a note is shown only if a visible part calls it.

    Without ``links`` the words of links stay and lead nowhere: a hall display has no way out.
    """
    footnotes = [block["value"] or {} for block in raw_blocks(page.notes) if block["type"] == "note"]
    numbers = {str(note.get("key")): number for number, note in enumerate(footnotes, start=1)}
    called: set[str] = set()
    sections, guarded, open_blocks = [], [], []
    for block in raw_blocks(getattr(page, "body", None)):
        section = block["value"] or {}
        audience = section.get("audience") or Audience.LEARNER.value
        if audience in viewer.audiences:
            open_blocks.append((section, section.get("content") or []))
        elif audience in Audience.values:
            guarded.append(Guarded(section.get("heading") or "", str(Audience(audience).label)))
    images = _images(child for _section, content in open_blocks for child in content)
    for section, content in open_blocks:
        parts = [
            _part(child["type"], child["value"], numbers, called, links, images)
            for child in content
            if child["type"] in CONTENT
        ]
        audience = section.get("audience") or Audience.LEARNER.value
        label = "" if audience == Audience.LEARNER else str(Audience(audience).label)
        sections.append(Section(section.get("heading") or "", section.get("kind") or "other", _joined(parts), label))
    notes = [
        Footnote(str(note["key"]), numbers[str(note["key"])], note.get("text") or "")
        for note in footnotes
        if note.get("key") in called
    ]
    return Reading(sections, guarded, notes)


def _joined(parts: Iterable[Part]) -> list[Part]:
    """Return ``parts`` with each run of plain paragraphs as one, which a template writes at once."""
    joined = []
    for kind, run in groupby(parts, key=lambda part: part.kind):
        if kind == "paragraph":
            joined.append(Part(kind, SafeString("\n".join(part.value for part in run))))
        else:
            joined.extend(run)
    return joined


def _images(children: Iterable[Mapping[str, Any]]) -> Mapping[int, CaseImage]:
    """Return the pictures among ``children`` by id. One query, none for a text without any."""
    ids = {(child["value"] or {}).get("image") for child in children if child["type"] == "image"}
    return CaseImage.objects.in_bulk(ids - {None}) if ids else {}


def _part(
    kind: str, value: Any, numbers: Mapping[str, int], called: set[str], links: bool, images: Mapping[int, CaseImage]
) -> Part:
    if kind == "paragraph":
        return Part(kind, _rich(value, numbers, called, links))
    value = value or {}
    if kind == "image":
        return Part(kind, {**value, "image": images.get(value.get("image"))})
    if kind == "lead":
        return Part(kind, {"lead": value.get("lead") or "", "text": _rich(value.get("text"), numbers, called, links)})
    if kind == "heading":
        level = str(value.get("level") or "2")
        return Part(
            kind, {"level": min(max(int(level), 2), 4) + 1 if level.isdigit() else 3, "text": value.get("text") or ""}
        )
    if kind == "table":
        return Part(kind, _table(value, numbers, called))
    if kind == "quote":
        return Part(
            kind,
            {"text": _plain(value.get("text") or "", numbers, called), "attribution": value.get("attribution") or ""},
        )
    if kind == "figures":
        return Part(kind, [_figure(figure_of(figure)) for figure in value])
    return Part(kind, value)


def _rich(value: Any, numbers: Mapping[str, int], called: set[str], links: bool) -> SafeString:
    """Return rich text as HTML with its note calls as links. Wagtail's own expander has the last word on markup."""
    source = str(value or "")
    if MARKED.search(source) is None:
        return _with_calls(source, numbers, called)
    # The address of another page stands in this text: where that page moves, or goes, the text must follow.
    fragments.needs(*(page_cache.page(int(pk)) for pk in LINKED.findall(source)))
    html = expand_db_html(source)
    return _with_calls(html if links else ANCHOR.sub("", html), numbers, called)


def _plain(text: str, numbers: Mapping[str, int], called: set[str]) -> SafeString:
    return _with_calls(str(escape(text)), numbers, called)


def _with_calls(html: str, numbers: Mapping[str, int], called: set[str]) -> SafeString:
    def link(match: re.Match[str]) -> str:
        key = match.group(1)
        if key not in numbers:
            return match.group(0)
        first = key not in called
        called.add(key)
        anchor = format_html(' id="call-{}"', key) if first else ""
        return format_html('<a class="note-call" href="#note-{}"{}>[{}]</a>', key, anchor, numbers[key])

    return mark_safe(CALL.sub(link, html))  # noqa: S308  (escaped or expanded before, the links by format_html)


def _table(value: Any, numbers: Mapping[str, int], called: set[str]) -> dict[str, Any]:
    value = value or {}
    rows = [
        [
            {
                "text": _plain(str(cell.get("text") or ""), numbers, called),
                "colspan": cell.get("colspan") or 1,
                "rowspan": cell.get("rowspan") or 1,
            }
            for cell in row
        ]
        for row in value.get("rows", [])
    ]
    head = int(value.get("header_rows") or 0)
    return {"caption": value.get("caption") or "", "head": rows[:head], "rows": rows[head:]}


def _figure(figure: Any) -> dict[str, str]:
    """Return one outcome figure in words; a masked one is unknown and never a zero."""
    qualifier = figure.get("qualifier") or ""
    masked = qualifier == Qualifier.MASKED
    known = qualifier in Qualifier.values and qualifier and not masked
    return {
        "label": figure.get("label") or "",
        "value": "—" if masked else figure.get("value") or "",
        "unit": "" if masked else figure.get("unit") or "",
        "qualifier": str(Qualifier(qualifier).label) if known or masked else "",
    }
