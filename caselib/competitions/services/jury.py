"""Verbs on the jury: appoint, declare, step back, remove, and record what the office has learnt of."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from caselib.accounts.enums import Role
from caselib.accounts.models import User
from caselib.accounts.services import notify
from caselib.core import clock
from caselib.core.errors import ConflictError, Refusal, RefusedError, require

from ..enums import AssignmentState, CallState, ConflictReason, RoundState
from ..models import Competition, Conflict, Entry, Judge, JuryAssignment, Track
from ..rules import acts
from ..rules.conflicts import plain
from ..selectors import jury
from . import chain
from .calls import locked
from .conflicts import derive_conflicts
from .readings import hand_back, hold_rounds, locked_reading, replace


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
        subject=gettext_lazy("You are on the jury of “%(title)s”"),
        body=gettext_lazy("Please declare your relations first; the entries are shown to you after that."),
        words={"title": competition.title},
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
    hold_rounds(judge.competition_id)
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


@transaction.atomic
def recuse(row: JuryAssignment, *, reason: str, by: User, at: datetime | None = None) -> JuryAssignment | None:
    """Step back from one entry; the reading goes to another judge if one is free. Return the new reading.

    Effects in order: conflict recorded, reading handed back (a score that was given no longer counts), audit
    ``judge_recused``, replacement.
    """
    moment = at or clock.now()
    row = locked_reading(row)
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
    hand_back(row, by, moment, void=True)
    return replace(row, by, moment)


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
    hold_rounds(judge.competition_id)
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
        hand_back(row, by, moment, void=void_scores)
        new = replace(row, by, moment)
        if new is not None:
            found.append(new)
    return found


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
    hold_rounds(judge.competition_id)
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
        hand_back(row, by, moment, void=True)
        replace(row, by, moment)
    return conflict


def _free_conflicting(judge: Judge, moment: datetime) -> None:
    """Hand back the readings that a new declaration puts in conflict, as stepping back from them would."""
    barred = Conflict.objects.filter(judge=judge).values("entry_id")
    rows = JuryAssignment.objects.filter(judge=judge, entry_id__in=barred).exclude(state=AssignmentState.REPLACED)
    rows = rows.exclude(round__state=RoundState.CLOSED).select_related(
        "round__competition", "entry__track", "judge__user"
    )
    for row in list(rows):
        hand_back(row, judge.user, moment, void=True)
        replace(row, judge.user, moment)


def _tell_of_scores(judge: Judge, entries: Collection[int], moment: datetime) -> None:
    """Tell the office which entries of closed rounds the judge has scored and only now declares a relation to."""
    rows = JuryAssignment.objects.filter(judge=judge, entry__in=entries, round__state=RoundState.CLOSED)
    rows = rows.filter(state=AssignmentState.SCORED).select_related("entry")
    codes = sorted({row.entry.code for row in rows})
    if not codes:
        return
    notify(
        User.objects.filter(groups__name=Role.COMPETITION_OFFICE, is_active=True).distinct(),
        subject=gettext_lazy("Relation declared after scoring: %(title)s"),
        body=gettext_lazy(
            "%(judge)s has declared a relation to entries scored in rounds that are closed: %(codes)s. Until the results are "
            "released, the last round can be opened again."
        ),
        words={"title": judge.competition.title, "judge": judge.user, "codes": "、".join(codes)},
        url=reverse("competitions:office_jury", args=[judge.competition_id]),
        at=moment,
    )
