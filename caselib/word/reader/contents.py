"""Finds tables of contents: what Word made, and what was typed below 目录."""

from __future__ import annotations

import re

from caselib.word.outline import ends_sentence, squeeze
from caselib.word.reader.evidence import Evidence, Verdict

# An entry of a table of contents ends in dots or a tab and a page number; it may run over three lines.
_LEADER = re.compile(r"(?:[.．·…。‥]{3,}|…|\t)\s*[(（]?(?:\d{1,4}|[IVXivx]{1,5})[)）]?$")
# Leaders before the unit or the people, the page behind them: 一张清单……云岭县委组织部（5）
_CREDITED = re.compile(r"^\S.*?(?:…{2,}|[.．·‥]{4,})\s*\S[^….．·]{1,40}?\s*[(（/／]\s*\d{1,4}\s*[)）]?$")
_PAGE_LAST = re.compile(r"^(?P<text>\S.{1,60}?)(?:\s*[(（/／]\s*|\s{2,})(?P<page>\d{1,4})\s*[)）]?$")
_PAGE_FIRST = re.compile(r"^(?P<page>\d{1,4})\s{1,4}(?P<text>[^\s\d.．、].{2,60})$")
_LONGEST = 120
_FEWEST_PAGES = 3
_ENTRY_LINES = 3
_MOST_ENTRIES = 400


class ContentsJudge(Evidence):
    """Adds the verdict toc."""

    def _contents(self) -> None:
        for index, item in enumerate(self.items):
            if item.toc:
                self.verdicts[index] = Verdict("toc")
        for index, item in enumerate(self.items):
            if squeeze(item.text) in ("目录", "目次", "总目录") and index not in self.verdicts:
                self._typed_contents(index)

    def _typed_contents(self, start: int) -> None:
        """A typed table of contents: the lines after 目录 that name pages, else those until one of them comes again as the
        body's first heading."""
        last = self._last_with_leaders(start) or self._last_with_pages(start) or self._last_before_body(start)
        if last is not None:
            for inside in range(start, last + 1):
                self.verdicts.setdefault(inside, Verdict("toc"))

    def _last_with_leaders(self, start: int) -> int | None:
        last = start
        for index in range(start + 1, min(start + _MOST_ENTRIES, len(self.items))):
            text = self.items[index].text.strip()
            if index - last <= _ENTRY_LINES and (
                _LEADER.search(text) or (len(text) <= _LONGEST and _CREDITED.match(text))
            ):
                last = index
        return last if last > start else None

    def _last_with_pages(self, start: int) -> int | None:
        """Lines that end or begin with a page number but for a gap, or a bracket, or a stroke: rising, and three at least."""
        for pattern in (_PAGE_LAST, _PAGE_FIRST):
            last, before, found = start, 0, 0
            for index in range(start + 1, min(start + _MOST_ENTRIES, len(self.items))):
                text = self.items[index].text.strip()
                if index - last > _ENTRY_LINES or len(text) > _LONGEST:
                    break
                page = pattern.match(text)
                if page and not ends_sentence(page["text"]) and before <= int(page["page"]):
                    last, before, found = index, int(page["page"]), found + 1
            if found >= _FEWEST_PAGES and before > 1:
                return last
        return None

    def _last_before_body(self, start: int) -> int | None:
        seen: dict[str, int] = {}
        for index in range(start + 1, min(start + _MOST_ENTRIES, len(self.items))):
            if index in self.verdicts:
                continue
            text = self.items[index].text
            keys = _contents_keys(text)
            if not keys:
                continue
            if len(keys[0]) > 60 or ends_sentence(text):
                return None
            following = self._next(index)
            broken = [] if following is None else _contents_keys(text.strip() + self.items[following].text.strip())
            if any(key in seen for key in (*keys[:1], *broken[:1])):
                return index - 1
            for key in keys:
                seen.setdefault(key, index)
        return None


def _contents_keys(line: str) -> list[str]:
    """Return an entry of a typed table of contents without dots and page number, for comparison; the second without its unit."""
    text = re.sub(r"[.．…·。\s\t]*[(（]?\d{0,4}[)）]?\s*$", "", line.strip())
    key = re.sub(r"\s+", "", text)
    found = [key, re.sub(r"[（(][^（(）)]{2,40}[）)]?$", "", key)]
    return [key for key in found if key]
