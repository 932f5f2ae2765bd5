"""Working days: weekends, public holidays and the make-up days that turn a weekend into a working day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

WEEKEND = frozenset({5, 6})
HORIZON_DAYS = 3660


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """The days that differ from the plain week. ``holidays`` are free although they are weekdays, ``makeup`` days are
    worked although they are weekend days (调休); a day in both is worked."""

    holidays: frozenset[date] = frozenset()
    makeup: frozenset[date] = frozenset()

    def is_workday(self, day: date) -> bool:
        """Whether ``day`` is worked."""
        if day in self.makeup:
            return True
        return day.weekday() not in WEEKEND and day not in self.holidays


def add_workdays(start: date, n: int, calendar: WorkCalendar) -> date:
    """Return the ``n``-th working day after ``start`` (before it for a negative ``n``).

    ``start`` itself is never counted, so one working day after a Friday is the next working Monday. For ``n`` = 0 the
    answer is ``start`` if it is worked, else the first working day after it. Raises ValueError when the calendar has
    no such day within about ten years, or beyond the last date Python can name.
    """
    step = timedelta(days=-1 if n < 0 else 1)
    day, left = start, abs(n)
    try:
        if left == 0:
            while not calendar.is_workday(day):
                day = _within(start, day + step)
            return day
        while left:
            day = _within(start, day + step, HORIZON_DAYS + 2 * abs(n))
            left -= calendar.is_workday(day)
    except OverflowError as error:
        raise ValueError("no such working day within the calendar") from error
    return day


def _within(start: date, day: date, horizon: int = HORIZON_DAYS) -> date:
    """Return ``day``; raise ValueError if it is more than ``horizon`` days from ``start``."""
    if abs((day - start).days) > horizon:
        raise ValueError("no such working day within the calendar")
    return day


def workdays_between(start: date, end: date, calendar: WorkCalendar) -> int:
    """Return how many working days lie after ``start`` up to and including ``end``; negative when ``end`` is earlier."""
    if end < start:
        return -workdays_between(end, start, calendar)
    days = (start + timedelta(days=offset) for offset in range(1, (end - start).days + 1))
    return sum(1 for day in days if calendar.is_workday(day))
