"""The award proposal: which entries get which award, and an explanation wherever the ranking alone did not decide.

Places in each track are limited by counts or percentages; composition rules hold over all awarded entries together
(case courses at least one third of them). As many awards as possible are given, then the best places count. Entries
that share a place are never separated.
"""

from __future__ import annotations

import itertools
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from math import ceil
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from ortools.sat.python import cp_model

SECONDS = 20


@dataclass(frozen=True, slots=True)
class Contender:
    """A placed entry. ``labels`` are what composition rules speak of, for example ``track:case_course``."""

    entry: int
    track: int
    rank: int
    score: Decimal
    passed: bool = True
    labels: frozenset[str] = frozenset()
    name: str = ""


@dataclass(frozen=True, slots=True)
class Tier:
    """An award of a track, best first: a fixed ``count``, or ``percent`` of the track's entries (rounded down)."""

    track: int
    tier: str
    count: int | None = None
    percent: Decimal | None = None

    def places(self, entries: int) -> int:
        """Return how many places there are for ``entries`` entries."""
        if self.count is not None:
            return self.count
        return int(Fraction(self.percent or 0) * entries / 100)


@dataclass(frozen=True, slots=True)
class Composition:
    """A rule on all awarded entries: those with ``label`` are at least (or ``at_most``) ``share`` of them."""

    label: str
    share: Fraction
    text: str
    at_most: bool = False


@dataclass(frozen=True, slots=True)
class Proposal:
    """The proposal: the tier of each awarded entry, sentences that explain it, and the rules that cannot be met."""

    tiers: Mapping[int, str]
    notes: tuple[str, ...] = ()
    unmet: tuple[str, ...] = ()
    passed_over: tuple[int, ...] = field(default=())


def propose(
    contenders: Sequence[Contender],
    tiers: Sequence[Tier],
    rules: Sequence[Composition],
    sizes: Mapping[int, int] | None = None,
) -> Proposal:
    """Return the award proposal. ``sizes`` is how many entries each track received, for percentages; without it the
    contenders are counted.

    Where the rules cannot all be met, ``unmet`` says which and why, and nobody is awarded in their name: the proposal
    then keeps to the ranking alone, for the office to decide on.
    """
    sizes = sizes if sizes is not None else Counter(contender.track for contender in contenders)
    places = _places(tiers, sizes)
    notes: list[str] = []
    plain = _choose(contenders, places, ())
    chosen = plain
    unmet: list[str] = []
    if rules:
        ruled = _choose(contenders, places, rules)
        if not ruled and plain:
            unmet = _explain_unmet(contenders, places, rules, plain)
        else:
            chosen = ruled
            notes += _explain_changes(contenders, plain, ruled, places, rules)
    given = _tiers(contenders, chosen, tiers, sizes, notes)
    notes += _explain_places(contenders, chosen, places)
    return Proposal(given, tuple(notes), tuple(unmet), tuple(sorted(plain - chosen)))


def _places(tiers: Sequence[Tier], sizes: Mapping[int, int]) -> dict[int, int]:
    places: dict[int, int] = defaultdict(int)
    for tier in tiers:
        places[tier.track] += tier.places(sizes.get(tier.track, 0))
    return dict(places)


def _choose(contenders: Sequence[Contender], places: Mapping[int, int], rules: Sequence[Composition]) -> frozenset[int]:
    """Return the awarded entries: as many as the rules allow, and among those the best places."""
    # The solver takes 80 MB: only the process that proposes awards loads it.
    from ortools.sat.python import cp_model

    candidates = [c for c in contenders if c.passed and c.rank > 0 and places.get(c.track)]
    model = cp_model.CpModel()
    groups: dict[tuple[int, int], cp_model.IntVar] = {}
    for c in candidates:
        groups.setdefault((c.track, c.rank), model.new_bool_var(f"{c.track}/{c.rank}"))
    taken = {c.entry: groups[c.track, c.rank] for c in candidates}
    for track, number in places.items():
        model.add(sum(taken[c.entry] for c in candidates if c.track == track) <= number)
    for rule in rules:
        _add_rule(model, rule, candidates, taken)
    _keep_order(model, candidates, groups)
    worst = max((c.rank for c in candidates), default=0)
    prize = (worst + 1) * (len(candidates) + 1)
    model.maximize(sum((prize - c.rank) * taken[c.entry] for c in candidates))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = 0
    solver.parameters.max_time_in_seconds = SECONDS
    status = solver.solve(model)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return frozenset()
    return frozenset(entry for entry, variable in taken.items() if solver.value(variable))


def _add_rule(
    model: cp_model.CpModel,
    rule: Composition,
    candidates: Sequence[Contender],
    taken: Mapping[int, cp_model.IntVar],
) -> None:
    top, bottom = rule.share.numerator, rule.share.denominator
    labelled = sum(bottom * taken[c.entry] for c in candidates if rule.label in c.labels)
    everyone = sum(top * taken[c.entry] for c in candidates)
    model.add(labelled <= everyone if rule.at_most else labelled >= everyone)


