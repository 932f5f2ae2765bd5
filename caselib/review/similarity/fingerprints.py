"""Winnowed fingerprints (Schleimer, Wilkerson, Aiken 2003).

Any run of ``GUARANTEE`` equal characters in two texts leaves at least one fingerprint in common, wherever it stands.
Hashes are 32 bits wide: chance agreements only add candidates, which the exact comparison then drops.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from caselib.review.scanning.folding import Folded, fold

GRAM = 12
WINDOW = 12
GUARANTEE = GRAM + WINDOW - 1
_BASE = np.uint64(0x9E3779B97F4A7C15)
_MIX = np.uint64(0xFF51AFD7ED558CCD)

Hashes = npt.NDArray[np.uint32]


@dataclass(frozen=True, slots=True)
class Prepared:
    """A text without marks and spaces, in folded form; ``places`` leads each kept character back to the folded text."""

    codes: npt.NDArray[np.uint32]
    places: npt.NDArray[np.int64]
    folded: Folded

    def __len__(self) -> int:
        return len(self.codes)

    def original(self, start: int, end: int) -> tuple[int, int]:
        """Return the range in the original text of the kept characters ``start``–``end`` (end excluded)."""
        return self.folded.span(int(self.places[start]), int(self.places[end - 1]) + 1)


_KEEP = np.zeros(0x110000, dtype=bool)


def _kept() -> npt.NDArray[np.bool_]:
    """Return which code points count: letters and digits, so that re-punctuating hides nothing."""
    if not _KEEP.any():
        for code in range(0x110000):
            if chr(code).isalnum():
                _KEEP[code] = True
    return _KEEP


def prepare(text: str) -> Prepared:
    """Return ``text`` ready for comparison."""
    folded = fold(text)
    raw = folded.text.encode("utf-32-le", "surrogatepass")
    codes = np.frombuffer(raw, dtype=np.uint32)
    places = np.flatnonzero(_kept()[codes]) if len(codes) else np.zeros(0, dtype=np.int64)
    return Prepared(codes[places], places, folded)


def gram_hashes(prepared: Prepared, gram: int = GRAM) -> npt.NDArray[np.uint64]:
    """Return the 64-bit hash of each run of ``gram`` characters, in order; empty for a shorter text."""
    count = len(prepared) - gram + 1
    if count <= 0:
        return np.zeros(0, dtype=np.uint64)
    codes = prepared.codes.astype(np.uint64)
    hashes = np.zeros(count, dtype=np.uint64)
    for offset in range(gram):
        hashes = hashes * _BASE + codes[offset : offset + count]
    hashes ^= hashes >> np.uint64(33)
    hashes *= _MIX
    return hashes ^ (hashes >> np.uint64(29))


def fingerprints(prepared: Prepared) -> Hashes:
    """Return the sorted distinct fingerprints of a text; a text shorter than a window keeps all it has."""
    hashes = gram_hashes(prepared)
    if len(hashes) > WINDOW:
        hashes = np.lib.stride_tricks.sliding_window_view(hashes, WINDOW).min(axis=1)
    return np.unique((hashes & np.uint64(0xFFFFFFFF)).astype(np.uint32))


def pack(hashes: Hashes) -> bytes:
    """Return ``hashes`` as bytes (little-endian, 4 bytes each)."""
    return hashes.astype("<u4").tobytes()


def unpack(data: bytes) -> Hashes:
    """Return the hashes stored by ``pack``."""
    return np.frombuffer(data, dtype="<u4")
