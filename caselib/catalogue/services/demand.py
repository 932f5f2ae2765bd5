"""The demand board: asking, taking on, meeting."""

from __future__ import annotations

import unicodedata
from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from caselib.accounts.models import User
from caselib.accounts.services import notify
from caselib.core import audit, clock
from caselib.core.errors import ConflictError, Refusal, require
from caselib.resources.models import ResourcePage

from ..enums import DemandState
from ..models import Demand, DemandVote
from ..rules.lists import may_claim


def demand_key(text: str) -> str:
    """Return ``text`` folded so that width, case, spaces and punctuation make no difference."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(c for c in folded if c.isalnum())[:120]


@transaction.atomic
def ask_for(text: str, *, details: str = "", by: User, at: datetime | None = None) -> Demand:
    """Put a wish on the board, or add a voice to the same wish. Raises RefusedError for an empty one.

    Effects in order: wish and voice, audit ``catalogue.demand_asked``.
    """
    moment = at or clock.now()
    text = " ".join(text.split())[:120]
    key = demand_key(text)
    if not key:
        require(Refusal("empty", _("Write in a few words what you looked for.")))
    demand, _made = Demand.objects.get_or_create(
        key=key,
        defaults={"text": text, "details": details.strip()[:600], "first_asked_at": moment, "last_asked_at": moment},
    )
    _vote, new = DemandVote.objects.get_or_create(demand=demand, user=by, defaults={"at": moment})
    if new:
        Demand.objects.filter(pk=demand.pk).update(votes=F("votes") + 1, last_asked_at=moment)
        audit.record("catalogue.demand_asked", demand, by=by, at=moment)
    demand.refresh_from_db()
    return demand


@transaction.atomic
def claim_demand(demand: Demand, *, by: User, at: datetime | None = None) -> Demand:
    """Take a wish on as an author. Raises RefusedError, ConflictError if somebody else took it first.

    Effects in order: claim, audit ``catalogue.demand_claimed``, notices to those who asked.
    """
    moment = at or clock.now()
    demand = Demand.objects.select_for_update().get(pk=demand.pk)
    refusal = may_claim(by.roles, demand.state)
    if refusal is not None and refusal.code == "taken":
        raise ConflictError(refusal)
    require(refusal)
    demand.state, demand.claimed_by, demand.claimed_at = DemandState.CLAIMED, by, moment
    demand.save(update_fields=["state", "claimed_by", "claimed_at"])
    audit.record("catalogue.demand_claimed", demand, by=by, at=moment)
    _tell(demand, gettext_lazy("Somebody writes what you asked for: %(text)s"), reverse("catalogue:demand"), moment)
    return demand


@transaction.atomic
def release_demand(demand: Demand, *, by: User, at: datetime | None = None) -> Demand:
    """Give a wish back to the board. Only who took it on may. Effects: state, audit ``catalogue.demand_released``."""
    demand = Demand.objects.select_for_update().get(pk=demand.pk)
    _own(demand, by)
    demand.state, demand.claimed_by, demand.claimed_at = DemandState.OPEN, None, None
    demand.save(update_fields=["state", "claimed_by", "claimed_at"])
    audit.record("catalogue.demand_released", demand, by=by, at=at)
    return demand


@transaction.atomic
def meet_demand(demand: Demand, resource: ResourcePage, *, by: User, at: datetime | None = None) -> Demand:
    """Say that the live ``resource`` is what was asked for. Effects: state, audit, notices to those who asked."""
    moment = at or clock.now()
    demand = Demand.objects.select_for_update().get(pk=demand.pk)
    _own(demand, by)
    if not resource.live or resource.withdrawn:
        require(Refusal("not_live", _("Only a published item can meet a wish.")))
    demand.state, demand.met_by = DemandState.MET, resource
    demand.save(update_fields=["state", "met_by"])
    audit.record("catalogue.demand_met", demand, by=by, at=moment, resource=resource.pk)
    _tell(demand, gettext_lazy("What you asked for is there: %(text)s"), resource.get_url() or "/", moment)
    return demand


def _own(demand: Demand, by: User) -> None:
    if demand.state != DemandState.CLAIMED or demand.claimed_by_id != by.pk:
        require(Refusal("not_yours", _("You have not taken this wish on.")))


def _tell(demand: Demand, subject: Promise, url: str, at: datetime) -> None:
    people = User.objects.filter(pk__in=demand.voters.values("user_id"))
    notify(people, subject=subject, words={"text": demand.text}, url=url, at=at)
