"""Choices and transition tables of competitions."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from caselib.resources.enums import AwardTier

__all__ = ["AwardTier"]


class CallState(models.TextChoices):
    """How far a call is as an act of the office; what may be done inside it follows from its dates."""

    DRAFT = "draft", _("Being prepared")
    PUBLISHED = "published", _("Published")
    RELEASED = "released", _("Results released")
    PUBLICITY = "publicity", _("In publicity")
    CONFIRMED = "confirmed", _("Confirmed")
    CANCELLED = "cancelled", _("Cancelled")


CALL_TRANSITIONS: dict[str, frozenset[str]] = {
    CallState.DRAFT: frozenset({CallState.PUBLISHED, CallState.CANCELLED}),
    CallState.PUBLISHED: frozenset({CallState.RELEASED, CallState.CANCELLED}),
    CallState.RELEASED: frozenset({CallState.PUBLICITY}),
    CallState.PUBLICITY: frozenset({CallState.CONFIRMED}),
    CallState.CONFIRMED: frozenset(),
    CallState.CANCELLED: frozenset(),
}
VISIBLE_STATES = frozenset({CallState.PUBLISHED, CallState.RELEASED, CallState.PUBLICITY, CallState.CONFIRMED})
RELEASED_STATES = frozenset({CallState.RELEASED, CallState.PUBLICITY, CallState.CONFIRMED})


class Phase(models.TextChoices):
    """Where the timetable of a call stands."""

    BEFORE = "before", _("Entries not open yet")
    ENTRY = "entry", _("Entries open")
    NOMINATION = "nomination", _("Recommendation")
    WAITING = "waiting", _("Between two phases")
    JUDGING = "judging", _("Judging")
    AFTER = "after", _("Judging closed")


class Act(models.TextChoices):
    """What a person may want to do while a phase lasts."""

    ENTER = "enter", _("Hand in an entry")
    WITHDRAW = "withdraw", _("Withdraw an entry")
    NOMINATE = "nominate", _("Recommend an entry")
    JUDGE = "judge", _("Score an entry")


class TrackKind(models.TextChoices):
    COURSE = "course", _("Good course")
    CASE_COURSE = "case_course", _("Case course")
    TEXTBOOK = "textbook", _("Good textbook")
    CASE = "case", _("Good case")
    ONLINE = "online", _("Online course")
    FILM = "film", _("Film")
    POINT = "point", _("On-site teaching")
    LESSON = "lesson", _("Lesson plan")
    BID = "bid", _("Course bidding")


class EntryState(models.TextChoices):
    DRAFT = "draft", _("Not handed in yet")
    NOMINATED = "nominated", _("On its way up")
    ACCEPTED = "accepted", _("In the competition")
    DECLINED = "declined", _("Not recommended")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    EXCLUDED = "excluded", _("Excluded by the office")


ENTRY_TRANSITIONS: dict[str, frozenset[str]] = {
    EntryState.DRAFT: frozenset({EntryState.NOMINATED, EntryState.ACCEPTED, EntryState.WITHDRAWN}),
    EntryState.NOMINATED: frozenset(
        {EntryState.NOMINATED, EntryState.ACCEPTED, EntryState.DECLINED, EntryState.WITHDRAWN, EntryState.EXCLUDED}
    ),
    EntryState.ACCEPTED: frozenset({EntryState.WITHDRAWN, EntryState.EXCLUDED}),
    EntryState.DECLINED: frozenset(),
    EntryState.WITHDRAWN: frozenset(),
    EntryState.EXCLUDED: frozenset(),
}
STANDING_STATES = frozenset({EntryState.NOMINATED, EntryState.ACCEPTED})


class RoundMode(models.TextChoices):
    PAPER = "paper", _("On paper")
    LIVE = "live", _("Live teaching")


class RoundState(models.TextChoices):
    PREPARED = "prepared", _("Being prepared")
    OPEN = "open", _("Judges are reading")
    CLOSED = "closed", _("Closed and reckoned")


class ConflictReason(models.TextChoices):
    """Why a judge must not read an entry."""

    AUTHOR = "author", _("is an author of the entry")
    SAME_UNIT = "same_unit", _("belongs to the same unit")
    SENT_ON = "sent_on", _("belongs to a unit that recommended the entry")
    FORMER_UNIT = "former_unit", _("belonged to the unit within the stated years")
    CO_AUTHOR = "co_author", _("has written with an author of the entry")
    LISTED_PERSON = "listed_person", _("declared a relation to an author")
    LISTED_UNIT = "listed_unit", _("declared a relation to the unit")
    RECUSED = "recused", _("stepped back from this entry")
    OFFICE = "office", _("recorded by the office")


class AssignmentState(models.TextChoices):
    ASSIGNED = "assigned", _("To be scored")
    SCORED = "scored", _("Scored")
    REPLACED = "replaced", _("Given to another judge")


class ObjectionState(models.TextChoices):
    OPEN = "open", _("Open")
    UPHELD = "upheld", _("Upheld")
    DISMISSED = "dismissed", _("Not upheld")


class NeedState(models.TextChoices):
    DRAFT = "draft", _("Being prepared")
    OPEN = "open", _("Published")
    COMMISSIONED = "commissioned", _("Commissioned")
    CANCELLED = "cancelled", _("Cancelled")


class BidState(models.TextChoices):
    DRAFT = "draft", _("Not handed in yet")
    SUBMITTED = "submitted", _("Handed in")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    WON = "won", _("Won")
    LOST = "lost", _("Not chosen")


class MilestoneState(models.TextChoices):
    OPEN = "open", _("Open")
    REPORTED = "reported", _("Reported by the unit")
    ACCEPTED = "accepted", _("Accepted by the office")
    RETURNED = "returned", _("Returned for more work")
