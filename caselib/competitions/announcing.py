"""What a call announces on a given day, in words that hold until midnight."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from caselib.core import clock

from .enums import CallState
from .models import Competition
from .rules.timetable import Timetable, shown
from .selectors.calls import running_calls

#: How long the awards of a call stay on the home page.
DAYS_AFTER = 45


@dataclass(frozen=True, slots=True)
class CallNews:
    """A call, what is to be known of it today, and the day it counts down to (None: nothing is to be done)."""

    call: Competition
    words: str
    until: date | None


def news(today: date) -> Sequence[CallNews]:
    """Return what the running calls announce on ``today``. Three queries."""
    since = clock.midnight(today - timedelta(days=DAYS_AFTER))
    found = []
    for call in running_calls(since):
        words, until = _of_timetable(call.timetable, today) if call.state == CallState.PUBLISHED else _of_results(call)
        found.append(CallNews(call, words, until))
    return found


def _of_timetable(table: Timetable, today: date) -> tuple[str, date | None]:
    if clock.day_of(table.entry.opens) > today:
        return _("Entries from %(time)s on") % {"time": shown(table.entry.opens)}, clock.day_of(table.entry.opens)
    if clock.day_of(table.entry.closes) >= today:
        return _("Entries until %(time)s") % {"time": shown(table.entry.closes)}, clock.day_of(table.entry.closes)
    if table.nomination is not None and clock.day_of(table.nomination.closes) >= today:
        time = table.nomination.closes
        return _("Recommendations until %(time)s") % {"time": shown(time)}, clock.day_of(time)
    ahead = [window.closes for window in table.rounds if clock.day_of(window.closes) >= today]
    if ahead:
        return _("Judging until %(day)s") % {"day": date_format(clock.day_of(min(ahead)), "DATE_FORMAT")}, None
    return _("Judging is over; the results follow."), None


def _of_results(call: Competition) -> tuple[str, date | None]:
    period = getattr(call, "publicity", None)
    if call.state == CallState.PUBLICITY and period is not None:
        day = date_format(period.ends_on, "DATE_FORMAT")
        return _("The proposed awards are public; objections until %(day)s") % {"day": day}, period.ends_on
    if call.state == CallState.CONFIRMED:
        return _("The awards are confirmed."), None
    return _("The results are released."), None
