"""Verbs of course bidding: publish a need, bid, commission the winner, follow the milestones to the resource."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.urls import reverse
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from caselib.accounts.enums import Role
from caselib.accounts.models import Unit, User
from caselib.accounts.services import notify
from caselib.core import clock
from caselib.core.errors import ConflictError, Refusal, RefusedError, require
from caselib.resources.models import ResourcePage

from ..enums import AwardTier, BidState, CallState, EntryState, MilestoneState, NeedState, TrackKind
from ..models import (
    AwardRule,
    Bid,
    Commission,
    Competition,
    Criterion,
    Entry,
    Milestone,
    Need,
    Round,
    Rubric,
    Track,
)
from ..rules import acts, timetable
from ..rules.timetable import shown
from . import chain

# Bids are judged blind, so no line asks for what the judges cannot see: the team.
RUBRIC = (
    ("need", gettext_lazy("Answers the need"), 30),
    ("content", gettext_lazy("Content and structure"), 30),
    ("method", gettext_lazy("Teaching method"), 20),
    ("plan", gettext_lazy("Plan and schedule of the work"), 20),
)


@transaction.atomic
def publish_need(need: Need, *, readings: int = 3, by: User, at: datetime | None = None) -> Need:
    """Publish a need: a call with one blind track and one round is made for it, whose jury the office appoints.

    Judging runs for 14 days after the deadline. The same need of the same person is published once: a form sent twice
    returns the one there is. Effects in order: need, call with track, round, rubric and award, audit ``need_published``.
    """
    require(acts.office_only(by.roles))
    moment = at or clock.now()
    if need.state != NeedState.DRAFT or need.competition_id is not None:
        raise ConflictError(Refusal("need-state", _("The need has already been published.")))
    if need.deadline <= moment:
        raise RefusedError(Refusal("deadline-past", _("The deadline must lie in the future.")))
    if need.deliver_by <= clock.day_of(need.deadline):
        raise RefusedError(Refusal("deliver-by", _("The course cannot be needed before the bids are in.")))
    if published := _published_by(by, need):
        return published
    need.created_by, need.created_at = need.created_by or by, need.created_at or moment
    need.competition = _call_for(need, readings, by, moment)
    need.state = NeedState.OPEN
    need.save()
    chain.write(need.competition, "need_published", need, by=by, at=moment, deadline=need.deadline)
    return need


def _published_by(by: User, need: Need) -> Need | None:
    """The same need where ``by`` has just published it. Locks the person, so that of two requests one comes first."""
    User.objects.select_for_update(no_key=True).get(pk=by.pk)
    words = {
        name: getattr(need, name) for name in ("title", "topic", "audience", "requirements", "deadline", "deliver_by")
    }
    return Need.objects.filter(created_by=by, state=NeedState.OPEN, **words).first()


@transaction.atomic
def save_draft(bid: Bid, *, seen: str = "", by: User, at: datetime | None = None) -> Bid:
    """Keep a bid that is not ready, for the contact persons of its unit alone; it takes part in nothing.

    ``seen`` is the `draft_mark` of the draft that was on the screen. Effects: the bid; no audit row, for nothing was
    handed in. Raises RefusedError as `submit_bid` does, ConflictError when a colleague saved the draft meanwhile.
    """
    _own_bid(bid, seen=seen, by=by, moment=at or clock.now())
    bid.state, bid.created_by = BidState.DRAFT, by
    bid.save()
    return bid


def bid_of(need: Need, unit_id: int) -> Bid | None:
    """Return the bid or draft of a unit that stands, None if there is none."""
    return need.bids.filter(unit_id=unit_id).exclude(state=BidState.WITHDRAWN).first()


def draft_mark(bid: Bid | None) -> str:
    """Return what tells one saved draft from another; empty for none."""
    if bid is None or bid.state != BidState.DRAFT:
        return ""
    return hashlib.sha256(f"{bid.title}\0{bid.outline}\0{bid.team}".encode()).hexdigest()[:16]


def _own_bid(bid: Bid, *, seen: str, by: User, moment: datetime) -> Need:
    """Lock the need and refuse whoever may not bid for this unit now."""
    need = Need.objects.select_for_update(of=("self",)).select_related("competition").get(pk=bid.need_id)
    require(may_bid(need, by, moment))
    require(acts.contact_only(by.roles, by.unit_id, bid.unit_id))
    saved = bid_of(need, bid.unit_id)
    if saved is not None and saved.state != BidState.DRAFT:
        raise RefusedError(Refusal("bid-twice", _("Your unit has already handed in a bid. Withdraw it to bid again.")))
    if draft_mark(saved) != seen:
        raise ConflictError(
            Refusal("draft-changed", _("A colleague saved this draft meanwhile. Saving again replaces the other text."))
        )
    bid.pk = saved.pk if saved else None
    return need


@transaction.atomic
def submit_bid(bid: Bid, *, seen: str = "", by: User, at: datetime | None = None) -> Entry:
    """Hand in a bid as the contact of the unit; it becomes an entry of the need's call.

    ``seen`` is the `draft_mark` of the draft that was on the screen. Effects in order: bid, entry with the next number,
    audit ``bid_submitted``. Raises RefusedError after the deadline or when the unit has already bid, ConflictError when
    a colleague saved the draft meanwhile.
    """
    moment = at or clock.now()
    need = _own_bid(bid, seen=seen, by=by, moment=moment)
    competition = need.competition
    if competition is None:
        raise RefusedError(Refusal("need-closed", _("This need takes no bids now.")))
    bid.state, bid.created_by, bid.submitted_at = BidState.SUBMITTED, by, moment
    bid.save()
    last = Entry.objects.filter(competition=competition).aggregate(last=Max("number"))["last"]
    entry = Entry.objects.create(
        competition=competition, track=competition.tracks.get(), bid=bid, unit=bid.unit, title=bid.title,
        authors=_team(bid), number=(last or 0) + 1, state=EntryState.ACCEPTED,
        created_by=by, created_at=moment, submitted_at=moment, accepted_at=moment,
    )  # fmt: skip
    chain.write(competition, "bid_submitted", entry, by=by, at=moment, bid=bid.pk, outline=bid.outline, title=bid.title)
    return entry


def may_bid(need: Need, by: User, moment: datetime) -> Refusal | None:
    """Refuse bids by others than contact persons, for needs that are not open, and after the deadline."""
    if Role.UNIT_CONTACT not in by.roles:
        return Refusal("contact-only", _("Only the contact person of a unit hands in a bid."))
    if need.state != NeedState.OPEN or need.competition is None:
        return Refusal("need-closed", _("This need takes no bids now."))
    if not timetable.Window(need.created_at, need.deadline).holds(moment):
        return Refusal("too-late", _("Bids were taken until %(time)s.") % {"time": shown(need.deadline)})
    return None


@transaction.atomic
def withdraw_bid(bid: Bid, *, by: User, at: datetime | None = None) -> None:
    """Withdraw an own bid before the deadline. Effects in order: bid, entry, audit ``bid_withdrawn``."""
    moment = at or clock.now()
    bid = Bid.objects.select_for_update(of=("self",)).select_related("need__competition").get(pk=bid.pk)
    require(acts.contact_only(by.roles, by.unit_id, bid.unit_id))
    require(may_bid(bid.need, by, moment))
    if bid.state != BidState.SUBMITTED:
        raise ConflictError(Refusal("bid-state", _("The bid is not handed in.")))
    bid.state = BidState.WITHDRAWN
    bid.save(update_fields=["state"])
    Entry.objects.filter(bid=bid).update(state=EntryState.WITHDRAWN)
    chain.write(bid.need.competition, "bid_withdrawn", bid, by=by, at=moment)  # type: ignore[arg-type]


@transaction.atomic
def commission_winner(
    need: Need, *, milestones: Sequence[tuple[str, date]], by: User, at: datetime | None = None
) -> Commission:
    """Give the commission to the bid whose award is confirmed; the last milestone hands in the resource.

    Effects in order: commission with milestones, bids won or lost, need, audit ``commission_given``, notice.
    """
    require(acts.office_only(by.roles))
    moment = at or clock.now()
    need = Need.objects.select_for_update(of=("self",)).select_related("competition").get(pk=need.pk)
    if need.competition is None or need.state != NeedState.OPEN or need.competition.state != CallState.CONFIRMED:
        raise RefusedError(Refusal("not-confirmed", _("The award of the bidding must be confirmed first.")))
    winner = (
        Entry.objects.filter(competition=need.competition, award__tier=AwardTier.FIRST, state=EntryState.ACCEPTED)
        .select_related("bid", "unit")
        .order_by("standing__rank", "number")
        .first()
    )
    if winner is None or winner.bid is None:
        raise RefusedError(Refusal("no-winner", _("No bid has won.")))
    steps = sorted(milestones, key=lambda step: step[1])
    require(_milestones_fit(steps, need, moment))
    commission = Commission.objects.create(need=need, bid=winner.bid, given_at=moment)
    for order, (title, due_on) in enumerate(steps, start=1):
        Milestone.objects.create(
            commission=commission, order=order, title=title[:120], due_on=due_on, hands_in=order == len(steps)
        )
    need.bids.filter(state=BidState.SUBMITTED).exclude(pk=winner.bid.pk).update(state=BidState.LOST)
    need.bids.filter(pk=winner.bid.pk).update(state=BidState.WON)
    Need.objects.filter(pk=need.pk).update(state=NeedState.COMMISSIONED)
    chain.write(need.competition, "commission_given", commission, by=by, at=moment, unit=winner.unit_id)
    _tell_unit(commission, winner.unit, gettext_lazy("You have won the bidding: %(title)s"), need.title, moment)
    return commission


def _milestones_fit(steps: Sequence[tuple[str, date]], need: Need, moment: datetime) -> Refusal | None:
    """Refuse a commission without milestones, with one in the past, or one after the day the course is needed."""
    if not steps or steps[-1][1] > need.deliver_by:
        return Refusal("milestones", _("There must be milestones, the last one by the day the course is needed."))
    if steps[0][1] < clock.day_of(moment):
        return Refusal("milestone-past", _("A milestone lies in the past: %(title)s") % {"title": steps[0][0]})
    return None


@transaction.atomic
def report_milestone(
    milestone: Milestone, *, report: str, page: ResourcePage | None = None, by: User, at: datetime | None = None
) -> None:
    """Report a milestone as done; the one that hands in the resource names it.

    Effects in order: milestone, resource of the commission, audit ``milestone_reported``, notice to the office.
    """
    moment = at or clock.now()
    milestone = _locked_milestone(milestone)
    commission = milestone.commission
    require(acts.contact_only(by.roles, by.unit_id, commission.bid.unit_id))
    if milestone.state not in (MilestoneState.OPEN, MilestoneState.RETURNED):
        raise ConflictError(Refusal("milestone-state", _("This milestone has already been reported.")))
    if not report.strip():
        raise RefusedError(Refusal("report-missing", _("Write what has been done.")))
    if milestone.hands_in:
        if page is None or page.unit_id != commission.bid.unit_id:
            raise RefusedError(Refusal("resource-missing", _("Name the resource of your unit that is handed in.")))
        Commission.objects.filter(pk=commission.pk).update(page=page)
    milestone.state, milestone.report = MilestoneState.REPORTED, report[:5000]
    milestone.save(update_fields=["state", "report"])
    chain.write(
        commission.need.competition, "milestone_reported", milestone, by=by, at=moment,  # type: ignore[arg-type]
        report=report[:5000], page=page.pk if page else None,
    )  # fmt: skip
    notify(
        User.objects.filter(groups__name=Role.COMPETITION_OFFICE, is_active=True).distinct(),
        subject=gettext_lazy("Milestone reported: %(title)s"),
        words={"title": milestone.title},
        url=reverse("competitions:commission", args=[commission.pk]),
        at=moment,
    )


@transaction.atomic
def judge_milestone(milestone: Milestone, *, accepted: bool, answer: str, by: User, at: datetime | None = None) -> None:
    """Accept a reported milestone or return it for more work; the last accepted one finishes the commission.

    Effects in order: milestone, commission, audit ``milestone_accepted`` or ``milestone_returned``, notice.
    """
    require(acts.office_only(by.roles))
    moment = at or clock.now()
    milestone = _locked_milestone(milestone)
    commission = milestone.commission
    if milestone.state != MilestoneState.REPORTED:
        raise ConflictError(Refusal("milestone-state", _("This milestone is not waiting for an answer.")))
    if not accepted and not answer.strip():
        raise RefusedError(Refusal("reason-missing", _("Write what is still missing.")))
    if accepted and milestone.hands_in and not (commission.page and commission.page.live):
        raise RefusedError(Refusal("not-published", _("The resource has not passed its review yet.")))
    milestone.state = MilestoneState.ACCEPTED if accepted else MilestoneState.RETURNED
    milestone.answer = answer[:2000]
    milestone.save(update_fields=["state", "answer"])
    if not commission.milestones.exclude(state=MilestoneState.ACCEPTED).exists():
        Commission.objects.filter(pk=commission.pk).update(finished_at=moment)
    verb = "milestone_accepted" if accepted else "milestone_returned"
    chain.write(commission.need.competition, verb, milestone, by=by, at=moment, answer=answer)  # type: ignore[arg-type]
    accept, refuse = gettext_lazy("Milestone accepted: %(title)s"), gettext_lazy("Milestone returned: %(title)s")
    _tell_unit(commission, commission.bid.unit, accept if accepted else refuse, milestone.title, moment, answer)


def _locked_milestone(milestone: Milestone) -> Milestone:
    rows = Milestone.objects.select_for_update(of=("self",))
    return rows.select_related("commission__bid__unit", "commission__need__competition", "commission__page").get(
        pk=milestone.pk
    )


def _team(bid: Bid) -> list[dict[str, object]]:
    names = [name.strip() for name in bid.team.replace("，", ",").replace("、", ",").split(",") if name.strip()]
    users = {u.name: u.pk for u in User.objects.filter(unit=bid.unit_id, name__in=names)}
    return [{"name": name, "unit_name": bid.unit.name, "user": users.get(name)} for name in names]


def _call_for(need: Need, readings: int, by: User, moment: datetime) -> Competition:
    """Make the call of a need; its parts bear names of the library's language, whatever language ``by`` reads."""
    with translation.override(settings.LANGUAGE_CODE):
        return _call_of_bids(need, readings, by, moment)


