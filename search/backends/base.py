"""What an engine must do, and how it says that it cannot."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Protocol

from search.queries import EngineAnswer, EngineQuery
from search.records import Record


class EngineUnavailable(Exception):
    """The engine cannot answer now: refused, silent, too slow, damaged or not built yet.

    `slow` says that finding out took long, so that nobody else should try for a while.
    """

    def __init__(self, message: str, *, slow: bool = False) -> None:
        super().__init__(message)
        self.slow = slow


class Refused(Exception):
    """The engine is well but does not take these records as they are.

    `faults` are the reasons by key; the key "" stands for a batch of which nobody says which record is at fault.
    `held` are the keys of the same batch whose state the index now holds.
    """

    def __init__(self, faults: Mapping[str, str], held: Collection[str] = ()) -> None:
        super().__init__("; ".join(f"{key}: {why}" for key, why in faults.items())[:2000])
        self.faults = {key: why for key, why in faults.items() if key}
        self.held = frozenset(held)


class Builder(Protocol):
    """A new index growing beside the one that serves readers.

    Every method but `abandon` raises EngineUnavailable when it cannot do its work.
    """

    def add(self, records: Iterable[Record]) -> Mapping[str, str]:
        """Add or replace records; return by key why some were refused."""

    def remove(self, keys: Iterable[str]) -> None:
        """Remove records that vanished while building."""

    def settle(self) -> None:
        """Bring what was added into the shape readers are served from fastest; drains go on meanwhile."""

    def publish(self) -> None:
        """Make everything durable and switch readers over at one stroke; the old index is kept until the next."""

    def abandon(self) -> None:
        """Throw the unfinished index away, as far as that is possible; never raises, never touches what readers see."""


class Engine(Protocol):
    """One engine. Every method raises EngineUnavailable when it cannot do its work."""

    name: str

    def search(self, query: EngineQuery) -> EngineAnswer:
        """Answer a query."""

    def shares(self, field: str, tokens: Collection[str]) -> Mapping[str, float]:
        """Return the share of all passages that hold each token, without those that are rare or that nobody counted."""

    def apply(self, upserts: Iterable[Record], deletes: Iterable[str], *, at: int) -> set[str]:
        """Index records and remove keys durably. `at` orders concurrent writers (microseconds).

        Returns the keys whose state the index now holds. Raises Refused when some are not taken as they are.
        """

    def versions(self) -> Iterator[tuple[str, str]]:
        """Yield (key, version hash) of every record held."""

    def ready(self) -> bool:
        """Whether there is an index that answers; False asks for a rebuild. Raises if the server is away."""

    def builder(self) -> Builder:
        """Start a new index beside the live one."""

    def status(self) -> Mapping[str, object]:
        """Return figures for the office: documents, generation, size, health."""

    def explain(self, query: EngineQuery, key: str) -> Mapping[str, object]:
        """Say why a record scores what it scores."""
