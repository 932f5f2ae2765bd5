"""A class roster into posts, and a list for the room that misses nobody. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .matching import Match

MAX_LINES = 500
SEPARATORS = re.compile(r"[\t,，;；|]+|\s{2,}")


@dataclass(frozen=True, slots=True)
class RosterLine:
    """One line of a roster: where it stood (from 1) and its cells."""

    number: int
    cells: tuple[str, ...]

    @property
    def text(self) -> str:
        return " ".join(self.cells)


@dataclass(frozen=True, slots=True)
class PostName:
    """A name by which a position may stand in a roster: the term's own name or a synonym, folded."""

    position_id: int
    folded: str


@dataclass(frozen=True, slots=True)
class Coverage:
    """How the room's list serves one post."""

    position_id: int
    people: int
    item_ids: tuple[int, ...]

    @property
    def missed(self) -> bool:
        return not self.item_ids


def fold(text: str) -> str:
    """Return ``text`` without width, case, spaces and punctuation."""
    return "".join(c for c in unicodedata.normalize("NFKC", text).casefold() if c.isalnum())


def parse_lines(text: str) -> list[RosterLine]:
    """Cut pasted text into lines and cells; empty lines are left out. At most ``MAX_LINES`` lines are read."""
    lines = []
    for number, raw in enumerate(text.splitlines(), start=1):
        cells = tuple(cell.strip()[:80] for cell in SEPARATORS.split(raw.strip()) if cell.strip())
        if cells:
            lines.append(RosterLine(number, cells))
        if len(lines) == MAX_LINES:
            break
    return lines


def find_position(line: RosterLine, names: Sequence[PostName]) -> int | None:
    """Return the position whose longest name is a cell of the line, else stands in the line, else None."""
    cells = [fold(cell) for cell in line.cells]
    whole = [name for name in names if name.folded in cells]
    part = [name for name in names if len(name.folded) >= 2 and any(name.folded in cell for cell in cells)]
    for found in (whole, part):
        if found:
            return max(found, key=lambda name: (len(name.folded), -name.position_id)).position_id
    return None


def choose_items(
    ranked: Mapping[int, Sequence[Match]], people: Mapping[int, int], *, per_post: int = 2, limit: int = 12
) -> list[int]:
    """Return item ids for the room: those that serve most people first, until each post has ``per_post`` of them.

    Greedy cover, deterministic: ties go to the higher sum of scores, then to the newer item.
    """
    served = dict.fromkeys(ranked, 0)
    chosen: list[int] = []
    pool = {match.pk for matches in ranked.values() for match in matches}
    scores = {post: {match.pk: match.score for match in matches} for post, matches in ranked.items()}
    while pool and len(chosen) < limit:

        def gain(pk: int) -> tuple[int, float, int]:
            open_posts = [post for post in scores if served[post] < per_post and pk in scores[post]]
            unserved_first = sum(people[post] * (per_post - served[post]) for post in open_posts)
            return unserved_first, sum(scores[post][pk] for post in open_posts), pk

        best = max(pool, key=gain)
        if gain(best)[0] == 0:
            break
        chosen.append(best)
        pool.discard(best)
        for post, items in scores.items():
            served[post] += best in items
    return chosen


def coverage(ranked: Mapping[int, Sequence[Match]], people: Mapping[int, int], chosen: Sequence[int]) -> list[Coverage]:
    """Return for each post how many people hold it and which of the chosen items speak to it; the missed ones first."""
    rows = []
    for post, count in people.items():
        fitting = {match.pk for match in ranked.get(post, ())}
        rows.append(Coverage(post, count, tuple(pk for pk in chosen if pk in fitting)))
    return sorted(rows, key=lambda row: (not row.missed, -row.people, row.position_id))
