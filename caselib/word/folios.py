"""The arithmetic of page numbers: where each flow begins once the length of every flow is known."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

Numbers = Literal["decimal", "lowerRoman"]


@dataclass(frozen=True, slots=True)
class Stretch:
    """One section in the order of the book: the page counts of its flows, how it begins and how it is numbered."""

    lengths: tuple[int, ...]
    odd: bool
    restart: int = 0


def starts(stretches: Sequence[Stretch]) -> list[list[int]]:
    """Return the number of the first page of each flow of each stretch."""
    found: list[list[int]] = []
    following = 1
    for stretch in stretches:
        page = stretch.restart or following
        if stretch.odd and page % 2 == 0:
            page += 1
        row = []
        for length in stretch.lengths:
            row.append(page)
            page += length
        following = page
        found.append(row)
    return found


def folio(number: int, numbers: Numbers) -> str:
    """Return how page ``number`` is printed."""
    return roman(number) if numbers == "lowerRoman" else str(number)


def roman(number: int) -> str:
    """Return ``number`` (1 to 3999) in small Roman figures."""
    out = ""
    for value, sign in (
        (1000, "m"),
        (900, "cm"),
        (500, "d"),
        (400, "cd"),
        (100, "c"),
        (90, "xc"),
        (50, "l"),
        (40, "xl"),
        (10, "x"),
        (9, "ix"),
        (5, "v"),
        (4, "iv"),
        (1, "i"),
    ):
        count, number = divmod(number, value)
        out += sign * count
    return out


def unique(pages: Iterable[str]) -> list[str]:
    """Return ``pages`` in order without repeats."""
    return list(dict.fromkeys(pages))


def local_name(anchor: str) -> str:
    """Return the part of a heading's bookmark that stays the same wherever its flow stands: ``_Toc12c0h3`` → ``0h3``."""
    return re.sub(r"^_Toc[0-9]+c", "", anchor)
