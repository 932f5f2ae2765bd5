"""What the worker does for search all the time: bring up an index that is missing or damaged, then drain."""

from __future__ import annotations

import logging
from dataclasses import replace

from search import engines, indexer, locks, reading, rebuilding
from search.backends.base import EngineUnavailable
from search.indexer import DrainReport

logger = logging.getLogger(__name__)


def keep_up(name: str) -> DrainReport:
    """Make one engine's index true; never raises for an engine that is away or a lock that is taken.

    A missing or damaged index is rebuilt from the database, which answers readers meanwhile.
    """
    breaker = engines.breaker(name)
    try:
        if not engines.get(name).ready():
            logger.warning("the index of %s is missing or damaged and is being rebuilt", name)
            rebuilding.rebuild(name)
    except locks.Busy:
        return DrainReport(name, busy=True)
    except EngineUnavailable as error:
        breaker.failed(at_once=error.slow)
        return DrainReport(name, unavailable=str(error))
    report = indexer.drain(name)
    if report.unavailable:
        breaker.failed()
    elif not report.busy:
        breaker.succeeded()
    return report


def bring_up(name: str) -> DrainReport:
    """Make one engine's index true to the last attachment: what is not read yet is read now, and drained."""
    report = keep_up(name)
    if not reading.read_all():
        return report
    again = keep_up(name)
    return replace(
        again,
        indexed=report.indexed + again.indexed,
        removed=report.removed + again.removed,
        failed=report.failed + again.failed,
    )


def keep_all_up() -> list[DrainReport]:
    """Make every configured engine's index true."""
    return [bring_up(name) for name in engines.configured()]
