"""Finds tables of contents: what Word made, and what was typed below 目录."""

from __future__ import annotations

import re

from caselib.word.outline import ends_sentence, squeeze
from caselib.word.reader.evidence import Evidence, Verdict

# An entry of a table of contents ends in dots or a tab and a page number; it may run over three lines.
_LEADER = re.compile(r"(?:[.．·…。‥]{3,}|…|\t)\s*[(（]?(?:\d{1,4}|[IVXivx]{1,5})[)）]?$")
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
        """A typed table of contents: the lines after 目录 that lead to page numbers by dots or a tab, else those until one
        of them comes again as the body's first heading."""
        last = start
        for index in range(start + 1, min(start + _MOST_ENTRIES, len(self.items))):
            if index - last <= _ENTRY_LINES and _LEADER.search(self.items[index].text.strip()):
                last = index
        if last > start:
            for inside in range(start, last + 1):
                self.verdicts.setdefault(inside, Verdict("toc"))
            return
        seen: dict[str, int] = {}
        for index in range(start + 1, min(start + _MOST_ENTRIES, len(self.items))):
            if index in self.verdicts:
                continue
            text = _contents_key(self.items[index].text)
            if not text:
                continue
            if len(text) > 60 or ends_sentence(text):
                return
            if text in seen:
                for inside in range(start, index):
                    self.verdicts.setdefault(inside, Verdict("toc"))
                return
            seen[text] = index


def _contents_key(line: str) -> str:
    """Return an entry of a typed table of contents without dots and page number, for comparison."""
    text = re.sub(r"[.．…·。\s\t]*[(（]?\d{0,4}[)）]?\s*$", "", line.strip())
    return re.sub(r"\s+", "", text)
