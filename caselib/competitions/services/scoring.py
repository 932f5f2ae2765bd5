"""Verbs of scoring: save as typed, hand in, vote, open and close a round."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from caselib.accounts.enums import Role
from caselib.accounts.models import User
from caselib.accounts.services import notify
from caselib.core import clock
from caselib.core.errors import ConflictError, Refusal, RefusedError, require

from ..enums import AssignmentState, CallState, EntryState, RoundMode, RoundState
from ..models import Ballot, BallotCode, Entry, Judge, JuryAssignment, Round, Score
from ..rules import acts, marks, timetable
from ..selectors import jury
from . import chain
from .calls import locked_round
from .conflicts import codes_in_conflict
from .readings import locked_reading, rubric_of

# Without letters and digits that people mix up when they copy a code from a screen.
CODE_LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
CODE_LENGTH = 10
CODES_AT_MOST = 2000


@transaction.atomic
def open_round(round_: Round, *, by: User, at: datetime | None = None) -> None:
    """Open a round: judges may read from now on and score within its dates.

    Raises RefusedError while entries may still arrive, an entry lacks judges, a reading lies with a judge in conflict,
    or the previous round is open. Effects in order: state, audit ``round_opened`` with rubrics and entries, notices to
    the judges.
    """
    require(acts.office_only(by.roles))
    moment = at or clock.now()
    round_ = locked_round(round_)
    if round_.state != RoundState.PREPARED or round_.competition.state != CallState.PUBLISHED:
        raise ConflictError(Refusal("round-not-prepared", _("The round is not waiting to be opened.")))
    require(may_open(round_, moment))
    entries = jury.participants(round_)
    rubrics = {rubric.track_id: rubric for rubric in round_.rubrics.prefetch_related("criteria")}
    held: dict[int, int] = {}
    for entry_id in round_.assignments.exclude(state=AssignmentState.REPLACED).values_list("entry_id", flat=True):
        held[entry_id] = held.get(entry_id, 0) + 1
    short = [e.code for e in entries if held.get(e.pk, 0) < rubrics[e.track_id].readings]
    if short or not entries:
        text = _("These entries have too few judges yet: %(codes)s. Assign the judges first.")
        raise RefusedError(Refusal("not-assigned", text % {"codes": "、".join(short[:20]) or "—"}))
    require(_in_conflict(round_, moment))
    round_.state = RoundState.OPEN
    round_.save(update_fields=["state"])
    chain.write(
        round_.competition, "round_opened", round_, by=by, at=moment,
        round=round_.pk, order=round_.order, weight=str(round_.weight),
        schemes={str(track): rubric.scheme.as_data() for track, rubric in rubrics.items()},
        entries=[[entry.pk, entry.track_id] for entry in entries],
    )  # fmt: skip
    _tell_judges(round_, moment)


def _tell_judges(round_: Round, moment: datetime) -> None:
    """Tell each judge who reads in ``round_`` that it is open and until when."""
    judges = Judge.objects.filter(pk__in=[pk for pk, load in jury.loads(round_).items() if load["all"]])
    words = {"title": round_.competition.title, "round": round_.name, "time": round_.closes_at}
    for judge in judges.select_related("user"):
        notify(
            [judge.user],
            subject=gettext_lazy("Judging is open: %(title)s, %(round)s"),
            body=gettext_lazy("Please hand in your scores by %(time)s."),
            words=words,
            url=reverse("competitions:judge_desk", args=[judge.pk]),
            at=moment,
        )


def may_open(round_: Round, moment: datetime) -> Refusal | None:
    """Refuse to open a round of a call that is not out, before another one is closed, or while entries may arrive."""
    competition = round_.competition
    if competition.state != CallState.PUBLISHED:
        return Refusal("call-state", _("The call is not published, or over."))
    if competition.rounds.filter(order__lt=round_.order).exclude(state=RoundState.CLOSED).exists():
        return Refusal("previous-open", _("The round before is not closed yet."))
    return timetable.still_collecting(competition.timetable, moment)


def _in_conflict(round_: Round, moment: datetime) -> Refusal | None:
    """Refuse readings that a conflict known by now forbids: a judge moved to a unit after the assignment was made."""
    codes = codes_in_conflict(round_, moment)
    if not codes:
        return None
    text = _("Judges have been given entries they must not read: %(codes)s. Assign the judges again.")
    return Refusal("in-conflict", text % {"codes": "、".join(codes[:20])})


@transaction.atomic
def save_draft(
    row: JuryAssignment, *, typed: Mapping[str, Any], comment: str, by: User, at: datetime | None = None
) -> Score:
    """Keep what the judge has typed so far, right or wrong; it counts nothing. No audit row: nothing was decided.

    Raises RefusedError for another judge's reading or a closed round.
    """
    moment = at or clock.now()
    row = locked_reading(row)
    require(_may_score(row, by, moment))
    codes = {criterion.code for criterion in rubric_of(row.round, row.entry.track).criteria.all()}
    kept = {code: str(text)[:20] for code, text in typed.items() if code in codes}
    score, _made = Score.objects.get_or_create(assignment=row, defaults={"saved_at": moment})
    score.draft, score.comment, score.saved_at = kept, comment[:5000], moment
    score.save(update_fields=["draft", "comment", "saved_at"])
    return score


@transaction.atomic
def submit_score(
    row: JuryAssignment,
    *,
    given: Mapping[str, Decimal],
    comment: str = "",
    version: int,
    by: User,
    at: datetime | None = None,
) -> Score:
    """Hand in the marks of one reading; ``version`` is that of the marks the judge was looking at (0: none yet).

    The same marks twice count once and change nothing. Raises ConflictError when the marks were changed meanwhile in
    another window, RefusedError for wrong marks or outside the round's dates. Effects in order: score, state of the
    reading, audit ``scored`` with old and new marks.
    """
    moment = at or clock.now()
    row = locked_reading(row)
    require(_may_score(row, by, moment))
    rubric = rubric_of(row.round, row.entry.track)
    names = {criterion.code: criterion.name for criterion in rubric.criteria.all()}
    require(marks.check(rubric.scheme.criteria, names, given))
    score, _made = Score.objects.select_for_update().get_or_create(assignment=row, defaults={"saved_at": moment})
    new = {code: f"{mark.normalize():f}" for code, mark in sorted(given.items())}
    if score.version and score.marks == new and score.comment == comment[:5000]:
        # What was typed in between is gone with it: the page must not show other marks than those that count.
        Score.objects.filter(pk=score.pk).exclude(draft=new).update(draft=new, saved_at=moment)
        return score
    if score.version != version:
        text = _("You have handed in other marks for this entry meanwhile. Look at them before you change them.")
        raise ConflictError(Refusal("score-changed", text))
    previous = score.marks
    score.marks, score.draft, score.comment = new, new, comment[:5000]
    score.version, score.submitted_at, score.saved_at = version + 1, moment, moment
    score.save()
    row.state = AssignmentState.SCORED
    row.save(update_fields=["state"])
    chain.write(
        row.round.competition, "scored", row, by=by, at=moment, round=row.round_id, entry=row.entry_id,
        judge=row.judge_id, marks=new, previous=previous, version=score.version,
    )  # fmt: skip
    return score


def may_score(row: JuryAssignment, by: User, moment: datetime) -> Refusal | None:
    """Refuse scoring by others, outside the round's dates, of entries that left, or before declaring."""
    return _may_score(row, by, moment)


