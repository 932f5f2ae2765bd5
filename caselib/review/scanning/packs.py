"""Rule packs as plain data: what a rule is, and what makes one unusable."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

import regex
from django.utils.translation import gettext as _

from caselib.review.enums import Category, RuleKind, Severity

MAX_TEXT = 400
MAX_WRITTEN_OUT = 20_000
RULE_SECONDS = 0.25


@dataclass(frozen=True, slots=True)
class ScanRule:
    """One rule. ``key`` is unique in its pack and stays the same when the wording changes, so that counts survive.

    ``exceptions`` are longer wordings inside which the term is harmless. The rule holds from ``since`` to ``until``
    (both included; None means without limit). ``replacement`` is the suggested wording.
    """

    key: str
    text: str
    kind: str = RuleKind.TERM.value
    category: str = Category.NEGATIVE.value
    severity: str = Severity.WARNING.value
    message: str = ""
    replacement: str = ""
    exceptions: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None

    def holds_on(self, day: date) -> bool:
        """Whether the rule is in force on ``day``."""
        return (self.since is None or self.since <= day) and (self.until is None or day <= self.until)


@dataclass(frozen=True, slots=True)
class Pack:
    """A dated, numbered set of rules."""

    code: str
    version: int
    rules: tuple[ScanRule, ...]


@dataclass(frozen=True, slots=True)
class RowFault:
    """Why one row of a pack cannot be used. ``row`` counts from 1 in the file (the header is row 1)."""

    row: int
    key: str
    reason: str


class PackError(ValueError):
    """A pack was refused as a whole; ``faults`` names every row that is wrong."""

    def __init__(self, faults: Iterable[RowFault]) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(f"{fault.row}: {fault.reason}" for fault in self.faults))


@dataclass
class _Level:
    """Size of what has been read on one level of brackets: the whole, and its last element."""

    total: int = 0
    last: int = 0
    starts: list[int] = field(default_factory=list)


def written_out(pattern: str) -> int:
    """Return about how many elements ``pattern`` has once its counted repeats are written out.

    The engine unrolls ``(a{900}){900}`` while compiling, before any time limit counts; this is what keeps it out.
    """
    levels, position = [_Level()], 0
    while position < len(pattern):
        char = pattern[position]
        repeat = regex.match(r"\{(\d*),?(\d*)\}", pattern, pos=position)
        if repeat and (repeat[1] or repeat[2]):
            top = levels[-1]
            times = max(int((number or "1")[:9]) for number in repeat.groups())
            top.total += top.last * (max(times, 1) - 1)
            top.last *= max(times, 1)
            position = repeat.end()
            continue
        if char == "(":
            levels.append(_Level())
        elif char == ")" and len(levels) > 1:
            closed = levels.pop()
            levels[-1].total += closed.total + 1
            levels[-1].last = closed.total + 1
        else:
            step = _element_length(pattern, position)
            levels[-1].total += 1
            levels[-1].last = 1
            position += step
            continue
        position += 1
    return sum(level.total for level in levels)


def _element_length(pattern: str, position: int) -> int:
    """Return how many characters the element at ``position`` takes: an escape, a set, or one character."""
    if pattern[position] == "\\":
        return 2
    if pattern[position] == "[":
        end = position + 1
        while end < len(pattern) and (pattern[end] != "]" or end == position + 1):
            end += 2 if pattern[end] == "\\" else 1
        return end + 1 - position
    return 1


def pattern_fault(pattern: str) -> str:
    """Return why ``pattern`` cannot be used, or an empty string."""
    if regex.search(r"\(\?(?:R|&|P>|[+-]?\d)|\{\w*[<>]=?", pattern):
        return _("Recursion and fuzzy matching are not supported in patterns.")
    if written_out(pattern) > MAX_WRITTEN_OUT:
        return _("The pattern is too large once its repeats are written out.")
    try:
        compiled = regex.compile(pattern)
    except (regex.error, RecursionError, OverflowError, ValueError, MemoryError) as error:
        return _("The pattern is broken: %s") % error
    try:
        empty = compiled.match("", timeout=RULE_SECONDS)
    except TimeoutError:
        return _("The pattern is too slow.")
    return _("The pattern matches the empty text and would hit everywhere.") if empty else ""


def rule_fault(rule: ScanRule) -> str:
    """Return why ``rule`` cannot be used, or an empty string."""
    checks = (
        (not rule.key.strip(), _("The key is missing.")),
        (len(rule.key) > 60, _("The key is longer than 60 characters.")),
        (not rule.text.strip(), _("The term or pattern is missing.")),
        (len(rule.text) > MAX_TEXT, _("The term or pattern is longer than %d characters.") % MAX_TEXT),
        (rule.kind not in RuleKind.values, _("Unknown kind: %s") % rule.kind),
        (rule.category not in Category.values, _("Unknown category: %s") % rule.category),
        (rule.severity not in Severity.values, _("Unknown severity: %s") % rule.severity),
        (bool(rule.since and rule.until and rule.until < rule.since), _("The rule ends before it begins.")),
        ("\x00" in f"{rule.key}{rule.text}{rule.message}{rule.replacement}", _("The row holds a NUL character.")),
    )
    for wrong, reason in checks:
        if wrong:
            return reason
    if rule.kind == RuleKind.PATTERN:
        return pattern_fault(rule.text)
    from .folding import fold

    return "" if fold(rule.text).text.strip() else _("Nothing is left of the term once spaces and marks are removed.")


def check_pack(rules: Iterable[ScanRule], *, first_row: int = 2) -> None:
    """Raise PackError naming every unusable or doubled row of ``rules``; return None when all are usable."""
    faults, seen = [], set()
    for row, rule in enumerate(rules, start=first_row):
        reason = rule_fault(rule)
        if not reason and rule.key in seen:
            reason = _("The key %s stands twice.") % rule.key
        seen.add(rule.key)
        if reason:
            faults.append(RowFault(row, rule.key, reason))
    if faults:
        raise PackError(faults)