def _call_of_bids(need: Need, readings: int, by: User, moment: datetime) -> Competition:
    competition = Competition.objects.create(
        title=need.title, slug=f"need-{moment:%Y%m%d%H%M%S%f}", year=moment.astimezone(clock.ZONE).year,
        call=need.requirements, state=CallState.PUBLISHED, entry_opens=moment, entry_closes=need.deadline,
        created_by=by, created_at=moment,
    )  # fmt: skip
    track = Track.objects.create(competition=competition, name=str(TrackKind.BID.label), kind=TrackKind.BID, blind=True)
    opens = need.deadline + timedelta(seconds=1)
    round_ = Round.objects.create(
        competition=competition,
        name=_("Judging of the bids"),
        opens_at=opens,
        closes_at=need.deadline + timedelta(days=14),
    )
    rubric = Rubric.objects.create(track=track, round=round_, readings=readings)
    for order, (code, name, weight) in enumerate(RUBRIC):
        Criterion.objects.create(
            rubric=rubric, code=code, name=str(name), weight=Decimal(weight), high=Decimal(weight), order=order,
            tie_order=1 if order == 0 else 0,
        )  # fmt: skip
    AwardRule.objects.create(track=track, tier=AwardTier.FIRST, count=1)
    return competition


def _tell_unit(
    commission: Commission, unit: Unit, subject: Promise, title: str, moment: datetime, answer: str = ""
) -> None:
    contacts = User.objects.filter(unit=unit, groups__name=Role.UNIT_CONTACT, is_active=True).distinct()
    url = reverse("competitions:commission", args=[commission.pk])
    notify(contacts, subject=subject, quoted=answer.strip(), words={"title": title}, url=url, at=moment)
