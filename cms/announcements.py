"""Where two siblings meet: calls of the competitions are announced on the home page of the catalogue."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse

from caselib.catalogue.announcing import Announcement, register
from caselib.competitions.announcing import news
from caselib.core import clock


def connect() -> None:
    """Let the home page announce what runs. Called once when the site starts."""
    register("competitions", _calls)


def _calls() -> Iterator[Announcement]:
    for row in news(clock.today()):
        url = reverse("competitions:call", args=[row.call.slug])
        yield Announcement(row.call.title, url, str(row.call.organiser or ""), row.words, row.until)
