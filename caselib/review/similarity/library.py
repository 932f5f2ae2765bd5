"""Finding the documents of a library that share a passage with one text, by fingerprints alone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .fingerprints import Hashes

_BITS = 20
# A fingerprint that stands in this share of a large library is common wording (a document title, a slogan), no copying.
_COMMON_SHARE = 0.05
_COMMON_LEAST = 50


@dataclass(frozen=True, slots=True)
class Candidate:
    """A document and how many fingerprints it shares with the text."""

    document: int
    shared: int


@dataclass(frozen=True, slots=True)
class FingerprintLibrary:
    """The fingerprints of all documents, one after the other; ``ends`` says where each document's stop."""

    documents: tuple[int, ...]
    hashes: Hashes
    ends: npt.NDArray[np.int64]

    @classmethod
    def of(cls, items: Iterable[tuple[int, bytes]]) -> FingerprintLibrary:
        """Return the library of (document id, packed fingerprints) pairs."""
        pairs = list(items)
        hashes = np.frombuffer(b"".join(data for _number, data in pairs), dtype="<u4")
        ends = np.cumsum([len(data) // 4 for _number, data in pairs], dtype=np.int64)
        return cls(tuple(number for number, _data in pairs), hashes, ends)

    def candidates(self, query: Hashes, *, limit: int = 20) -> list[Candidate]:
        """Return up to ``limit`` documents that share a fingerprint with ``query``, the most shared first.

        A coarse bitmap over the low bits drops nearly everything in one pass; only the rest is compared exactly.
        """
        if not len(query) or not len(self.hashes):
            return []
        mask = np.uint32((1 << _BITS) - 1)
        bitmap = np.zeros(1 << _BITS, dtype=bool)
        bitmap[query & mask] = True
        places = np.flatnonzero(bitmap[self.hashes & mask])
        found = self.hashes[places]
        exact = np.isin(found, query)
        places, found = places[exact], found[exact]
        owners = np.searchsorted(self.ends, places, side="right")
        counts = np.bincount(owners[~self._common(found)], minlength=len(self.documents))
        # A text that shares nothing but common wording is still listed, after the others: never a false 0 %.
        weak = np.bincount(owners, minlength=len(self.documents))
        score = counts * (weak.max(initial=0) + 1) + weak
        order = np.argsort(-score, kind="stable")[:limit]
        return [Candidate(self.documents[index], int(weak[index])) for index in order if weak[index]]

    def _common(self, found: Hashes) -> npt.NDArray[np.bool_]:
        """Return which of ``found`` (one entry a document) stand in many documents."""
        _values, inverse, counts = np.unique(found, return_inverse=True, return_counts=True)
        common: npt.NDArray[np.bool_] = counts > max(_COMMON_LEAST, _COMMON_SHARE * len(self.documents))
        return common[inverse]
