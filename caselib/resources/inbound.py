"""From the Word document model to the raw data of StreamFields. Text is escaped here, once, and nothing else makes HTML."""

from __future__ import annotations

import html
import re
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from caselib.word.model import Block, Cell, Heading, Note, Paragraph, Picture, Run, Table

from .enums import Audience, SectionKind
from .fields import MAX_COLUMNS, MAX_ROWS, MAX_TEXT
from .outbound import FIGURES_CAPTION, FIGURES_HEAD, QUALIFIER_WORDS

Raw = dict[str, Any]
_SAFE_LINK = re.compile(r"^(https?://|mailto:)", re.I)
_HEADING_LIMIT = 300
_LEAD_LIMIT = 200
_CAPTION_LIMIT = 300
_NOTE_KEY = re.compile(r"[^0-9A-Za-z_-]")


def block(kind: str, value: Any) -> Raw:
    """Return one child of a StreamField with an id of its own."""
    return {"type": kind, "value": value, "id": str(uuid.uuid4())}


def rich_text(runs: Iterable[Run]) -> str:
    """Return ``runs`` as the HTML a rich-text field stores: bold, italic, raised, lowered, links; notes as ``[^key]``."""
    return f"<p>{''.join(_run(run) for run in runs)}</p>"


def _run(run: Run) -> str:
    text = html.escape(run.text, quote=False).replace("\n", "<br/>")
    if run.ruby:
        text += f"（{html.escape(run.ruby, quote=False)}）"
    if text:
        for wanted, tag in ((run.bold, "b"), (run.italic, "i"), (run.superscript, "sup"), (run.subscript, "sub")):
            if wanted:
                text = f"<{tag}>{text}</{tag}>"
        if run.href and _SAFE_LINK.match(run.href):
            text = f'<a href="{html.escape(run.href, quote=True)}">{text}</a>'
    return text + (f"[^{note_key(run.note)}]" if run.note else "")


def note_key(key: str) -> str:
    """Return a note's key in the form that a NoteBlock takes."""
    return _NOTE_KEY.sub("", key)[:20] or "1"


def notes_stream(notes: Mapping[str, Note], called: Iterable[str] | None = None) -> list[Raw]:
    """Return the raw data of the footnotes of a page, those in ``called`` if given."""
    wanted = None if called is None else set(called)
    return [
        block("note", {"key": note_key(note.key), "text": "".join(run.text for run in note.runs)})
        for note in notes.values()
        if wanted is None or note.key in wanted
    ]


def body_stream(
    blocks: Sequence[Block],
    *,
    images: Mapping[str, int],
    kind_of: Callable[[str], str],
    before: Iterable[str] = (),
) -> list[Raw]:
    """Return the raw data of a case body: one section for each level-1 heading.

    ``images`` maps picture keys to image ids; pictures without one are left out. ``kind_of`` names the kind of a section
    from its heading. A heading is plain text, so the paragraph below it calls its notes, the first one those of
    ``before`` (keys), which title and byline called.
    """
    sections: list[Raw] = []
    content: list[Raw] = []
    heading = ""
    calls = [Run("", note=key) for key in before]
    started = bool(calls)
    for item in blocks:
        if isinstance(item, Heading):
            calls += [Run("", note=run.note) for run in item.runs if run.note]
        elif isinstance(item, Paragraph) and calls:
            item, calls = replace(item, runs=(*calls, *item.runs)), []
        if isinstance(item, Heading) and item.level == 1:
            if content or heading:
                sections.append(_section(heading, content, kind_of))
            heading, content, started = _number(item) + item.text, [], True
        else:
            started = True
            content.extend(content_blocks(item, images))
    if calls:
        content.append(block("paragraph", rich_text(calls)))
    if started:
        sections.append(_section(heading, content, kind_of))
    return sections


def _section(heading: str, content: list[Raw], kind_of: Callable[[str], str]) -> Raw:
    kind = kind_of(heading) if heading else SectionKind.OTHER.value
    if len(heading) > _HEADING_LIMIT:
        content = [block("paragraph", f"<p>{html.escape(heading, quote=False)}</p>"), *content]
        heading = heading[:_HEADING_LIMIT]
    return block(
        "section",
        {
            "kind": kind if kind in SectionKind.values else SectionKind.OTHER.value,
            "heading": heading,
            "audience": Audience.LEARNER.value,
            "content": content,
        },
    )


