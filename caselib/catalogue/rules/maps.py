"""A schematic map as SVG from coordinates: no tiles, no request, no style attribute. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from xml.sax.saxutils import escape

from ..wording import listed
from .map_labels import LINE, Box, Label, placed

WIDE, NARROW = (640, 400), (360, 420)
MARGIN = 48
RADIUS, SMALL_RADIUS = 13.0, 8.0
CROWD = 12  # more stops than these are drawn small, as are stops without a number
DIGIT = 8.0
NAME_LENGTH = 16
NAMES_AT_ONE = 3
EARTH_KM = 6371.0


@dataclass(frozen=True, slots=True)
class Place:
    """A point to draw. Longitude and latitude are degrees; ``number`` is its order on a route, 0 for none."""

    name: str
    longitude: float
    latitude: float
    number: int = 0


def distance_km(a: Place, b: Place) -> float:
    """Return the great-circle distance in kilometres."""
    la, lb = math.radians(a.latitude), math.radians(b.latitude)
    dla, dlo = lb - la, math.radians(b.longitude - a.longitude)
    h = math.sin(dla / 2) ** 2 + math.cos(la) * math.cos(lb) * math.sin(dlo / 2) ** 2
    return 2 * EARTH_KM * math.asin(min(1.0, math.sqrt(h)))


@dataclass(frozen=True, slots=True)
class Stop:
    """A spot on the map, with the places that stand there: several where the coordinates are the same."""

    x: float
    y: float
    places: Sequence[Place]

    @property
    def number(self) -> str:
        return ",".join(str(place.number) for place in self.places if place.number)

    def box(self, radius: float) -> Box:
        """What the stop takes up: a circle, longer where several numbers stand in it."""
        half = max(radius, DIGIT * len(self.number) / 2 + 4) if len(self.number) > 2 else radius
        return Box(self.x - half, self.y - radius, self.x + half, self.y + radius)

    @property
    def names(self) -> list[str]:
        """The names as the map writes them, line by line."""
        known = list(dict.fromkeys(place.name for place in self.places))
        shown = known if len(known) <= NAMES_AT_ONE else known[: NAMES_AT_ONE - 1]
        lines = [name if len(name) <= NAME_LENGTH else name[: NAME_LENGTH - 1] + "…" for name in shown]
        return [*lines, f"… +{len(known) - len(shown)}"] if len(shown) < len(known) else lines


def route_map(places: Sequence[Place], *, label: str, joined: bool) -> str:
    """Return the map as SVG, empty without places; ``joined`` draws the line of a route.

    It is drawn twice, for wide and for narrow pages: letters keep their size, and the style sheet shows one.
    """
    if not places:
        return ""
    return "".join(
        _drawing(places, label=label, joined=joined, size=size, name=name)
        for size, name in ((WIDE, "wide"), (NARROW, "narrow"))
    )


def _drawing(places: Sequence[Place], *, label: str, joined: bool, size: tuple[int, int], name: str) -> str:
    points = _project(places, size)
    stops = _stops(places, points, size)
    radius = RADIUS if len(stops) <= CROWD and any(stop.number for stop in stops) else SMALL_RADIUS
    scale, scale_box = _scale(places, points, size)
    ways = list(pairwise(points)) if joined else []
    width, height = size
    labels = placed(
        [stop.names for stop in stops],
        [stop.box(radius) for stop in stops],
        frame=Box(6, 6, width - 6, height - 6),
        taken=[Box(width - 40, 0, width, 46), scale_box],
        lines=ways,
    )
    quoted = escape(label, {'"': "&quot;"})
    parts = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" class="map map--{name}" viewBox="0 0 {width} {height}" role="img" '
            f'aria-label="{quoted}">'
        ),
        f'<rect class="map__ground" width="{width}" height="{height}"/>',
        f'<path class="map__north" d="M{width - 28} 40V14m-6 9 6-9 6 9"/>',
        scale,
    ]
    if ways:
        parts.append('<polyline class="map__route" points="' + " ".join(f"{x:.1f},{y:.1f}" for x, y in points) + '"/>')
    parts += [_stop(stop, text, radius) for stop, text in zip(stops, labels, strict=True)]
    parts.append("</svg>")
    return "".join(parts)


def _stop(stop: Stop, text: Label | None, radius: float) -> str:
    """Draw a stop with its names; where they found no room the pointer shows them, and the table below the map does."""
    names = escape(listed(dict.fromkeys(place.name for place in stop.places)))
    parts = [f"<g><title>{names}</title>"]
    if text is not None:
        if text.leader is not None:
            (x1, y1), (x2, y2) = text.leader
            parts.append(f'<path class="map__leader" d="M{x1:.1f} {y1:.1f}L{x2:.1f} {y2:.1f}"/>')
        parts.append(f'<text class="map__name" text-anchor="{text.anchor}">')
        for row, line in enumerate(stop.names):
            parts.append(f'<tspan x="{text.x:.1f}" y="{text.y + LINE * row:.1f}">{escape(line)}</tspan>')
        parts.append("</text>")
    box = stop.box(radius)
    parts.append(
        f'<rect class="map__stop" x="{box.left:.1f}" y="{box.top:.1f}" width="{box.right - box.left:.1f}" '
        f'height="{2 * radius:g}" rx="{radius:g}"/>'
    )
    if stop.number:
        size = " map__number--small" if radius < RADIUS else ""
        parts.append(
            f'<text class="map__number{size}" x="{stop.x:.1f}" y="{stop.y + 5:.1f}" text-anchor="middle">{stop.number}</text>'
        )
    return "".join([*parts, "</g>"])


def _stops(places: Sequence[Place], points: Sequence[tuple[float, float]], size: tuple[int, int]) -> list[Stop]:
    """Put places that would be drawn on each other together."""
    near = 5.0
    found: list[tuple[float, float, list[Place]]] = []
    for place, (x, y) in zip(places, points, strict=True):
        same = next((row for row in found if math.dist((row[0], row[1]), (x, y)) < near), None)
        if same is None:
            found.append((x, y, [place]))
        else:
            same[2].append(place)
    return [Stop(x, y, rows) for x, y, rows in found]


def _project(places: Sequence[Place], size: tuple[int, int]) -> list[tuple[float, float]]:
    """Return pixel positions: equirectangular about the middle latitude, one scale for both axes, north up."""
    middle = math.cos(math.radians(sum(p.latitude for p in places) / len(places)))
    xs = [p.longitude * middle for p in places]
    ys = [-p.latitude for p in places]
    span_x, span_y = max(xs) - min(xs), max(ys) - min(ys)
    width, height = size
    scale = min(
        (width - 2 * MARGIN) / span_x if span_x else math.inf, (height - 2 * MARGIN) / span_y if span_y else math.inf
    )
    if math.isinf(scale):
        scale = 0.0
    mid_x, mid_y = (max(xs) + min(xs)) / 2, (max(ys) + min(ys)) / 2
    return [(width / 2 + (x - mid_x) * scale, height / 2 + (y - mid_y) * scale) for x, y in zip(xs, ys, strict=True)]


def _scale(places: Sequence[Place], points: Sequence[tuple[float, float]], size: tuple[int, int]) -> tuple[str, Box]:
    """Draw a bar of a round number of kilometres, where two points give a scale; return what it takes up too."""
    for i in range(1, len(places)):
        pixels = math.dist(points[0], points[i])
        km = distance_km(places[0], places[i])
        if pixels > 1 and km > 0.01:
            per_pixel = km / pixels
            target = 110 * per_pixel
            base = 10 ** math.floor(math.log10(target))
            length = max(step * base for step in (1, 2, 5) if step * base <= target)
            width = length / per_pixel
            y = size[1] - 22
            return (
                f'<path class="map__scale" d="M24 {y - 5}v10M24 {y}h{width:.1f}m0-5v10"/>'
                f'<text class="map__small" x="24" y="{y - 10}">{length:g} km</text>'
            ), Box(20, y - 26, 28 + width, y + 8)
    return "", Box(0, 0, 0, 0)
