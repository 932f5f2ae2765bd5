"""Verbs on readings: which judge reads which entry; assign a round, fill its gaps, pass a reading on."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from caselib.accounts.models import User
from caselib.accounts.services import notify
from caselib.core import clock
from caselib.core.errors import Refusal, RefusedError, require

from .. import assignment
from ..enums import AssignmentState, RoundState
from ..models import Conflict, Entry, JuryAssignment, Round, Rubric, Score, Track
from ..rules import acts
from ..selectors import jury
from . import chain
from .calls import locked_round
from .conflicts import derive_conflicts


@transaction.atomic
def assign_round(
    round_: Round, *, by: User, seed: int = 0, at: datetime | None = None
) -> dict[int, assignment.Assignment]:
    """Assign judges to the entries of every track of a round that is not open yet; return the outcome by track.

    All tracks or none: if one track cannot be assigned, nothing changes and the outcome says why. Effects in order:
    conflicts derived, earlier assignments of the round replaced, audit ``round_assigned`` with every pair.
    """
    require(acts.office_only(by.roles))
    moment = at or clock.now()
    round_ = locked_round(round_)
    if round_.state != RoundState.PREPARED:
        raise RefusedError(Refusal("round-open", _("Judging has begun; replace single judges instead.")))
    derive_conflicts(round_.competition, at=moment)
    entries = jury.participants(round_)
    outcome = {}
    for rubric in round_.rubrics.select_related("track__competition"):
        own = [entry for entry in entries if entry.track_id == rubric.track_id]
        outcome[rubric.track_id] = assignment.assign(jury.task(rubric, own, seed)) if own else assignment.Assignment()
    if not entries or not all(answer.feasible for answer in outcome.values()):
        return outcome
    round_.assignments.all().delete()
    pairs = [pair for answer in outcome.values() for pair in answer.pairs]
    JuryAssignment.objects.bulk_create(
        JuryAssignment(round=round_, entry_id=entry, judge_id=judge, at=moment) for entry, judge in pairs
    )
    Round.objects.filter(pk=round_.pk).update(seed=seed)
    chain.write(round_.competition, "round_assigned", round_, by=by, at=moment, round=round_.pk, seed=seed, pairs=pairs)
    return outcome


@transaction.atomic
def order_further_reading(round_: Round, entry: Entry, *, by: User, at: datetime | None = None) -> JuryAssignment:
    """Give an entry on which the judges differ to one more judge.

    Raises RefusedError when no judge of the track is free of conflicts. Effects in order: reading, audit
    ``further_reading``, notice.
    """
    require(acts.office_only(by.roles))
    moment = at or clock.now()
    round_ = locked_round(round_)
    require(acts.round_open(round_.state))
    row = _give(round_, entry, by, moment, further=True)
    if row is None:
        raise RefusedError(
            Refusal("nobody-free", _("No judge of this track is free to read the entry. Appoint another."))
        )
    return row


@transaction.atomic
def fill_gaps(round_: Round, *, by: User, at: datetime | None = None) -> tuple[int, int]:
    """Give every entry that lost a judge to another one; return how many readings were given and are still missing."""
    require(acts.office_only(by.roles))
    moment = at or clock.now()
    round_ = locked_round(round_)
    given = lacking = 0
    for rubric in round_.rubrics.select_related("track"):
        for entry in [entry for entry in jury.participants(round_) if entry.track_id == rubric.track_id]:
            have = round_.assignments.filter(entry=entry, further=False).exclude(state=AssignmentState.REPLACED).count()
            for _missing in range(max(0, rubric.readings - have)):
                if _give(round_, entry, by, moment, further=False) is None:
                    lacking += 1
                else:
                    given += 1
    return given, lacking


def rubric_of(round_: Round, track: Track) -> Rubric:
    """Return the rubric of a track in a round, criteria prefetched."""
    return Rubric.objects.prefetch_related("criteria").get(round=round_, track=track)


def locked_reading(row: JuryAssignment) -> JuryAssignment:
    """Return the reading as it is now, locked until the end of the transaction.

    The round first: nobody closes it while marks are handed in or a reading changes hands.
    """
    locked_round(row.round, alone=True)
    rows = JuryAssignment.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("round__competition", "entry__track", "judge__user").get(pk=row.pk)


def hold_rounds(competition_id: int) -> None:
    """Lock the rounds of a call: none is closed or opened while readings change hands."""
    list(
        Round.objects.select_for_update(no_key=True).filter(competition=competition_id).order_by("pk").values_list("pk")
    )


def hand_back(row: JuryAssignment, by: User, moment: datetime, *, void: bool) -> None:
    """Take a locked reading from its judge; with ``void`` a score that was given no longer counts and the chain says so."""
    scored = row.state == AssignmentState.SCORED
    row.state = AssignmentState.REPLACED
    row.save(update_fields=["state"])
    if scored and void:
        score = Score.objects.get(assignment=row)
        chain.write(
            row.round.competition, "score_voided", row, by=by, at=moment,
            round=row.round_id, entry=row.entry_id, judge=row.judge_id, marks=score.marks, version=score.version,
        )  # fmt: skip


def replace(row: JuryAssignment, by: User, moment: datetime) -> JuryAssignment | None:
    """Give a reading that was handed back to another judge; return the new one, None if nobody is free."""
    return _give(row.round, row.entry, by, moment, further=row.further)


def _give(round_: Round, entry: Entry, by: User, moment: datetime, *, further: bool) -> JuryAssignment | None:
    """Give a reading to the free judge with the fewest readings in the track; None if nobody is free.

    Conflicts are derived anew first: since the assignment somebody may have moved to the entering unit.
    """
    derive_conflicts(round_.competition, at=moment)
    held = set(round_.assignments.filter(entry=entry).values_list("judge_id", flat=True))
    barred = set(Conflict.objects.filter(entry=entry).values_list("judge_id", flat=True))
    free = [j for j in jury.eligible_judges(round_.competition, entry.track) if j.pk not in held | barred]
    if not free:
        return None
    loads = jury.loads(round_)
    chosen = min(free, key=lambda j: (loads.get(j.pk, {}).get("all", 0), j.pk))
    row = JuryAssignment.objects.create(round=round_, entry=entry, judge=chosen, further=further, at=moment)
    verb = "further_reading" if further else "reading_given"
    chain.write(round_.competition, verb, row, by=by, at=moment, round=round_.pk, entry=entry.pk, judge=chosen.pk)
    if round_.state == RoundState.OPEN:
        notify(
            [chosen.user],
            subject=gettext_lazy("One more entry to read: %(code)s"),
            words={"code": entry.code},
            url=reverse("competitions:judge_desk", args=[chosen.pk]),
            at=moment,
        )
    return row
