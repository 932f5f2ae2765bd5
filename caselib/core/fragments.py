"""Pieces of pages kept in the memory of a process while the counters they depend on stand still.

A piece is what is the same for every reader of the same rights: a text as HTML, the card of a resource, the names of
an axis. Whole pages of signed-in readers are never kept; what they are put together from is. The key of a piece names
the rights it was made for (``Viewer.shared``), so that nobody is given what was made for somebody else.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping
from datetime import date
from typing import Any, TypeVar

from django.conf import settings

from . import clock, page_cache

T = TypeVar("T")
#: What a piece costs beside its text: key, tuple, bookkeeping.
OVERHEAD = 600
Mark = tuple[date, tuple[int, ...]]


class Pieces:
    """Least recently used pieces within a budget of bytes."""

    def __init__(self, budget: int) -> None:
        self.budget = budget
        self.used = 0
        self._entries: OrderedDict[Hashable, tuple[Mark, Any, int]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable, mark: Mark) -> Any:
        """Return the piece ``key`` if it was made under ``mark``, else None."""
        found = self._entries.get(key)
        if found is None or found[0] != mark:
            return None
        with self._lock:
            if key in self._entries:
                self._entries.move_to_end(key)
        return found[1]

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
    """Whether this code runs inside a request that reads only, whose counters were read before anything else."""
    return page_cache.current() is not None


def kept(key: Hashable, build: Callable[[], T], *, names: Collection[str] = page_cache.ALL) -> T:
    """Return what ``build`` makes, at most once until one of the counters ``names`` grows or the day ends.

    ``key`` must name everything else that ``build`` looks at: language, rights, host. Outside of a reading request
    (a form that is sent, a job, a preview) nothing is kept and nothing is given. None is never kept.
    """
    mark = _mark(names)
    if mark is None:
        return build()
    value: T | None = pieces.get(key, mark)
    if value is None:
        value = build()
        if value is not None and keeping():
            pieces.put(key, mark, value)
    return value


def kept_each(
    kind: Hashable,
    ids: Iterable[int],
    build: Callable[[list[int]], Mapping[int, T]],
    *,
    names: Collection[str] = page_cache.ALL,
) -> dict[int, T]:
    """Return the pieces (``kind``, id) for ``ids``; those that are not kept are built together. Missing ones are left out."""
    wanted = list(dict.fromkeys(ids))
    mark = _mark(names)
    if mark is None:
        return dict(build(wanted)) if wanted else {}
    found = {pk: value for pk in wanted if (value := pieces.get((kind, pk), mark)) is not None}
    missing = [pk for pk in wanted if pk not in found]
    if missing:
        built = build(missing)
        found.update(built)
        if keeping():
            for pk, value in built.items():
                pieces.put((kind, pk), mark, value)
    return found


def _mark(names: Collection[str]) -> Mark | None:
    counters = page_cache.current()
    return None if counters is None else (clock.today(), tuple(counters.get(name, 0) for name in names))


def _size(value: Any) -> int:
    if isinstance(value, str):
        return 2 * len(value)
    if isinstance(value, tuple | list):
        return sum(2 * len(item) if isinstance(item, str) else OVERHEAD for item in value)
    if isinstance(value, dict):
        return 300 * len(value)
    return 2 * OVERHEAD
