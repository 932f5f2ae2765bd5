"""What else is announced on the home page: other apps say it, the site connects them to this list."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

MOST = 4


@dataclass(frozen=True, slots=True)
class Announcement:
    """Something that runs: its title and page, what it is and by whom, and what happens until when.

    ``words`` hold by the day: pages are kept until midnight, so they name dates and never "now". ``until`` is the day
    that the light counts down to, None where nothing is to be done.
    """

    title: str
    url: str
    by: str
    words: str
    until: date | None = None


Source = Callable[[], Iterable[Announcement]]
_sources: dict[str, Source] = {}


def register(name: str, source: Source) -> None:
    """Register a function that says what its app announces to everybody. Whatever changes it counts (``page_cache``)."""
    _sources[name] = source


def announcements() -> list[Announcement]:
    """Return what is announced, at most ``MOST``, the nearest day first and what has none last."""
    found = [row for source in _sources.values() for row in source()]
    return sorted(found, key=lambda row: (row.until is None, row.until or date.max))[:MOST]
