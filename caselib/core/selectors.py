"""Queries on the core's own rows."""

from __future__ import annotations

from datetime import date

from .models import CalendarDay
from .workdays import WorkCalendar


def work_calendar() -> WorkCalendar:
    """Return the working-day calendar as edited in the admin. One query."""
    days: dict[bool, set[date]] = {True: set(), False: set()}
    for day, worked in CalendarDay.objects.values_list("day", "worked"):
        days[worked].add(day)
    return WorkCalendar(holidays=frozenset(days[False]), makeup=frozenset(days[True]))
