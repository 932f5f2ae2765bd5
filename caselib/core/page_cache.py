"""Version counters for what is kept of pages: a change ends what shows it, time alone never does.

There is one line of changes: the row ``CHANGES`` grows with each, and the row of every name that a change touches takes
its number. What was kept at number n, and needs some names, holds as long as no row of these names says more than n.
A process asks once for each request for what is newer than what it heard last, which is one row while nothing happens.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import date
from functools import wraps
from typing import ParamSpec

from django.db import DEFAULT_DB_ALIAS, connection, connections, transaction
from django.db.models import F
from django.http import HttpResponseBase

from . import clock
from .models import AuditHead, VersionCounter
from .questions import answer

P = ParamSpec("P")
#: Any page, and whatever pages show.
PAGES = "pages"
LISTS = "lists"
#: What many pages show beside their own rows: names of terms and units, files, the site's address.
BESIDE = "beside"
#: What the search index answers.
INDEX = "index"
#: What public pages depend on.
ALL = (PAGES, LISTS)
#: The number of the last change.
CHANGES = "changes"
MOST_HEARD = 50_000


def page(pk: int) -> str:
    """Return the name under which the changes of one page are counted."""
    return f"page:{pk}"


def kind(content_type_id: int) -> str:
    """Return the name that grows when a page of this type comes, goes, or is opened to others."""
    return f"kind:{content_type_id}"


class Changes:
    """What this process has heard of: the number of the last change, and of the last one of each name."""

    def __init__(self) -> None:
        self.epoch = 0
        self.last = -1
        self._at: dict[str, int] = {}
        self._lock = threading.Lock()

    def hear(self) -> int:
        """Ask for what is new and return the number of the last change. One query."""
        asked = self.last
        # Nothing is kept of pages from before this process, so their numbers do not matter to it.
        where = "value >= %s" if asked >= 0 else "value > %s AND name NOT LIKE 'page:%%'"
        sql = f"SELECT name, value FROM {VersionCounter._meta.db_table} WHERE {where}"  # noqa: S608
        rows = dict(answer(connections[DEFAULT_DB_ALIAS], sql, [asked]))
        number = max(rows.values(), default=0)
        if number == asked or not (rows or asked > 0):
            self.last = max(self.last, number)
            return number
        if number < asked or len(self._at) > MOST_HEARD:
            # An older database was put in the place of this one, or too much has changed to remember it all.
            self.forget()
            return self.hear()
        with self._lock:
            for name, value in rows.items():
                self._at[name] = max(value, self._at.get(name, 0))
            self.last = max(self.last, number)
        return number

    def of(self, name: str) -> int:
        """Return the number of the last change of ``name`` that this process has heard of, else 0."""
        return self._at.get(name, 0)

    def forget(self) -> None:
        """Start anew: nothing that was kept before holds any more."""
        with self._lock:
            self.epoch += 1
            self._at.clear()
            self.last = -1


changes = Changes()


@dataclass(slots=True)
class Reading:
    """A request that only reads: the number of the last change before it began, and whether its answer may be kept."""

    number: int
    day: date = field(default_factory=clock.today)
    epoch: int = field(default_factory=lambda: changes.epoch)
    doubtful: bool = False
    until: float | None = None


@dataclass(frozen=True, slots=True)
class Mark:
    """When something kept was made, the names whose changes end it, and for a whole page when to look again anyway."""

    day: date
    epoch: int
    number: int
    names: frozenset[str]
    until: float | None = None

    @classmethod
    def of(cls, reading: Reading, names: Collection[str], *, until: float | None = None) -> Mark:
        return cls(reading.day, reading.epoch, reading.number, frozenset(names), until)

    def holds(self, day: date) -> bool:
        """Whether nothing of it has changed, as far as this process has heard, and ``day`` is still the same."""
        if self.day != day or self.epoch != changes.epoch or (self.until and self.until < time.monotonic()):
            return False
        # Mostly nothing at all has changed since.
        return changes.last <= self.number or all(changes.of(name) <= self.number for name in self.names)


_current: ContextVar[Reading | None] = ContextVar("caselib_reading", default=None)


def bump(*names: str, pages: Collection[int] | None = None) -> None:
    """Count a change of ``names`` in the caller's transaction, so readers see the change and its number together.

    With PAGES, ``pages`` are the ids of those that alone look different; without them every page may.

    The counters are rows that every act shares, as is the head of the audit chain: it is always locked before them,
    or two publications of different items, one auditing first and one counting first, end as a deadlock.
    """
    touched = {*names, *map(page, pages or ())}
    if PAGES in touched and pages is None:
        touched.add(BESIDE)
    with transaction.atomic():
        if connection.features.has_select_for_update:
            AuditHead.objects.select_for_update(no_key=True).filter(pk=1).values_list("pk").first()
        number = _next()
        VersionCounter.objects.bulk_create(
            [VersionCounter(name=name, value=number) for name in sorted(touched)],
            update_conflicts=True,
            unique_fields=["name"],
            update_fields=["value"],
        )


def _next() -> int:
    """Return the number of a new change; whoever counts next waits for the end of this transaction."""
    last = VersionCounter.objects.filter(name=CHANGES)
    if not last.update(value=F("value") + 1):
        VersionCounter.objects.get_or_create(name=CHANGES)
        last.update(value=F("value") + 1)
    return last.values_list("value", flat=True).get()


def versions(*names: str) -> dict[str, int]:
    """Return the value of each counter, 0 where nothing was ever counted: as it stood before a reading request, else now.

    One query, none inside a reading request.
    """
    if _current.get() is not None:
        return {name: changes.of(name) for name in names}
    found = dict(VersionCounter.objects.filter(name__in=names).values_list("name", "value"))
    return {name: found.get(name, 0) for name in names}


@contextmanager
def reading(number: int) -> Iterator[Reading]:
    """Let everything inside the block know the number of the last change before it began to read."""
    mine = Reading(number)
    token = _current.set(mine)
    try:
        yield mine
    finally:
        _current.reset(token)


def current() -> Reading | None:
    """Return the reading request that is being answered, None if there is none that may keep anything."""
    found = _current.get()
    return None if found is None or found.doubtful else found


def doubt() -> None:
    """Keep nothing of the answer under way: it is not the whole truth (an engine is away), or it is somebody's own."""
    found = _current.get()
    if found is not None:
        found.doubtful = True


def look_again(moment: float) -> None:
    """Keep the whole page under way at most until ``moment`` (``time.monotonic``): something in it is a little behind."""
    found = _current.get()
    if found is not None:
        found.until = moment if found.until is None else min(moment, found.until)


def share(response: HttpResponseBase, *names: str) -> HttpResponseBase:
    """Declare that every anonymous reader may be given ``response`` until one of the counters ``names`` grows.

    Only views that show nothing but public content may say so: what is not declared is never kept.
    """
    response.shared_until = frozenset(names)  # type: ignore[attr-defined]
    return response


def shared(*names: str) -> Callable[[Callable[P, HttpResponseBase]], Callable[P, HttpResponseBase]]:
    """Decorate a view whose answer to an anonymous reader depends on public content and ``names`` only."""

    def decorate(view: Callable[P, HttpResponseBase]) -> Callable[P, HttpResponseBase]:
        @wraps(view)
        def wrapped(*args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            return share(view(*args, **kwargs), *names)

        return wrapped

    return decorate
