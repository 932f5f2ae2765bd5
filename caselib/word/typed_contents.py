"""Where a typed table of contents ends: its lines are told by their pages, else by the body that begins like it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from caselib.word.outline import ends_sentence

# An entry of a table of contents ends in dots or a tab and a page number; it may run over three lines.
_LEADER = re.compile(r"(?:[.．·…。‥]{3,}|…|\t)\s*[(（]?(?:\d{1,4}|[IVXivx\u2160-\u217f]{1,5})[)）]?$")
# Leaders before the unit or the people, the page behind them: 一张清单……云岭县委组织部（5）
_CREDITED = re.compile(r"^\S.*?(?:…{2,}|[.．·‥]{4,})\s*\S[^….．·]{1,40}?\s*[(（/／]\s*\d{1,4}\s*[)）]?$")
_PAGE_LAST = re.compile(r"^(?P<text>\S.{1,60}?)(?:\s*[(（/／]\s*|\s{2,})(?P<page>\d{1,4})\s*[)）]?$")
_PAGE_FIRST = re.compile(r"^(?P<page>\d{1,4})\s{1,4}(?P<text>[^\s\d.．、].{2,60})$")
_LONGEST = 120
_LONGEST_PLAIN = 60
_FEWEST_PAGES = 3
_ENTRY_LINES = 3
_MOST_ENTRIES = 400


def last_entry(lines: Sequence[str], start: int, *, leaders: bool = True) -> int | None:
    """Return the index of the last line of the table of contents that ``lines[start]`` heads, None when it heads none.

    ``leaders``: its lines may lead to their pages by dots or tabs.
    """
    lines = [line.strip() for line in lines[: start + _MOST_ENTRIES]]
    led = _last_with_leaders(lines, start) if leaders else None
    return led or _last_with_pages(lines, start) or _last_before_body(lines, start)


def _last_with_leaders(lines: Sequence[str], start: int) -> int | None:
    last, since = start, 0
    for index in range(start + 1, len(lines)):
        text = lines[index]
        since += bool(text)
        if since > _ENTRY_LINES:
            break
        if _LEADER.search(text) or (len(text) <= _LONGEST and _CREDITED.match(text)):
            last, since = index, 0
    return last if last > start else None


def _last_with_pages(lines: Sequence[str], start: int) -> int | None:
    """Lines that end or begin with a page number but for a gap, a bracket or a stroke: rising, and three at least."""
    for pattern in (_PAGE_LAST, _PAGE_FIRST):
        last, since, before, found = start, 0, 0, 0
        for index in range(start + 1, len(lines)):
            text = lines[index]
            since += bool(text)
            if since > _ENTRY_LINES or len(text) > _LONGEST:
                break
            page = pattern.match(text)
            if page and not ends_sentence(page["text"]) and before <= int(page["page"]):
                last, since, before, found = index, 0, int(page["page"]), found + 1
        if found >= _FEWEST_PAGES and before > 1:
            return last
    return None


def _last_before_body(lines: Sequence[str], start: int) -> int | None:
    """Lines without pages, until one of them comes again as the body's first heading, which may be broken in two."""
    seen: set[str] = set()
    for index in range(start + 1, len(lines)):
        text = lines[index]
        keys = _keys(text)
        if not keys:
            continue
        if len(keys[0]) > _LONGEST_PLAIN or ends_sentence(text):
            return None
        following = next((line for line in lines[index + 1 : index + 6] if line), "")
        if keys[0] in seen or (following and _keys(text + following)[0] in seen):
            return index - 1
        seen.update(keys)
    return None


def _keys(line: str) -> list[str]:
    """Return an entry without dots and page number, for comparison; the second without its unit."""
    entry = re.sub(r"[.．…·。\s\t]*[(（]?\d{0,4}[)）]?\s*$", "", line)
    found = (re.sub(r"[\W_]+", "", text).lower() for text in (entry, re.sub(r"[（(][^（(）)]{2,40}[）)]?$", "", entry)))
    return [key for key in found if key]
