"""Choices and transitions of lists, orders and demand."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class ListKind(models.TextChoices):
    CURATED = "curated", _("Curated list")
    RULE = "rule", _("Rule-based list")
    CAMPAIGN = "campaign", _("Campaign list")


class Obligation(models.TextChoices):
    REQUIRED = "required", _("Required")
    ELECTIVE = "elective", _("Elective")


class OrderState(models.TextChoices):
    PLACED = "placed", _("Waiting for an answer")
    ACCEPTED = "accepted", _("Accepted")
    DISPATCHED = "dispatched", _("Dispatched")
    DELIVERED = "delivered", _("Delivered")
    REFUSED = "refused", pgettext_lazy("order", "Refused")
    CANCELLED = "cancelled", _("Cancelled")


ORDER_TRANSITIONS: dict[str, frozenset[str]] = {
    OrderState.PLACED: frozenset({OrderState.ACCEPTED, OrderState.REFUSED, OrderState.CANCELLED}),
    OrderState.ACCEPTED: frozenset({OrderState.DISPATCHED, OrderState.CANCELLED}),
    OrderState.DISPATCHED: frozenset({OrderState.ACCEPTED, OrderState.DELIVERED, OrderState.CANCELLED}),
    OrderState.DELIVERED: frozenset(),
    OrderState.REFUSED: frozenset(),
    OrderState.CANCELLED: frozenset(),
}
OPEN_STATES = frozenset({OrderState.PLACED, OrderState.ACCEPTED, OrderState.DISPATCHED})
# the tone of the state mark, see docs/look.md
STATE_TONES: dict[str, str] = {
    OrderState.PLACED: "now",
    OrderState.ACCEPTED: "warn",
    OrderState.DISPATCHED: "ok",
    OrderState.DELIVERED: "ok",
    OrderState.REFUSED: "bad",
    OrderState.CANCELLED: "off",
}


class BookingKind(models.TextChoices):
    """What a session takes up for its time; each can be in one place only."""

    TEACHER = "teacher", pgettext_lazy("catalogue", "Teacher")
    ROOM = "room", _("Room")
    SITE = "site", _("Teaching point")
    FILM = "film", _("Film session")


class DispatchState(models.TextChoices):
    PLANNED = "planned", _("Planned")
    DELIVERED = "delivered", _("Delivered")
    CANCELLED = "cancelled", _("Cancelled")


class DemandState(models.TextChoices):
    OPEN = "open", _("Waiting for an author")
    CLAIMED = "claimed", _("An author is on it")
    MET = "met", _("Met")


class EvaluationOutcome(models.TextChoices):
    KEEP = "keep", _("Kept")
    RECTIFY = "rectify", _("To be rectified")
    REMOVE = "remove", pgettext_lazy("teaching point", "Removed")


class Preference(models.TextChoices):
    PREFERRED = "preferred", _("Preferred")
    CANDIDATE = "candidate", _("Candidate")


ORDERABLE_KINDS = frozenset({"course", "video", "teachingpoint", "teachingroute", "teacher"})
CRITERIA: tuple[tuple[str, object], ...] = (
    ("content", _("Content fits our work")),
    ("delivery", _("Clearly and vividly taught")),
    ("use", _("Can be used tomorrow")),
)
