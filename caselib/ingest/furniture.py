"""Takes off what the printed page added: page numbers, running heads, tables of contents. Everything removed is told."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from caselib.ingest.lines import Line, width
from caselib.ingest.sections import is_contents, is_section_name, key
from caselib.word.model import Warning
from caselib.word.names import is_byline
from caselib.word.outline import ends_sentence, numeral

_DRESSED = re.compile(
    r"^(?:[-—–―·•．.~～|｜\s]+\d{1,4}[-—–―·•．.~～|｜\s]+|第\s*\d{1,4}\s*页(?:\s*[,，/共]*\s*\d{0,4}\s*页?)?|\d{1,4}\s*[/／]\s*\d{1,4}|"
    r"page\s*\d{1,4}(?:\s*of\s*\d+)?|[-—–―]\s*\d{1,4}|\d{1,4}\s*[-—–―])$",
    re.I,
)
_BARE = re.compile(r"^(?:\d{1,4}|[ivxlcIVXLC]{1,6})$")
_LEADERS = re.compile(r"(?:[.．·…・‥﹒•。\-—_]\s*){3,}\s*[(（]?\s*(\d{1,4}|[ivxlc]{1,6})?\s*[)）]?\s*$", re.I)
_TRAILING = re.compile(r"^(.*?\S)[\s\u3000\t]+[(（/／]?\s*(\d{1,4})\s*[)）]?$")


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the printed table of contents: its text and its page (0: none printed).

    ``tail`` is the text of its last line when lines before it were taken for its beginning: they may be a running head.
    """

    text: str
    page: int
    tail: str = ""


@dataclass(slots=True)
class Stripped:
    """Lines without furniture, the contents that were printed, and a warning for each kind of thing removed."""

    lines: list[Line]
    contents: list[Entry] = field(default_factory=list)
    warnings: list[Warning] = field(default_factory=list)


def strip(lines: Sequence[Line]) -> Stripped:
    """Remove the table of contents, page numbers and running heads from printed lines."""
    kept, contents = take_contents(list(lines))
    kept, numbers = _page_numbers(kept)
    kept, heads = _running_heads(kept)
    result = Stripped(kept, contents)
    if contents:
        result.warnings.append(Warning("contents_removed", "", str(len(contents))))
    if numbers:
        result.warnings.append(Warning("page_numbers_removed", "", str(numbers)))
    for text, count in heads.items():
        result.warnings.append(Warning("running_head_removed", "", f"{text} ×{count}"))
    return result


# -- table of contents ------------------------------------------------------------------------------------------


def take_contents(lines: list[Line]) -> tuple[list[Line], list[Entry]]:
    """Return the lines without the printed table of contents, and its entries."""
    start = next((index for index, line in enumerate(lines[:400]) if is_contents(line.text)), None)
    if start is None:
        start = _headless_contents(lines)
        if start is None:
            return lines, []
        first = start
    else:
        first = start + 1
    entries: list[Entry] = []
    index = first
    pending = ""
    while index < len(lines):
        line = lines[index]
        if line.fixed is not None:
            break
        entry = contents_entry(line.text)
        if entry is not None and (entry.page or _LEADERS.search(line.text)):
            text = pending + entry.text
            entries.append(Entry(text, entry.page, entry.text if pending else ""))
            pending = ""
        elif _BARE.match(line.text) or _DRESSED.match(line.text):
            if pending and _BARE.match(line.text):
                entries.append(Entry(pending, int(line.text) if line.text.isdigit() else 0))
                pending = ""
        elif is_contents(line.text):
            pass
        elif (
            any(contents_entry(later.text) for later in lines[index + 1 : index + 3] if not later.fixed)
            and len(line.text) < 60
            and not ends_sentence(line.text)
        ):
            pending += line.text
        else:
            break
        index += 1
    if len(entries) >= 2:
        return lines[:start] + lines[index:], entries
    return _plain_contents(lines, start, first)


def contents_entry(text: str) -> Entry | None:
    """Return the entry on a line that ends in a page number or leaders, or None."""
    match = _LEADERS.search(text)
    if match and match.start() > 1:
        page = match.group(1) or ""
        return Entry(text[: match.start()].strip(" .．·…　"), int(page) if page.isdigit() else 0)
    trailing = _TRAILING.match(text)
    if trailing and len(trailing.group(1)) >= 2 and not ends_sentence(trailing.group(1)):
        return Entry(trailing.group(1).strip(), int(trailing.group(2)))
    return None


def _headless_contents(lines: list[Line]) -> int | None:
    """A table of contents whose heading got lost: a run of at least five lines with leaders near the beginning."""
    run = 0
    for index, line in enumerate(lines[:200]):
        match = _LEADERS.search(line.text)
        run = run + 1 if match and match.group(1) else 0
        if run == 5:
            return index - 4
    return None


