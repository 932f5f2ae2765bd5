"""Keeping the index true: drain the outbox, compare and repair, rebuild beside the live index."""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta

from django.db import connection, transaction
from django.db.models import Q, QuerySet

from caselib.core import clock, page_cache
from search import completions, engines, harvest, locks, neighbours, outbox
from search.backends.base import Engine, EngineUnavailable, Refused
from search.models import IndexBuild, OutboxJob, ReplayKey
from search.records import Record

logger = logging.getLogger(__name__)

BATCH = 200  # jobs, or pages, handled at once
_LONGEST_PAUSE = 3600  # seconds between attempts of a poisoned job
_ALIVE = timedelta(minutes=10)  # a build without a sign of life for longer is dead
_DRAIN_WAIT = 30.0  # seconds a repair waits for a drain to end
Progress = Callable[[int, int], None]


@dataclass
class DrainReport:
    """What one drain did with one engine."""

    engine: str
    indexed: int = 0
    removed: int = 0
    failed: int = 0
    busy: bool = False
    unavailable: str = ""


@dataclass
class ReconcileReport:
    """How index and database differed. `repaired` is how many of the differences are gone now."""

    engine: str
    missing: list[str] = field(default_factory=list)
    stale: list[str] = field(default_factory=list)
    surplus: list[str] = field(default_factory=list)
    repaired: int = 0

    @property
    def differences(self) -> int:
        return len(self.missing) + len(self.stale) + len(self.surplus)


