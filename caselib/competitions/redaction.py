"""Taking names out of text: authors, units and passages the office blacked out, however they are spaced."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

BAR = "■■■"
# Invisible characters that a name could hide behind, besides ordinary white space and the dots between names.
BETWEEN = "[\\s\u00ad\u034f\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufe00-\ufe0f\ufeff\u00b7\u2022\u2027\u2219\u22c5\u30fb\uff65]*"
LATIN_BETWEEN = "[\\s\u00ad\u200b-\u200f\u2060\ufeff\u00b7\u2022.'’_-]*"
SHORTEST = 2
LATIN = re.compile(r"^[A-Za-zü][A-Za-z0-9ü.@+_'’-]*$")
# Ways to reach a person give the person away: mail, mobile and fixed telephone, identity card, address of a page.
REACH = (
    r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+",
    r"(?:https?://|www\.)[^\s<>\u4e00-\u9fff，。；、）》”]+",
    r"(?<![\d.])(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?!\d)",
    r"(?<![\d.])0\d{2,3}[-—－ ]\d{7,8}(?!\d)",
    r"(?<!\d)\d{17}[\dXx](?!\d)",
)
WIDE = {code + 0xFEE0: code for code in range(0x21, 0x7F)}


@dataclass(frozen=True, slots=True)
class Redactor:
    """Masks a fixed set of phrases. Make one with ``Redactor.of``."""

    pattern: re.Pattern[str] | None = field(default=None)

    @classmethod
    def of(cls, phrases: Iterable[str], *, reach: bool = False) -> Redactor:
        """Return a redactor for ``phrases``; one shorter than two characters is left out, it would blacken everything.

        ``reach`` also masks mail addresses, telephone and identity numbers and addresses of pages.
        """
        plain = {re.sub(BETWEEN, "", phrase) for phrase in phrases}
        wanted = sorted((p for p in plain if len(p) >= SHORTEST), key=lambda p: (-len(p), p))
        parts = [*(REACH if reach else ()), *(_part(phrase) for phrase in wanted)]
        return cls(re.compile("|".join(parts), re.IGNORECASE)) if parts else cls()

    def __call__(self, text: str) -> str:
        """Return ``text`` with every phrase replaced by a bar of fixed length, which tells nothing about the name."""
        if not self.pattern or not text:
            return text
        # Full-width letters and digits are matched as plain ones; the translation keeps every position.
        plain = text.translate(WIDE)
        kept, last = [], 0
        for match in self.pattern.finditer(plain):
            kept += [text[last : match.start()], BAR]
            last = match.end()
        return "".join([*kept, text[last:]])

    def finds(self, text: str) -> bool:
        """Whether ``text`` still holds one of the phrases."""
        return bool(self.pattern and self.pattern.search(text.translate(WIDE)))


def _part(phrase: str) -> str:
    """Return the pattern of one phrase. A Latin one must stand alone: 李娜 is Li Na, and Carolina holds no Li Na."""
    plain = phrase.translate(WIDE)
    letters = [re.escape(character) for character in plain if character not in ".'’_-"]
    if not LATIN.match(plain) or len(letters) < SHORTEST:
        return BETWEEN.join(re.escape(character) for character in plain)
    return f"(?<![A-Za-z0-9ü]){LATIN_BETWEEN.join(letters)}(?![A-Za-z0-9ü])"