def content_blocks(item: Block, images: Mapping[str, int]) -> list[Raw]:
    """Return the children of a section's content that one block of a manuscript makes."""
    if isinstance(item, Heading):
        return [
            block(
                "heading",
                {"level": str(min(max(item.level, 2), 4)), "text": (_number(item) + item.text)[:_HEADING_LIMIT]},
            )
        ]
    if isinstance(item, Paragraph):
        return _paragraph(item)
    if isinstance(item, Table):
        return _table(item, images)
    return _picture(item, images)


def _number(item: Heading | Paragraph) -> str:
    """The materialised number as text, with a gap where a Western number or a counted word ends it."""
    if not item.number:
        return ""
    gap = " " if item.number[-1].isascii() or item.number[-1] in "章节条部分篇" else ""
    return item.number + gap


def _paragraph(item: Paragraph) -> list[Raw]:
    if item.role == "quote":
        return [block("quote", {"text": _number(item) + _with_calls(item.runs), "attribution": ""})]
    if item.lead and len(item.lead) <= _LEAD_LIMIT:
        return [block("lead", {"lead": _number(item) + item.lead, "text": rich_text(item.runs)})]
    front = _number(item) + item.lead
    runs = (Run(front), *item.runs) if front else item.runs
    return [block("paragraph", rich_text(runs))] if runs else []


def _picture(item: Picture, images: Mapping[str, int]) -> list[Raw]:
    image = images.get(item.image)
    if image is None:
        return []
    return [block("image", {"image": image, "caption": item.caption[:_CAPTION_LIMIT], "alt": item.alt[:500]})]


def _table(item: Table, images: Mapping[str, int]) -> list[Raw]:
    """A table as data; one too large for the editor is cut into several, one with page-long cells becomes paragraphs."""
    figures = _figures(item)
    if figures:
        return [block("figures", figures)]
    found: list[Raw] = []
    cells = [cell for row in item.rows for cell in row]
    if any(len(cell_text(cell)) > MAX_TEXT for cell in cells) or item.columns > MAX_COLUMNS:
        for cell in cells:
            for paragraph in cell.blocks:
                found.extend(_paragraph(paragraph))
    else:
        for start in range(0, len(item.rows), MAX_ROWS):
            part = item.rows[start : start + MAX_ROWS]
            found.append(
                block(
                    "table",
                    {
                        "caption": item.caption[:_CAPTION_LIMIT] if start == 0 else "",
                        "header_rows": item.header_rows if start == 0 else 0,
                        "rows": [
                            [
                                {
                                    "text": cell_text(cell),
                                    "colspan": cell.colspan,
                                    "rowspan": min(cell.rowspan, len(part) - index),
                                }
                                for cell in row
                            ]
                            for index, row in enumerate(part)
                        ],
                    },
                )
            )
    for cell in cells:
        for picture in cell.pictures:
            found.extend(_picture(picture, images))
    return found


def _figures(item: Table) -> list[Raw]:
    """Return the outcome figures in a table that was exported as such, nothing for any other table."""
    if item.caption.strip() != FIGURES_CAPTION and not item.caption.strip().endswith(FIGURES_CAPTION):
        return []
    if not item.rows or tuple(cell.text for cell in item.rows[0]) != FIGURES_HEAD:
        return []
    words = {word: value for value, word in QUALIFIER_WORDS.items()}
    rows = [[cell.text.strip() for cell in row] for row in item.rows[1:] if len(row) == len(FIGURES_HEAD)]
    return [
        {
            "type": "item",
            "id": str(uuid.uuid4()),
            "value": {"label": label[:120], "value": number[:40], "unit": unit[:20], "qualifier": words.get(word, "")},
        }
        for label, number, unit, word in rows
        if label
    ]


def cell_text(cell: Cell) -> str:
    """Return the text of a cell, one line a paragraph, numbers and note calls written out."""
    lines = []
    for paragraph in cell.blocks:
        lines.append(_number(paragraph) + paragraph.lead + _with_calls(paragraph.runs))
    return "\n".join(lines)


def _with_calls(runs: Iterable[Run]) -> str:
    """Plain text with its note calls written out."""
    return "".join(run.text + (f"[^{note_key(run.note)}]" if run.note else "") for run in runs)
