"""A schematic map as SVG from coordinates: no tiles, no request, no style attribute. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

WIDTH, HEIGHT, MARGIN = 640, 400, 56
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


def route_map(places: Sequence[Place], *, label: str, joined: bool) -> str:
    """Return the map as an SVG string, empty without places; ``joined`` draws the line of a route."""
    if not places:
        return ""
    points = _project(places)
    parts = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" class="map" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
            f'aria-label="{escape(label, {chr(34): "&quot;"})}">'
        ),
        f'<rect class="map__ground" width="{WIDTH}" height="{HEIGHT}"/>',
        _north(),
        _scale(places, points),
    ]
    if joined and len(points) > 1:
        parts.append('<polyline class="map__route" points="' + " ".join(f"{x:.1f},{y:.1f}" for x, y in points) + '"/>')
    for place, (x, y), (tx, ty, anchor) in zip(places, points, _labels(points), strict=True):
        parts.append(f'<circle class="map__stop" cx="{x:.1f}" cy="{y:.1f}" r="13"/>')
        if place.number:
            parts.append(
                f'<text class="map__number" x="{x:.1f}" y="{y + 5:.1f}" text-anchor="middle">{place.number}</text>'
            )
        parts.append(
            f'<text class="map__name" x="{tx:.1f}" y="{ty:.1f}" text-anchor="{anchor}">{escape(place.name[:16])}</text>'
        )
    parts.append("</svg>")
    return "".join(parts)


def _project(places: Sequence[Place]) -> list[tuple[float, float]]:
    """Return pixel positions: equirectangular about the middle latitude, one scale for both axes, north up."""
    middle = math.cos(math.radians(sum(p.latitude for p in places) / len(places)))
    xs = [p.longitude * middle for p in places]
    ys = [-p.latitude for p in places]
    span_x, span_y = max(xs) - min(xs), max(ys) - min(ys)
    scale = min(
        (WIDTH - 2 * MARGIN) / span_x if span_x else math.inf, (HEIGHT - 2 * MARGIN) / span_y if span_y else math.inf
    )
    if math.isinf(scale):
        scale = 0.0
    mid_x, mid_y = (max(xs) + min(xs)) / 2, (max(ys) + min(ys)) / 2
    return [(WIDTH / 2 + (x - mid_x) * scale, HEIGHT / 2 + (y - mid_y) * scale) for x, y in zip(xs, ys, strict=True)]


def _labels(points: Sequence[tuple[float, float]]) -> list[tuple[float, float, str]]:
    """Put each name beside its point, on the side away from the edge, moved down where two would overlap."""
    used: list[tuple[float, float]] = []
    found = []
    for x, y in points:
        right = x < WIDTH / 2
        tx, ty = (x + 20, y + 5) if right else (x - 20, y + 5)
        while any(abs(tx - ux) < 150 and abs(ty - uy) < 20 for ux, uy in used) and ty < HEIGHT - 8:
            ty += 20
        used.append((tx, ty))
        found.append((tx, ty, "start" if right else "end"))
    return found


def _north() -> str:
    return f'<path class="map__north" d="M{WIDTH - 28} 40V14m-6 9 6-9 6 9"/>'


def _scale(places: Sequence[Place], points: Sequence[tuple[float, float]]) -> str:
    """Draw a bar of a round number of kilometres, where two points give a scale."""
    for i in range(1, len(places)):
        pixels = math.dist(points[0], points[i])
        km = distance_km(places[0], places[i])
        if pixels > 1 and km > 0.01:
            per_pixel = km / pixels
            target = 110 * per_pixel
            base = 10 ** math.floor(math.log10(target))
            length = max(step * base for step in (1, 2, 5) if step * base <= target)
            width = length / per_pixel
            y = HEIGHT - 22
            return (
                f'<path class="map__scale" d="M24 {y - 5}v10M24 {y}h{width:.1f}m0-5v10"/>'
                f'<text class="map__small" x="24" y="{y - 10}">{length:g} km</text>'
            )
    return ""
