"""Numbers of rows, as forms and scripts write them."""

from __future__ import annotations

LARGEST = 2**63 - 1  # that a database can hold
_DIGITS = 18  # with so many any number is smaller


def row_number(text: str) -> int | None:
    """Return the number that ``text`` writes in decimal digits, None for what is none or longer than any database holds."""
    return int(text) if text.isdecimal() and len(text) <= _DIGITS else None