def _plain_contents(lines: list[Line], start: int, first: int) -> tuple[list[Line], list[Entry]]:
    """A table of contents without page numbers ends where its first entry comes again."""
    known: dict[str, int] = {}
    for index in range(first, min(first + 300, len(lines))):
        line = lines[index]
        mark = key(line.text)
        if line.fixed is not None or not mark:
            continue
        if mark in known:
            cut = index
            entries = [Entry(item.text, 0) for item in lines[first:cut] if item.text]
            if len(entries) >= 2:
                return lines[:start] + lines[cut:], entries
            return lines, []
        if len(line.text) > 60 or ends_sentence(line.text):
            return lines, []
        known[mark] = index
    return lines, []


# -- page numbers -----------------------------------------------------------------------------------------------


def _page_numbers(lines: list[Line]) -> tuple[list[Line], int]:
    """Remove page numbers; a bare number is one only if it stands at a page's edge or runs on with the others."""
    bare = [index for index, line in enumerate(lines) if line.fixed is None and _BARE.match(line.text)]
    running = _consecutive(lines, bare)
    kept: list[Line] = []
    removed = 0
    page = False
    for index, line in enumerate(lines):
        edge = (
            line.breaks == "page"
            or (index + 1 < len(lines) and lines[index + 1].breaks == "page")
            or index + 1 == len(lines)
        )
        number = line.fixed is None and (
            _DRESSED.match(line.text) or (_BARE.match(line.text) and (edge or index in running))
        )
        if number:
            removed += 1
            page = True
            continue
        if page:
            line.breaks = "page"
            page = False
        kept.append(line)
    return kept, removed


def _consecutive(lines: list[Line], bare: list[int]) -> set[int]:
    """Bare numbers that count the pages: each at most three more than the one before, at least three in a row."""
    best: set[int] = set()
    chain: list[int] = []
    for index in bare:
        if not lines[index].text.isdigit():
            continue
        number = int(lines[index].text)
        if chain and not 0 < number - int(lines[chain[-1]].text) <= 3:
            if len(chain) >= 3:
                best.update(chain)
            chain = []
        chain.append(index)
    if len(chain) >= 3:
        best.update(chain)
    return best


# -- running heads ----------------------------------------------------------------------------------------------


def _head_key(text: str) -> str:
    """A running head without the page number printed beside it."""
    return key(
        re.sub(
            r"^\s*\d{1,4}\s+|\s+\d{1,4}\s*$|^[-—·•|｜\s]*\d{1,4}[-—·•|｜\s]+|[-—·•|｜\s]+\d{1,4}[-—·•|｜\s]*$", "", text
        )
    )


def _running_heads(lines: list[Line]) -> tuple[list[Line], Counter[str]]:
    """Remove short lines that come again and again at the edges of pages or in the middle of sentences."""
    places: dict[str, list[int]] = defaultdict(list)
    for index, line in enumerate(lines):
        if (
            line.fixed is None
            and width(line.text) <= 70
            and not ends_sentence(line.text)
            and not re.search("[，；]", line.text)
        ):
            places[_head_key(line.text)].append(index)
    edges = _edges(lines)
    pages = sum(1 for line in lines if line.breaks == "page")
    doomed: set[int] = set()
    removed: Counter[str] = Counter()
    for mark, found in places.items():
        if len(found) < 2 or len(mark) < 2 or is_section_name(lines[found[0]].text) or mark.isdigit():
            continue
        loose = [index for index in found if index in edges or _interrupts(lines, index)]
        at_edges = all(index in edges for index in found)
        if len(loose) < max(2 if at_edges else 3, len(found) * 0.6):
            continue
        everywhere = pages >= 6 and len(found) >= pages * 0.4
        keep = found[0] if not everywhere and _opens(lines, found[0]) else None
        going = [index for index in (found if len(loose) >= len(found) * 0.6 else loose) if index != keep]
        doomed.update(going)
        removed[lines[found[0]].text] = len(going)
    kept: list[Line] = []
    page = False
    for index, line in enumerate(lines):
        if index in doomed:
            page = True
            continue
        if page:
            line.breaks = "page"
            page = False
        kept.append(line)
    return kept, removed


def _edges(lines: list[Line]) -> set[int]:
    """The first two and last two lines of every page whose end is known."""
    edges: set[int] = set()
    for index, line in enumerate(lines):
        if line.breaks == "page":
            edges.update(range(max(index - 2, 0), min(index + 2, len(lines))))
    return edges


def _interrupts(lines: list[Line], index: int) -> bool:
    before = next((lines[at] for at in range(index - 1, max(index - 3, -1), -1) if lines[at].fixed is None), None)
    return before is not None and before.width >= 30 and not ends_sentence(before.text)


def _opens(lines: list[Line], index: int) -> bool:
    """True when the line begins something: a byline, a first section or a section name follows at once."""
    for line in lines[index + 1 : index + 2]:
        if line.fixed is not None:
            return True
        number = numeral(line.text)
        if (
            number is not None
            and number.value == 1
            and number.kind in ("han", "arabic", "han_paren")
            and len(line.text) < 40
        ):
            return True
        if is_section_name(line.text) or (len(line.text) < 40 and is_byline(line.text)):
            return True
    return False
