"""The passages two texts share, character by character, and what share of the first text they are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .fingerprints import GRAM, Prepared, gram_hashes

SHORTEST = 20


@dataclass(frozen=True, slots=True)
class SharedPassage:
    """A passage in both texts, as ranges in the original characters of each (end excluded)."""

    start: int
    end: int
    other_start: int
    other_end: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """What one text shares with another. ``percent`` is of the first text's letters and digits, 0 only if nothing is
    shared, rounded up to a tenth."""

    percent: float
    passages: tuple[SharedPassage, ...]


def compare(text: Prepared, other: Prepared, *, shortest: int = SHORTEST) -> Comparison:
    """Return the passages of at least ``shortest`` letters that ``text`` shares with ``other``, in reading order."""
    first_places: dict[int, list[int]] = {}
    for place, value in enumerate(gram_hashes(other).tolist()):
        first_places.setdefault(value, []).append(place)
    codes, other_codes = text.codes, other.codes
    runs: list[tuple[int, int, int]] = []
    position = 0
    grams = gram_hashes(text).tolist()
    while position < len(grams):
        best, best_at = 0, 0
        for at in first_places.get(grams[position], ())[:64]:
            length = _run_length(codes, other_codes, position, at)
            if length > best:
                best, best_at = length, at
        if best >= shortest:
            runs.append((position, best_at, best))
            position += best
        else:
            position += 1
    covered = sum(length for _start, _at, length in runs)
    passages = tuple(
        SharedPassage(*text.original(start, start + length), *other.original(at, at + length))
        for start, at, length in runs
    )
    percent = -(-covered * 1000 // len(text)) / 10 if covered else 0.0
    return Comparison(percent, passages)


def _run_length(codes: np.ndarray, other: np.ndarray, start: int, at: int) -> int:
    """Return how many characters agree from ``start`` and ``at`` on."""
    length = min(len(codes) - start, len(other) - at)
    if length < GRAM:
        return 0
    differs = codes[start : start + length] != other[at : at + length]
    first = int(differs.argmax())
    return first if differs[first] else length


def overall_percent(text_length: int, ranges: list[tuple[int, int]]) -> float:
    """Return what share of a text of ``text_length`` characters the union of ``ranges`` covers, rounded up."""
    covered = last = 0
    for start, end in sorted(ranges):
        covered += max(0, end - max(start, last))
        last = max(last, end)
    return -(-covered * 1000 // text_length) / 10 if covered and text_length else 0.0
