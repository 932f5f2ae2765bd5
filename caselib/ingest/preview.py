"""A found item as the report shows it: each block with its kind, its place, and whether it was guessed."""

from __future__ import annotations

from dataclasses import dataclass, field

from caselib.resources.enums import SectionKind
from caselib.resources.inbound import cell_text
from caselib.word import codec
from caselib.word.model import Cell, Heading, Paragraph, Table

from .faults import where
from .messages import place_text
from .models import ImportItem
from .sections import section_kind

MAX_BLOCKS = 1500


@dataclass(frozen=True, slots=True)
class Shown:
    """One block of the preview. ``kind`` is heading, paragraph, table or picture."""

    kind: str
    text: str = ""
    place: str = ""
    level: int = 0
    guessed: bool = False
    lead: str = ""
    role: str = ""
    section: str = ""
    rows: tuple[tuple[tuple[str, int, int], ...], ...] = field(default=())


def preview(item: ImportItem) -> list[Shown]:
    """Return the blocks of an item for the screen, at most ``MAX_BLOCKS``."""
    shown: list[Shown] = []
    for block in codec.decode_blocks(item.content.get("blocks", [])[:MAX_BLOCKS]):
        place = place_text(where(block))
        if isinstance(block, Heading):
            text = block.number + block.text
            kind = section_kind(text) if block.level == 1 else SectionKind.OTHER.value
            shown.append(Shown("heading", text, place, min(block.level + 2, 6), block.guessed, section=_label(kind)))
        elif isinstance(block, Paragraph):
            text = "".join(run.text + (f"[{run.note}]" if run.note else "") for run in block.runs)
            shown.append(Shown("paragraph", text, place, lead=block.number + block.lead, role=block.role))
        elif isinstance(block, Table):
            rows = tuple(tuple(_cell(cell) for cell in row) for row in block.rows)
            shown.append(Shown("table", block.caption, place, rows=rows))
        else:
            shown.append(Shown("picture", block.caption or block.alt, place))
    return shown


def _label(kind: str) -> str:
    return "" if kind == SectionKind.OTHER else str(SectionKind(kind).label)


def _cell(cell: Cell) -> tuple[str, int, int]:
    return cell_text(cell), cell.colspan, cell.rowspan
