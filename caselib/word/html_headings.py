"""Finds the headings that a web page only shows by their look, with the same eyes as those of a Word file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from caselib.word.html_looks import Style
from caselib.word.model import Block, Heading, Paragraph, Run, Table
from caselib.word.outline import squeeze
from caselib.word.reader.context import RawParagraph
from caselib.word.reader.headings import judge
from caselib.word.reader.styles import Look

BULLET = "•"
_PLAIN = 24  # half-points a browser shows text in that says nothing of its size


def with_headings(blocks: Sequence[Block], looks: Mapping[int, Style], *, lists: bool = True) -> list[Block]:
    """Return ``blocks`` with paragraphs that stand as title, heading or byline called so; tags (h1 to h6) decide first.

    ``lists``: an item of a counted list may be one.
    """
    lines = [index for index, block in enumerate(blocks) if isinstance(block, Heading | Paragraph)]
    raw: list[RawParagraph] = []
    for ordinal, index in enumerate(lines):
        raw.append(_raw(blocks[index], looks.get(index, Style()), ordinal))
    tables = {at for at, index in enumerate(lines) if isinstance(_after(blocks, index), Table)}
    result = list(blocks)
    for index, verdict in zip(lines, judge(raw, tables), strict=True):
        block = blocks[index]
        if not isinstance(block, Paragraph) or block.role not in (("body", "list") if lists else ("body",)):
            continue
        if verdict.role in ("heading", "title"):
            text = squeeze(block.text)
            number = "" if block.number == BULLET else block.number
            title = verdict.role == "title"
            result[index] = Heading(verdict.level, (Run(text),), number, guessed=True, place=block.place, title=title)
        elif verdict.role in ("byline", "caption"):
            result[index] = Paragraph(block.runs, verdict.role, block.number, place=block.place)  # type: ignore[arg-type]
    return result


def _raw(block: Block, style: Style, ordinal: int) -> RawParagraph:
    if isinstance(block, Heading):
        name = "title" if block.title else f"heading {block.level}"
        return RawParagraph(Look(name=name), list(block.runs), ordinal, size=_PLAIN)
    assert isinstance(block, Paragraph)
    bullet = block.number == BULLET
    name = style.kind or ("quote" if block.role == "quote" else "subtitle" if block.role == "byline" else "")
    look = Look(name=name, align=style.align, font=style.font)
    return RawParagraph(look, list(block.runs), ordinal, label=block.number, bullet=bullet, size=style.size or _PLAIN)


def _after(blocks: Sequence[Block], index: int) -> Block | None:
    return blocks[index + 1] if index + 1 < len(blocks) else None
