"""Background work of search: drains often, compares now and then, rebuilds when asked."""

from __future__ import annotations

import logging
import time
from typing import Any

from caselib.core.jobs import JobContext, job, periodic
from search import engines, indexer, locks, neighbours, reading, rebuilding, upkeep
from search.backends.base import EngineUnavailable

logger = logging.getLogger(__name__)

DRAIN_SECONDS = 0.2
READ_SECONDS = 0.5
RECONCILE_SECONDS = 6 * 3600
LIKENESS_SECONDS = 1.0
ENROL_SECONDS = 600.0
_AWAY_SECONDS = 5.0  # an engine that was away is asked again so often, not with each drain
_READING_SECONDS = 5.0  # after which the worker may be told to stop
_asked: dict[str, float] = {}


@periodic(DRAIN_SECONDS)
def keep_embedded_true() -> None:
    """Drain the embedded index."""
    _keep_true(engines.EMBEDDED)


@periodic(DRAIN_SECONDS)
def keep_elastic_true() -> None:
    """Drain Elasticsearch's index, apart from the embedded one, which does not wait for a server."""
    _keep_true(engines.ELASTIC)


def _keep_true(name: str) -> None:
    """Drain an engine; one that is away is left alone for a few seconds."""
    if name not in engines.configured() or time.monotonic() < _asked.get(name, 0.0):
        return
    report = upkeep.keep_up(name)
    if report.unavailable:
        logger.warning("search engine %s is away: %s", name, report.unavailable)
        _asked[name] = time.monotonic() + _AWAY_SECONDS


@periodic(READ_SECONDS)
def read_documents() -> None:
    """Read the attachments whose text is not known yet."""
    reading.read_all(seconds=_READING_SECONDS)


@periodic(RECONCILE_SECONDS)
def compare_and_repair() -> None:
    """Find and repair what no signal told of, such as rows changed in bulk."""
    for name in engines.configured():
        try:
            report = indexer.reconcile(name)
        except (EngineUnavailable, locks.Busy) as error:
            logger.warning("the index of %s could not be compared: %s", name, error)
            continue
        if report.differences:
            logger.warning("the index of %s differed in %d records, now repaired", name, report.differences)


@periodic(LIKENESS_SECONDS)
def find_neighbours() -> None:
    """Look at a few resources whose neighbours are to be found; a library of 50,000 takes the better part of two hours."""
    neighbours.look()


@periodic(ENROL_SECONDS)
def enrol_resources() -> None:
    """Enter what came without a signal, or was there before neighbours were kept."""
    neighbours.enrol()


@job("search.rebuild")
def rebuild(ctx: JobContext, engine: str) -> dict[str, Any]:
    """Rebuild one engine's index with progress; can be cancelled, the live index stays as it was then."""
    return {"engine": engine, "records": rebuilding.rebuild(engine, progress=ctx.progress)}


@job("search.reconcile")
def reconcile(ctx: JobContext, engine: str) -> dict[str, Any]:
    """Compare and repair one engine's index with progress; can be cancelled, what was repaired stays so."""
    report = indexer.reconcile(engine, progress=ctx.progress)
    return {
        "engine": engine,
        "missing": len(report.missing),
        "stale": len(report.stale),
        "surplus": len(report.surplus),
        "repaired": report.repaired,
    }
