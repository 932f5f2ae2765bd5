"""Verbs of ingest: receive a file, read it, stop reading, keep what was read. What becomes of it: ``deciding``."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from django.core.files.base import ContentFile, File
from django.db import IntegrityError, transaction

from caselib.accounts.models import User
from caselib.accounts.viewers import Viewer
from caselib.core import audit, clock, jobs
from caselib.core.errors import Refusal, require
from caselib.word import codec, guard
from caselib.word.guard import LIMITS
from caselib.word.model import Warning

from .enums import BatchState, ItemKind
from .messages import refusal_text
from .models import ImportBatch, ImportImage, ImportItem
from .reading import read_each
from .results import ReadItem, ReadResult
from .roundtrip import page_of
from .rules import may_decide, may_read_again, may_stop, may_upload
from .selectors import within_reach
from .suggesting import suggest

Progress = Callable[[int, int, str], None]


@dataclass(frozen=True, slots=True)
class Stored:
    """An upload that was taken in. ``known`` tells that the same content had been taken in before, for the same person.

    ``elsewhere`` tells that somebody else had uploaded it, whose copy this person may not see: nothing more is told.
    """

    batch: ImportBatch
    known: bool
    elsewhere: bool = False


def receive_upload(file: File, *, by: User, at: datetime | None = None) -> Stored:
    """Store an uploaded file and queue its reading; the same content twice is stored and read once.

    Once for each person: what somebody else has of a file, and whether they keep it, is not for this one to see.

    Raises RefusedError for a person who may not upload, an empty or an oversized file. Effects in order: file stored,
    ImportBatch, job ``ingest.read``, audit ``ingest.received``.
    """
    require(may_upload(Viewer.of(by)))
    size = file.size or 0
    if size == 0 or size > LIMITS.file_bytes:
        code = "too_large" if size else "empty_file"
        require(Refusal(code, refusal_text(code, f"{size // (1024 * 1024)} MB")))
    file.seek(0)
    data = file.read()
    stored = _store(_plain_name(file.name or "upload"), data, by=by, at=at)
    if stored.known and stored.batch.state == BatchState.REFUSED:
        read_again(stored.batch, by=by, at=at)
    return stored


def _plain_name(name: str) -> str:
    """The last part of a client's path, without control characters."""
    base = name.replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(sign for sign in base if sign.isprintable() and not "\ud800" <= sign <= "\udfff")[:200] or "upload"


def _store(
    name: str,
    data: bytes,
    *,
    by: User | None,
    at: datetime | None,
    parent: ImportBatch | None = None,
    queue: bool = True,
) -> Stored:
    digest = hashlib.sha256(data).hexdigest()
    same = ImportBatch.objects.filter(sha256=digest).order_by("pk")
    known = same.filter(within_reach(by)).first()
    if known is not None:
        return Stored(known, True)
    elsewhere = same.exists()
    moment = at or clock.now()
    batch = ImportBatch(name=name, sha256=digest, size=len(data), received_by=by, received_at=moment, parent=parent)
    try:
        with transaction.atomic():
            batch.file.save(f"{digest[:16]}{Path(name).suffix.lower()[:10]}", ContentFile(data), save=False)
            batch.save()
            if queue:
                batch.job = jobs.start("ingest.read", by=by, batch=batch.pk)
                batch.save(update_fields=["job"])
            audit.record("ingest.received", batch, by=by, at=moment, sha256=digest, size=len(data))
    except Exception as error:
        # The file lies under a name of its own and no row refers to it.
        if batch.file:
            batch.file.delete(save=False)
        if not isinstance(error, IntegrityError):
            raise
        return Stored(ImportBatch.objects.get(sha256=digest, received_by=by), True)
    return Stored(batch, False, elsewhere)


def read_again(batch: ImportBatch, *, by: User, at: datetime | None = None) -> None:
    """Queue the reading of a file that was refused, or whose reading stopped, once more. Effects: state, job, audit ``ingest.read_again``."""
    require(may_decide(Viewer.of(by), owner_id=batch.received_by_id))
    with transaction.atomic():
        locked = ImportBatch.objects.select_for_update().get(pk=batch.pk)
        require(may_read_again(locked.state, job_state=locked.job.state if locked.job else ""))
        locked.state = BatchState.RECEIVED
        locked.job = jobs.start("ingest.read", by=by, batch=locked.pk)
        locked.save(update_fields=["state", "job"])
        audit.record("ingest.read_again", locked, by=by, at=at)
    batch.refresh_from_db()


def stop_reading(batch: ImportBatch, *, by: User, at: datetime | None = None) -> None:
    """Ask the reading of a file to stop; what was read of an archive is kept. Effects: job, audit ``ingest.stopped``."""
    require(may_decide(Viewer.of(by), owner_id=batch.received_by_id))
    with transaction.atomic():
        locked = ImportBatch.objects.select_for_update().get(pk=batch.pk)
        require(may_stop(locked.state, job_state=locked.job.state if locked.job else ""))
        assert locked.job is not None, "the rule asks for a job"
        jobs.cancel(locked.job)
        audit.record("ingest.stopped", locked, by=by, at=at)


