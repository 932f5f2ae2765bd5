"""Finds the printed table of contents and reads its entries: dots, units, broken lines and all."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from caselib.ingest.lines import Line
from caselib.ingest.sections import is_contents
from caselib.ingest.titling import line_of
from caselib.word.model import Block, Heading, Paragraph
from caselib.word.names import is_byline
from caselib.word.outline import ends_sentence, numeral
from caselib.word.typed_contents import last_entry

DRESSED = re.compile(
    r"^(?:[-—–―－─·•．.~～|｜*＊=\s]+\d{1,4}[-—–―－─·•．.~～|｜*＊=\s]+|[\[【〔〈《<＜]\s*\d{1,4}\s*[\]】〕〉》>＞]"
    r"|第\s*\d{1,4}\s*页(?:[\s,，/／（(共]*\s*\d{0,4}\s*页?[)）]?)?|共\s*\d{1,4}\s*页[\s,，/／]*第\s*\d{1,4}\s*页"
    r"|\d{1,4}\s*[/／]\s*\d{1,4}|page\s*\d{1,4}(?:\s*(?:of|/)\s*\d+)?|p\.?\s*\d{1,4}"
    r"|[-—–―－]\s*\d{1,4}|\d{1,4}\s*[-—–―－]|[-—–―－─·•]+\s*[ivxlc]{1,6}\s*[-—–―－─·•]+)$",
    re.I,
)
BARE = re.compile(r"^(?:\d{1,4}|[ivxlcIVXLC]{1,6})$")
_LEADERS = re.compile(r"(?:[.．·…⋯・‥﹒•。\-—_]\s*)+\s*[(（]?\s*(\d{1,4}|[ivxlc]{1,6})?\s*[)）]?\s*$", re.I)
_FEWEST_PLAIN, _LONGEST_PLAIN = 2, 60  # entries without pages, and the characters of one
_LONGEST = 200  # characters of a line that may be an entry
_MOST_PAGES = 60  # of one case
_UNFINISHED = re.compile(r"\S(?:[…⋯‥]{2,}|[.．·]{4,})\s*\S{2,40}$")
# Leaders before the unit, the page behind it: 一张清单……云岭县委组织部（5）
_CREDITED = re.compile(
    r"^(\S.*?(?:[…⋯‥]{2,}|[.．·]{4,})\s*\S[^…⋯.．·]{1,40}?)[\s\u3000]*[(（/／]\s*(\d{1,4})\s*[)）]?$"
)
_TRAILING = re.compile(r"^(.*?\S)[\s\u3000\t]+[(（/／]?\s*(\d{1,4})\s*[)）]?$")
_BRACKETED = re.compile(r"^(\S.{2,60}?)[（(]\s*(\d{1,4})\s*[)）]$")


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the printed table of contents: its text and its page (0: none printed).

    ``tail`` is the text of its last line when lines before it were taken for its beginning: they may be a running head.
    """

    text: str
    page: int
    tail: str = ""


def mark_typed(blocks: Sequence[Block]) -> list[Block]:
    """Give the role ``toc`` to the table of contents typed below 目录, where no reader did: web pages, Markdown."""
    marked = list(blocks)
    start = next((index for index, block in enumerate(marked) if _is_line(block) and is_contents(line_of(block))), None)
    if start is None:
        return marked
    end = next((at for at in range(start + 1, len(marked)) if not _is_line(marked[at])), len(marked))
    head = next((at for at in range(start + 1, end) if _is_heading(marked[at])), end)
    last = last_entry([line_of(block) for block in marked[: head + 2]], start)
    if last is None and _is_heading(marked[start]) and head < end:
        short = [line for block in marked[start + 1 : head] if (line := line_of(block))]
        if len(short) >= _FEWEST_PLAIN and not any(len(line) > _LONGEST_PLAIN or ends_sentence(line) for line in short):
            last = head - 1
    for index in range(start, start if last is None else min(last, head - 1) + 1):
        block = marked[index]
        assert isinstance(block, Heading | Paragraph), "the run ended at anything else"
        marked[index] = Paragraph(block.runs, "toc", block.number, place=block.place)
    return marked


def _is_heading(block: Block) -> bool:
    return isinstance(block, Heading) and not block.guessed


