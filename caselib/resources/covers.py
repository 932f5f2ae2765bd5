"""Typographic covers: the same words always give the same SVG, on the web, in lists and in print.

Pure and free of Django, so that the Word writer can use it as well. The drawing uses presentation attributes only
(a strict content security policy forbids ``style``), has no ids (several covers may stand in one page) and names
no font file.
"""

from __future__ import annotations

import hashlib
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal
from xml.sax.saxutils import escape

Shape = Literal["tall", "wide"]

SERIF = "Noto Serif CJK SC, Source Han Serif SC, Songti SC, SimSun, serif"
SANS = "Noto Sans CJK SC, Microsoft YaHei, PingFang SC, sans-serif"

# ground, pattern, text: text on ground is at least 7:1 for each
PALETTES: tuple[tuple[str, str, str], ...] = (
    ("#f4ece2", "#dcc6aa", "#3b2413"),
    ("#e8eef2", "#bccdd9", "#162c3d"),
    ("#eaf0e8", "#c0d2bb", "#1b3320"),
    ("#f3e8e6", "#ddbcb6", "#4a1710"),
    ("#eeebf3", "#cdc4dd", "#2a1f42"),
    ("#f1efe4", "#d4cca5", "#33300f"),
    ("#e6efee", "#b3d0cc", "#0f3330"),
    ("#efeceb", "#cfc7c4", "#2c2523"),
)
FOOT = 44  # where unit and number stand
SIZES: dict[Shape, tuple[int, int]] = {"tall": (300, 400), "wide": (480, 270)}
# a character that may not begin a line stays with the one before it
CLOSING = set("，。、；：？！）》」』】”’〉·,.;:?!)")
# a character that may not end a line goes with the one after it
OPENING = set("（《「『【“‘〈(")
# pairs that are one sign
DOUBLED = set("—…")


@dataclass(frozen=True, slots=True)
class CoverText:
    """The words of one cover. ``topic`` chooses colour and pattern; it is not printed when empty."""

    title: str
    kind: str = ""
    unit: str = ""
    topic: str = ""
    code: str = ""


@lru_cache(maxsize=1024)
def cover_svg(text: CoverText, *, shape: Shape = "tall", still: str = "") -> str:
    """Return a complete SVG document as a string (no XML declaration); equal input gives equal output.

    ``still`` is the address of a picture of a film, 16 to 9, which stands on a tall cover where the pattern would.
    """
    width, height = SIZES[shape]
    seed = hashlib.sha256((text.topic or text.kind or text.title).encode("utf-8", "replace")).digest()
    ground, tint, ink = PALETTES[seed[0] % len(PALETTES)]
    picture = bool(still) and shape == "tall"
    band = height * (30 if shape == "tall" else 34) // 100 if not picture else FOOT + width * 9 // 16
    parts = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
            f'role="img" aria-label="{_attribute(text.title)}">'
        ),
        f'<rect width="{width}" height="{height}" fill="{ground}"/>',
        _picture(still, width, height - band)
        if picture
        else f'<path d="{_pattern(seed, width, height - band, height - 40)}" fill="none" stroke="{tint}" stroke-width="2"/>',
        f'<rect x="24" y="28" width="6" height="28" fill="{ink}"/>',
        _line(40, 50, 16, SANS, ink, _shorten(text.kind, 16)),
    ]
    parts += _title(text.title, width, height - band, ink)
    parts.append(f'<rect x="0" y="{height - FOOT}" width="{width}" height="{FOOT}" fill="{ground}"/>')
    foot = _shorten(text.unit, (width - 48 - 7 * len(text.code)) / 14)
    parts.append(_line(24, height - 17, 14, SANS, ink, foot))
    if text.code:
        parts.append(_line(width - 24, height - 17, 12, SANS, ink, _shorten(text.code, 14), end=True))
    parts.append("</svg>")
    return "".join(parts)


def _picture(still: str, width: int, top: int) -> str:
    height = width * 9 // 16
    return (
        f'<image href="{_attribute(still)}" x="0" y="{top}" width="{width}" height="{height}" '
        f'preserveAspectRatio="xMidYMid slice"/>'
    )


def wrap_title(title: str, *, columns: float, lines: int) -> list[str]:
    """Return ``title`` cut into at most ``lines`` lines of ``columns`` full-width characters; the rest becomes …"""
    return _wrapped(_measured(title), columns, lines)


def _measured(title: str) -> list[tuple[str, float]]:
    """Return what must stay on one line, with its width in full-width characters."""
    pieces = _pieces(" ".join(_clean(title).split()))
    return [(piece, sum(map(_advance, piece)) if len(piece) > 1 else _advance(piece)) for piece in pieces]


def _wrapped(pieces: list[tuple[str, float]], columns: float, lines: int) -> list[str]:
    rows: list[str] = []
    row, used = "", 0.0
    for piece, size in pieces:
        if row and used + size > columns and not (piece[0] in CLOSING and used < columns + 0.5):
            rows.append(row.rstrip())
            row, used = "", 0.0
            piece = piece.lstrip()
        row += piece
        used += size
    if row.strip():
        rows.append(row.rstrip())
    if len(rows) > lines:
        rows = rows[:lines]
        rows[-1] = rows[-1][: max(1, int(columns) - 1)] + "…"
    return rows


