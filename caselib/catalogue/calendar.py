"""Sessions as iCalendar (RFC 5545)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, timedelta
from urllib.parse import urlsplit

from django.utils.translation import ngettext
from icalendar import Calendar, Event

from .enums import DispatchState
from .models import Dispatch

#: How often calendar programs are asked to look again.
RENEWED = timedelta(hours=1)


def sessions_ics(sessions: Iterable[Dispatch], *, name: str, base_url: str) -> bytes:
    """Return the sessions as one calendar that programs subscribe to; cancelled ones are said to be cancelled.

    Times are in UTC, so that no zone definition is needed; the zone is named for programs that show it.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//caselib//orders//ZH")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", name)
    calendar.add("x-wr-timezone", "Asia/Shanghai")
    calendar.add("refresh-interval", RENEWED, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT1H")
    host = urlsplit(base_url).hostname or "caselib"
    for session in sessions:
        calendar.add_component(_event(session, host, base_url))
    return calendar.to_ical()


def _event(session: Dispatch, host: str, base_url: str) -> Event:
    order = session.line.order
    cancelled = session.state == DispatchState.CANCELLED
    who = f"{session.teacher.title} · " if session.teacher else ""
    people = ngettext("%(n)s person", "%(n)s people", order.headcount) % {"n": order.headcount}
    what = f"{order.number} · {who}{order.unit} · {order.audience} · {people}"
    event = Event()
    # A planned session never changes: it is cancelled, and planned anew as another one.
    event.add("uid", f"session-{session.pk}@{host}")
    event.add("sequence", 1 if cancelled else 0)
    event.add("dtstamp", session.dispatched_at.astimezone(UTC))
    event.add("dtstart", session.starts_at.astimezone(UTC))
    event.add("dtend", session.ends_at.astimezone(UTC))
    event.add("status", "CANCELLED" if cancelled else "CONFIRMED")
    if cancelled:
        event.add("transp", "TRANSPARENT")
        what = f"{what}\n{session.cancel_reason}"
    event.add("summary", _line(session.line.title))
    event.add("location", _line(str(session.room or session.site or session.place or order.place)))
    event.add("description", _printable(what))
    event.add("url", f"{base_url}/sessions/{session.pk}/")
    return event


def _line(text: str) -> str:
    return " ".join(_printable(text).split())


def _printable(text: str) -> str:
    """Return ``text`` without the control characters that no line of a calendar may hold."""
    return "".join(c for c in text if c == "\n" or (c.isprintable()))
