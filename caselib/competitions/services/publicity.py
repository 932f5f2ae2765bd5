"""Verbs of the publicity period: open it, object, answer."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from caselib.accounts.models import User
from caselib.accounts.services import notify
from caselib.core import clock, page_cache
from caselib.core.errors import ConflictError, Refusal, RefusedError, require
from caselib.core.selectors import work_calendar
from caselib.core.workdays import add_workdays

from ..enums import CallState, ObjectionState
from ..models import Competition, Entry, Objection, PublicityPeriod
from ..rules import acts
from ..selectors import outcome
from . import chain
from .calls import locked


@transaction.atomic
def open_publicity(competition: Competition, *, by: User, at: datetime | None = None) -> PublicityPeriod:
    """Publish the proposed awards for the call's number of working days, counted from the day after today.

    Effects in order: period, state, cache version, audit ``publicity_opened``.
    """
    require(acts.office_only(by.roles))
    moment = at or clock.now()
    competition = locked(competition)
    require(acts.may_move_call(competition.state, CallState.PUBLICITY))
    require(acts.winners_published(outcome.withdrawn_winners(competition)))
    first = clock.day_of(moment)
    last = add_workdays(first, competition.publicity_days, work_calendar())
    period = PublicityPeriod.objects.create(
        competition=competition, starts_on=first, ends_on=last, workdays=competition.publicity_days
    )
    competition.state = CallState.PUBLICITY
    competition.save(update_fields=["state"])
    page_cache.bump(page_cache.PAGES)
    chain.write(competition, "publicity_opened", period, by=by, at=moment, first=first, last=last)
    return period


def begin_anew(competition: Competition, *, by: User, at: datetime) -> PublicityPeriod | None:
    """Let the publicity period of a locked call last for its working days from today, and return it if that is longer.

    Called for an award that nobody could object to so far. Effects in order: period, cache version, audit
    ``publicity_prolonged``.
    """
    period = PublicityPeriod.objects.filter(competition=competition).first()
    if competition.state != CallState.PUBLICITY or period is None:
        return None
    old, last = period.ends_on, add_workdays(clock.day_of(at), period.workdays, work_calendar())
    if last <= old:
        return None
    period.ends_on = last
    period.save(update_fields=["ends_on"])
    page_cache.bump(page_cache.PAGES)
    chain.write(competition, "publicity_prolonged", period, by=by, at=at, old=old, new=last)
    return period


@transaction.atomic
def file_objection(
    competition: Competition,
    *,
    entry: Entry | None,
    name: str,
    contact: str,
    text: str,
    by: User,
    at: datetime | None = None,
) -> Objection:
    """File an objection under one's own name. Effects in order: objection, audit ``objection_filed``.

    The same text by the same person counts once.
    """
    moment = at or clock.now()
    competition = locked(competition)
    period = PublicityPeriod.objects.filter(competition=competition).first()
    require(acts.may_object(competition.state, period.ends_on if period else None, clock.day_of(moment)))
    if entry is not None and (entry.competition_id != competition.pk or not hasattr(entry, "award")):
        raise RefusedError(Refusal("not-awarded", _("This entry is not on the list of proposed awards.")))
    if not (name.strip() and contact.strip() and text.strip()):
        raise RefusedError(Refusal("real-name", _("An objection needs your name, how to reach you, and its grounds.")))
    same = competition.objections.filter(filed_by=by, entry=entry, text=text).first()
    if same is not None:
        return same
    objection = Objection.objects.create(
        competition=competition, entry=entry, filed_by=by, name=name.strip()[:60], contact=contact.strip()[:120],
        text=text[:5000], filed_at=moment,
    )  # fmt: skip
    chain.write(
        competition, "objection_filed", objection, by=by, at=moment, entry=entry.pk if entry else None, text=text[:5000]
    )
    return objection


@transaction.atomic
def answer_objection(objection: Objection, *, upheld: bool, answer: str, by: User, at: datetime | None = None) -> None:
    """Answer an objection on record, once. Effects in order: objection, audit ``objection_answered``, notice."""
    require(acts.office_only(by.roles))
    moment = at or clock.now()
    objection = (
        Objection.objects.select_for_update(of=("self",)).select_related("competition", "filed_by").get(pk=objection.pk)
    )
    if objection.state != ObjectionState.OPEN:
        raise ConflictError(Refusal("answered", _("Somebody has answered this objection meanwhile.")))
    if not answer.strip():
        raise RefusedError(Refusal("answer-missing", _("Write the answer; the person who objected will read it.")))
    objection.state = ObjectionState.UPHELD if upheld else ObjectionState.DISMISSED
    objection.answer, objection.answered_by, objection.answered_at = answer[:5000], by, moment
    objection.save()
    chain.write(
        objection.competition, "objection_answered", objection, by=by, at=moment, upheld=upheld, answer=answer[:5000]
    )
    if objection.filed_by:
        notify(
            [objection.filed_by],
            subject=gettext_lazy("Your objection has been answered"),
            quoted=answer[:5000],
            url=reverse("competitions:call", args=[objection.competition.slug]),
            at=moment,
        )
