"""Numbers and enumerations in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from django.utils.translation import ngettext, pgettext


def class_hours(number: Decimal | float) -> str:
    """Return a number of class hours with its unit; halves are plural."""
    text = shown_number(number)
    return ngettext("%(hours)s class hour", "%(hours)s class hours", 1 if text == "1" else 2) % {"hours": text}


def shown_number(number: Decimal | float) -> str:
    """Return a number without zeros at its end."""
    return f"{Decimal(str(number)).normalize():f}"


def listed(items: Iterable[object]) -> str:
    """Return ``items`` one after the other, as the language separates words of a list."""
    return pgettext("between words of a list", ", ").join(map(str, items))


def clauses(items: Iterable[object]) -> str:
    """Return ``items`` one after the other, as the language separates clauses."""
    return pgettext("between clauses", "; ").join(map(str, items))


def stars(mean: float | None) -> str:
    """Return a mean as a number with one decimal, or a dash."""
    return f"{mean:.1f}" if mean else "—"
