"""Verbs on the jury: appoint, declare, derive conflicts, assign, step back, replace."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils.translation import gettext as _

from caselib.accounts.enums import Role
from caselib.accounts.models import User
from caselib.accounts.services import notify
from caselib.core import clock
from caselib.core.errors import ConflictError, Refusal, RefusedError, require

from .. import assignment
from ..enums import AssignmentState, CallState, ConflictReason, EntryState, RoundState
from ..models import Competition, Conflict, Entry, Judge, JuryAssignment, Round, Rubric, Score, Track
from ..rules import acts
from ..rules.conflicts import derive, plain
from ..selectors import jury
from . import chain
from .calls import locked, locked_round


@transaction.atomic
def appoint_judge(
    competition: Competition,
    user: User,
    *,
    tracks: Collection[Track],
    by: User,
    topics: Collection[int] = (),
    sectors: Collection[int] = (),
    at: datetime | None = None,
) -> Judge:
    """Appoint ``user`` to the jury for ``tracks``; ``topics`` and ``sectors`` are ids of terms the judge knows about.

    Effects in order: seat (an earlier one is opened again), audit ``judge_appointed``, notice.
    """
    require(acts.office_only(by.roles))
    moment = at or clock.now()
    competition = locked(competition)
    if user.has_role(Role.COMPETITION_OFFICE):
        text = _(
            "%(name)s belongs to the competition office, which sees every name and every score. Appoint somebody else."
        )
        raise RefusedError(Refusal("office-judge", text % {"name": user}))
    if not user.has_role(Role.JUDGE):
        raise RefusedError(Refusal("not-a-judge", _("%(name)s does not have the role of a judge.") % {"name": user}))
    if competition.state in (CallState.RELEASED, CallState.PUBLICITY, CallState.CONFIRMED, CallState.CANCELLED):
        raise RefusedError(Refusal("call-over", _("The call is over; no judge is appointed any more.")))
    judge, _made = Judge.objects.get_or_create(competition=competition, user=user)
    judge.active, judge.removed_reason = True, ""
    judge.save()
    judge.tracks.set(tracks)
    judge.topics.set(topics)
    judge.sectors.set(sectors)
    chain.write(competition, "judge_appointed", judge, by=by, at=moment, tracks=[track.pk for track in tracks])
    notify(
        [user],
        subject=_("You are on the jury of “%(title)s”") % {"title": competition.title},
        body=_("Please declare your relations first; the entries are shown to you after that."),
        url=reverse("competitions:declare", args=[judge.pk]),
        at=moment,
    )
    return judge


@transaction.atomic
def declare(
    judge: Judge, *, names: Collection[str], units: Collection[str], by: User, at: datetime | None = None
) -> list[Conflict]:
    """Record the judge's own declaration and derive all conflicts from it; return those that are new.

    ``names`` are persons and ``units`` units as the judge writes them (full or short name); a list to choose from would
    show the judge who takes part.

    Effects in order: declaration, conflicts, readings in conflict handed back in rounds that are not closed (a score
    that was given no longer counts), audit ``judge_declared``, notice to the office of what was scored in closed ones.
    """
    moment = at or clock.now()
    _hold_rounds(judge.competition_id)
    judge = (
        Judge.objects.select_for_update(of=("self",), no_key=True)
        .select_related("competition", "user__unit")
        .get(pk=judge.pk)
    )
    if by.pk != judge.user_id or not judge.active:
        raise RefusedError(Refusal("own-declaration", _("Each judge declares for himself or herself.")))
    judge.listed_names = sorted({name.strip() for name in names if plain(name)})
    judge.listed_unit_names = sorted({name.strip() for name in units if plain(name)})
    judge.declared_at = moment
    judge.save(update_fields=["listed_names", "listed_unit_names", "declared_at"])
    meant = jury.units_meant(judge.listed_unit_names)
    judge.listed_units.set({unit for ids in meant.values() for unit in ids})
    chain.write(
        judge.competition, "judge_declared", judge, by=by, at=moment,
        names=judge.listed_names, units=judge.listed_unit_names,
    )  # fmt: skip
    found = derive_conflicts(judge.competition, judges=[judge], at=moment)
    _free_conflicting(judge, moment)
    _tell_of_scores(judge, {conflict.entry_id for conflict in found}, moment)
    return found


def derive_conflicts(
    competition: Competition, *, judges: Sequence[Judge] | None = None, at: datetime | None = None
) -> list[Conflict]:
    """Derive and store every conflict between declared judges and received entries; return the new ones.

    A fixed number of queries, whatever the number of judges and entries. Called when a judge declares and before
    every assignment.
    """
    moment = at or clock.now()
    today = clock.day_of(moment)
    seats = judges if judges is not None else competition.judges.filter(active=True, declared_at__isnull=False)
    seats = list(seats if judges is not None else seats.select_related("user__unit"))  # type: ignore[union-attr]
    entries = jury.entry_facts(list(competition.entries.filter(state__in=["nominated", "accepted"])))
    known = set(Conflict.objects.filter(judge__in=seats).values_list("judge_id", "entry_id", "reason"))
    rows = [
        Conflict(judge_id=facts.id, entry_id=entry.id, reason=reason, at=moment)
        for facts in jury.judge_facts(seats)
        for entry in entries
        for reason in derive(facts, entry, today, competition.conflict_years)
        if (facts.id, entry.id, reason) not in known
    ]
    # Another act may be deriving the same at this moment: what it has written stands.
    return Conflict.objects.bulk_create(rows, ignore_conflicts=True)


def codes_in_conflict(round_: Round, at: datetime) -> list[str]:
    """Return the codes of entries of which a reading lies with a judge in conflict, as far as is known by now."""
    derive_conflicts(round_.competition, at=at)
    return conflicting_codes(round_)


def conflicting_codes(round_: Round) -> list[str]:
    """Return the codes of entries of which a reading lies with a judge who is recorded to be in conflict."""
    rows = round_.assignments.exclude(state=AssignmentState.REPLACED).filter(
        judge__conflicts__entry=F("entry"), entry__state=EntryState.ACCEPTED
    )
    return sorted({row.entry.code for row in rows.select_related("entry")})


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
def recuse(row: JuryAssignment, *, reason: str, by: User, at: datetime | None = None) -> JuryAssignment | None:
    """Step back from one entry; the reading goes to another judge if one is free. Return the new reading.

    Effects in order: conflict recorded, reading handed back (a score that was given no longer counts), audit
    ``judge_recused``, replacement.
    """
    moment = at or clock.now()
    row = _locked(row)
    if by.pk != row.judge.user_id or not row.judge.active:
        raise RefusedError(Refusal("own-reading", _("This reading belongs to another judge.")))
    if row.state == AssignmentState.REPLACED:
        raise ConflictError(Refusal("replaced", _("This reading was given to another judge.")))
    require(acts.round_open(row.round.state))
    Conflict.objects.get_or_create(
        judge=row.judge, entry=row.entry, reason=ConflictReason.RECUSED, defaults={"remark": reason[:300], "at": moment}
    )
    chain.write(
        row.round.competition,
        "judge_recused",
        row,
        by=by,
        at=moment,
        entry=row.entry_id,
        judge=row.judge_id,
        reason=reason,
    )
    _hand_back(row, by, moment, void=True)
    return _replace(row, by, moment)


@transaction.atomic
def remove_judge(
    judge: Judge, *, reason: str, by: User, void_scores: bool = False, at: datetime | None = None
) -> list[JuryAssignment]:
    """Remove a judge midway; open readings go to others, nobody else's scores are touched. Return the new readings.

    Scores the judge has handed in stay, unless ``void_scores``: then they no longer count and are read again. Effects
    in order: seat closed, readings handed back, audit ``judge_removed``, replacements.
    """
    require(acts.office_only(by.roles))
    moment = at or clock.now()
    if not reason.strip():
        raise RefusedError(Refusal("reason-missing", _("Write down why the judge is removed.")))
    _hold_rounds(judge.competition_id)
    judge = Judge.objects.select_for_update(of=("self",), no_key=True).select_related("competition").get(pk=judge.pk)
    judge.active, judge.removed_reason = False, reason[:300]
    judge.save(update_fields=["active", "removed_reason"])
    chain.write(judge.competition, "judge_removed", judge, by=by, at=moment, reason=reason, void=void_scores)
    rows = (
        JuryAssignment.objects.select_for_update(of=("self",), no_key=True)
        .filter(judge=judge)
        .exclude(round__state=RoundState.CLOSED)
    )
    rows = rows.exclude(state=AssignmentState.REPLACED).select_related("round__competition", "entry__track", "judge")
    if not void_scores:
        rows = rows.filter(state=AssignmentState.ASSIGNED)
    found = []
    for row in list(rows):
        _hand_back(row, by, moment, void=void_scores)
        new = _replace(row, by, moment)
        if new is not None:
            found.append(new)
    return found


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


def _locked(row: JuryAssignment) -> JuryAssignment:
    # The round first: nobody closes it while a reading changes hands.
    locked_round(row.round, alone=True)
    rows = JuryAssignment.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("round__competition", "entry__track", "judge__user").get(pk=row.pk)


@transaction.atomic
def record_conflict(judge: Judge, entry: Entry, *, remark: str, by: User, at: datetime | None = None) -> Conflict:
    """Record a conflict the office has learnt of; the entry goes to another judge and a score already given is void.

    Effects in order: conflict, audit ``conflict_recorded``, open readings handed back, replacements.
    """
    require(acts.office_only(by.roles))
    moment = at or clock.now()
    if judge.competition_id != entry.competition_id:
        raise RefusedError(Refusal("other-call", _("The judge sits on the jury of another call.")))
    if not remark.strip():
        raise RefusedError(Refusal("reason-missing", _("Write down what the conflict is.")))
    _hold_rounds(judge.competition_id)
    conflict, _made = Conflict.objects.get_or_create(
        judge=judge, entry=entry, reason=ConflictReason.OFFICE, defaults={"remark": remark.strip()[:300], "at": moment}
    )
    chain.write(
        entry.competition, "conflict_recorded", conflict, by=by, at=moment,
        entry=entry.pk, judge=judge.pk, remark=remark.strip()[:300],
    )  # fmt: skip
    rows = JuryAssignment.objects.select_for_update(of=("self",), no_key=True).filter(judge=judge, entry=entry)
    rows = rows.exclude(state=AssignmentState.REPLACED).exclude(round__state=RoundState.CLOSED)
    for row in list(rows.select_related("round__competition", "entry__track", "judge__user")):
        _hand_back(row, by, moment, void=True)
        _replace(row, by, moment)
    return conflict


def _hold_rounds(competition_id: int) -> None:
    """Lock the rounds of a call: none is closed or opened while readings change hands."""
    list(
        Round.objects.select_for_update(no_key=True).filter(competition=competition_id).order_by("pk").values_list("pk")
    )


def _hand_back(row: JuryAssignment, by: User, moment: datetime, *, void: bool) -> None:
    scored = row.state == AssignmentState.SCORED
    row.state = AssignmentState.REPLACED
    row.save(update_fields=["state"])
    if scored and void:
        score = Score.objects.get(assignment=row)
        chain.write(
            row.round.competition, "score_voided", row, by=by, at=moment,
            round=row.round_id, entry=row.entry_id, judge=row.judge_id, marks=score.marks, version=score.version,
        )  # fmt: skip


def _replace(row: JuryAssignment, by: User, moment: datetime) -> JuryAssignment | None:
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
            subject=_("One more entry to read: %(code)s") % {"code": entry.code},
            url=reverse("competitions:judge_desk", args=[chosen.pk]),
            at=moment,
        )
    return row


def _free_conflicting(judge: Judge, moment: datetime) -> None:
    """Hand back the readings that a new declaration puts in conflict, as stepping back from them would."""
    barred = Conflict.objects.filter(judge=judge).values("entry_id")
    rows = JuryAssignment.objects.filter(judge=judge, entry_id__in=barred).exclude(state=AssignmentState.REPLACED)
    rows = rows.exclude(round__state=RoundState.CLOSED).select_related(
        "round__competition", "entry__track", "judge__user"
    )
    for row in list(rows):
        _hand_back(row, judge.user, moment, void=True)
        _replace(row, judge.user, moment)


def _tell_of_scores(judge: Judge, entries: Collection[int], moment: datetime) -> None:
    """Tell the office which entries of closed rounds the judge has scored and only now declares a relation to."""
    rows = JuryAssignment.objects.filter(judge=judge, entry__in=entries, round__state=RoundState.CLOSED)
    rows = rows.filter(state=AssignmentState.SCORED).select_related("entry")
    codes = sorted({row.entry.code for row in rows})
    if not codes:
        return
    text = _(
        "%(judge)s has declared a relation to entries scored in rounds that are closed: %(codes)s. Until the results are "
        "released, the last round can be opened again."
    )
    notify(
        User.objects.filter(groups__name=Role.COMPETITION_OFFICE, is_active=True).distinct(),
        subject=_("Relation declared after scoring: %(title)s") % {"title": judge.competition.title},
        body=text % {"judge": judge.user, "codes": "、".join(codes)},
        url=reverse("competitions:office_jury", args=[judge.competition_id]),
        at=moment,
    )


def rubric_of(round_: Round, track: Track) -> Rubric:
    """Return the rubric of a track in a round, criteria prefetched."""
    return Rubric.objects.prefetch_related("criteria").get(round=round_, track=track)
