"""A new index beside the live one: filled in bulk, caught up, switched to at one stroke."""

from __future__ import annotations

from collections.abc import Iterable

from caselib.core import clock, page_cache
from search import completions, engines, harvest, locks, outbox
from search.backends.base import Builder, EngineUnavailable
from search.indexer import BATCH, Progress
from search.models import IndexBuild, OutboxJob, ReplayKey

_SWITCH_WAIT = 30.0  # seconds the switch waits for a drain to end


def rebuild(name: str, *, progress: Progress = lambda done, total: None) -> int:
    """Build the index of an engine anew from the database and return how many records it has.

    Readers and drains go on meanwhile; what drains index is replayed before the switch. Raises Busy if a rebuild is
    running, EngineUnavailable if the engine is away; the live index is then as it was.
    """
    with locks.rebuilding(name):
        IndexBuild.objects.filter(engine=name, state=IndexBuild.RUNNING).update(
            state=IndexBuild.ABORTED, finished_at=clock.now()
        )
        moment = clock.now()
        build = IndexBuild.objects.create(engine=name, started_at=moment, heartbeat_at=moment)
        builder = engines.get(name).builder()
        try:
            done = _fill(builder, build, progress)
            builder.settle()
            _alive(build)
            _switch(name, builder, build)
        except BaseException:
            builder.abandon()
            _finish(build, IndexBuild.ABORTED)
            raise
        _finish(build, IndexBuild.DONE)
        return done


def _fill(builder: Builder, build: IndexBuild, progress: Progress) -> int:
    first = build.engine == engines.configured()[0]
    if first:
        completions.replace_terms()
    ids = harvest.live_ids()
    done = 0
    for start in range(0, len(ids), BATCH):
        chunk = ids[start : start + BATCH]
        made, faults = harvest.records(chunk)
        faults.update(builder.add(made))
        _leave_to_the_outbox(build.engine, faults)
        held = [record for record in made if record.key not in faults]
        if first:
            completions.replace(held)
        done += len(held)
        _alive(build, done=start + len(chunk), total=len(ids))
        progress(start + len(chunk), len(ids))
    return done


def _leave_to_the_outbox(engine: str, keys: Iterable[str]) -> None:
    """Enqueue what could not be built, which does not hold up the others: there it is tried again, and shown."""
    waiting = OutboxJob.objects.filter(engine=engine, key__in=list(keys)).values_list("key", flat=True)
    outbox.enqueue(set(keys) - set(waiting))


def _switch(name: str, builder: Builder, build: IndexBuild) -> None:
    """Catch up with what was drained meanwhile, the last of it with all drains kept out, then switch."""
    while _replay(builder, build) > BATCH:
        _alive(build)
    try:
        with locks.draining(name, alone=True, patience=_SWITCH_WAIT):
            _replay(builder, build)
            builder.publish()
            page_cache.bump(page_cache.PAGES, page_cache.INDEX, pages=())
    except locks.Busy as error:
        raise EngineUnavailable("a drain holds the index; the switch waited in vain") from error


def _replay(builder: Builder, build: IndexBuild) -> int:
    rows = list(ReplayKey.objects.filter(build=build).order_by("pk").values_list("pk", "key"))
    keys = dict.fromkeys(key for _, key in rows)
    wanted = list(keys)
    for start in range(0, len(wanted), BATCH):
        chunk = wanted[start : start + BATCH]
        made, errors = harvest.records([i for i in map(harvest.page_id_of, chunk) if i is not None])
        errors.update(builder.add(made))
        _leave_to_the_outbox(build.engine, errors)
        builder.remove(set(chunk) - {r.key for r in made} - set(errors))
    for start in range(0, len(rows), 500):
        ReplayKey.objects.filter(pk__in=[pk for pk, _ in rows[start : start + 500]]).delete()
    return len(rows)


def _alive(build: IndexBuild, **progress: int) -> None:
    """Note how far a build has come, and that it goes on."""
    IndexBuild.objects.filter(pk=build.pk).update(heartbeat_at=clock.now(), **progress)


def _finish(build: IndexBuild, state: str) -> None:
    IndexBuild.objects.filter(pk=build.pk).update(state=state, finished_at=clock.now())
    ReplayKey.objects.filter(build=build).delete()