def _keep_order(
    model: cp_model.CpModel, candidates: Sequence[Contender], groups: Mapping[tuple[int, int], cp_model.IntVar]
) -> None:
    """Among entries of one track with the same labels a better place is never passed over for a worse one.

    Groups that share a place but not their labels are left to the objective.
    """
    by_kind: dict[tuple[int, frozenset[str]], set[int]] = defaultdict(set)
    sizes: dict[tuple[int, int], int] = defaultdict(int)
    for c in candidates:
        by_kind[c.track, c.labels].add(c.rank)
        sizes[c.track, c.rank] += 1
    for (track, _labels), ranks in by_kind.items():
        ordered = sorted(ranks)
        for better, worse in itertools.pairwise(ordered):
            model.add(groups[track, better] >= groups[track, worse])


def _tiers(
    contenders: Sequence[Contender],
    chosen: frozenset[int],
    tiers: Sequence[Tier],
    sizes: Mapping[int, int],
    notes: list[str],
) -> dict[int, str]:
    """Hand out the tiers of each track in order of place; those who share a place get the tier of the last of them."""
    given: dict[int, str] = {}
    for track in sorted({tier.track for tier in tiers}):
        own = sorted((c for c in contenders if c.track == track and c.entry in chosen), key=lambda c: (c.rank, c.entry))
        ladder = [(tier.tier, tier.places(sizes.get(track, 0))) for tier in tiers if tier.track == track]
        steps = [name for name, number in ladder for _place in range(number)]
        for rank in sorted({c.rank for c in own}):
            group = [c for c in own if c.rank == rank]
            first = own.index(group[0])
            last = min(first + len(group), len(steps)) - 1
            if steps[first] != steps[last]:
                text = _("%(n)d entries share place %(rank)d across two awards; all get the lower one.")
                notes.append(text % {"n": len(group), "rank": rank})
            given.update({c.entry: steps[last] for c in group})
    return given


def _explain_changes(
    contenders: Sequence[Contender],
    plain: frozenset[int],
    ruled: frozenset[int],
    places: Mapping[int, int],
    rules: Sequence[Composition],
) -> list[str]:
    notes = []
    names = {c.entry: c for c in contenders}
    for entry in sorted(plain - ruled, key=lambda e: names[e].rank):
        text = _("%(name)s (place %(rank)d) is passed over so that this rule holds: %(rules)s")
        notes.append(text % {"name": names[entry].name, "rank": names[entry].rank, "rules": _texts(rules)})
    for entry in sorted(ruled - plain, key=lambda e: names[e].rank):
        text = _("%(name)s (place %(rank)d) is awarded so that this rule holds: %(rules)s")
        notes.append(text % {"name": names[entry].name, "rank": names[entry].rank, "rules": _texts(rules)})
    if len(ruled) < len(plain):
        text = _("%(n)d places stay empty: with more awards the rules could not be met.")
        notes.append(text % {"n": len(plain) - len(ruled)})
        notes += [_demand(contenders, rule, len(plain)) for rule in rules if not rule.at_most]
    return notes


def _demand(contenders: Sequence[Contender], rule: Composition, awards: int) -> str:
    """Say what ``rule`` asks of ``awards`` awards, and how many entries could answer it."""
    able = sum(1 for c in contenders if c.passed and c.rank > 0 and rule.label in c.labels)
    text = _("“%(rule)s”: of %(awards)d awards it asks for %(need)d, and %(able)d entries qualify.")
    return text % {"rule": rule.text, "awards": awards, "need": ceil(rule.share * awards), "able": able}


def _texts(rules: Sequence[Composition]) -> str:
    return "；".join(rule.text for rule in rules)


def _explain_places(contenders: Sequence[Contender], chosen: frozenset[int], places: Mapping[int, int]) -> list[str]:
    """Explain places that stay empty for want of entries above the pass line or because of a shared place."""
    notes = []
    for track, number in sorted(places.items()):
        own = [c for c in contenders if c.track == track]
        empty = number - sum(1 for c in own if c.entry in chosen)
        below = sum(1 for c in own if not c.passed)
        if empty > 0 and below:
            text = _("%(empty)d places of the track stay empty; %(below)d entries are below the pass line.")
            notes.append(text % {"empty": empty, "below": below})
        waiting = [c.rank for c in own if c.passed and c.rank > 0 and c.entry not in chosen]
        shared = [c for c in own if waiting and c.rank == min(waiting)]
        if 0 < empty < len(shared):
            text = _("%(n)d entries share place %(rank)d, but only %(empty)d places are left; none of them is awarded.")
            notes.append(text % {"n": len(shared), "rank": min(waiting), "empty": empty})
    return notes


def _explain_unmet(
    contenders: Sequence[Contender],
    places: Mapping[int, int],
    rules: Sequence[Composition],
    plain: frozenset[int],
) -> list[str]:
    """Return a sentence for each rule that fails on its own, or one for rules that fail only together."""
    found = []
    for rule in rules:
        if _choose(contenders, places, (rule,)):
            continue
        if rule.at_most:
            found.append(
                _("“%(rule)s” cannot be met: every entry that qualifies is of this kind.") % {"rule": rule.text}
            )
        else:
            found.append(_("This rule cannot be met.") + " " + _demand(contenders, rule, len(plain)))
    if not found:
        found.append(_("Each rule can be met alone, but not all together: %(rules)s") % {"rules": _texts(rules)})
    return found