def _may_score(row: JuryAssignment, by: User, moment: datetime) -> Refusal | None:
    if row.judge.user_id != by.pk or not row.judge.active:
        return Refusal("own-reading", _("This reading belongs to another judge."))
    if by.has_role(Role.COMPETITION_OFFICE):
        text = _(
            "You belong to the competition office now, which sees every name and every score. Your seat on the jury goes to somebody else."
        )
        return Refusal("office-judge", text)
    if (refusal := acts.may_see_titles(row.judge.declared)) is not None:
        return refusal
    if row.state == AssignmentState.REPLACED:
        return Refusal("replaced", _("This reading was given to another judge."))
    if row.entry.state != EntryState.ACCEPTED:
        return Refusal("entry-left", _("The entry has left the competition."))
    return acts.round_open(row.round.state) or timetable.may_judge(row.round.window, moment)


@transaction.atomic
def print_codes(round_: Round, *, number: int, by: User, at: datetime | None = None) -> list[BallotCode]:
    """Make one-time codes for the audience of a round. Effects in order: codes, audit ``codes_printed`` (the number)."""
    require(acts.office_only(by.roles))
    if round_.mode != RoundMode.LIVE:
        raise RefusedError(Refusal("no-audience", _("Only rounds of live teaching have an audience.")))
    if not round_.rubrics.filter(audience_weight__gt=0).exists():
        text = _("In no track of this round do ballots count: give the audience a weight in a rubric first.")
        raise RefusedError(Refusal("no-weight", text))
    if not 1 <= number <= CODES_AT_MOST:
        raise RefusedError(Refusal("number", _("Between 1 and %(n)d codes at a time.") % {"n": CODES_AT_MOST}))
    codes = [
        BallotCode(round=round_, code="".join(secrets.choice(CODE_LETTERS) for _place in range(CODE_LENGTH)))
        for _each in range(number)
    ]
    BallotCode.objects.bulk_create(codes)
    chain.write(round_.competition, "codes_printed", round_, by=by, at=at or clock.now(), number=number)
    return codes


