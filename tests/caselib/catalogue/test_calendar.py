"""The calendar feed keeps RFC 5545 whatever people wrote into an order, and says what was cancelled."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from icalendar import Calendar, Component

from caselib.catalogue import services
from caselib.catalogue.calendar import sessions_ics
from caselib.catalogue.models import CalendarFeed, Dispatch, OrderLine, OrderRequest
from caselib.catalogue.selectors.dispatch import calendar_of
from caselib.core import clock

from .conftest import START, Office

NASTY = (
    "家风, 家教; 家训\\n与“规矩”：" + "从一件小事说起" * 12,
    "a\r\nBEGIN:VALARM\r\nTRIGGER:-PT5M\r\nEND:VALARM",
    "\x00\x0b\x7f\u2028制表\t符" + "😀" * 30,
    "plain",
)


def events(feed: bytes) -> list[Component]:
    return list(Calendar.from_ical(feed).walk("VEVENT"))


@pytest.mark.parametrize("text", NASTY)
def test_the_feed_is_well_formed_whatever_the_texts_are(office: Office, text: str) -> None:
    made = office.dispatched()
    if connection.vendor == "postgresql":
        text = text.replace("\x00", "")  # no text in it can hold one
    OrderLine.objects.update(title=text[:200])
    OrderRequest.objects.update(audience=text[:60])
    session = Dispatch.objects.select_related("line__order__unit", "teacher", "room", "site").get(pk=made.pk)
    feed = sessions_ics([session, session], name="授课", base_url="https://anli.example:8443")

    assert feed.endswith(b"\r\n")
    assert feed.count(b"\n") == feed.count(b"\r\n") == feed.count(b"\r")
    lines = feed.removesuffix(b"\r\n").split(b"\r\n")
    assert all(0 < len(line) <= 75 for line in lines)
    # no character is cut in two, and nothing but tab stands below the printable ones
    assert all(c == "\t" or c.isprintable() for line in lines for c in line.decode())
    assert [line for line in lines if line.startswith((b"BEGIN:", b"END:"))] == [
        b"BEGIN:VCALENDAR",
        *[b"BEGIN:VEVENT", b"END:VEVENT"] * 2,
        b"END:VCALENDAR",
    ]
    read = events(feed)[0]
    assert {"UID", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "STATUS", "SEQUENCE"} <= set(read)
    assert read["UID"] == f"session-{made.pk}@anli.example"
    assert read.decoded("DTSTART") == made.starts_at
    assert read.decoded("DTEND") == made.ends_at
    if text.isprintable():
        assert str(read["SUMMARY"]) == " ".join(text[:200].split())


def test_a_cancelled_session_stays_in_the_feed_as_cancelled(office: Office, client: Client) -> None:
    first = office.dispatched()
    services.cancel_session(first, reason="教师出差；改期", by=office.dispatcher, at=START)
    again = services.dispatch_order(
        OrderRequest.objects.get(), line=first.line, plan=office.plan(day=9), by=office.dispatcher, at=START
    )
    feed = CalendarFeed.objects.create(user=office.contact)
    with clock.fixed(START):
        body = client.get(reverse("catalogue:calendar", args=[feed.token])).content
        assert len(calendar_of(office.contact)) == 2
    found = {str(event["UID"]).split("@")[0]: event for event in events(body)}
    old, new = found[f"session-{first.pk}"], found[f"session-{again.pk}"]
    assert (old["STATUS"], old["SEQUENCE"], old["TRANSP"]) == ("CANCELLED", 1, "TRANSPARENT")
    assert "改期" in str(old["DESCRIPTION"])
    assert (new["STATUS"], new["SEQUENCE"]) == ("CONFIRMED", 0)
    assert new.decoded("DTSTART") - old.decoded("DTSTART") == timedelta(days=1)
    # a teacher is no member of the unit: the link leads to the session, which both may open
    assert str(new["URL"]).endswith(reverse("catalogue:session", args=[again.pk]))


def test_the_number_of_people_says_what_it_counts(office: Office, client: Client) -> None:
    made = office.dispatched()
    feed = CalendarFeed.objects.create(user=office.contact)
    with clock.fixed(START):
        (event,) = events(client.get(reverse("catalogue:calendar", args=[feed.token])).content)
    assert f"· {made.line.order.headcount} 人" in str(event["DESCRIPTION"])
