"""A term as plain data, and the difference between a file and the vocabulary. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from caselib.core.characters import UNFIT

Act = Literal["create", "rename", "move", "describe", "same", "refuse"]
MAX_LEVEL = 3
MAX_NAME = 100
MAX_CODE = 40
CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


@dataclass(frozen=True, slots=True)
class TermRecord:
    """A term as a file has it; ``parent`` is the code of the broader term, empty at the top.

    ``line`` is where it stands in the file, 0 where a format has no lines. ``others`` are the codes of further broader
    terms, which a tree cannot keep; ``deprecated`` is what the file says of the term.
    """

    code: str
    name: str
    parent: str = ""
    synonyms: tuple[str, ...] = ()
    scope_note: str = ""
    line: int = field(default=0, compare=False)
    others: tuple[str, ...] = field(default=(), compare=False)
    deprecated: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True)
class Change:
    """One line of the report: what is done with one record, and why it is refused where it is."""

    act: Act
    record: TermRecord
    reason: str = ""


def shown_first(changes: Sequence[Change]) -> list[Change]:
    """Return the changes that a report shows, those left out first: all but what is as it was, unless a term loses by it."""
    told = [change for change in changes if change.act != "same" or change.record.others]
    return sorted(told, key=lambda change: change.act != "refuse")


def compare(
    known: Mapping[str, TermRecord], wanted: Sequence[TermRecord], *, retired: Collection[str] = ()
) -> list[Change]:
    """Return what must be done so that the vocabulary has every record of ``wanted``, parents first.

    ``known`` are the terms in use by code, ``retired`` the codes of the others. What stands below a refused record is
    refused with it, rather than put at the top. Terms that the file does not name stay as they are: an import never
    retires anything.
    """
    wanted = [_where_it_stands(record, known.get(record.code)) for record in _with_codes(wanted, known)]
    refused, records = _by_themselves(wanted, known, retired)
    changes = [Change("refuse", record, reason) for record, reason in refused]
    parents = {code: record.parent for code, record in {**known, **records}.items()}
    heights = _heights(parents, known)
    left_out = {record.code for record, _reason in refused} - set(known)
    for record in _parents_first(records):
        reason = "parent-refused" if record.parent in left_out else _place(record, parents, heights)
        if reason:
            left_out.add(record.code)
            changes.append(Change("refuse", record, reason))
        elif record.code not in known:
            changes.append(Change("create", record))
        else:
            changes.extend(_differences(known[record.code], record))
    return changes


def _with_codes(wanted: Sequence[TermRecord], known: Mapping[str, TermRecord]) -> list[TermRecord]:
    """Return ``wanted`` with the code of the broader term where a file has its name, as people write tables."""
    after = {**known, **{record.code: record for record in wanted}}
    names = Counter(record.name for record in after.values())
    codes = {record.name: code for code, record in after.items() if names[record.name] == 1}
    return [
        replace(record, parent=codes[record.parent])
        if record.parent not in after and record.parent in codes
        else record
        for record in wanted
    ]


def _where_it_stands(record: TermRecord, term: TermRecord | None) -> TermRecord:
    """Of several broader terms keep the one that the vocabulary has already, so that an import moves nothing for nothing."""
    if term is None or term.parent not in record.others:
        return record
    above = (record.parent, *record.others)
    return replace(record, parent=term.parent, others=tuple(code for code in above if code != term.parent))


def _by_themselves(
    wanted: Sequence[TermRecord], known: Mapping[str, TermRecord], retired: Collection[str]
) -> tuple[list[tuple[TermRecord, str]], dict[str, TermRecord]]:
    """Return the records that are at fault whatever the tree is, with the reason, and the others by code."""
    codes = Counter(record.code for record in wanted)
    # Names as they will be: those of the file, and those of the terms that the file leaves alone.
    names = Counter(record.name.casefold() for record in wanted)
    names.update(record.name.casefold() for code, record in known.items() if code not in codes)
    refused, records = [], {}
    for record in wanted:
        reason = _fault(record) or (
            "code-twice" if codes[record.code] > 1
            else "code-retired" if record.code in retired
            else "name-taken" if names[record.name.casefold()] > 1
            else ""
        )  # fmt: skip
        if reason:
            refused.append((record, reason))
        else:
            records[record.code] = record
    return refused, records


def _fault(record: TermRecord) -> str:
    texts = (record.code, record.name, record.parent, record.scope_note, *record.synonyms)
    if not record.name.strip() or not record.code.strip():
        return "missing"
    if record.deprecated:
        return "deprecated"
    if any(UNFIT.search(text) for text in texts):
        return "unfit"
    if len(record.code) > MAX_CODE or not CODE.fullmatch(record.code):
        return "bad-code"
    return "too-long" if any(len(text) > MAX_NAME for text in (record.name, *record.synonyms)) else ""


def _place(record: TermRecord, parents: Mapping[str, str], heights: Mapping[str, int]) -> str:
    """Return why ``record`` cannot stand where the file puts it, or nothing."""
    if record.parent and record.parent not in parents:
        return "unknown-parent"
    above = _above(record.code, parents)
    if above is None:
        return "circle"
    return "too-deep" if len(above) + heights.get(record.code, 1) > MAX_LEVEL else ""


def _above(code: str, parents: Mapping[str, str]) -> list[str] | None:
    """Return the codes above ``code``, the nearest first, or None where they run in a circle."""
    found: list[str] = []
    parent = parents.get(code, "")
    while parent:
        if parent == code or parent in found:
            return None
        found.append(parent)
        parent = parents.get(parent, "")
    return found


def _heights(parents: Mapping[str, str], known: Collection[str]) -> dict[str, int]:
    """Return how many levels each code spans, itself included, with the terms that are there already.

    A new record that is too deep is refused alone; a term that is there goes where the one above it goes.
    """
    heights: dict[str, int] = {}
    for code in known:
        for distance, above in enumerate(_above(code, parents) or (), start=2):
            heights[above] = max(heights.get(above, 1), distance)
    return heights


def _differences(old: TermRecord, new: TermRecord) -> list[Change]:
    found = []
    if old.name != new.name:
        found.append(Change("rename", new))
    if old.parent != new.parent:
        found.append(Change("move", new))
    if set(old.synonyms) != set(new.synonyms) or old.scope_note != new.scope_note:
        found.append(Change("describe", new))
    return found or [Change("same", new)]


def _parents_first(records: Mapping[str, TermRecord]) -> list[TermRecord]:
    def depth(record: TermRecord) -> int:
        count, code, seen = 0, record.parent, set()
        while code and code in records and code not in seen:
            seen.add(code)
            count += 1
            code = records[code].parent
        return count

    return sorted(records.values(), key=depth)
