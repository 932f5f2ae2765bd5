"""What an entry has in common with other entries of the same call, by the review app's comparison."""

from __future__ import annotations

from dataclasses import dataclass

from caselib.resources.text import plain_text
from caselib.review.models import TextPrint
from caselib.review.similarity.fingerprints import fingerprints, pack, prepare
from caselib.review.similarity.library import FingerprintLibrary
from caselib.review.similarity.passages import compare

from ..enums import STANDING_STATES
from ..models import Entry

MOST_SHOWN = 5
SHORTEST = 50
EXCERPT = 80


@dataclass(frozen=True, slots=True)
class Shared:
    """Another entry and what share (per cent) of this entry's text stands in it too, with the longest passages."""

    entry: Entry
    percent: float
    passages: tuple[str, ...]


def shared_with_others(entry: Entry) -> list[Shared]:
    """Return the entries of the call that share passages with ``entry``, the most first.

    All entries are compared by fingerprints, which the review has stored with the texts it published; only those that
    share some are read. The whole library is compared at review already.
    """
    own = text_of(entry)
    if len(own) < SHORTEST:
        return []
    others = entry.competition.entries.filter(state__in=STANDING_STATES).exclude(pk=entry.pk)
    rows = {row.pk: row for row in others.select_related("bid", "unit", "track")}
    prepared = prepare(own)
    library = FingerprintLibrary.of(_prints(rows))
    found = []
    for candidate in library.candidates(fingerprints(prepared), limit=MOST_SHOWN * 2):
        other = rows[candidate.document]
        comparison = compare(prepared, prepare(text_of(other)))
        if comparison.passages:
            longest = sorted(comparison.passages, key=lambda p: p.start - p.end)[:3]
            excerpts = tuple(own[p.start : min(p.end, p.start + EXCERPT)] for p in longest)
            found.append(Shared(other, comparison.percent, excerpts))
    return sorted(found, key=lambda shared: -shared.percent)[:MOST_SHOWN]


def _prints(rows: dict[int, Entry]) -> list[tuple[int, bytes]]:
    """Return the fingerprints of entries by id; they are made here where the review holds those of another version."""
    revisions = {row.revision_id: pk for pk, row in rows.items() if row.revision_id}
    kept = TextPrint.objects.filter(revision__in=revisions).values_list("revision_id", "hashes")
    prints = {revisions[revision]: bytes(hashes) for revision, hashes in kept if revision is not None}
    for row in Entry.objects.filter(pk__in=rows.keys() - prints.keys()).select_related("revision", "bid"):
        prints[row.pk] = pack(fingerprints(prepare(text_of(row))))
    return sorted(prints.items())


def text_of(entry: Entry) -> str:
    """Return the whole text that is judged."""
    if entry.bid is not None:
        return entry.bid.outline
    return plain_text(entry.revision.as_object()) if entry.revision is not None else ""
