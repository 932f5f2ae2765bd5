"""Cursors: opaque to the reader, who may send back anything."""

from __future__ import annotations

import base64
import binascii
import json

from search.queries import EngineAnswer


def of(answer: EngineAnswer) -> str | None:
    """Return the cursor behind which an answer goes on, None at its end."""
    if answer.next_offset is None:
        return None
    raw = json.dumps([answer.next_offset, answer.next_after]).encode()
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def position(cursor: str) -> tuple[int, tuple[object, ...] | None] | None:
    """Return offset and search-after values of a cursor; None of one that is not ours."""
    if len(cursor) > 400:
        return None
    try:
        place, after = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if type(place) is not int or not 0 <= place < 10**8:
            return None
        if after is None:
            return place, None
        by, key = after
        ours = type(by) in (int, float) and abs(by) < 2**63 and isinstance(key, str)
        return (place, (by, key)) if ours else None
    except (ValueError, TypeError, binascii.Error, RecursionError):
        return None
