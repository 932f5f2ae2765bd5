"""Blocks as people and search read them: their text, their tables, images and notes."""

from __future__ import annotations

from collections.abc import Sequence

from caselib.ingest.titling import line_of
from caselib.word.model import Block, Heading, Note, Paragraph, Picture, Table


def unspaced(text: str) -> str:
    """Return ``text`` for comparison: white space, which Word and people change, does not count."""
    return "".join(text.split())


def counts(blocks: Sequence[Block]) -> tuple[int, int, set[str]]:
    """Return the number of tables and images in ``blocks``, and the keys of the notes called there."""
    tables = sum(1 for block in blocks if isinstance(block, Table))
    images = sum(1 for block in blocks if isinstance(block, Picture))
    images += sum(
        len(cell.pictures) for block in blocks if isinstance(block, Table) for row in block.rows for cell in row
    )
    notes: set[str] = set()
    for block in blocks:
        if isinstance(block, Heading | Paragraph):
            notes.update(run.note for run in block.runs if run.note)
        elif isinstance(block, Table):
            notes.update(
                run.note for row in block.rows for cell in row for p in cell.blocks for run in p.runs if run.note
            )
    return tables, images, notes


def reading_text(blocks: Sequence[Block], notes: dict[str, Note] | None = None) -> str:
    """Return the text of an item for people and for search: one line a paragraph, table cells parted by tabs."""
    lines: list[str] = []
    for block in blocks:
        if isinstance(block, Heading | Paragraph):
            lines.append(line_of(block))
        elif isinstance(block, Table):
            if block.caption:
                lines.append(block.caption)
            lines.extend("\t".join(_cell_text(cell) for cell in row) for row in block.rows)
        elif block.caption:
            lines.append(block.caption)
    for note in (notes or {}).values():
        lines.append("".join(run.text for run in note.runs))
    return "\n".join(line for line in lines if line.strip())


def _cell_text(cell: object) -> str:
    return "\n".join(block.number + block.text for block in cell.blocks)  # type: ignore[attr-defined]
