"""Verbs of ingest: what was found becomes a draft or a revision, or is set aside."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from caselib.accounts.models import User
from caselib.accounts.viewers import Viewer
from caselib.core import audit, clock, jobs
from caselib.core.errors import ConflictError, RefusedError, require
from caselib.core.models import Job
from caselib.resources.models import ResourcePage

from .drafts import create_from
from .enums import ItemState
from .models import ImportBatch, ImportItem
from .revising import revise_from, revised_page
from .rules import may_accept, may_decide
from .services import Progress


def accept_item(
    item: ImportItem, *, by: User, corrections: Mapping[str, Any] | None = None, at: datetime | None = None
) -> ResourcePage:
    """Turn a found item into a draft of ``by``'s unit and return it; a file that was exported revises its resource.

    ``corrections`` may hold ``title``, ``kind``, ``authors`` (list of names), ``unit_name``, ``abstract``, ``tags``
    (axis → names) and ``seen`` (see ``revise_from``). Raises RefusedError without the right, ConflictError when somebody
    decided before. Effects in order: library images, draft or revision, item, audit ``ingest.accepted``.
    """
    require(may_decide(Viewer.of(by), owner_id=item.batch.received_by_id))
    moment = at or clock.now()
    with transaction.atomic():
        locked = ImportItem.objects.select_for_update().select_related("batch").get(pk=item.pk)
        _undecided(locked)
        target = revised_page(locked)
        if target is not None:
            page = revise_from(locked, target, by=by, corrections=corrections or {}, at=moment)
        else:
            page = create_from(locked, by=by, corrections=corrections or {}, at=moment)
        locked.state, locked.page, locked.decided_by, locked.decided_at = ItemState.ACCEPTED, page, by, moment
        locked.save(update_fields=["state", "page", "decided_by", "decided_at"])
        audit.record(
            "ingest.accepted",
            page,
            by=by,
            at=moment,
            batch=locked.batch_id,
            sha256=locked.batch.sha256,
            item=locked.order,
            start=locked.start,
            end=locked.end,
        )
    item.refresh_from_db()
    return page


def start_accepting(archive: ImportBatch, *, by: User) -> tuple[Job, bool]:
    """Queue the acceptance of everything that waits in the files of an archive; return the job, and whether it was begun
    now or is being done already."""
    require(may_decide(Viewer.of(by), owner_id=archive.received_by_id))
    return jobs.start_once("ingest.accept", by=by, archive=archive.pk)


def accept_each(
    items: Iterable[ImportItem], *, by: User, progress: Progress | None = None
) -> tuple[list[ResourcePage], list[str]]:
    """Accept the ``items``, each in its own transaction.

    Returns the drafts, and a line for each item that was refused; those wait on. ``progress`` as in ``read_batch``, with
    the title of the last item.
    """
    waiting = list(items)
    made: list[ResourcePage] = []
    refused: list[str] = []
    for number, item in enumerate(waiting, 1):
        try:
            made.append(accept_item(item, by=by))
        except RefusedError as error:
            refused.append(f"{item.title}: {error}")
        if progress:
            progress(number, len(waiting), item.title)
    return made, refused


def reject_item(item: ImportItem, *, by: User, at: datetime | None = None) -> None:
    """Set an item aside; nothing is deleted. Effects: item, audit ``ingest.rejected``."""
    _decide(item, ItemState.REJECTED, "ingest.rejected", by=by, at=at)


def take_back(item: ImportItem, *, by: User, at: datetime | None = None) -> None:
    """Make an item that was set aside wait again. Effects: item, audit ``ingest.taken_back``."""
    require(may_decide(Viewer.of(by), owner_id=item.batch.received_by_id))
    with transaction.atomic():
        changed = ImportItem.objects.filter(pk=item.pk, state=ItemState.REJECTED).update(
            state=ItemState.WAITING, decided_by=None, decided_at=None
        )
        if changed:
            audit.record("ingest.taken_back", item, by=by, at=at)
    item.refresh_from_db()


def _decide(item: ImportItem, state: ItemState, verb: str, *, by: User, at: datetime | None) -> None:
    require(may_decide(Viewer.of(by), owner_id=item.batch.received_by_id))
    moment = at or clock.now()
    with transaction.atomic():
        locked = ImportItem.objects.select_for_update().get(pk=item.pk)
        _undecided(locked)
        locked.state, locked.decided_by, locked.decided_at = state, by, moment
        locked.save(update_fields=["state", "decided_by", "decided_at"])
        audit.record(verb, locked, by=by, at=moment)
    item.refresh_from_db()


def _undecided(item: ImportItem) -> None:
    refusal = may_accept(item.state)
    if refusal is not None:
        raise ConflictError(refusal)
