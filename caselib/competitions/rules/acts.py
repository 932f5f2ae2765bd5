"""Who may do what in a competition: rules on roles and states that hide a button, explain it and stop the call."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from caselib.accounts.enums import Role
from caselib.core.errors import Refusal

from ..enums import CALL_TRANSITIONS, ENTRY_TRANSITIONS, CallState, EntryState, RoundState


def office_only(roles: Collection[str]) -> Refusal | None:
    """Refuse everybody but the competition office."""
    if Role.COMPETITION_OFFICE in roles:
        return None
    return Refusal("office-only", _("Only the competition office does this. Ask it to do it for you."))


def contact_only(roles: Collection[str], user_unit: int | None, unit: int | None) -> Refusal | None:
    """Refuse everybody but the contact of ``unit``."""
    if Role.UNIT_CONTACT not in roles:
        return Refusal("contact-only", _("Only the contact person of the unit hands in and recommends entries."))
    if user_unit is None or user_unit != unit:
        return Refusal("other-unit", _("You are the contact person of another unit."))
    return None


def may_move_call(state: str, to: str) -> Refusal | None:
    """Refuse a step of a call that its state does not allow."""
    if to in CALL_TRANSITIONS[CallState(state)]:
        return None
    text = _("The call is in the state “%(state)s”, from which this step is not possible.")
    return Refusal("call-state", text % {"state": CallState(state).label})


def may_move_entry(state: str, to: str) -> Refusal | None:
    """Refuse a step of an entry that its state does not allow."""
    if to in ENTRY_TRANSITIONS[EntryState(state)]:
        return None
    text = _("The entry is in the state “%(state)s”, from which this step is not possible.")
    return Refusal("entry-state", text % {"state": EntryState(state).label})


def setup_open(state: str) -> Refusal | None:
    """Refuse changes of tracks, rubrics and quotas once the call is published: nobody plays by moving rules."""
    if state == CallState.DRAFT:
        return None
    return Refusal("rules-fixed", _("The call is published; its tracks, rubrics and quotas no longer change."))


def round_open(state: str) -> Refusal | None:
    """Refuse scoring in a round that is not open."""
    if state == RoundState.OPEN:
        return None
    if state == RoundState.CLOSED:
        return Refusal("round-closed", _("The round is closed; its scores are final."))
    return Refusal("round-not-open", _("The round is not open yet."))


def may_see_titles(declared: bool) -> Refusal | None:
    """Refuse every title to a judge who has not declared conflicts of interest."""
    if declared:
        return None
    return Refusal("declare-first", _("Declare your relations first; titles are shown after that."))


def may_confirm(state: str, open_objections: int, ends_on: date | None, today: date) -> Refusal | None:
    """Refuse confirming awards before the publicity period is over and every objection is answered."""
    if (refusal := may_move_call(state, CallState.CONFIRMED)) is not None:
        return refusal
    if ends_on is None or today <= ends_on:
        day = date_format(ends_on) if ends_on else "—"
        return Refusal("publicity-running", _("The publicity period lasts until the end of %(day)s.") % {"day": day})
    if open_objections:
        text = _("%(n)d objections are not answered yet. Answer each of them first.") % {"n": open_objections}
        return Refusal("open-objections", text)
    return None


def winners_published(withdrawn: Sequence[str]) -> Refusal | None:
    """Refuse to honour in public what was withdrawn from the library."""
    if not withdrawn:
        return None
    text = _(
        "Withdrawn from the library meanwhile: %(names)s. Exclude the entry or take its award away, with the reason; then go on."
    )
    return Refusal("winner-withdrawn", text % {"names": "、".join(withdrawn)})


def may_object(state: str, ends_on: date | None, today: date) -> Refusal | None:
    """Refuse objections outside the publicity period, whose last day belongs to it."""
    if state == CallState.PUBLICITY and ends_on is not None and today <= ends_on:
        return None
    return Refusal("no-publicity", _("Objections are received during the publicity period only."))
