"""All term rules of all packs in one pass over the text, then the pattern rules, each under its own time limit."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

import ahocorasick_rs
import regex

from caselib.review.enums import SEVERITY_ORDER, RuleKind, Severity

from .folding import Folded, fold
from .hits import Hit
from .packs import RULE_SECONDS, Pack, ScanRule

# Stands between two passages; it is no white space and no format mark, so folding keeps it and no term spans it.
SEPARATOR = "\x1e"
MAX_HITS_A_RULE = 50
GIVE_UP_AFTER = 3


@dataclass(frozen=True, slots=True)
class _Entry:
    pack: str
    rule: ScanRule
    exceptions: tuple[str, ...] = ()


@dataclass(slots=True)
class _Pattern:
    pack: str
    rule: ScanRule
    compiled: regex.Pattern[str]
    timeouts: int = 0


@dataclass
class Scanner:
    """The compiled packs. Build once, scan many texts; not to be shared between threads."""

    _terms: list[list[_Entry]] = field(default_factory=list)
    _patterns: list[_Pattern] = field(default_factory=list)
    _automaton: ahocorasick_rs.AhoCorasick | None = None

    @classmethod
    def compile(cls, packs: Iterable[Pack], day: date) -> Scanner:
        """Return a scanner for the rules of ``packs`` in force on ``day``. Raises regex.error for a broken pattern."""
        scanner, by_term = cls(), dict[str, list[_Entry]]()
        for pack in packs:
            for rule in pack.rules:
                if not rule.holds_on(day):
                    continue
                if rule.kind == RuleKind.PATTERN:
                    scanner._patterns.append(_Pattern(pack.code, rule, regex.compile(rule.text)))
                    continue
                exceptions = tuple(fold(wording).text for wording in rule.exceptions if wording.strip())
                by_term.setdefault(fold(rule.text).text, []).append(_Entry(pack.code, rule, exceptions))
        by_term.pop("", None)
        scanner._terms = list(by_term.values())
        if by_term:
            scanner._automaton = ahocorasick_rs.AhoCorasick(list(by_term))
        return scanner

    def scan(self, passages: Sequence[str], joined: Joined | None = None) -> list[Hit]:
        """Return the hits in ``passages`` in reading order, the more severe first where they begin together.

        ``joined`` saves folding the text again where the caller has done it.
        """
        joined = joined or Joined.of(passages)
        hits = self.term_hits(joined)
        for pattern in self._patterns:
            hits.extend(_pattern_hits(pattern, joined))
        hits.sort(key=lambda hit: (hit.passage, hit.start, SEVERITY_ORDER[Severity(hit.severity)], -hit.end))
        return hits

    def timed_out(self) -> list[tuple[str, str]]:
        """Return (pack, key) of the patterns that ran into their time limit in this scanner's life."""
        return [(pattern.pack, pattern.rule.key) for pattern in self._patterns if pattern.timeouts]

    def term_hits(self, joined: Joined) -> list[Hit]:
        """Return the hits of terms alone, patterns left out."""
        if self._automaton is None:
            return []
        text = joined.folded.text
        found: list[tuple[int, int, _Entry]] = []
        counts: dict[tuple[str, str], int] = {}
        for index, start, end in self._automaton.find_matches_as_indexes(text, overlapping=True):
            if not _whole_word(text, start, end):
                continue
            for entry in self._terms[index]:
                name = (entry.pack, entry.rule.key)
                if counts.get(name, 0) < MAX_HITS_A_RULE and not _excepted(text, start, end, entry.exceptions):
                    counts[name] = counts.get(name, 0) + 1
                    found.append((start, end, entry))
        return [joined.hit(start, end, entry.pack, entry.rule) for start, end, entry in _without_contained(found)]


@dataclass(frozen=True, slots=True)
class Joined:
    """All passages as one folded text, and the way back to passage and character."""

    passages: Sequence[str]
    offsets: tuple[int, ...]
    folded: Folded

    @classmethod
    def of(cls, passages: Sequence[str]) -> Joined:
        offsets, at = [], 0
        for passage in passages:
            offsets.append(at)
            at += len(passage) + 1
        return cls(passages, tuple(offsets), fold(SEPARATOR.join(passages)))

    def locate(self, start: int, end: int) -> tuple[int, int, int]:
        """Return (passage, start, end) in the original for the folded range; the end stays inside the passage."""
        first, last = self.folded.span(start, end)
        passage = bisect_right(self.offsets, first) - 1
        at = self.offsets[passage]
        return passage, first - at, min(last - at, len(self.passages[passage]))

    def hit(self, start: int, end: int, pack: str, rule: ScanRule) -> Hit:
        passage, first, last = self.locate(start, end)
        return Hit(
            passage=passage,
            start=first,
            end=last,
            pack=pack,
            rule=rule.key,
            category=rule.category,
            severity=rule.severity,
            message=rule.message,
            quote=self.passages[passage][first:last],
            replacement=rule.replacement,
        )


def _whole_word(text: str, start: int, end: int) -> bool:
    """Whether a hit that begins or ends with a Latin letter or digit is not the inside of a longer word."""
    return not (
        (start > 0 and _latin(text[start]) and _latin(text[start - 1]))
        or (end < len(text) and _latin(text[end - 1]) and _latin(text[end]))
    )


def _latin(char: str) -> bool:
    return char.isascii() and char.isalnum()


def _excepted(text: str, start: int, end: int, exceptions: tuple[str, ...]) -> bool:
    """Whether the range lies inside one of the harmless longer wordings."""
    for wording in exceptions:
        reach = len(wording)
        low = max(0, start - reach)
        at = text.find(wording, low, end + reach)
        while at != -1:
            if at <= start and end <= at + reach:
                return True
            at = text.find(wording, at + 1, end + reach)
    return False


def _without_contained(found: list[tuple[int, int, _Entry]]) -> list[tuple[int, int, _Entry]]:
    """Drop hits that lie inside a longer one of at least their severity: one place, one finding."""
    found.sort(key=lambda item: (item[0], -item[1]))
    kept: list[tuple[int, int, _Entry]] = []
    for item in found:
        start, end, entry = item
        weight = SEVERITY_ORDER[Severity(entry.rule.severity)]
        if not any(
            other[1] >= end
            and (other[0], other[1]) != (start, end)
            and SEVERITY_ORDER[Severity(other[2].rule.severity)] <= weight
            for other in kept[-8:]
        ):
            kept.append(item)
    return kept


def _pattern_hits(pattern: _Pattern, joined: Joined) -> list[Hit]:
    """Return the hits of one pattern; one that is too slow is reported, and given up after some texts."""
    if pattern.timeouts >= GIVE_UP_AFTER:
        return []
    hits: list[Hit] = []
    try:
        for match in pattern.compiled.finditer(joined.folded.text, timeout=RULE_SECONDS, concurrent=False):
            if match.start() == match.end() or SEPARATOR in match.group():
                continue
            hits.append(joined.hit(match.start(), match.end(), pattern.pack, pattern.rule))
            if len(hits) >= MAX_HITS_A_RULE:
                break
    except TimeoutError:
        pattern.timeouts += 1
    return hits
