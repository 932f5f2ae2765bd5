"""The one clock: every service takes its time from here, so that deadlines can be tested at the edge."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.formats import date_format

ZONE = ZoneInfo("Asia/Shanghai")
_fixed: ContextVar[datetime | None] = ContextVar("caselib_fixed_time", default=None)


def now() -> datetime:
    """Return the present moment as an aware datetime (UTC), or the one set by ``fixed``."""
    return _fixed.get() or timezone.now()


def today() -> date:
    """Return the present date in the library's own zone (Asia/Shanghai)."""
    return day_of(now())


def day_of(moment: datetime) -> date:
    """Return the day of ``moment`` (aware) in the library's own zone."""
    return moment.astimezone(ZONE).date()


def written(moment: datetime) -> str:
    """Return ``moment`` (aware) in the library's own zone, as people of the present language write it."""
    return date_format(moment.astimezone(ZONE), "DATETIME_FORMAT")


def midnight(day: date) -> datetime:
    """Return the moment at which ``day`` begins in the library's own zone."""
    return datetime.combine(day, time(), tzinfo=ZONE)


@contextmanager
def fixed(moment: datetime) -> Iterator[datetime]:
    """Hold the clock at ``moment`` (aware) inside the block. For tests and for the demo library."""
    if timezone.is_naive(moment):
        raise ValueError("the clock needs an aware datetime")
    token = _fixed.set(moment)
    try:
        yield moment
    finally:
        _fixed.reset(token)