def _is_line(block: Block) -> bool:
    return isinstance(block, Heading | Paragraph)


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
        whole = contents_entry(pending + line.text) if pending else None
        if entry is None and whole is not None and whole.page:
            entries.append(Entry(whole.text, whole.page))
            pending = ""
        elif entry is not None and (entry.page or leaders(line.text)):
            pending = "" if _may_drop(pending, entries) else pending
            text = pending + entry.text
            entries.append(Entry(text, entry.page, entry.text if pending else ""))
            pending = ""
        elif entries and (glued := _glued(line.text, _last_page(entries))) is not None:
            entries.append(glued)
            pending = ""
        elif BARE.match(line.text) or DRESSED.match(line.text):
            if pending and BARE.match(line.text):
                entries.append(Entry(pending, int(line.text) if line.text.isdecimal() else 0))
                pending = ""
        elif is_contents(line.text):
            pass
        elif len(line.text) < 80 and _UNFINISHED.search(line.text):
            pending += line.text
        elif _may_drop(pending, entries) and (number := numeral(line.text)) is not None and number.kind == "part":
            entries.append(Entry(line.text, 0))
            pending = ""
        elif _leads_on(lines, index, entries) and len(line.text) < 60 and not ends_sentence(line.text):
            pending = line.text if _may_drop(pending, entries) else pending + line.text
        else:
            break
        index += 1
    if len(entries) >= 2:
        return lines[:start] + lines[index:], entries
    return _plain_contents(lines, start, first)


def _may_drop(pending: str, entries: list[Entry]) -> bool:
    """True when what waits for its page is nothing, or the unit that stands below the entry before."""
    return not pending or (bool(entries) and is_byline(pending) and not ends_sentence(pending))


def _leads_on(lines: list[Line], index: int, entries: list[Entry]) -> bool:
    """True when an entry ends within the next two lines."""
    later = [line.text for line in lines[index + 1 : index + 3] if not line.fixed]
    if any(contents_entry(text) or (entries and _glued(text, _last_page(entries))) for text in later):
        return True
    return bool(later) and leaders(later[0]) is not None and contents_entry(lines[index].text + later[0]) is not None


def leaders(text: str) -> re.Match[str] | None:
    """Return the leaders at the end of a line, its page number (group 1) included: one … or at least three dots."""
    match = _LEADERS.search(text) if len(text) <= _LONGEST else None
    if match is None:
        return None
    signs = re.sub(r"[\s\w()（）]", "", match.group(0))
    return match if len(signs) >= 3 or re.search("[…⋯‥]", signs) else None


def contents_entry(text: str) -> Entry | None:
    """Return the entry on a line that ends in a page number or leaders, or None."""
    if len(text) > _LONGEST:
        return None
    # A long title is broken before it runs into its number, with a line end inside the paragraph.
    text = re.sub(r"(?<=[!-~])\n(?=[!-~])", " ", text).replace("\n", "")
    match = leaders(text)
    if match and match.start() > 1:
        page = match.group(1) or ""
        return Entry(text[: match.start()].strip(" .．·…　"), int(page) if page.isdecimal() else 0)
    credited = _CREDITED.match(text)
    if credited:
        return Entry(text[: credited.start(2)].strip(), int(credited.group(2)))
    trailing = _TRAILING.match(text) or _BRACKETED.match(text)
    if trailing and len(trailing.group(1)) >= 2 and not ends_sentence(trailing.group(1)):
        return Entry(trailing.group(1).strip(), int(trailing.group(2)))
    return None


def _last_page(entries: list[Entry]) -> int:
    return next((entry.page for entry in reversed(entries) if entry.page), 0)


def _glued(text: str, before: int) -> Entry | None:
    """Return the entry of a line so full that its page stands right behind the title, told by the page of the last one."""
    if len(text) > _LONGEST:
        return None
    match = re.match(r"^(\S.{3,80}?[\u4e00-\u9fff”》）])[\s.．·…]*(\d{1,4})$", text)
    if match is None or re.search("[，。；：]", text) or not 0 < before <= int(match.group(2)) <= before + _MOST_PAGES:
        return None
    return Entry(match.group(1), int(match.group(2)))


def _headless_contents(lines: list[Line]) -> int | None:
    """A table of contents whose heading got lost: a run of at least five lines with leaders near the beginning."""
    run = 0
    for index, line in enumerate(lines[:200]):
        match = leaders(line.text)
        run = run + 1 if match and match.group(1) else 0
        if run == 5:
            return index - 4
    return None


def _plain_contents(lines: list[Line], start: int, first: int) -> tuple[list[Line], list[Entry]]:
    """A table of contents without leaders: pages before or behind the titles, else it ends where its first entry comes again."""
    texts = ["" if line.fixed is not None else line.text for line in lines]
    last = last_entry(texts, first - 1, leaders=False)
    entries = [] if last is None else [_plain_entry(text) for text in texts[first : last + 1] if text]
    if last is None or len(entries) < 2:
        return lines, []
    return lines[:start] + lines[last + 1 :], entries


def _plain_entry(text: str) -> Entry:
    ahead = re.match(r"^(\d{1,4})\s+(\S.*)$", text)
    return Entry(ahead.group(2), int(ahead.group(1))) if ahead else contents_entry(text) or Entry(text, 0)
