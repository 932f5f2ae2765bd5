"""Verbs on calls: prepare, publish, prolong, cancel."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db import models, transaction
from django.db.models import F
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from caselib.accounts.enums import Role
from caselib.accounts.models import User
from caselib.accounts.services import notify
from caselib.core import clock
from caselib.core.errors import ConflictError, Refusal, RefusedError, require
from caselib.core.seen import require_seen, stamp_of

from ..enums import STANDING_STATES, CallState, NeedState
from ..models import Competition, Criterion, Need, Round, Rubric, Track
from ..rules import acts, timetable
from . import chain

#: What a part belongs to, by the name of its field.
OWNERS = ("competition", "track", "round", "rubric")
DATES = ("entry_closes", "nomination_closes")


@transaction.atomic
def create_call(competition: Competition, *, by: User, at: datetime | None = None) -> Competition:
    """Save a new call, still in preparation. Effects in order: call, audit ``call_created``."""
    require(acts.office_only(by.roles))
    moment = at or clock.now()
    competition.created_by, competition.created_at = by, moment
    competition.save(force_insert=True)
    chain.write(competition, "call_created", competition, by=by, at=moment)
    return competition


@transaction.atomic
def save_part(part: models.Model, *, seen: str = "", by: User, at: datetime | None = None) -> models.Model:
    """Save a call in preparation or a part of it (track, round, rubric, criterion, quota, rule).

    ``seen`` is the stamp of what the officer was shown. Effects in order: part saved, a rubric of criteria made for each
    new pair of track and round, audit ``setup_changed``. Raises RefusedError when the call is already published or the
    part cannot stand beside the others, ConflictError if it, or what it belongs to, was changed or removed since.
    """
    require(acts.office_only(by.roles))
    try:
        competition = locked(owner_of(part))
        require(acts.setup_open(competition.state))
        require_unchanged(part, seen)
    except ObjectDoesNotExist as error:
        raise ConflictError(removed()) from error
    require(beside_others(part))
    part.save()
    if isinstance(part, Track | Round):
        _complete_rubrics(competition)
    kind = str(part._meta.label)
    chain.write(competition, "setup_changed", part, by=by, at=at or clock.now(), part=kind, values=_values(part))
    return part


def require_unchanged(part: models.Model, seen: str) -> None:
    """Raise ConflictError if a colleague removed ``part`` or its owner, or changed what was ``seen`` of it."""
    now = type(part)._default_manager.filter(pk=part.pk).first()
    owners = [getattr(part, name, None) for name in OWNERS]
    rows = [type(owner)._default_manager.filter(pk=owner.pk) for owner in owners if owner is not None]
    if (part.pk is not None and now is None) or not all(row.exists() for row in rows):
        raise ConflictError(removed())
    if now is not None:
        require_seen(seen, stamp_of(now))


def removed() -> Refusal:
    """Return what is said of a part that is there no longer."""
    text = _("A colleague removed this meanwhile, or what it belongs to. Nothing was saved; look at the rules again.")
    return Refusal("gone", text)


def beside_others(part: models.Model) -> Refusal | None:
    """Refuse a part of which there is one already."""
    try:
        part.validate_constraints()
    except ValidationError:
        return Refusal("double", _("There is already one like this. Change the existing one."))
    return None


@transaction.atomic
def remove_part(part: models.Model, *, by: User, at: datetime | None = None) -> None:
    """Delete a part of a call in preparation. Effects in order: audit ``setup_removed``, part deleted."""
    require(acts.office_only(by.roles))
    competition = locked(owner_of(part))
    require(acts.setup_open(competition.state))
    chain.write(competition, "setup_removed", part, by=by, at=at or clock.now(), part=str(part._meta.label))
    part.delete()


@transaction.atomic
def publish_call(competition: Competition, *, by: User, at: datetime | None = None) -> None:
    """Publish a call: from now on its rules are fixed. Effects in order: state, audit ``call_published``."""
    require(acts.office_only(by.roles))
    competition = locked(competition)
    require(acts.may_move_call(competition.state, CallState.PUBLISHED))
    require(missing(competition))
    require(timetable.check(competition.timetable))
    _move(competition, CallState.PUBLISHED)
    chain.write(competition, "call_published", competition, by=by, at=at or clock.now(), setup=_snapshot(competition))


@transaction.atomic
def prolong(
    competition: Competition, *, date: str, until: datetime, reason: str, by: User, at: datetime | None = None
) -> None:
    """Move a deadline (``entry_closes`` or ``nomination_closes``) to a later moment, for all and with a reason.

    The bids of a course need are judged as long as before, from the new deadline on. Effects in order: date, need and
    its round, audit ``deadline_moved``. Raises RefusedError for an earlier date or a wrong order.
    """
    require(acts.office_only(by.roles))
    competition = locked(competition)
    old = getattr(competition, date) if date in DATES else None
    if old is None or competition.state != CallState.PUBLISHED:
        raise RefusedError(Refusal("no-deadline", _("This deadline cannot be moved.")))
    if until <= old or not reason.strip():
        raise RefusedError(Refusal("later-only", _("A deadline only moves to a later time, and with a reason.")))
    if any(round_.state != "prepared" for round_ in competition.rounds.all()):
        raise RefusedError(Refusal("judging-began", _("Judging has begun; the deadline no longer moves.")))
    setattr(competition, date, until)
    if date == "entry_closes" and Need.objects.filter(competition=competition).update(deadline=until):
        competition.rounds.update(opens_at=F("opens_at") + (until - old), closes_at=F("closes_at") + (until - old))
    require(timetable.check(competition.timetable))
    competition.save(update_fields=[date])
    chain.write(
        competition,
        "deadline_moved",
        competition,
        by=by,
        at=at or clock.now(),
        date=date,
        old=old,
        new=until,
        reason=reason,
    )


@transaction.atomic
def cancel_call(competition: Competition, *, reason: str, by: User, at: datetime | None = None) -> None:
    """Cancel a call that has released nothing, and the course need behind it if there is one.

    Effects in order: state, need, audit ``call_cancelled``, notice to the units that take part.
    """
    require(acts.office_only(by.roles))
    competition = locked(competition)
    require(acts.may_move_call(competition.state, CallState.CANCELLED))
    if not reason.strip():
        raise RefusedError(Refusal("reason-missing", _("Write down why the call is cancelled.")))
    moment = at or clock.now()
    _move(competition, CallState.CANCELLED)
    Need.objects.filter(competition=competition).update(state=NeedState.CANCELLED)
    chain.write(competition, "call_cancelled", competition, by=by, at=moment, reason=reason)
    units = competition.entries.filter(state__in=STANDING_STATES).values("unit_id")
    contacts = User.objects.filter(unit_id__in=units, groups__name=Role.UNIT_CONTACT, is_active=True).distinct()
    need = Need.objects.filter(competition=competition).first()
    url = reverse("competitions:need", args=[need.pk]) if need else reverse("competitions:index")
    subject = gettext_lazy("Cancelled: %(title)s")
    notify(contacts, subject=subject, quoted=reason, words={"title": competition.title}, url=url, at=moment)


def missing(competition: Competition) -> Refusal | None:
    """Return what a call still lacks before it can be published."""
    tracks = list(competition.tracks.all())
    rounds = list(competition.rounds.all())
    if not tracks:
        return Refusal("no-track", _("The call has no track yet."))
    if not rounds:
        return Refusal("no-round", _("The call has no round of judging yet."))
    rubrics = Rubric.objects.filter(track__in=tracks).annotate(lines=models.Count("criteria"))
    empty = [str(rubric) for rubric in rubrics.select_related("track", "round") if not rubric.lines]
    if empty:
        return Refusal("no-criteria", _("A rubric has no criteria: %(names)s.") % {"names": "；".join(empty)})
    short = [round_ for round_ in rounds[:-1] if round_.advance is None]
    if short:
        return Refusal("no-advance", _("Say how many entries go on after the round “%(name)s”.") % {"name": short[0]})
    if not all(track.award_rules.exists() for track in tracks):
        return Refusal("no-awards", _("Each track needs at least one award."))
    return None


def locked(competition: Competition) -> Competition:
    """Return the call as it is now, locked until the end of the transaction.

    The one lock order of every act on a call: the call, its rounds, then what stands in them, last the audit head. A key
    lock would also stop whoever only inserts a row that points here, and end as a deadlock on PostgreSQL.
    """
    return Competition.objects.select_for_update(no_key=True).get(pk=competition.pk)


def locked_round(round_: Round, *, alone: bool = False) -> Round:
    """Return the round as it is now, locked until the end of the transaction, with its call.

    The call is locked before it, unless the round ``alone`` will do: nobody prolongs or cancels the call and no entry
    leaves it while the round is opened or reckoned.
    """
    if not alone:
        locked(round_.competition)
    rows = Round.objects.select_for_update(of=("self",), no_key=True).select_related("competition")
    return rows.get(pk=round_.pk)


def owner_of(part: models.Model) -> Competition:
    """Return the call that ``part`` belongs to. Raises TypeError for anything else."""
    if isinstance(part, Competition):
        return part
    for name in ("competition", "track", "rubric"):
        if hasattr(part, f"{name}_id"):
            owner = getattr(part, name)
            if owner is not None:
                return owner_of(owner)
    raise TypeError(type(part).__name__)


def _move(competition: Competition, state: CallState) -> None:
    competition.state = state
    competition.save(update_fields=["state"])


def _complete_rubrics(competition: Competition) -> None:
    """Make a rubric for each pair of track and round that has none; a later round starts from the one before."""
    for track in competition.tracks.all():
        previous: Rubric | None = None
        for round_ in competition.rounds.order_by("order"):
            rubric = Rubric.objects.filter(track=track, round=round_).first()
            if rubric is None:
                rubric = Rubric.objects.create(track=track, round=round_)
                _copy_criteria(previous, rubric)
            previous = rubric


def _copy_criteria(source: Rubric | None, target: Rubric) -> None:
    if source is None:
        return
    for criterion in source.criteria.all():
        criterion.pk, criterion.rubric = None, target
        criterion.save(force_insert=True)


def _values(part: models.Model) -> dict[str, Any]:
    return {
        field.name: field.value_from_object(part)
        for field in part._meta.concrete_fields
        if not isinstance(field, models.FileField)
    }


def _snapshot(competition: Competition) -> dict[str, Any]:
    """Return everything that is fixed by the publication, as JSON data."""
    groups: dict[str, models.QuerySet[Any]] = {
        "tracks": competition.tracks.all(),
        "rounds": competition.rounds.all(),
        "rubrics": Rubric.objects.filter(track__competition=competition),
        "criteria": Criterion.objects.filter(rubric__track__competition=competition),
        "quotas": competition.quotas.all(),
        "composition": competition.composition_rules.all(),
    }
    found: dict[str, Any] = {name: [_values(row) for row in rows] for name, rows in groups.items()}
    found["call"] = _values(competition)
    found["awards"] = [_values(rule) for track in competition.tracks.all() for rule in track.award_rules.all()]
    return found
