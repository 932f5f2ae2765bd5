"""What an entry has in common with other entries of the same call, by the review app's comparison."""

from __future__ import annotations

from dataclasses import dataclass

from caselib.resources.text import plain_text
from caselib.review.similarity.fingerprints import fingerprints, pack, prepare
from caselib.review.similarity.library import FingerprintLibrary
from caselib.review.similarity.passages import compare

from ..enums import EntryState
from ..models import Entry

MOST_ENTRIES = 400
MOST_SHOWN = 5
EXCERPT = 80


@dataclass(frozen=True, slots=True)
class Shared:
    """Another entry and what share (per cent) of this entry's text stands in it too, with the longest passages."""

    entry: Entry
    percent: float
    passages: tuple[str, ...]


def shared_with_others(entry: Entry) -> list[Shared]:
    """Return the entries of the call that share passages with ``entry``, the most first.

    Compares with the ``MOST_ENTRIES`` nearest by number; the whole library is compared at review already.
    """
    own = text_of(entry)
    if len(own) < 50:
        return []
    others = entry.competition.entries.filter(state=EntryState.ACCEPTED).exclude(pk=entry.pk)
    rows = {row.pk: row for row in others.select_related("revision", "bid", "unit", "track")[:MOST_ENTRIES]}
    texts = {pk: prepare(text_of(row)) for pk, row in rows.items()}
    library = FingerprintLibrary.of((pk, pack(fingerprints(text))) for pk, text in texts.items())
    prepared = prepare(own)
    found = []
    for candidate in library.candidates(fingerprints(prepared), limit=MOST_SHOWN * 2):
        comparison = compare(prepared, texts[candidate.document])
        if comparison.passages:
            longest = sorted(comparison.passages, key=lambda p: p.start - p.end)[:3]
            excerpts = tuple(own[p.start : min(p.end, p.start + EXCERPT)] for p in longest)
            found.append(Shared(rows[candidate.document], comparison.percent, excerpts))
    return sorted(found, key=lambda shared: -shared.percent)[:MOST_SHOWN]


def text_of(entry: Entry) -> str:
    """Return the whole text that is judged."""
    if entry.bid is not None:
        return entry.bid.outline
    return plain_text(entry.revision.as_object()) if entry.revision is not None else ""
