"""Taking names out of text: authors, units and passages the office blacked out, however they are spaced."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

BAR = "■■■"
# Invisible characters that a name could hide behind, besides ordinary white space and the middle dot.
BETWEEN = "[\\s\u00ad\u200b-\u200f\u2060\ufeff·•]*"
SHORTEST = 2


@dataclass(frozen=True, slots=True)
class Redactor:
    """Masks a fixed set of phrases. Make one with ``Redactor.of``."""

    pattern: re.Pattern[str] | None = field(default=None)

    @classmethod
    def of(cls, phrases: Iterable[str]) -> Redactor:
        """Return a redactor for ``phrases``; one shorter than two characters is left out, it would blacken everything."""
        plain = {re.sub(BETWEEN, "", phrase) for phrase in phrases}
        wanted = sorted((p for p in plain if len(p) >= SHORTEST), key=lambda p: (-len(p), p))
        if not wanted:
            return cls()
        parts = (BETWEEN.join(re.escape(character) for character in phrase) for phrase in wanted)
        return cls(re.compile("|".join(parts), re.IGNORECASE))

    def __call__(self, text: str) -> str:
        """Return ``text`` with every phrase replaced by a bar of fixed length, which tells nothing about the name."""
        return self.pattern.sub(BAR, text) if self.pattern else text

    def finds(self, text: str) -> bool:
        """Whether ``text`` still holds one of the phrases."""
        return bool(self.pattern and self.pattern.search(text))
