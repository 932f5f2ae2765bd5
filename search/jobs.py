"""Background work of search: drains often, compares now and then, rebuilds when asked."""

from __future__ import annotations

import logging
import threading
import time
from typing import Any

from caselib.core.jobs import JobContext, job, periodic
from search import engines, indexer, locks, neighbours, rebuilding, upkeep
from search.backends.base import EngineUnavailable

logger = logging.getLogger(__name__)

DRAIN_SECONDS = 0.2
RECONCILE_SECONDS = 6 * 3600
LIKENESS_SECONDS = 1.0
ENROL_SECONDS = 600.0
_AWAY_SECONDS = 5.0  # an engine that was away is asked again so often, not with each drain
_asked: dict[str, float] = {}
_asking = threading.Lock()


@periodic(DRAIN_SECONDS)
def keep_index_true() -> None:
    """Drain each engine; one that is away is left alone for a few seconds so that the others are not held up."""
    for name in engines.configured():
        with _asking:
            if time.monotonic() < _asked.get(name, 0.0):
                continue
        report = upkeep.keep_up(name)
        if report.unavailable:
            logger.warning("search engine %s is away: %s", name, report.unavailable)
            _asked[name] = time.monotonic() + _AWAY_SECONDS


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
    """Compare and repair one engine's index."""
    report = indexer.reconcile(engine)
    return {
        "engine": engine,
        "missing": len(report.missing),
        "stale": len(report.stale),
        "surplus": len(report.surplus),
        "repaired": report.repaired,
    }
