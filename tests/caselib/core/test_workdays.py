"""Working days: weekends, holidays, make-up days and the edges of the calendar."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caselib.core.workdays import WorkCalendar, add_workdays, workdays_between

PLAIN = WorkCalendar()
# An invented week: Thursday and Friday free, Saturday worked for it.
BRIDGE = WorkCalendar(
    holidays=frozenset({date(2026, 10, 1), date(2026, 10, 2)}), makeup=frozenset({date(2026, 10, 10)})
)


def test_the_start_is_not_counted_and_weekends_are_skipped() -> None:
    assert add_workdays(date(2026, 11, 20), 1, PLAIN) == date(2026, 11, 23)
    assert add_workdays(date(2026, 11, 16), 4, PLAIN) == date(2026, 11, 20)
    assert add_workdays(date(2026, 11, 22), 1, PLAIN) == date(2026, 11, 23)


def test_zero_moves_a_free_day_to_the_next_worked_one() -> None:
    assert add_workdays(date(2026, 11, 20), 0, PLAIN) == date(2026, 11, 20)
    assert add_workdays(date(2026, 11, 21), 0, PLAIN) == date(2026, 11, 23)


def test_holidays_are_skipped_and_makeup_days_counted() -> None:
    assert add_workdays(date(2026, 9, 30), 1, BRIDGE) == date(2026, 10, 5)
    assert add_workdays(date(2026, 10, 9), 1, BRIDGE) == date(2026, 10, 10)
    assert WorkCalendar(holidays=frozenset({date(2026, 10, 10)}), makeup=frozenset({date(2026, 10, 10)})).is_workday(
        date(2026, 10, 10)
    )


def test_backwards() -> None:
    assert add_workdays(date(2026, 11, 23), -1, PLAIN) == date(2026, 11, 20)


def test_a_calendar_without_working_days_is_refused_instead_of_searched_for_ever() -> None:
    free = WorkCalendar(holidays=frozenset(date(2026, 1, 1) + timedelta(days=offset) for offset in range(4000)))
    with pytest.raises(ValueError, match="no such working day"):
        add_workdays(date(2026, 1, 1), 1, free)
    with pytest.raises(ValueError, match="no such working day"):
        add_workdays(date.max - timedelta(days=1), 5, PLAIN)


@given(
    st.dates(date(2000, 1, 1), date(2050, 1, 1)),
    st.integers(1, 60),
    st.sets(st.dates(date(2000, 1, 1), date(2050, 12, 31))),
)
def test_counting_back_what_was_added_gives_the_same_number(start: date, n: int, holidays: set[date]) -> None:
    calendar = WorkCalendar(holidays=frozenset(holidays))
    end = add_workdays(start, n, calendar)
    assert calendar.is_workday(end)
    assert workdays_between(start, end, calendar) == n
    assert workdays_between(end, start, calendar) == -n
