"""Undoes two columns that text recovery read across: left line, right line, left line, with no gap between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from caselib.ingest.flow import Flow, flow_of
from caselib.ingest.lines import Line

_WINDOW = 4  # lines that the other column may lag behind
_TWICE = 0.7  # strain of two neighbouring lines in one column
_LONGEST = 400  # lines of a page
_LEAST = 8  # strain that must go away on a page
_SHARE = 0.2  # the same as a share of its lines
_MOST_ABOVE = 6
_LEFT_OVER = 0.45  # share of it that may stay


@dataclass(slots=True)
class Tangle:
    """A page read both ways: its strain as it stands and untangled, and for each line whether it stands at the right."""

    lines: list[Line]
    single: float
    double: float
    right: list[bool]

    @property
    def is_clear(self) -> bool:
        return (
            self.single - self.double >= max(_LEAST, len(self.lines) * _SHARE)
            and self.double <= self.single * _LEFT_OVER
        )


def untangle(pages: Sequence[list[Line]], *, known: bool) -> tuple[list[list[Line]], list[Line]]:
    """Return the pages with their columns one after the other, and the first line of each page that was changed.

    ``known`` tells that the ends of pages are known. Where they are not, nothing is moved: the first line of the text is
    returned, to be reported.
    """
    texts = [line for page in pages for line in page if line.fixed is None]
    flow = flow_of(texts)
    tangles = [
        _read(page, flow) if 6 <= len(page) <= _LONGEST and all(line.fixed is None for line in page) else None
        for page in pages
    ]
    clear = [tangle for tangle in tangles if tangle is not None and tangle.is_clear]
    if not clear or len(clear) * 3 < sum(1 for tangle in tangles if tangle is not None):
        return list(pages), []
    if not known:
        return list(pages), [clear[0].lines[0]]
    result: list[list[Line]] = []
    changed: list[Line] = []
    for page, tangle in zip(pages, tangles, strict=True):
        if tangle is None or not (tangle.is_clear or tangle.double < tangle.single * 0.7):
            result.append(page)
            continue
        top, tangle = _below_title(tangle, flow)
        left = [line for line, right in zip(page[top:], tangle.right, strict=True) if not right]
        right = [line for line, right in zip(page[top:], tangle.right, strict=True) if right]
        changed.append(page[0])
        if left and right and not right[0].breaks:
            right[0].breaks = "page"
        result.append([*page[:top], *left, *right])
    return result, changed


def _below_title(tangle: Tangle, flow: Flow) -> tuple[int, Tangle]:
    """Return how many lines stand across both columns at the head of a page (a title, a unit), and the rest read anew."""
    best, top = tangle, 0
    least = tangle.double
    above = 0.0
    for count in range(1, min(_MOST_ABOVE, len(tangle.lines) - 6) + 1):
        rest = _read(tangle.lines[count:], flow)
        if above + rest.double <= least and any(rest.right):
            best, top, least = rest, count, above + rest.double
        above += flow.strain(tangle.lines[count - 1], tangle.lines[count])
    return top, best


def _read(lines: list[Line], flow: Flow) -> Tangle:
    """Read a page as one column and as two.

    For two, each line goes to the column of the line before it or to the other one; ``best`` holds, for each place of the
    other column's last line (-1: none yet), the least strain so far and the way there.
    """
    single = float(sum(flow.strain(one, two) for one, two in pairwise(lines)))
    if single < max(_LEAST, len(lines) * _SHARE):
        return Tangle(lines, single, single, [False] * len(lines))
    best: dict[int, float] = {-1: 0.0}
    ways: list[dict[int, int]] = []  # for each line and place of the other column, the place before it
    for index in range(1, len(lines)):
        after: dict[int, float] = {}
        way: dict[int, int] = {}
        ways.append(way)
        for other, strain in best.items():
            if index - other <= _WINDOW or other == -1:
                stay = strain + flow.strain(lines[index - 1], lines[index]) + _TWICE
                if stay < after.get(other, stay + 1):
                    after[other], way[other] = stay, other
            change = strain + (flow.strain(lines[other], lines[index]) if other >= 0 else 0)
            if change < after.get(index - 1, change + 1):
                after[index - 1], way[index - 1] = change, other
        best = after
    place = min(best, key=lambda other: best[other])
    right = _sides(place, ways)
    double = best[place]
    left_end = next((line for line, at in zip(reversed(lines), reversed(right), strict=True) if not at), None)
    right_start = next((line for line, at in zip(lines, right, strict=True) if at), None)
    if left_end is not None and right_start is not None:
        double += flow.strain(left_end, right_start)
    return Tangle(lines, single, double, right)


def _sides(place: int, ways: Sequence[dict[int, int]]) -> list[bool]:
    """Return for each line whether it stands at the right, walking back from the last place of the other column."""
    turns: list[bool] = []
    for index in range(len(ways), 0, -1):
        before = ways[index - 1][place]
        turns.append(place == index - 1 and before != place)
        place = before
    right = [False]
    for turn in reversed(turns):
        right.append(turn != right[-1])
    return right