def _title(title: str, width: int, room: int, ink: str) -> list[str]:
    usable = width - 48
    pieces = _measured(title)
    for size in (34, 28, 24, 20, 18):
        rows = _wrapped(pieces, usable / size, 99)
        if len(rows) * size * 1.4 <= room - 84:
            break
    else:
        rows = _wrapped(pieces, usable / size, max(1, int((room - 84) / (size * 1.4))))
    top = 84 + size
    return [
        _line(24, round(top + number * size * 1.4), size, SERIF, ink, row, bold=True) for number, row in enumerate(rows)
    ]


def _line(x: int, y: int, size: int, font: str, ink: str, text: str, *, bold: bool = False, end: bool = False) -> str:
    if not text:
        return ""
    weight = ' font-weight="700"' if bold else ""
    anchor = ' text-anchor="end"' if end else ""
    return (
        f'<text x="{x}" y="{y}" font-family="{font}" font-size="{size}" fill="{ink}"{weight}{anchor}>'
        f"{escape(text)}</text>"
    )


@lru_cache(maxsize=256)
def _pattern(seed: bytes, width: int, top: int, bottom: int) -> str:
    """Return one SVG path that fills the band from ``top`` to ``bottom``; the seed picks the motif and its step."""
    step = 18 + seed[2] % 4 * 4
    motif = (_waves, _grid, _slants, _arches, _bricks, _rings)[seed[1] % 6]
    return "".join(motif(step, width, top, bottom))


def _waves(step: int, width: int, top: int, bottom: int) -> list[str]:
    half = step // 2
    count = width // step + 1
    return [f"M0 {y}" + f"q{half / 2} -{half} {half} 0t{half} 0" * count for y in range(top + half, bottom, half + 4)]


def _grid(step: int, width: int, top: int, bottom: int) -> list[str]:
    rows = [f"M0 {y}H{width}" for y in range(top, bottom, step)]
    return rows + [f"M{x} {top}V{bottom}" for x in range(step // 2, width, step)]


def _slants(step: int, width: int, top: int, bottom: int) -> list[str]:
    fall = bottom - top
    return [f"M{x} {bottom}l{fall} -{fall}" for x in range(-fall, width, step // 2 + 3)]


def _arches(step: int, width: int, top: int, bottom: int) -> list[str]:
    path = []
    for row, y in enumerate(range(top + step, bottom + step, step)):
        for x in range(-step + (row % 2) * step, width, 2 * step):
            path.append(
                f"M{x} {y}a{step} {step} 0 0 1 {2 * step} 0M{x + step // 2} {y}a{step // 2} {step // 2} 0 0 1 {step} 0"
            )
    return path


def _bricks(step: int, width: int, top: int, bottom: int) -> list[str]:
    path = []
    for row, y in enumerate(range(top, bottom, step)):
        path.append(f"M0 {y}H{width}")
        path += [f"M{x} {y}v{step}" for x in range((row % 2) * step, width, 2 * step)]
    return path


def _rings(step: int, width: int, top: int, bottom: int) -> list[str]:
    centre = width * 3 // 4
    return [
        f"M{centre - radius} {bottom}a{radius} {radius} 0 0 1 {2 * radius} 0"
        for radius in range(step // 2, width, step // 2 + 4)
        if bottom - radius > top - step * 2
    ]


def _pieces(text: str) -> list[str]:
    """Cut into units that must stay on one line: a CJK character, or a word of other letters."""
    pieces: list[str] = []
    last = ""
    for character in text:
        if not last:
            pieces.append(character)
        elif (
            last in OPENING
            or (character in DOUBLED and character == last)
            or (
                character.isascii()
                and last.isascii()
                and not character.isspace()
                and not last.isspace()
                and len(pieces[-1]) < 18
            )
        ):
            pieces[-1] += character
        else:
            pieces.append(character)
        last = character
    return pieces


@lru_cache(maxsize=8192)
def _advance(character: str) -> float:
    return 1.0 if unicodedata.east_asian_width(character) in "FWA" else 0.56


@lru_cache(maxsize=1024)
def _shorten(text: str, columns: float) -> str:
    text = " ".join(_clean(text).split())
    used = 0.0
    for position, character in enumerate(text):
        used += _advance(character)
        if used > columns:
            return text[: max(1, position - 1)] + "…"
    return text


def _clean(text: str) -> str:
    """Drop what XML cannot carry: control characters, lone surrogates and the two non-characters."""
    if text.isprintable():
        return text
    return "".join(
        character
        for character in text
        if unicodedata.category(character) not in {"Cc", "Cs", "Cn"} or character in "\t\n"
    )


def _attribute(text: str) -> str:
    return escape(_clean(text), {'"': "&quot;"})
