"""Scores and places once more, from the audit chain alone: no table of this app is read.

What judges handed in, what the audience voted, which rubric held and who was replaced all stand in the chain, so a
losing unit can be shown that the published figures are those that were given.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from caselib.core.models import AuditRecord

from .. import scoring


@dataclass
class RoundLedger:
    """What the chain says about one round. ``stated`` are the results that were written when it was closed."""

    id: int
    order: int
    weight: Decimal
    schemes: dict[int, scoring.Scheme]
    tracks: dict[int, int]
    marks: dict[tuple[int, int], dict[str, Decimal]] = field(default_factory=dict)
    ballots: list[dict[int, Decimal]] = field(default_factory=list)
    closed: bool = False
    stated: dict[int, tuple[str, int]] = field(default_factory=dict)

    def sheets(self, track: int) -> list[scoring.Sheet]:
        """Return the sheets of one track, entries in order."""
        found = []
        for entry in sorted(e for e, t in self.tracks.items() if t == track):
            readings = [scoring.Reading(j, m) for (e, j), m in sorted(self.marks.items()) if e == entry]
            ballots = tuple(paper[entry] for paper in self.ballots if entry in paper)
            found.append(scoring.Sheet(entry, tuple(readings), ballots))
        return found

    def results(self) -> dict[int, tuple[scoring.Result, ...]]:
        """Return the placed results of each track."""
        return {
            track: scoring.score_round(scheme, self.sheets(track)) for track, scheme in sorted(self.schemes.items())
        }


@dataclass
class Ledger:
    """What the chain says about a competition."""

    rounds: dict[int, RoundLedger] = field(default_factory=dict)
    gone: set[int] = field(default_factory=set)

    def places(self) -> dict[int, scoring.Place]:
        """Return the final place of each entry of the last closed round, by entry."""
        closed = sorted((r for r in self.rounds.values() if r.closed), key=lambda r: r.order)
        if not closed:
            return {}
        results = [(r.weight, r.results()) for r in closed]
        found = {}
        for track in closed[-1].schemes:
            parts = [(weight, per_track.get(track, ())) for weight, per_track in results]
            found.update({place.entry: place for place in scoring.final_places(parts)})
        return found


def replay(records: Iterable[tuple[str, Mapping[str, Any]]]) -> Ledger:
    """Return the ledger that ``records`` (verb and data, oldest first) add up to."""
    ledger = Ledger()
    for verb, data in records:
        handler = _HANDLERS.get(verb)
        if handler is not None:
            handler(ledger, data)
    return ledger


def from_chain(competition_id: int) -> Ledger:
    """Return the ledger of a competition, read from the audit chain."""
    rows = AuditRecord.objects.filter(verb__in=_HANDLERS, data__competition=competition_id).order_by("sequence")
    return replay(rows.values_list("verb", "data").iterator(chunk_size=2000))


def _opened(ledger: Ledger, data: Mapping[str, Any]) -> None:
    ledger.rounds[data["round"]] = RoundLedger(
        id=data["round"],
        order=data["order"],
        weight=Decimal(data["weight"]),
        schemes={int(track): scoring.Scheme.from_data(scheme) for track, scheme in data["schemes"].items()},
        tracks=dict(data["entries"]),
    )


def _scored(ledger: Ledger, data: Mapping[str, Any]) -> None:
    marks = {code: Decimal(mark) for code, mark in data["marks"].items()}
    ledger.rounds[data["round"]].marks[data["entry"], data["judge"]] = marks


def _voided(ledger: Ledger, data: Mapping[str, Any]) -> None:
    ledger.rounds[data["round"]].marks.pop((data["entry"], data["judge"]), None)


def _voted(ledger: Ledger, data: Mapping[str, Any]) -> None:
    paper = {int(entry): Decimal(points) for entry, points in data["points"].items()}
    ledger.rounds[data["round"]].ballots.append(paper)


def _left(ledger: Ledger, data: Mapping[str, Any]) -> None:
    """An entry that left while rounds were open is placed in none of them; closed rounds stay as they were."""
    ledger.gone.add(data["entry"])
    for round_ in ledger.rounds.values():
        if not round_.closed:
            round_.tracks.pop(data["entry"], None)


def _reopened(ledger: Ledger, data: Mapping[str, Any]) -> None:
    """A round opened again is reckoned anew, without what left in the meantime."""
    round_ = ledger.rounds[data["round"]]
    round_.closed, round_.stated = False, {}
    for entry in ledger.gone:
        round_.tracks.pop(entry, None)


def _closed(ledger: Ledger, data: Mapping[str, Any]) -> None:
    round_ = ledger.rounds[data["round"]]
    round_.closed = True
    round_.stated = {int(entry): (score, rank) for entry, (score, rank) in data["results"].items()}


_HANDLERS = {
    "competitions.round_opened": _opened,
    "competitions.scored": _scored,
    "competitions.score_voided": _voided,
    "competitions.ballot_cast": _voted,
    "competitions.entry_left": _left,
    "competitions.round_closed": _closed,
    "competitions.round_reopened": _reopened,
}
