"""Quotas along the tree of units: a county recommends, the city selects within its own quota and sends on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from caselib.core.errors import Refusal


@dataclass(frozen=True, slots=True)
class Quota:
    """How many entries ``unit`` (None: any unit of ``level``) may send on in ``track`` (None: in all tracks together)."""

    limit: int
    unit: int | None = None
    level: str = ""
    track: int | None = None


@dataclass(frozen=True, slots=True)
class Sender:
    """A unit that recommends."""

    unit: int
    level: str


@dataclass(frozen=True, slots=True)
class Sent:
    """One standing recommendation: ``unit`` has sent ``entry`` on in ``track``."""

    unit: int
    entry: int
    track: int


@dataclass(frozen=True, slots=True)
class Room:
    """How many a unit may send on, how many it has sent, and what is left; ``limit`` None means no bound."""

    limit: int | None
    used: int

    @property
    def left(self) -> int | None:
        return None if self.limit is None else max(0, self.limit - self.used)


def chain_of(path: Sequence[int], organiser: int | None) -> tuple[int, ...]:
    """Return the units that must recommend an entry, the nearest first.

    ``path`` is the entering unit and its ancestors from the nearest to the root. Everything below the organiser takes
    part; a unit outside the organiser's branch stands alone, as does the organiser itself.
    """
    if organiser is None or organiser not in path:
        return tuple(path[:1])
    below = tuple(path[: path.index(organiser)])
    return below or tuple(path[:1])


def next_sender(chain: Sequence[int], sent_by: Iterable[int]) -> int | None:
    """Return the unit whose turn it is, or None when the whole chain has recommended."""
    done = set(sent_by)
    return next((unit for unit in chain if unit not in done), None)


def rooms(sender: Sender, track: int, quotas: Sequence[Quota], sent: Iterable[Sent]) -> dict[str, Room]:
    """Return what is left for ``sender``: ``track`` for this track and ``all`` for all tracks together.

    A quota for the unit itself goes before one for its level; of several that fit equally the smallest counts.
    """
    own = {(row.entry, row.track) for row in sent if row.unit == sender.unit}
    in_track = sum(1 for _entry, where in own if where == track)
    return {
        "track": Room(_limit(sender, quotas, track), in_track),
        "all": Room(_limit(sender, quotas, None), len(own)),
    }


def _limit(sender: Sender, quotas: Sequence[Quota], track: int | None) -> int | None:
    fitting = [quota for quota in quotas if quota.track == track]
    own = [quota.limit for quota in fitting if quota.unit == sender.unit]
    if own:
        return min(own)
    level = [quota.limit for quota in fitting if quota.unit is None and quota.level in ("", sender.level)]
    return min(level) if level else None


def may_send(sender: Sender, track: int, quotas: Sequence[Quota], sent: Iterable[Sent]) -> Refusal | None:
    """Refuse one more recommendation by ``sender`` when its quota is used up."""
    room = rooms(sender, track, quotas, sent)
    for scope, message in _MESSAGES.items():
        if room[scope].left == 0:
            values = {"limit": room[scope].limit, "used": room[scope].used}
            return Refusal(f"over-quota-{scope}", message % values)
    return None


_MESSAGES = {
    "track": _(
        "The quota of your unit in this track is used up: %(used)d of %(limit)d. Withdraw one entry to send this one."
    ),
    "all": _(
        "The quota of your unit in this call is used up: %(used)d of %(limit)d. Withdraw one entry to send this one."
    ),
}
