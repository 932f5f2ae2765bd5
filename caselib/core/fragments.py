"""Pieces of pages kept in the memory of a process until something changes that they show.

A piece is what is the same for every reader of the same rights: a text as HTML, the card of a resource, the names of
an axis. Whole pages of signed-in readers are never kept; what they are put together from is. The key of a piece names
the rights it was made for (``Viewer.shared``), so that nobody is given what was made for somebody else.

What a piece needs is the names (``page_cache``) whose changes end it: those it is kept under, those of the pieces inside
it, and those that its making asks for (``needs``). Whoever makes a piece that shows another page names that page.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping
from contextvars import ContextVar
from typing import Any, TypeVar

from django.conf import settings

from . import page_cache
from .page_cache import Mark, Reading

T = TypeVar("T")
#: What a piece costs beside its text: key, tuple, bookkeeping.
OVERHEAD = 600
_needed: ContextVar[set[str] | None] = ContextVar("caselib_needed", default=None)


class Pieces:
    """Least recently used pieces within a budget of bytes."""

    def __init__(self, budget: int) -> None:
        self.budget = budget
        self.used = 0
        self._entries: OrderedDict[Hashable, tuple[Mark, Any, int]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable, reading: Reading) -> tuple[Mark, Any] | None:
        """Return the piece ``key`` with its mark if nothing has changed that it needs, else None."""
        found = self._entries.get(key)
        if found is None or not found[0].holds(reading.day):
            return None
        with self._lock:
            if key in self._entries:
                self._entries.move_to_end(key)
        return found[:2]

    def put(self, key: Hashable, mark: Mark, value: Any) -> None:
        """Keep ``value`` in the place of whatever stood there; the oldest unused pieces make room."""
        size = OVERHEAD + _size(value)
        with self._lock:
            old = self._entries.pop(key, None)
            self.used += size - (old[2] if old else 0)
            self._entries[key] = (mark, value, size)
            while self.used > self.budget and self._entries:
                self.used -= self._entries.popitem(last=False)[1][2]

    def clear(self) -> None:
        with self._lock:
            self._entries.clear()
            self.used = 0


pieces = Pieces(settings.FRAGMENT_CACHE_BYTES)


def keeping() -> bool:
    """Whether this code runs inside a request that reads only, which asked for changes before anything else."""
    return page_cache.current() is not None


def making() -> bool:
    """Whether a piece is being made that this code writes a part of."""
    return _needed.get() is not None


def needs(*names: str) -> None:
    """Let the piece being made, and those around it, end with a change of ``names`` too."""
    needed = _needed.get()
    if needed is not None:
        needed.update(names)


def kept(
    key: Hashable,
    build: Callable[[], T],
    *,
    names: Collection[str] = page_cache.ALL,
    good: Callable[[T], bool] = lambda value: True,
) -> T:
    """Return what ``build`` makes, at most once until one of ``names`` changes, the day ends, or it is no longer ``good``.

    ``key`` must name everything else that ``build`` looks at: language, rights, host. Outside of a reading request
    (a form that is sent, a job, a preview) nothing is kept and nothing is given. None is never kept.
    """
    reading = page_cache.current()
    if reading is None:
        return build()
    found = pieces.get(key, reading)
    if found is not None and good(found[1]):
        needs(*found[0].names)
        return found[1]  # type: ignore[no-any-return]
    value, needed = _made(build, names)
    if value is not None and keeping():
        pieces.put(key, Mark.of(reading, needed), value)
    return value


def kept_each(
    sort: Hashable,
    ids: Iterable[int],
    build: Callable[[list[int]], Mapping[int, T]],
    *,
    names: Collection[str] = page_cache.ALL,
    each: Callable[[int], str] | None = None,
) -> dict[int, T]:
    """Return the pieces (``sort``, id) for ``ids``; those that are not kept are built together. Missing ones are left out.

    Each needs ``names`` and what ``each`` returns for its id. Whoever asks needs those of all ``ids``, missing or not.
    """
    wanted = list(dict.fromkeys(ids))
    reading = page_cache.current()
    if reading is None:
        return dict(build(wanted)) if wanted else {}
    needs(*names, *(map(each, wanted) if each else ()))
    found = {pk: piece[1] for pk in wanted if (piece := pieces.get((sort, pk), reading)) is not None}
    missing = [pk for pk in wanted if pk not in found]
    if missing:
        built, needed = _made(lambda: build(missing), names)
        found.update(built)
        if keeping():
            for pk, value in built.items():
                own = needed | {each(pk)} if each else needed
                pieces.put((sort, pk), Mark.of(reading, own), value)
    return found


def _made(build: Callable[[], T], names: Collection[str]) -> tuple[T, set[str]]:
    """Return what ``build`` makes and all that it needs, which whatever is made around it needs as well."""
    needed = set(names)
    token = _needed.set(needed)
    try:
        value = build()
    finally:
        _needed.reset(token)
    needs(*needed)
    return value, needed


def _size(value: Any) -> int:
    if isinstance(value, str):
        return 2 * len(value)
    if isinstance(value, tuple | list):
        return sum(2 * len(item) if isinstance(item, str) else OVERHEAD for item in value)
    if isinstance(value, dict):
        return 300 * len(value)
    return 2 * OVERHEAD
