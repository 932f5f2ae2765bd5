"""Whatever habits a printed collection has, its cases, units, sections and paragraphs come out whole."""

from __future__ import annotations

import re

import pytest

from caselib.ingest.splitting import Split
from caselib.ingest.texts import reading_text
from caselib.word.model import Paragraph
from tests.caselib.ingest.anthology import HABITS, Anthology, make
from tests.caselib.ingest.test_splitting import codes, read

PLAIN = dict.fromkeys(HABITS, "") | {
    "label": "none",
    "title_lines": "1",
    "subtitle": "no",
    "unit": "{u}",
    "numbers": "{h}、{t}",
    "subs": "none",
    "contents": "none",
    "foreword": "none",
    "cover": "none",
    "parts": "no",
    "back": "no",
    "number": "— {} —",
    "number_at": "foot",
    "head": "none",
    "feed": "no",
    "indent": "full",
    "gaps": "none",
    "columns": "1",
    "notes": "no",
    "table": "no",
    "annex": "no",
    "ending": "whole",
    "eol": "\n",
    "extract": "clean",
    "trap": "no",
}


def flat(text: str) -> str:
    return re.sub(r"\s", "", text)


def faults(book: Anthology) -> list[str]:
    """Return what of a collection did not come out as it was printed."""
    found = read(book.text)
    wanted = [flat(case.title + case.subtitle) for case in book.cases]
    if [flat(item.title) for item in found.items] != wanted:
        return [f"titles {[flat(item.title) for item in found.items]} for {wanted}"]
    told: list[str] = []
    for item, case in zip(found.items, book.cases, strict=True):
        if flat(item.unit) != (flat(case.unit) if book.habits["unit"] != "none" else ""):
            told.append(f"unit {item.unit!r} for {case.unit!r}")
        if item.authors != case.authors:
            told.append(f"authors {item.authors} for {case.authors}")
        sections = [flat(heading.number + heading.text) for heading in item.sections]
        if sections != [flat(name) for name in case.headings]:
            told.append(f"sections {sections} for {case.headings}")
        kept = {flat(block.number + block.text) for block in item.blocks if isinstance(block, Paragraph)}
        whole = case.paragraphs[:-1] if book.truncated and case is book.cases[-1] else case.paragraphs
        told += [f"paragraph {text[:30]}" for text in whole if flat(text) not in kept]
    return told + _frame(found, book)


def _frame(found: Split, book: Anthology) -> list[str]:
    told = []
    text = flat(reading_text(found.foreword.blocks)) if found.foreword else ""
    if text != flat("".join(book.foreword)):
        told.append(f"foreword {text[:40]}")
    cut = any(warning.code == "truncated" for warning in found.items[-1].warnings)
    if cut != book.truncated:
        told.append(f"truncated {cut}")
    return told


@pytest.mark.parametrize(
    ("habit", "way"),
    [
        (habit, way)
        for habit, ways in HABITS.items()
        for way in dict.fromkeys(ways)
        if way != PLAIN[habit] and (habit, way) not in {("indent", "none"), ("columns", "zip")}
    ],
)
def test_each_habit(habit: str, way: str) -> None:
    book = make(len(way), **PLAIN | {habit: way})
    assert faults(book) == []


@pytest.mark.parametrize("seed", range(12))
def test_lines_of_two_columns_in_turn_are_untangled_and_told(seed: int) -> None:
    book = make(seed, **PLAIN | {"columns": "zip"})
    found = read(book.text)
    assert "columns_untangled" in codes(found)
    kept = {flat(block.text) for item in found.items for block in item.blocks if isinstance(block, Paragraph)}
    texts = [text for case in book.cases for text in case.paragraphs]
    assert sum(1 for text in texts if flat(text) in kept) >= len(texts) * 0.6
