"""How what was meant differs from what was typed: by a sound, a key beside the right one, a character."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

GAP = "_"  # stands for any one character
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
# Sounds that half the country does not tell apart.
_ALIKE = dict(
    pair.split(":")
    for one, other in (pair.split(":") for pair in "zh:z ch:c sh:s ang:an eng:en ing:in".split())
    for pair in (f"{one}:{other}", f"{other}:{one}")
) | {"l": "n", "n": "l", "f": "h", "h": "f"}
_SOUND = re.compile(r"zh|ch|sh|[zcs](?!h)|ang|eng|ing|[aei]n(?!g)|(?<![aei])n(?=[aeiouv])|[lfh](?=[aeiouv])")
_MOST_SOUNDS = 12  # of a key that are looked at
_LONGEST = 24  # letters of a word in which one wrong letter is looked for


def sounds_like(key: str, *, wrong: int = 2) -> list[str]:
    """Return pinyin keys that many would not tell from this one, at most so many of its sounds wrong: lianzeng for lianzheng."""
    found = [m.span() for m in _SOUND.finditer(key)][:_MOST_SOUNDS]
    chosen = (some for count in range(1, wrong + 1) for some in itertools.combinations(found, count))
    return list(dict.fromkeys(_exchanged(key, some) for some in chosen))


def _exchanged(key: str, spans: tuple[tuple[int, int], ...]) -> str:
    for start, end in reversed(spans):
        key = key[:start] + _ALIKE.get(key[start:end], key[start:end]) + key[end:]
    return key


def letters_like(key: str) -> list[str]:
    """Return what differs from a word of letters by one of them: left out, added, another one, two exchanged."""
    return list(dict.fromkeys(_letters_like(key))) if 4 <= len(key) <= _LONGEST else []


def _letters_like(key: str) -> Iterator[str]:
    yield from exchanged(key)
    for at in range(len(key)):
        for letter in _LETTERS:
            yield key[:at] + letter + key[at:]
            yield key[:at] + letter + key[at + 1 :]
    yield from (key + letter for letter in _LETTERS)


def exchanged(text: str) -> list[str]:
    """Return the text with two neighbours exchanged, and with one character left out."""
    swapped = [text[:i] + text[i + 1] + text[i] + text[i + 2 :] for i in range(len(text) - 1)]
    return [t for t in (*swapped, *(text[:i] + text[i + 1 :] for i in range(len(text)))) if t != text]


def gaps(text: str) -> list[str]:
    """Return the text with each of its characters left open, which one wrong character does not change."""
    return [text[:i] + GAP + text[i + 1 :] for i in range(len(text))]


def forgotten(text: str) -> list[str]:
    """Return the text with room for one more character in each place inside it."""
    return [text[:i] + GAP + text[i:] for i in range(1, len(text))]
