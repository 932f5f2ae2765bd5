"""What an author says to teachers within a section of a case: 参考答案：…, 教学提示：… behind the questions."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from caselib.ingest.faults import where
from caselib.ingest.sections import for_teachers
from caselib.ingest.titling import line_of
from caselib.word.model import Block, Heading, Paragraph, Run, Warning
from caselib.word.outline import numeral

_LABEL = re.compile(r"^\s*(?:[【\[〔]\s*([^【】\[\]〔〕]{2,8})\s*[】\]〕]\s*[:：]?|([^\s:：，。]{2,8})\s*[:：])\s*")


def asides_apart(blocks: Sequence[Block]) -> tuple[list[Block], list[Warning]]:
    """Give asides to teachers a section of their own where nothing else follows them in theirs; return what is to be said.

    Elsewhere they stay: who would hide them would hide what follows. The report names them.
    """
    made: list[Block] = []
    told: list[Warning] = []
    guarded = False  # in a section for teachers, where nothing needs to be moved
    for index, block in enumerate(blocks):
        if isinstance(block, Heading):
            guarded = for_teachers([line_of(block)])[0] or (guarded and block.level > 1)
            made.append(block)
            continue
        label = _label(block) if not guarded else None
        if label is None:
            made.append(block)
        elif any(isinstance(before, Heading) for before in made) and _ends_section(blocks, index):
            made.extend(_section(block, *label))
            guarded = True
        else:
            made.append(block)
            told.append(Warning("aside_kept", where(block), line_of(block)[:80]))
    return made, told


def _label(block: Block) -> tuple[str, int] | None:
    """Return the label of an aside and where its words begin."""
    found = _LABEL.match(line_of(block)) if isinstance(block, Paragraph) and not block.number else None
    name = (found.group(1) or found.group(2)) if found else ""
    return (name, found.end()) if found and for_teachers([name])[0] else None


def _ends_section(blocks: Sequence[Block], index: int) -> bool:
    """True when up to the next heading there are only asides, and what is counted below one: 1. … 2. … of the answers."""
    for block in blocks[index + 1 :]:
        if isinstance(block, Heading):
            return True
        text = line_of(block).strip() if isinstance(block, Paragraph) else ""
        if not text or text.endswith(("？", "?")) or not (_label(block) or numeral(text)):
            return False
    return True


def _section(block: Block, name: str, at: int) -> list[Block]:
    """Return the heading of an aside, and its words where it has any on its line."""
    assert isinstance(block, Paragraph), "only lines have labels"
    heading = Heading(1, (Run(name),), guessed=True, place=block.place)
    runs: list[Run] = []
    for run in (Run(block.lead), *block.runs):
        cut = min(at, len(run.text))
        at -= cut
        if run.text[cut:] or run.note:
            runs.append(replace(run, text=run.text[cut:]))
    return [heading, replace(block, runs=tuple(runs), lead="", role="body")] if runs else [heading]
