"""Looks at a compiled book as LibreOffice lays it out: does every number of the contents stand on the page it names."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from caselib.word import pdf

if TYPE_CHECKING:
    from caselib.word.writer.results import Entry


@dataclass(frozen=True, slots=True)
class Mismatch:
    """A line of the contents whose number is not that of the page; ``printed`` is empty if the page shows none."""

    entry: Entry
    printed: str
    page: int


def check_contents(entries: Sequence[Entry], rendered: bytes) -> list[Mismatch]:
    """Return the entries whose page number is not the folio printed where their bookmark stands in ``rendered`` (PDF).

    Pages without a folio (of a part) are checked by the folio of the next page that has one.
    """
    _count, where = pdf.destinations(rendered)
    folios = [printed_folio(text) for text in pdf.page_texts(rendered)]
    wrong = []
    for entry in entries:
        page = where.get(entry.anchor, -1)
        printed = _folio_at(folios, page)
        if printed != entry.page:
            wrong.append(Mismatch(entry, printed, page))
    return wrong


def _folio_at(folios: Sequence[str], page: int) -> str:
    """Return the folio of ``page``, reckoned back from the next page that shows one."""
    if not 0 <= page < len(folios):
        return ""
    if folios[page]:
        return folios[page]
    for ahead in range(1, 4):
        if page + ahead < len(folios) and folios[page + ahead].isdigit():
            return str(int(folios[page + ahead]) - ahead)
    return ""


def printed_folio(text: str) -> str:
    """Return the folio in the text of a page: its last line that is nothing but a number and its ornaments."""
    for line in reversed(text.replace("\r", "\n").split("\n")):
        bare = line.strip().strip("—-–· \u3000")
        if bare:
            return bare if re.fullmatch(r"\d{1,5}|[ivxlcdm]{1,8}", bare) else ""
    return ""
