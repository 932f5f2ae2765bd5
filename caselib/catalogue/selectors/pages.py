"""What stands beside a resource on its page."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from django.core.cache import cache

from caselib.accounts.viewers import Viewer
from caselib.core import page_cache
from caselib.resources.enums import Audience, Circulation, Kind
from caselib.resources.models import Attachment, ResourcePage, TeachingNote
from caselib.resources.selectors import tokens_of
from search.api import similar

from .cards import Card, cards_by_id

RELATED = 6
# The index follows the database a little later than the counters do: what it said is asked again after so long.
ALIKE_SECONDS = 600


@dataclass(frozen=True, slots=True)
class Guarded:
    """Teaching notes and attachments for this viewer, and for whom the others are."""

    notes: Sequence[TeachingNote]
    hidden_notes: int
    attachments: Sequence[Attachment]
    hidden_attachments: Sequence[tuple[str, int]]

    @property
    def anything(self) -> bool:
        return bool(self.notes or self.hidden_notes or self.attachments or self.hidden_attachments)


def related(page: ResourcePage, viewer: Viewer) -> list[Card]:
    """Return linked items first, then items alike by terms and text, at most six, only what ``viewer`` may read."""
    linked = list(page.related.values_list("target_id", flat=True))
    alike = _alike(page, viewer) if page.pk and page.live else []
    wanted = [pk for pk in dict.fromkeys([*linked, *alike]) if pk != page.pk]
    found = cards_by_id(wanted, viewer)
    return [found[pk] for pk in wanted if pk in found][:RELATED]


def _alike(page: ResourcePage, viewer: Viewer) -> list[int]:
    """Return the ids of items alike, remembered while nothing was published, for readers of the same rights.

    They are candidates only: whoever shows them asks again what this viewer may read now.
    """
    rights = hashlib.sha256(repr((sorted(viewer.tokens), sorted(viewer.veiled))).encode()).hexdigest()[:32]
    version = page_cache.versions(page_cache.PAGES)[page_cache.PAGES]
    key = f"alike:{page.pk}:{page.live_revision_id}:{version}:{rights}"
    ids: list[int] | None = cache.get(key)
    if ids is None:
        ids = [hit.page.pk for hit in similar(page, viewer, limit=RELATED)]
        if ids:  # nothing found may mean that no engine answered
            cache.set(key, ids, ALIKE_SECONDS)
    return ids


def beside(page: ResourcePage, viewer: Viewer) -> Guarded:
    """Return teaching notes and attachments, split into those open to ``viewer`` and those that only show that they exist."""
    notes: list[TeachingNote] = []
    hidden = 0
    if page.specific_class.kind == Kind.CASE:
        live = list(TeachingNote.objects.filter(case_id=page.pk, live=True, withdrawn_at__isnull=True))
        tokens = tokens_of(live)
        seen = viewer.tokens
        notes = [note for note in live if not seen.isdisjoint(tokens[note.pk]) and note.pk not in viewer.veiled]
        # That a restricted note exists is told to accounts only; the public learns of notes that are merely for teachers.
        closed_notes = [note for note in live if note not in notes]
        hidden = sum(1 for note in closed_notes if viewer.internal or note.circulation == Circulation.PUBLIC)
    files = list(page.attachments.select_related("document"))
    open_files = [file for file in files if file.audience in viewer.audiences]
    closed: dict[str, int] = {}
    for file in files:
        if file.audience not in viewer.audiences:
            label = str(Audience(file.audience).label)
            closed[label] = closed.get(label, 0) + 1
    return Guarded(notes, hidden, open_files, list(closed.items()))
