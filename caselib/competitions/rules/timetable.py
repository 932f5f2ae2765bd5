"""The timetable: which phase a moment lies in, and what may be done then. Deadlines include their last second."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from caselib.core import clock
from caselib.core.errors import Refusal

from ..enums import Act, Phase


@dataclass(frozen=True, slots=True)
class Window:
    """A span of time; both ends belong to it, to the second."""

    opens: datetime
    closes: datetime

    def holds(self, moment: datetime) -> bool:
        """Whether ``moment`` lies inside; any fraction of the closing second still does."""
        return self.opens <= moment and moment.replace(microsecond=0) <= self.closes


@dataclass(frozen=True, slots=True)
class Timetable:
    """The dates of a call: handing in, recommending (None without a chain) and one window for each round."""

    entry: Window
    nomination: Window | None = None
    rounds: tuple[Window, ...] = ()


def phase_at(table: Timetable, moment: datetime) -> Phase:
    """Return the phase ``moment`` lies in. Handing in goes before recommending where the two overlap."""
    if moment < table.entry.opens:
        return Phase.BEFORE
    if table.entry.holds(moment):
        return Phase.ENTRY
    if table.nomination is not None and table.nomination.holds(moment):
        return Phase.NOMINATION
    if any(window.holds(moment) for window in table.rounds):
        return Phase.JUDGING
    if table.rounds and moment > max(window.closes for window in table.rounds):
        return Phase.AFTER
    return Phase.WAITING


def may(act: Act, table: Timetable, moment: datetime) -> Refusal | None:
    """Refuse ``act`` outside its window, and say when that was or will be.

    The right to recommend follows from the window of recommendation alone, which may overlap that of handing in; an
    entry may be withdrawn until both are over, in the pause between them too.
    """
    window = _window_of(act, table)
    if window is None:
        return Refusal("no-phase", _("This call has no phase for this."))
    windows = table.rounds if act == Act.JUDGE else (window,)
    if any(one.holds(moment) for one in windows):
        return None
    if moment < window.opens:
        text = _("This is possible from %(time)s on.") % {"time": shown(window.opens)}
        return Refusal("too-early", text)
    return Refusal("too-late", _("This was possible until %(time)s.") % {"time": shown(window.closes)})


def still_collecting(table: Timetable, moment: datetime) -> Refusal | None:
    """Refuse to begin judging while an entry may still arrive: judges would read some entries and not the others."""
    last = _last_arrival(table)
    if moment.replace(microsecond=0) > last:
        return None
    text = _("Entries may still arrive until %(time)s. Judging begins after that.") % {"time": shown(last)}
    return Refusal("still-collecting", text)


def may_judge(window: Window, moment: datetime) -> Refusal | None:
    """Refuse scoring outside the dates of the round."""
    if window.holds(moment):
        return None
    if moment < window.opens:
        return Refusal("too-early", _("Scoring begins at %(time)s.") % {"time": shown(window.opens)})
    return Refusal("too-late", _("Scoring ended at %(time)s.") % {"time": shown(window.closes)})


def _window_of(act: Act, table: Timetable) -> Window | None:
    if act == Act.ENTER:
        return table.entry
    if act == Act.NOMINATE:
        return table.nomination or table.entry
    if act == Act.WITHDRAW:
        return Window(table.entry.opens, _last_arrival(table))
    return Window(table.rounds[0].opens, table.rounds[-1].closes) if table.rounds else None


def _last_arrival(table: Timetable) -> datetime:
    return max(window.closes for window in (table.entry, table.nomination) if window is not None)


def check(table: Timetable) -> Refusal | None:
    """Refuse dates in the wrong order."""
    previous: datetime | None = None
    windows: Sequence[Window] = (table.entry, *([table.nomination] if table.nomination else []), *table.rounds)
    for window in windows:
        if window.closes <= window.opens:
            return Refusal(
                "dates", _("A phase must end after it begins: look at %(time)s.") % {"time": shown(window.opens)}
            )
        if previous is not None and window.closes < previous:
            text = _("A later phase must not end before an earlier one: look at %(time)s.")
            return Refusal("dates", text % {"time": shown(window.closes)})
        previous = window.closes
    for window in table.rounds:
        if window.opens <= _last_arrival(table):
            return Refusal("dates", _("Judging must not begin before the last entry is in."))
    return None


def shown(moment: datetime) -> str:
    """Return ``moment`` in the library's own zone, to the second, in the reader's language."""
    local = timezone.localtime(moment, clock.ZONE)
    return f"{date_format(local, 'DATE_FORMAT')} {local:%H:%M:%S}"
