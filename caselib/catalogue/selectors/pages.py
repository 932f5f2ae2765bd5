"""What stands beside a resource on its page."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from time import monotonic

from django.contrib.contenttypes.models import ContentType

from caselib.accounts.viewers import Viewer
from caselib.core import fragments, page_cache
from caselib.resources.enums import Audience, Circulation, Kind
from caselib.resources.models import Attachment, ResourcePage, TeachingNote
from caselib.resources.selectors import tokens_of
from search.api import similar

from .cards import Card, cards_by_id

RELATED = 6
# Every publication changes the index. What is most alike among thousands is asked for again after so long; whether each
# of them may be shown is asked each time.
BEHIND_SECONDS = 600


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Candidates for what is shown beside a page, the state of the index that named them, and when (``time.monotonic``)."""

    ids: Sequence[int]
    index: int
    asked: float


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


def related(page: ResourcePage, viewer: Viewer, *, pk: int, names: Collection[str]) -> list[Card]:
    """Return linked items first, then items alike by terms and text, at most six, only what ``viewer`` may read.

    Which they are is remembered for the page ``pk`` until one of ``names`` changes; ``page`` itself is read only if it is not.
    """
    now = monotonic()
    index = page_cache.versions(page_cache.INDEX)[page_cache.INDEX]

    def good(known: Neighbours) -> bool:
        return known.index == index or (bool(known.ids) and now < known.asked + BEHIND_SECONDS)

    key = ("neighbours", pk, viewer.tokens, viewer.veiled)
    known = fragments.kept(key, lambda: _neighbours(page, viewer, index), names=names, good=good)
    if known.index != index:
        page_cache.look_again(known.asked + BEHIND_SECONDS)
    found = cards_by_id(known.ids, viewer)
    return [found[other] for other in known.ids if other in found][:RELATED]


def _neighbours(page: ResourcePage, viewer: Viewer, index: int) -> Neighbours:
    linked = [row.target_id for row in page.related.all()]
    alike = similar(page, viewer, limit=RELATED) if page.pk and page.live else ()
    return Neighbours([pk for pk in dict.fromkeys([*linked, *alike]) if pk != page.pk], index, monotonic())


def beside(page: ResourcePage, viewer: Viewer) -> Guarded:
    """Return teaching notes and attachments, split into those open to ``viewer`` and those that only show that they exist."""
    notes: list[TeachingNote] = []
    hidden = 0
    if page.specific_class.kind == Kind.CASE:
        fragments.needs(page_cache.kind(ContentType.objects.get_for_model(TeachingNote).pk))
        live = [note for note in page.teaching_notes.all() if note.live and not note.withdrawn]
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
