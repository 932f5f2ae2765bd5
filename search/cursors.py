"""Cursors: opaque to the reader, who may send back anything.

A cursor says how many were shown, and what was shown last. The index goes on changing while somebody reads: where the last
ones stand by now, there the next page begins, so that nothing comes twice and nothing is left out.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace

from search.harvest import key_of, page_id_of
from search.queries import EngineAnswer, EngineQuery

_LAST = 8  # of what was shown: one of them will still be there
_AROUND = 60  # records looked through on either side of where they stood
_LONGEST = 400  # letters


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page begins: behind so many, at the engine's own mark if it gave one, behind what was shown last."""

    offset: int = 0
    after: tuple[object, ...] | None = None
    last: tuple[str, ...] = ()

    def around(self, query: EngineQuery) -> EngineQuery:
        """Return the query for the page with what stands around it by now, if the place may have moved."""
        if not self.last or self.after is not None:
            return query
        begin = max(0, self.offset - _AROUND)
        return replace(query, offset=begin, limit=self.offset - begin + query.limit + _AROUND)

    def page(self, answer: EngineAnswer, asked: EngineQuery, limit: int) -> EngineAnswer:
        """Return of what was found around the place the page that begins there."""
        if not self.last or self.after is not None:
            return answer
        begin = self._behind({found.key: place for place, found in enumerate(answer.found)}, self.offset - asked.offset)
        shown = set(self.last)
        rest = [(place, found) for place, found in enumerate(answer.found) if place >= begin and found.key not in shown]
        page = rest[:limit]
        end = asked.offset + (page[-1][0] + 1 if page else len(answer.found))
        more = bool(page) and (len(rest) > limit or answer.next_offset is not None)
        return replace(
            answer,
            found=tuple(found for _, found in page),
            next_offset=end if more else None,
            next_after=answer.next_after if more and len(rest) <= limit else None,
        )

    def _behind(self, at: Mapping[str, int], otherwise: int) -> int:
        """The place behind what was shown last, by what of it stands where most of it says; what was changed has moved."""
        told = [(at[key] + 1, at[key] + len(self.last) - nth) for nth, key in enumerate(self.last) if key in at]
        if not told:
            return otherwise
        middle = sorted(end for _, end in told)[len(told) // 2]
        return max(behind for behind, end in told if abs(end - middle) <= _LAST)


def of(answer: EngineAnswer) -> str | None:
    """Return the cursor behind which an answer goes on, None at its end."""
    if answer.next_offset is None:
        return None
    last = [page_id_of(found.key) for found in answer.found[-_LAST:]]
    raw = json.dumps([answer.next_offset, answer.next_after, [pk for pk in last if pk is not None]])
    return base64.urlsafe_b64encode(raw.encode()).decode().rstrip("=")


def position(cursor: str) -> Place | None:
    """Return the place of a cursor; None of one that is not ours."""
    if len(cursor) > _LONGEST:
        return None
    try:
        offset, after, *rest = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        last = rest[0] if rest else []
        ids = isinstance(last, list) and len(last) <= _LAST and all(type(pk) is int and 0 < pk < 2**63 for pk in last)
        if type(offset) is not int or not 0 <= offset < 10**8 or len(rest) > 1 or not ids:
            return None
        if after is None:
            return Place(offset, None, tuple(map(key_of, last)))
        by, key = after
        ours = type(by) in (int, float) and abs(by) < 2**63 and isinstance(key, str)
        return Place(offset, (by, key), tuple(map(key_of, last))) if ours else None
    except (ValueError, TypeError, binascii.Error, RecursionError):
        return None
