"""One scan of one item: terms, patterns, personal data, markings and missing details, in reading order."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from caselib.review.enums import SEVERITY_ORDER, Category, Severity

from .builtin import PACK_CODE, RULES
from .completeness import Details, detail_hits
from .hits import Hit
from .markings import marking_hits
from .matcher import Joined, Scanner
from .personal import personal_hits


def scan_item(
    scanner: Scanner, passages: Sequence[str], details: Details, *, switched_off: Collection[str] = ()
) -> list[Hit]:
    """Return every hit in an item: those on the whole item first, then by passage and character.

    ``switched_off`` are keys of built-in rules that the security administrator retired. Details and rules never raise
    for any text; a pattern that runs out of time becomes an information hit on the whole item.
    """
    joined = Joined.of(passages)
    slow_before = set(scanner.timed_out())
    hits = scanner.scan(passages, joined)
    found = [*detail_hits(details), *personal_hits(joined), *marking_hits(joined, public=details.public)]
    for hit in found:
        if hit.rule not in switched_off:
            _category, message, replacement = RULES[hit.rule]
            hits.append(replace(hit, message=str(message), replacement=hit.replacement or replacement))
    for pack, key in sorted(set(scanner.timed_out()) - slow_before):
        text = str(RULES["too-slow"][1]) % f"{pack}/{key}"
        hits.append(Hit(-1, 0, 0, PACK_CODE, "too-slow", Category.STYLE, Severity.INFO, text))
    hits.sort(key=lambda hit: (hit.passage, hit.start, SEVERITY_ORDER[Severity(hit.severity)], -hit.end))
    return hits
