"""For this post: how well a resource fits a post, with the reasons in words. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from ..wording import listed

EXACT_POSITION, BROADER_POSITION, NARROWER_POSITION = 8.0, 5.0, 4.0
EXACT_SECTOR, BROADER_SECTOR = 4.0, 2.0
SAME_LEVEL, SAME_RISK = 2.0, 3.0


@dataclass(frozen=True, slots=True)
class TermFacts:
    """A vocabulary term as the ranking sees it: its name and its path of ids from the top, itself last."""

    pk: int
    name: str
    path: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Post:
    """The post somebody holds, or a class has: each part may be missing. ``risks`` are topics."""

    position: TermFacts | None = None
    sector: TermFacts | None = None
    level: str = ""
    level_label: str = ""
    risks: tuple[TermFacts, ...] = ()

    @property
    def empty(self) -> bool:
        return self.position is None and self.sector is None and not self.level and not self.risks


@dataclass(frozen=True, slots=True)
class Candidate:
    """A resource as the ranking sees it."""

    pk: int
    positions: tuple[TermFacts, ...] = ()
    sectors: tuple[TermFacts, ...] = ()
    topics: tuple[TermFacts, ...] = ()
    levels: tuple[str, ...] = ()
    tier: str = ""
    awards: int = 0
    ordered: int = 0


@dataclass(frozen=True, slots=True)
class Match:
    pk: int
    score: float
    reasons: tuple[str, ...]
    same_position: bool = False
    warnings: tuple[str, ...] = field(default=())
    closeness: float = 1.0  # of the positions: 1 for the post itself, less for a wider or narrower group


def match(post: Post, candidate: Candidate) -> Match | None:
    """Return how ``candidate`` fits ``post``, or None if nothing speaks for it.

    An item written for other posts only is not shown for this one unless the sector is the same, and then it says so.
    """
    points, reasons, warnings = 0.0, [], []
    gained, reason = _position(post, candidate)
    same_position, closeness = gained > 0, gained / EXACT_POSITION
    points += gained
    reasons += reason
    gained, reason = _sector(post, candidate)
    same_sector = gained > 0
    points += gained
    reasons += reason
    if post.position and candidate.positions and not same_position:
        if not same_sector:
            return None
        names = listed(term.name for term in candidate.positions[:3])
        warnings.append(_("written for other posts: %(names)s") % {"names": names})
        points -= EXACT_SECTOR / 2
    for risk in post.risks:
        if any(risk.pk in topic.path for topic in candidate.topics):
            points += SAME_RISK
            reasons.append(_("same risk: %(name)s") % {"name": risk.name})
    if post.level and post.level in candidate.levels:
        points += SAME_LEVEL
        reasons.append(_("same level: %(name)s") % {"name": post.level_label or post.level})
    if not reasons:
        return None
    points += {"province": 0.9, "city": 0.6, "school": 0.3}.get(candidate.tier, 0.0) + min(candidate.awards, 2) * 0.3
    points += min(candidate.ordered, 50) / 100
    return Match(candidate.pk, points, tuple(reasons), same_position, tuple(warnings), closeness)


def rank(post: Post, candidates: Sequence[Candidate]) -> list[Match]:
    """Return the fitting candidates, best first; equal ones newest (highest id) first."""
    found = [result for candidate in candidates if (result := match(post, candidate)) is not None]
    return sorted(found, key=lambda result: (-result.score, -result.pk))


def _position(post: Post, candidate: Candidate) -> tuple[float, list[str]]:
    if post.position is None:
        return 0.0, []
    best, reason = 0.0, ""
    for term in candidate.positions:
        if term.pk == post.position.pk:
            return EXACT_POSITION, [_("same position: %(name)s") % {"name": term.name}]
        if term.pk in post.position.path and best < BROADER_POSITION:
            best, reason = BROADER_POSITION, _("written for the wider group of posts: %(name)s") % {"name": term.name}
        elif post.position.pk in term.path and best < NARROWER_POSITION:
            best, reason = NARROWER_POSITION, _("written for a post within this group: %(name)s") % {"name": term.name}
    return best, [reason] if reason else []


def _sector(post: Post, candidate: Candidate) -> tuple[float, list[str]]:
    if post.sector is None:
        return 0.0, []
    for term in candidate.sectors:
        if post.sector.pk in term.path:
            return EXACT_SECTOR, [_("same sector: %(name)s") % {"name": post.sector.name}]
    for term in candidate.sectors:
        if term.pk in post.sector.path:
            return BROADER_SECTOR, [_("wider sector: %(name)s") % {"name": term.name}]
    return 0.0, []
