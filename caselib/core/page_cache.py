"""Version counters for the whole-page cache: a change makes old keys unreachable, time alone never does."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import wraps
from typing import ParamSpec

from django.db import connection, transaction
from django.db.models import F
from django.http import HttpResponseBase

from .models import AuditHead, VersionCounter

P = ParamSpec("P")
PAGES = "pages"
LISTS = "lists"
#: What public pages depend on.
ALL = (PAGES, LISTS)


@dataclass(slots=True)
class Reading:
    """A request that only reads: the counters as they stood before it began, and whether its answer may be kept."""

    counters: Mapping[str, int]
    doubtful: bool = False


_current: ContextVar[Reading | None] = ContextVar("caselib_reading", default=None)


def bump(*names: str) -> None:
    """Grow the counters ``names`` in the caller's transaction, so readers see change and counter together.

    The counters are rows that every act shares, as is the head of the audit chain: it is always locked before them,
    or two publications of different items, one auditing first and one counting first, end as a deadlock.
    """
    with transaction.atomic():
        if connection.features.has_select_for_update:
            AuditHead.objects.select_for_update(no_key=True).filter(pk=1).values_list("pk").first()
        for name in sorted(set(names)):
            if not VersionCounter.objects.filter(name=name).update(value=F("value") + 1):
                counter, made = VersionCounter.objects.get_or_create(name=name, defaults={"value": 1})
                if not made:
                    VersionCounter.objects.filter(pk=counter.pk).update(value=F("value") + 1)


def versions(*names: str) -> dict[str, int]:
    """Return the value of each counter, 0 where nothing was ever counted: as it stood before a reading request, else now.

    One query, none inside a reading request.
    """
    known = _current.get()
    if known is not None:
        return {name: known.counters.get(name, 0) for name in names}
    found = dict(VersionCounter.objects.filter(name__in=names).values_list("name", "value"))
    return {name: found.get(name, 0) for name in names}


def counters() -> dict[str, int]:
    """Return all version counters, in one plain query: this is what a page from the cache costs."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT name, value FROM {VersionCounter._meta.db_table}")  # noqa: S608
        return dict(cursor.fetchall())


@contextmanager
def reading(found: Mapping[str, int]) -> Iterator[Reading]:
    """Let everything inside the block know the counters as they stood before it began to read."""
    mine = Reading(found)
    token = _current.set(mine)
    try:
        yield mine
    finally:
        _current.reset(token)


def current() -> Mapping[str, int] | None:
    """Return the counters of the reading request that is being answered, None if there is none that may keep anything."""
    found = _current.get()
    return None if found is None or found.doubtful else found.counters


def doubt() -> None:
    """Keep nothing of the answer under way: it is not the whole truth (an engine is away), or it is somebody's own."""
    found = _current.get()
    if found is not None:
        found.doubtful = True


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
