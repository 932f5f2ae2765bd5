"""Who may write an index now: one drainer an engine on SQLite, drainers side by side on PostgreSQL."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import time
from collections.abc import Collection, Iterator
from pathlib import Path

from django.conf import settings
from django.db import connection

from search.backends.base import EngineUnavailable

_PAUSE = 0.05  # seconds between two attempts


class Busy(Exception):
    """Somebody else is at it; there is nothing to do for this process."""


@contextlib.contextmanager
def draining(engine: str, *, alone: bool = False, patience: float = 0.0) -> Iterator[None]:
    """Hold the right to drain; `alone` keeps every other drainer out (for the switch of a rebuild).

    Raises Busy after waiting for `patience` seconds. The right ends with the process, also when it is killed.
    """
    deadline = time.monotonic() + patience
    with contextlib.ExitStack() as stack:
        while True:
            try:
                stack.enter_context(_drain_lock(engine, alone=alone))
                break
            except Busy:
                if time.monotonic() >= deadline:
                    raise
                time.sleep(_PAUSE)
        yield


def _drain_lock(engine: str, *, alone: bool) -> contextlib.AbstractContextManager[None]:
    if connection.vendor == "postgresql" and engine != "embedded":
        return _advisory(_number("drain", engine), shared=not alone)
    return _file(f"drain-{engine}")


def rebuilding(engine: str) -> contextlib.AbstractContextManager[None]:
    """Hold the right to rebuild an engine's index. Raises Busy if another process is doing so."""
    return _alone("rebuild", engine)


def reading() -> contextlib.AbstractContextManager[None]:
    """Hold the right to read documents. Raises Busy if another process is doing so."""
    return _alone("read")


def _alone(*names: str) -> contextlib.AbstractContextManager[None]:
    if connection.vendor == "postgresql":
        return _advisory(_number(*names), shared=False)
    return _file("-".join(names))


def claim_keys(engine: str, keys: Collection[str]) -> set[str]:
    """Return those keys that no other drainer is indexing; held until the transaction ends.

    On SQLite there is one drainer, to whom all belong. On PostgreSQL two drainers could otherwise load a page before
    and after a change and write it in the wrong order.
    """
    if connection.vendor != "postgresql":
        return set(keys)
    free = set()
    with connection.cursor() as cursor:
        for key in keys:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_number(engine, key)])
            if cursor.fetchone()[0]:
                free.add(key)
    return free


def _number(*names: str) -> int:
    digest = hashlib.blake2b("\x1f".join(names).encode(), digest_size=8).digest()
    return int.from_bytes(digest, signed=True)


@contextlib.contextmanager
def _file(name: str) -> Iterator[None]:
    """A lock file. Raises EngineUnavailable where there is no place for one: a full disk, a directory nobody may write to."""
    directory = Path(settings.SEARCH_INDEX_DIR)
    try:
        directory.mkdir(parents=True, exist_ok=True)
        handle = (directory / f"{name}.lock").open("w")
    except OSError as error:
        raise EngineUnavailable(f"the directory of the index takes no files: {error}") from error
    with handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise Busy(name) from error
        yield


@contextlib.contextmanager
def _advisory(number: int, *, shared: bool) -> Iterator[None]:
    suffix = "_shared" if shared else ""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT pg_try_advisory_lock{suffix}(%s)", [number])
        if not cursor.fetchone()[0]:
            raise Busy(str(number))
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT pg_advisory_unlock{suffix}(%s)", [number])
