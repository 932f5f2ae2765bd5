"""A term as plain data, and the difference between a file and the vocabulary. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

Act = Literal["create", "rename", "move", "describe", "same", "refuse"]


@dataclass(frozen=True, slots=True)
class TermRecord:
    """A term as a file has it; ``parent`` is the code of the broader term, empty at the top."""

    code: str
    name: str
    parent: str = ""
    synonyms: tuple[str, ...] = ()
    scope_note: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """One line of the report: what is done with one record, and why it is refused where it is."""

    act: Act
    record: TermRecord
    reason: str = ""


def compare(known: Mapping[str, TermRecord], wanted: Iterable[TermRecord]) -> list[Change]:
    """Return what must be done so that the vocabulary has every record of ``wanted``, parents first.

    Terms that the file does not name stay as they are: an import never retires anything.
    """
    records = {record.code: record for record in wanted}
    names = {record.name: record.code for record in known.values()}
    changes = []
    for record in _parents_first(records):
        reason = _refusal(record, records, known, names)
        if reason:
            changes.append(Change("refuse", record, reason))
        elif record.code not in known:
            changes.append(Change("create", record))
        else:
            changes.extend(_differences(known[record.code], record))
    return changes


def _differences(old: TermRecord, new: TermRecord) -> list[Change]:
    found = []
    if old.name != new.name:
        found.append(Change("rename", new))
    if old.parent != new.parent:
        found.append(Change("move", new))
    if set(old.synonyms) != set(new.synonyms) or old.scope_note != new.scope_note:
        found.append(Change("describe", new))
    return found or [Change("same", new)]


def _refusal(
    record: TermRecord, records: Mapping[str, TermRecord], known: Mapping[str, TermRecord], names: Mapping[str, str]
) -> str:
    if not record.name.strip() or not record.code.strip():
        return "missing"
    if record.parent and record.parent not in records and record.parent not in known:
        return "unknown-parent"
    if names.get(record.name, record.code) != record.code:
        return "name-taken"
    depth, seen, code = 1, {record.code}, record.parent
    while code:
        if code in seen:
            return "circle"
        seen.add(code)
        depth += 1
        parent = records.get(code) or known.get(code)
        code = parent.parent if parent else ""
    return "too-deep" if depth > 3 else ""


def _parents_first(records: Mapping[str, TermRecord]) -> list[TermRecord]:
    def depth(record: TermRecord) -> int:
        count, code, seen = 0, record.parent, set()
        while code and code in records and code not in seen:
            seen.add(code)
            count += 1
            code = records[code].parent
        return count

    return sorted(records.values(), key=depth)
