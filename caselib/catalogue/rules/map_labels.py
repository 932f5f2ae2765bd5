"""Where the names on a schematic map stand: clear of stops, of each other and, where it can be, of the line. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

FONT = 15.0
HIGH, LOW = 14.0, 5.0  # of a line of text, above and below its baseline
LINE = 19.0
GAP = 6.0
ROUNDS = 3  # how often all names are placed anew, each with the others where they stand

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Box:
    """An upright rectangle in pixels; ``top`` is less than ``bottom``."""

    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: Box) -> bool:
        return (
            self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom
        )

    def holds(self, other: Box) -> bool:
        return (
            self.left <= other.left
            and other.right <= self.right
            and self.top <= other.top
            and other.bottom <= self.bottom
        )

    def nearest(self, x: float, y: float) -> Point:
        """Return the point of the box that is nearest to (x, y)."""
        return min(max(x, self.left), self.right), min(max(y, self.top), self.bottom)

    def cut_by(self, a: Point, b: Point) -> bool:
        """Whether the line from ``a`` to ``b`` touches the box (Liang and Barsky)."""
        enter, leave = 0.0, 1.0
        for start, step, low, high in (
            (a[0], b[0] - a[0], self.left, self.right),
            (a[1], b[1] - a[1], self.top, self.bottom),
        ):
            if step == 0:
                if not low <= start <= high:
                    return False
                continue
            first, last = sorted(((low - start) / step, (high - start) / step))
            enter, leave = max(enter, first), min(leave, last)
            if enter > leave:
                return False
        return True


@dataclass(frozen=True, slots=True)
class Label:
    """Lines of text at a stop: where the first baseline begins or ends (``anchor`` as SVG has it).

    ``leader`` is the fine line to a text that stands away from its stop, None beside it.
    """

    x: float
    y: float
    anchor: str
    box: Box
    leader: tuple[Point, Point] | None = None

    def covers(self, box: Box) -> bool:
        return self.box.meets(box) or (self.leader is not None and box.cut_by(*self.leader))

    def disturbs(self, other: Label) -> bool:
        return self.covers(other.box) or (other.leader is not None and self.box.cut_by(*other.leader))


def width_of(text: str) -> float:
    """Return about how wide ``text`` is in pixels: Chinese characters are square, others about half as wide."""
    return sum(FONT if unicodedata.east_asian_width(c) in "WFA" else FONT * 0.58 for c in text)


def placed(
    texts: Sequence[Sequence[str]],
    stops: Sequence[Box],
    *,
    frame: Box,
    taken: Sequence[Box] = (),
    lines: Sequence[tuple[Point, Point]] = (),
) -> list[Label | None]:
    """Return a place for the lines of text of each of ``stops``, None where there is none that covers nothing.

    Nothing stands outside of ``frame``, on ``taken``, on a stop or on another text. Of the places that are left the one
    that fewest ``lines`` cross is taken, then the one nearest to the right of the stop.
    """
    free: list[list[tuple[int, Label]]] = []
    for i, (text, stop) in enumerate(zip(texts, stops, strict=True)):
        fixed = [*taken, *stops[:i], *stops[i + 1 :]]
        options = [
            (sum(label.box.cut_by(a, b) for a, b in lines) * 100 + rank, label)
            for rank, label in enumerate(_options(text, stop))
            if frame.holds(label.box) and not any(label.covers(other) for other in fixed)
        ]
        free.append(sorted(options, key=lambda option: option[0]))
    found: list[Label | None] = [None] * len(stops)
    # who has least choice goes first
    order = sorted(range(len(stops)), key=lambda i: len(free[i]))
    for _round in range(ROUNDS):
        before = list(found)
        for i in order:
            others = [label for j, label in enumerate(found) if label is not None and j != i]
            found[i] = next((label for _cost, label in free[i] if not any(map(label.disturbs, others))), None)
        if found == before:
            break
    return found


def _options(text: Sequence[str], stop: Box) -> Iterator[Label]:
    """Yield the places around ``stop``, the best first: beside, below, above, at the corners, then farther away."""
    x, y = (stop.left + stop.right) / 2, (stop.top + stop.bottom) / 2
    wide, high = max(width_of(line) for line in text), LINE * (len(text) - 1)
    for far in (0.0, 14.0, 30.0):
        beside, away = stop.right - x + GAP + far, stop.bottom - y + GAP + far
        slant, drop = beside * 0.75, away * 0.75
        middle = y + LOW - high / 2
        for lx, ly, anchor in (
            (x + beside, middle, "start"),
            (x - beside, middle, "end"),
            (x, y + away + HIGH, "middle"),
            (x, y - away - LOW - high, "middle"),
            (x + slant, y + drop + HIGH, "start"),
            (x + slant, y - drop - LOW - high, "start"),
            (x - slant, y + drop + HIGH, "end"),
            (x - slant, y - drop - LOW - high, "end"),
        ):
            left = {"start": lx, "end": lx - wide, "middle": lx - wide / 2}[anchor]
            box = Box(left - 2, ly - HIGH, left + wide + 2, ly + high + LOW)
            yield Label(lx, ly, anchor, box, ((x, y), box.nearest(x, y)) if far else None)