@transaction.atomic
def cast_ballot(code: BallotCode, *, points: Mapping[int, Decimal], at: datetime | None = None) -> None:
    """Hand in one ballot paper: points of 100 for every entry it names, by id. The code is spent by it.

    Raises ConflictError for a spent code, RefusedError for a paper that is not complete or outside the dates. Effects
    in order: ballots, code spent, audit ``ballot_cast`` (the number of the code, never a person).
    """
    moment = at or clock.now()
    # The round first: nobody closes it between this paper's arrival and its commit.
    round_ = locked_round(code.round, alone=True)
    code = BallotCode.objects.select_for_update(no_key=True).get(pk=code.pk)
    if code.spent_at is not None:
        raise ConflictError(Refusal("code-spent", _("A ballot has already been handed in with this code.")))
    require(acts.round_open(round_.state))
    require(timetable.may_judge(round_.window, moment))
    entries = {entry.pk for entry in jury.on_ballot(round_)}
    if set(points) != entries:
        raise RefusedError(Refusal("ballot-incomplete", _("Give points to every entry on the paper.")))
    for value in points.values():
        if not (value.is_finite() and 0 <= value <= 100) or value != round(value, 2):
            raise RefusedError(Refusal("ballot-range", _("Points lie between 0 and 100, with two decimals at most.")))
    Ballot.objects.bulk_create(Ballot(code=code, entry_id=entry, points=value) for entry, value in points.items())
    BallotCode.objects.filter(pk=code.pk).update(spent_at=moment)
    paper = {str(entry): f"{value.normalize():f}" for entry, value in sorted(points.items())}
    chain.write(round_.competition, "ballot_cast", code, by=None, at=moment, round=round_.pk, points=paper)


@transaction.atomic
def show_on_stage(round_: Round, entry: Entry | None, *, by: User, at: datetime | None = None) -> None:
    """Say which entry is being taught now; judges and the screen follow. Effects in order: round, audit ``on_stage``."""
    require(acts.office_only(by.roles))
    if round_.mode != RoundMode.LIVE:
        raise RefusedError(Refusal("not-live", _("This round is judged on paper.")))
    if entry is not None and entry.pk not in {one.pk for one in jury.participants(round_)}:
        raise RefusedError(Refusal("not-in-round", _("This entry does not take part in the round.")))
    Round.objects.filter(pk=round_.pk).update(current_entry=entry)
    chain.write(round_.competition, "on_stage", round_, by=by, at=at or clock.now(), entry=entry.pk if entry else None)
