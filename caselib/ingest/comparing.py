"""What an exported and edited file changes in its resource, told as its author would: only what was typed."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from caselib.accounts.models import User
from caselib.accounts.viewers import Viewer
from caselib.resources.models import ResourcePage
from caselib.resources.outbound import FIELD_LABELS, document_of
from caselib.word import codec
from caselib.word.model import Block, Heading, Note

from .drafts import item_blocks
from .models import ImportItem
from .revising import parts_of
from .texts import reading_text, unspaced

MANY_LINES = 2000


@dataclass(frozen=True, slots=True)
class Change:
    """A changed passage. ``kind`` is added, removed or changed."""

    kind: str
    before: str
    after: str


def changes(page: ResourcePage, item: ImportItem, *, by: User) -> list[Change]:
    """Return what ``item`` changes against the latest draft of ``page``, paragraph by paragraph, as far as ``by`` sees it.

    Both sides are read the same way: what an export adds (authors, captions' numbers, the table of metadata) is no change.
    """
    draft = page.specific.get_latest_revision_as_object()
    found = [Change("changed", draft.title, item.title)] if item.title and item.title != draft.title else []
    document = document_of(draft, audiences=Viewer.of(by).audiences)
    notes: dict[str, Note] = {key: codec.decode(note) for key, note in item.content.get("notes", {}).items()}
    before = _lines(draft, [_raised(block) for block in document.blocks[1:]], document.notes)
    after = _lines(draft, item_blocks(item), notes)
    matcher = difflib.SequenceMatcher(
        None,
        [unspaced(line) for line in before],
        [unspaced(line) for line in after],
        # A line that stands there thousands of times is compared with each of its kind: not in texts that long.
        autojunk=len(before) + len(after) > MANY_LINES,
    )
    for tag, one, two, three, four in matcher.get_opcodes():
        if tag != "equal":
            kind = {"insert": "added", "delete": "removed"}.get(tag, "changed")
            found.append(Change(kind, "\n".join(before[one:two]), "\n".join(after[three:four])))
    return found


def _raised(block: Block) -> Block:
    """In a whole document the title is of level 1; in an item the sections are."""
    return replace(block, level=max(block.level - 1, 1)) if isinstance(block, Heading) else block


def _lines(page: ResourcePage, blocks: Sequence[Block], notes: Mapping[str, Note]) -> list[str]:
    parts = parts_of(page, blocks)
    lines = parts.abstract.splitlines()
    for name, text in parts.fields.items():
        lines += [FIELD_LABELS[name], *text.splitlines()]
    for step in parts.steps:
        value = step["value"]
        lines.append(" ".join(str(value[key] or "") for key in ("activity", "minutes", "method", "material")))
    lines += reading_text(parts.body, dict(notes)).splitlines()
    return [line.strip() for line in lines if line.strip()]
