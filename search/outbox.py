"""The outbox: what an engine must look at again is written in the transaction that changes it."""

from __future__ import annotations

from collections.abc import Iterable

from caselib.core import clock
from search import engines
from search.models import OutboxJob

TERMS = "terms"  # not a record: the completions of the vocabularies


def enqueue(keys: Iterable[str]) -> int:
    """Write one job per record and engine in the caller's transaction; return how many.

    Only inserts, so two writers never wait for each other here, nor for a drainer.
    """
    moment = clock.now()
    jobs = [
        OutboxJob(engine=engine, key=key, created_at=moment)
        for key in dict.fromkeys(keys)
        for engine in engines.configured()
    ]
    OutboxJob.objects.bulk_create(jobs, batch_size=500)
    return len(jobs)
