"""One scan of one item: terms, patterns, personal data, markings and missing details, in reading order."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from django.utils.translation import ngettext

from caselib.review.enums import SEVERITY_ORDER, Category, Severity

from .builtin import PACK_CODE, RULES
from .completeness import Details, detail_hits
from .hits import Hit
from .markings import marking_hits
from .matcher import Joined, Scanner
from .personal import personal_hits

QUOTED = 3


def scan_item(
    scanner: Scanner,
    passages: Sequence[str],
    details: Details,
    *,
    files: Sequence[tuple[str, str | None]] = (),
    paragraphs: Iterable[range] = (),
    switched_off: Collection[str] = (),
) -> list[Hit]:
    """Return every hit in an item: those on the whole item first, then by passage and character.

    ``paragraphs`` are passages that are lines of one paragraph: a break cuts no term in two. ``files`` are (title, text)
    of what is attached, None for a file that nobody has read; what is found there is said of the whole item, once for
    each rule and file. ``switched_off`` are keys of built-in rules that the security administrator retired. Details and
    rules never raise for any text; a pattern that runs out of time becomes an information hit on the whole item.
    """
    joined = Joined.of(passages)
    slow_before = set(scanner.timed_out())
    hits = scanner.scan(passages, joined)
    for lines in paragraphs:
        hits += _across_lines(scanner, passages, lines)
    hits += _worded([*detail_hits(details), *_built_in(joined, details)], switched_off)
    for title, text in files:
        hits += _file_hits(scanner, title, text or "", details, switched_off)
    for pack, key in sorted(set(scanner.timed_out()) - slow_before):
        text = str(RULES["too-slow"][1]) % f"{pack}/{key}"
        hits.append(Hit(-1, 0, 0, PACK_CODE, "too-slow", Category.STYLE, Severity.INFO, text))
    hits.sort(key=lambda hit: (hit.passage, hit.start, SEVERITY_ORDER[Severity(hit.severity)], -hit.end))
    return hits


def _across_lines(scanner: Scanner, passages: Sequence[str], lines: range) -> list[Hit]:
    """Return the hits of terms that begin on one of ``lines`` and end on another; they point at what stands on the first."""
    text = "\n".join(passages[number] for number in lines)
    hits = []
    for hit in scanner.term_hits(Joined.of([text])):
        if "\n" in hit.quote:
            before = text[: hit.start].split("\n")
            first = lines[len(before) - 1]
            quote = "".join(hit.quote.splitlines())
            hits.append(replace(hit, passage=first, start=len(before[-1]), end=len(passages[first]), quote=quote))
    return hits


def _built_in(joined: Joined, details: Details) -> list[Hit]:
    return [*personal_hits(joined), *marking_hits(joined, public=details.public)]


def _worded(found: Iterable[Hit], switched_off: Collection[str]) -> list[Hit]:
    """Return the hits of built-in rules that are in use, with what the rules say."""
    hits = []
    for hit in found:
        if hit.rule not in switched_off:
            _category, message, replacement = RULES[hit.rule]
            hits.append(replace(hit, message=str(message), replacement=hit.replacement or replacement))
    return hits


def _file_hits(scanner: Scanner, title: str, text: str, details: Details, switched_off: Collection[str]) -> list[Hit]:
    """Return what is found in an attached file, one hit for each rule, or that the file could not be read.

    The lines of a printed page cut terms in two, so terms are looked for in the whole text; marks stand on lines of their own.
    """
    if not text.strip():
        unread = Hit(-1, 0, 0, PACK_CODE, "attachment-unread", Category.METADATA, Severity.WARNING, "", title)
        return _worded([unread], switched_off)
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    found = [*scanner.scan([text]), *_worded(_built_in(Joined.of(lines), details), switched_off)]
    by_rule: dict[tuple[str, str], list[Hit]] = {}
    for hit in found:
        by_rule.setdefault((hit.pack, hit.rule), []).append(hit)
    return [_of_file(title, same) for same in by_rule.values()]


def _of_file(title: str, same: Sequence[Hit]) -> Hit:
    """Return the hits of one rule in one file as one hit on the whole item, which quotes the first of them."""
    words = list(dict.fromkeys(" ".join(hit.quote.split()) for hit in same))
    text = ngettext(
        "In the attachment “%(title)s”: %(message)s",
        "In the attachment “%(title)s”, %(n)d times: %(message)s",
        len(same),
    )
    message = text % {"title": title, "n": len(same), "message": same[0].message}
    return replace(same[0], passage=-1, start=0, end=0, quote="；".join(words[:QUOTED]), message=message)
