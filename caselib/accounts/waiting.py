"""What waits for a person. Each app says it here; the home page and the desk show it and count nothing themselves."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .models import User


@dataclass(frozen=True, slots=True)
class Pile:
    """Work of one kind: how many pieces, in words without the number, and the page that lists them.

    ``late`` of them are overdue.
    """

    count: int
    words: str
    url: str
    late: int = 0


Source = Callable[["User", frozenset[str]], Iterable[Pile]]
_sources: dict[str, tuple[int, Source]] = {}


def register(name: str, source: Source, *, place: int) -> None:
    """Register a function (user, roles) → piles; the piles of the lowest ``place`` come first.

    Every home page of a signed-in reader asks, so a source looks at the roles before it asks the database, and then
    asks as often whatever the numbers are.
    """
    _sources[name] = (place, source)


def piles_of(user: User, roles: frozenset[str]) -> list[Pile]:
    """Return what waits for ``user``, without empty piles."""
    ordered = sorted(_sources.values(), key=lambda row: row[0])
    return [pile for _place, source in ordered for pile in source(user, roles) if pile.count]