def drain(name: str, *, limit: int = 10_000) -> DrainReport:
    """Bring the waiting changes of one engine into its index; never raises for a fault of engine or record.

    A job is deleted only after the index durably holds what the database said when it was taken. A record that fails
    waits ever longer and shows in the admin; an engine that is away leaves all jobs as they are.
    """
    report = DrainReport(name)
    try:
        with locks.draining(name):
            for _ in range(max(1, limit // BATCH)):
                if not _drain_batch(name, report):
                    break
    except locks.Busy:
        report.busy = True
    except EngineUnavailable as error:
        report.unavailable = str(error)
    return report


def drain_all() -> list[DrainReport]:
    """Drain every configured engine; one that is away does not hold up the others."""
    return [drain(name) for name in engines.configured()]


def due(name: str) -> QuerySet[OutboxJob]:
    """Return the jobs of an engine that may be tried now, oldest first. None was made to wait longer than the longest
    pause: one that seems to be failed before the clock was set back."""
    now = clock.now()
    late = Q(retry_at__lte=now) | Q(retry_at__gt=now + timedelta(seconds=_LONGEST_PAUSE))
    ready = Q(retry_at__isnull=True) | late
    return OutboxJob.objects.filter(ready, engine=name).order_by("pk")


def _drain_batch(name: str, report: DrainReport) -> bool:
    """Handle one batch; return whether there may be more."""
    if not due(name).exists():
        return False
    with _taken(name) as jobs:
        if not jobs:
            return False
        keys = {job.key for job in jobs}
        mine = locks.claim_keys(name, keys)
        jobs = [job for job in jobs if job.key in mine]
        _handle(name, jobs, report)
        return len(keys) > 0 and len(mine) == len(keys)


@contextlib.contextmanager
def _taken(name: str) -> Iterator[list[OutboxJob]]:
    """The next jobs: with row locks where the database has them, else under the lock of the one drainer.

    On SQLite no transaction is open while the index is written, so that nobody waits for it to save.
    """
    if connection.vendor == "postgresql":
        with transaction.atomic():
            yield list(due(name).select_for_update(skip_locked=True)[:BATCH])
    else:
        yield list(due(name)[:BATCH])


def _handle(name: str, jobs: list[OutboxJob], report: DrainReport) -> None:
    engine = engines.get(name)
    at = time.time_ns() // 1000
    keys = dict.fromkeys(job.key for job in jobs)
    made, errors = harvest.records([i for i in map(harvest.page_id_of, keys) if i is not None])
    there = {r.key for r in made}
    gone = [key for key in keys if key not in errors and key not in there and key != outbox.TERMS]
    held, faults = _apply(engine, made, gone, at) if made or gone else (set(), {})
    if outbox.TERMS in keys:
        completions.replace_terms()
        held.add(outbox.TERMS)
    errors.update(faults)
    with transaction.atomic():
        _note_for_builds(name, held - {outbox.TERMS})
        if name == engines.configured()[0]:
            completions.replace([r for r in made if r.key in held], [k for k in gone if k in held])
            neighbours.changed(_pages(r.key for r in made if r.key in held), _pages(k for k in gone if k in held))
        OutboxJob.objects.filter(pk__in=[job.pk for job in jobs if job.key in held]).delete()
        if held:
            # Lists and searches were kept from before: publishing let go of them, but the index was older then.
            page_cache.bump(page_cache.PAGES, page_cache.INDEX, pages=())
        for job in jobs:
            if job.key in errors:
                _postpone(job, errors[job.key])
    report.indexed += sum(1 for r in made if r.key in held)
    report.removed += sum(1 for key in gone if key in held)
    report.failed += len(errors)


def _pages(keys: Iterable[str]) -> list[int]:
    return [pk for pk in map(harvest.page_id_of, keys) if pk is not None]


def _apply(engine: Engine, made: list[Record], gone: list[str], at: int) -> tuple[set[str], dict[str, str]]:
    """Write a batch; if the engine refuses it as a whole, one by one, so that one bad record blames itself only."""
    held: set[str] = set()
    faults: dict[str, str] = {}
    try:
        return engine.apply(made, gone, at=at), {}
    except EngineUnavailable:
        raise
    except Refused as refusal:
        held, faults = set(refusal.held), dict(refusal.faults)
    except Exception:
        logger.exception("a batch of %s could not be indexed in %s; trying one by one", len(made), engine.name)
    for key, upserts, deletes in [*((r.key, [r], []) for r in made), *((k, [], [k]) for k in gone)]:
        if key in held or key in faults:
            continue
        try:
            held |= engine.apply(upserts, deletes, at=at)
        except EngineUnavailable:
            raise
        except Exception as error:
            faults[key] = f"{type(error).__name__}: {error}"
    return held, faults


def _postpone(job: OutboxJob, error: str) -> None:
    pause = min(5 * 2**job.attempts, _LONGEST_PAUSE)
    OutboxJob.objects.filter(pk=job.pk).update(
        attempts=job.attempts + 1, error=error[:2000], retry_at=clock.now() + timedelta(seconds=pause)
    )


def _note_for_builds(name: str, keys: Iterable[str]) -> None:
    running = IndexBuild.objects.filter(engine=name, state=IndexBuild.RUNNING, heartbeat_at__gt=clock.now() - _ALIVE)
    rows = [ReplayKey(build_id=pk, key=key) for pk in running.values_list("pk", flat=True) for key in keys]
    ReplayKey.objects.bulk_create(rows, batch_size=500)


# Compare and repair


def reconcile(name: str, *, repair: bool = True, progress: Progress = lambda done, total: None) -> ReconcileReport:
    """Compare ids and version hashes of index and database, and repair what differs.

    Drains go on while all is compared; what then seems to differ is compared once more, and repaired, with other
    drainers kept out where the engine has one only. Raises EngineUnavailable, and Busy where a drain does not end.
    """
    engine = engines.get(name)
    report = ReconcileReport(name)
    suspects = _suspects(engine, progress)
    if not suspects:
        return report
    with locks.draining(name, patience=_DRAIN_WAIT):
        held = {key: version for key, version in engine.versions() if key in suspects}
        for chunk in _chunks(_pages(sorted(suspects))):
            at = time.time_ns() // 1000
            made, _errors = harvest.records(chunk)
            wrong = [r for r in made if held.get(r.key) != r.version]
            report.missing += [r.key for r in wrong if r.key not in held]
            report.stale += [r.key for r in wrong if r.key in held]
            if repair and wrong:
                repaired, _faults = _apply(engine, wrong, [], at)
                report.repaired += len(repaired)
                completions.replace(r for r in wrong if r.key in repaired)
        report.surplus = sorted(held.keys() - set(map(harvest.key_of, harvest.live_ids())))
        if repair and report.surplus:
            report.repaired += len(engine.apply([], report.surplus, at=time.time_ns() // 1000))
            completions.replace([], report.surplus)
    return report


def _suspects(engine: Engine, progress: Progress) -> set[str]:
    """The keys that differ, and those that changed while the others were compared."""
    held = dict(engine.versions())
    ids = harvest.live_ids()
    suspects = held.keys() - set(map(harvest.key_of, ids))
    for done, chunk in enumerate(_chunks(ids)):
        progress(done * BATCH, len(ids))
        made, _errors = harvest.records(chunk)
        suspects |= {r.key for r in made if held.get(r.key) != r.version}
    return suspects


def _chunks(ids: list[int]) -> Iterator[list[int]]:
    for start in range(0, len(ids), BATCH):
        yield ids[start : start + BATCH]