def read_batch(batch: ImportBatch, *, at: datetime | None = None, progress: Progress | None = None) -> None:
    """Read a stored file in a process of its own and keep the result. Nothing in the file can make this raise.

    The files of an archive are kept one by one, the archive last: whoever begins again after a death goes on where it
    stopped. ``progress`` is called with files kept, files in all and the name of the last one.
    """
    kept = frozenset(batch.members.exclude(state=BatchState.RECEIVED).values_list("sha256", flat=True))
    _keep_all(batch, read_each(Path(batch.file.path), batch.name, kept), by=batch.received_by, at=at, progress=progress)


def store_results(
    name: str, data: bytes, results: Sequence[ReadResult], *, by: User | None, at: datetime | None = None
) -> Stored:
    """Store a file together with a reading of it that was made already (the command line does)."""
    stored = _store(_plain_name(name), data, by=by, at=at, queue=False)
    if not stored.known or stored.batch.state == BatchState.RECEIVED:
        _keep_all(stored.batch, results, by=by, at=at)
    return stored


def _keep_all(
    batch: ImportBatch,
    results: Iterable[ReadResult],
    *,
    by: User | None,
    at: datetime | None,
    progress: Progress | None = None,
) -> None:
    coming = iter(results)
    first = next(coming)
    if first.status == "read" and first.code == "archive":
        with batch.file.open("rb") as source:
            data = source.read()
        total = int(first.detail)
        elsewhere: list[Warning] = []
        for number, ((name, content), result) in enumerate(zip(guard.members(data), coming, strict=False), 1):
            if content and result.code != "known":
                known = _keep_member(batch, _plain_name(name), content, result, by=by, at=at)
                elsewhere += [Warning("member_known", "", f"{name} = {known.name}")] if known else []
            if progress:
                progress(number, total, name)
        first = replace(first, warnings=(*first.warnings, *elsewhere))
    keep_reading(batch, first, at=at)


@transaction.atomic
def _keep_member(
    batch: ImportBatch, name: str, content: bytes, result: ReadResult, *, by: User | None, at: datetime | None
) -> ImportBatch | None:
    """Store a file of an archive together with its reading: neither without the other; return the upload that had it."""
    stored = _store(name, content, by=by, at=at, parent=batch, queue=False)
    if stored.known:
        return stored.batch
    keep_reading(stored.batch, result, at=at)
    return None


@transaction.atomic
def keep_reading(batch: ImportBatch, result: ReadResult, *, at: datetime | None = None) -> None:
    """Write a reading into the database: the batch's state, its items and pictures. Only a waiting batch changes.

    Effects in order: items, pictures, batch, audit ``ingest.read`` or ``ingest.refused``.
    """
    locked = ImportBatch.objects.select_for_update().get(pk=batch.pk)
    if locked.state != BatchState.RECEIVED:
        return
    moment = at or clock.now()
    for order, item in enumerate(result.items):
        _keep_item(locked, order, item, result)
    for key, (name, content_type, data) in result.images.items():
        picture = ImportImage(batch=locked, key=key, name=name[:200], content_type=content_type)
        picture.file.save(
            f"{key}.{content_type.rsplit('/', 1)[-1].removeprefix('x-')[:5]}", ContentFile(data), save=False
        )
        picture.save()
    locked.state = BatchState.READ if result.status == "read" else BatchState.REFUSED
    locked.kind, locked.code, locked.detail = result.kind[:12], result.code[:40], result.detail[:400]
    if result.foreword is not None:
        locked.foreword_title, locked.foreword_text = result.foreword.title[:200], result.foreword.text
    locked.warnings = codec.encode((*result.warnings, *_told_elsewhere(locked)))
    locked.properties = dict(result.properties)
    locked.comments = codec.encode(result.comments)
    locked.page = page_of(result.properties)
    locked.read_at = moment
    locked.save()
    batch.refresh_from_db()
    verb = "ingest.read" if locked.state == BatchState.READ else "ingest.refused"
    audit.record(verb, locked, by=locked.received_by, at=moment, items=len(result.items), code=result.code)


def _told_elsewhere(batch: ImportBatch) -> list[Warning]:
    """The remark that somebody else uploaded the same file earlier; it names neither person, name nor day."""
    earlier = ImportBatch.objects.filter(sha256=batch.sha256, pk__lt=batch.pk)
    return [Warning("uploaded_elsewhere", "", "")] if earlier.exists() else []


def _keep_item(batch: ImportBatch, order: int, item: ReadItem, result: ReadResult) -> None:
    notes = {key: codec.encode(note) for key, note in result.notes.items() if key in item.notes}
    ImportItem.objects.create(
        batch=batch,
        order=order,
        kind=ItemKind.LESSON if item.is_lesson else ItemKind.CASE,
        title=(item.title or batch.name)[:255],
        unit_name=item.unit[:120],
        authors=list(item.authors)[:30],
        content={
            "blocks": codec.encode_blocks(item.blocks),
            "notes": notes,
            "fields": dict(item.fields),
            "steps": [[step.minutes, step.activity, step.method, step.material] for step in item.steps],
        },
        text=item.text,
        tables=item.tables,
        images=item.images,
        notes=len(item.notes),
        start=item.start,
        end=item.end,
        warnings=codec.encode(item.warnings),
        suggestions=suggest(item.title, item.text),
    )
