"""Finds tables of contents: what Word made, and what was typed below 目录."""

from __future__ import annotations

from caselib.word.outline import squeeze
from caselib.word.reader.evidence import Evidence, Verdict
from caselib.word.typed_contents import last_entry


class ContentsJudge(Evidence):
    """Adds the verdict toc."""

    def _contents(self) -> None:
        for index, item in enumerate(self.items):
            if item.toc:
                self.verdicts[index] = Verdict("toc")
        lines: list[str] = []
        for index, item in enumerate(self.items):
            if squeeze(item.text) in ("目录", "目次", "总目录") and index not in self.verdicts:
                lines = lines or ["" if at in self.verdicts else other.text for at, other in enumerate(self.items)]
                last = last_entry(lines, index)
                for inside in range(index, index if last is None else last + 1):
                    self.verdicts.setdefault(inside, Verdict("toc"))
