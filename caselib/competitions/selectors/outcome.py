"""Results as they are shown: totals by judge, the proposal, the list of winners."""

from __future__ import annotations

from collections import Counter, defaultdict
from decimal import Decimal

from .. import proposal as proposals
from .. import scoring, severity
from ..enums import AssignmentState, EntryState, ObjectionState
from ..models import Award, Competition, Entry, JuryAssignment, Result, Round, Rubric, Standing


def judge_totals(round_: Round, rubric: Rubric) -> list[severity.Mark]:
    """Return every judge's total for every entry of a track, in the judge's own order. One query."""
    rows = JuryAssignment.objects.filter(round=round_, entry__track=rubric.track_id, state=AssignmentState.SCORED)
    rows = rows.filter(entry__state=EntryState.ACCEPTED).order_by("score__submitted_at", "pk")
    criteria = rubric.scheme.criteria
    marks = []
    for order, (entry, judge, given) in enumerate(rows.values_list("entry_id", "judge_id", "score__marks")):
        total = scoring.total(criteria, {code: Decimal(mark) for code, mark in (given or {}).items()})
        marks.append(severity.Mark(entry, judge, float(total), order))
    return marks


def proposal(competition: Competition) -> proposals.Proposal:
    """Return the award proposal for the final places of a call. Five queries."""
    places = Standing.objects.filter(entry__competition=competition, entry__state=EntryState.ACCEPTED)
    rows = list(places.select_related("entry__track", "entry__unit", "entry__page__content_type"))
    contenders = [
        proposals.Contender(
            entry=place.entry_id,
            track=place.entry.track_id,
            rank=place.rank,
            score=place.overall,
            passed=place.passed,
            labels=labels_of(place),
            name=str(place.entry),
        )
        for place in rows
    ]
    tiers = [
        proposals.Tier(track.pk, rule.tier, rule.count, rule.percent)
        for track in competition.tracks.prefetch_related("award_rules")
        for rule in sorted(track.award_rules.all(), key=lambda rule: TIER_ORDER.index(rule.tier))
    ]
    sizes = Counter(competition.entries.filter(state=EntryState.ACCEPTED).values_list("track_id", flat=True))
    rules = [rule.composition for rule in competition.composition_rules.all()]
    return proposals.propose(contenders, tiers, rules, sizes)


TIER_ORDER = ("first", "second", "third", "merit")


def labels_of(place: Standing) -> frozenset[str]:
    """Return what composition rules may say of an entry: its kind of track, kind of resource, and its unit's level."""
    entry = place.entry
    found = {f"track:{entry.track.kind}", f"level:{entry.unit.level}", f"unit:{entry.unit.kind}"}
    if entry.page is not None:
        found.add(f"kind:{entry.page.content_type.model}")
    return frozenset(found)


def results_of(round_: Round) -> dict[int, list[Result]]:
    """Return the results of a round by track, best first. One query."""
    found: dict[int, list[Result]] = defaultdict(list)
    rows = Result.objects.filter(round=round_).select_related("entry__track", "entry__unit")
    for row in rows.order_by("rank", "entry__number"):
        found[row.entry.track_id].append(row)
    return dict(found)


def winners(competition: Competition) -> list[Award]:
    """Return the awards of a call: by track, then tier, then place. One query."""
    rows = Award.objects.filter(competition=competition, entry__state=EntryState.ACCEPTED)
    rows = rows.select_related("entry__track", "entry__unit", "entry__standing", "entry__page", "certificate")
    return sorted(
        rows,
        key=lambda a: (
            a.entry.track.order,
            a.entry.track_id,
            TIER_ORDER.index(a.tier),
            a.entry.standing.rank if hasattr(a.entry, "standing") else 0,
            a.entry.number or 0,
        ),
    )


def withdrawn_winners(competition: Competition) -> list[str]:
    """Return the awarded entries whose resource is no longer in the library: withdrawn after it was handed in."""
    return [str(award.entry) for award in winners(competition) if award.entry.page and award.entry.page.withdrawn]


def upheld_and_awarded(competition: Competition) -> list[Entry]:
    """Return the entries that are still to be awarded although an objection to them was upheld. One query."""
    rows = Entry.objects.filter(competition=competition, state=EntryState.ACCEPTED, award__isnull=False)
    return list(rows.filter(objections__state=ObjectionState.UPHELD).distinct().order_by("number"))


def awarded_page_ids(competition: Competition) -> list[int]:
    """Return the ids of the awarded resources in the order of the list of winners, for a list or an anthology."""
    return [award.entry.page_id for award in winners(competition) if award.entry.page_id is not None]
