"""Conflicts of interest, derived before a judge sees a single title."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from ..enums import ConflictReason

SPACES = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Person:
    """An author: the account where there is one, else name and unit as printed."""

    user: int | None
    name: str
    unit_name: str = ""


@dataclass(frozen=True, slots=True)
class Service:
    """A time somebody belonged to a unit; ``until`` None means: still."""

    unit: int
    until: date | None = None


@dataclass(frozen=True, slots=True)
class JudgeFacts:
    """What is known about a judge. ``co_authors`` are accounts and names the judge has ever published with."""

    id: int
    user: int
    name: str
    unit: int | None
    unit_name: str = ""
    services: tuple[Service, ...] = ()
    co_author_users: frozenset[int] = frozenset()
    co_author_names: frozenset[str] = frozenset()
    listed_names: frozenset[str] = frozenset()
    listed_units: frozenset[int] = frozenset()
    listed_unit_names: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class EntryFacts:
    """What conflicts are derived from: authors, the entering unit, the units authors work in, and those that sent it on."""

    id: int
    unit: int | None
    authors: tuple[Person, ...] = ()
    author_units: frozenset[int] = frozenset()
    sent_by: frozenset[int] = frozenset()


def derive(judge: JudgeFacts, entry: EntryFacts, today: date, years: int) -> tuple[ConflictReason, ...]:
    """Return every reason why ``judge`` must not read ``entry``, in the order of the enumeration.

    A unit that the judge left ``years`` years ago to the day no longer counts as a former unit. A unit above or below
    the entering one is no conflict by itself (all of them lie below the organiser), but one that chose and sent the
    entry on has taken its side.
    """
    units = {unit for unit in (entry.unit, *entry.author_units) if unit is not None}
    names = {plain(person.name) for person in entry.authors}
    unit_names = {plain(person.unit_name) for person in entry.authors if person.unit_name}
    users = {person.user for person in entry.authors if person.user is not None}
    checks = {
        ConflictReason.AUTHOR: judge.user in users or _same_person(judge, entry),
        ConflictReason.SAME_UNIT: judge.unit in units,
        ConflictReason.SENT_ON: judge.unit in entry.sent_by - units,
        ConflictReason.FORMER_UNIT: bool(units & _recent_units(judge, today, years)),
        ConflictReason.CO_AUTHOR: bool(users & judge.co_author_users) or bool(names & judge.co_author_names),
        ConflictReason.LISTED_PERSON: bool(names & judge.listed_names),
        ConflictReason.LISTED_UNIT: bool(units & judge.listed_units or unit_names & judge.listed_unit_names),
    }
    return tuple(reason for reason, holds in checks.items() if holds)


def plain(name: str) -> str:
    """Return ``name`` without white space and in one case, so that 张 三 is 张三."""
    return SPACES.sub("", name).casefold()


def _same_person(judge: JudgeFacts, entry: EntryFacts) -> bool:
    """Whether an author without an account has the judge's name and unit (or no unit at all)."""
    unit = plain(judge.unit_name)
    return any(
        person.user is None and plain(person.name) == plain(judge.name) and plain(person.unit_name) in ("", unit)
        for person in entry.authors
    )


def _recent_units(judge: JudgeFacts, today: date, years: int) -> set[int]:
    limit = _years_before(today, years)
    return {
        service.unit
        for service in judge.services
        if service.unit != judge.unit and (service.until is None or service.until > limit)
    }


def _years_before(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)
