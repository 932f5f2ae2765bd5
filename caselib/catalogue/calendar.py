"""Sessions as iCalendar (RFC 5545)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC

from icalendar import Calendar, Event

from .models import Dispatch


def sessions_ics(sessions: Iterable[Dispatch], *, name: str, base_url: str) -> bytes:
    """Return the sessions as one calendar; times are in UTC, so that no zone definition is needed."""
    calendar = Calendar()
    calendar.add("prodid", "-//caselib//orders//ZH")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", name)
    for session in sessions:
        order = session.line.order
        event = Event()
        event.add("uid", f"session-{session.pk}@caselib")
        event.add("dtstamp", session.dispatched_at.astimezone(UTC))
        event.add("dtstart", session.starts_at.astimezone(UTC))
        event.add("dtend", session.ends_at.astimezone(UTC))
        event.add("summary", session.line.title)
        place = session.room or session.site or session.place or order.place
        event.add("location", str(place))
        who = f"{session.teacher.title} · " if session.teacher else ""
        event.add("description", f"{order.number} · {who}{order.unit} · {order.audience} ({order.headcount})")
        event.add("url", f"{base_url}/orders/{order.pk}/")
        calendar.add_component(event)
    return calendar.to_ical()
