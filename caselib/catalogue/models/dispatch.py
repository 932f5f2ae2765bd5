"""Dispatch (派单) and rating (评单): sessions, what they take up, and what listeners said."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from ..enums import BookingKind, DispatchState
from .lists import CODE_LETTERS
from .orders import OrderLine

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


class Room(models.Model):
    """A room that sessions can be held in."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    unit = models.ForeignKey(
        "accounts.Unit", null=True, blank=True, on_delete=models.PROTECT, related_name="rooms", verbose_name=_("unit")
    )
    seats = models.PositiveIntegerField(_("seats"))
    active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("room")
        verbose_name_plural = _("rooms")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Dispatch(models.Model):
    """One session for an order line. A line has one session that counts; earlier ones are cancelled and kept."""

    line = models.ForeignKey(OrderLine, on_delete=models.PROTECT, related_name="dispatches")
    state = models.CharField(_("state"), max_length=10, choices=DispatchState.choices, default=DispatchState.PLANNED)
    teacher = models.ForeignKey(
        "resources.Teacher",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="dispatches",
        verbose_name=_("teacher"),
    )
    room = models.ForeignKey(
        Room, null=True, blank=True, on_delete=models.PROTECT, related_name="dispatches", verbose_name=_("room")
    )
    site = models.ForeignKey(
        "resources.TeachingPoint",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="dispatches",
        verbose_name=_("teaching point"),
    )
    place = models.CharField(_("other place"), max_length=200, blank=True)
    starts_at = models.DateTimeField(_("begins"))
    ends_at = models.DateTimeField(_("ends"))
    dispatched_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    dispatched_at = models.DateTimeField()
    cancel_reason = models.CharField(_("reason"), max_length=300, blank=True)
    attendance = models.PositiveIntegerField(_("people who came"), null=True, blank=True)
    delivery_note = models.TextField(_("note on the session"), blank=True, max_length=1000)
    delivered_at = models.DateTimeField(null=True)
    delivered_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    rating_token = models.CharField(max_length=64, unique=True, default=secrets.token_urlsafe)
    reminded_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("session")
        verbose_name_plural = _("sessions")
        ordering = ["starts_at", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="session_ends_after_start"),
            models.CheckConstraint(
                condition=~Q(state="delivered") | Q(attendance__isnull=False, delivered_at__isnull=False),
                name="delivery_has_attendance",
            ),
            models.UniqueConstraint(
                fields=["line"], condition=~Q(state="cancelled"), name="one_session_that_counts_a_line"
            ),
        ]
        indexes = [models.Index(fields=["state", "starts_at"], name="session_week")]

    def __str__(self) -> str:
        return f"{self.line} {localtime(self.starts_at):%Y-%m-%d %H:%M}"


class Booking(models.Model):
    """What a planned or delivered session takes up, one row each; clash checks read this table only."""

    dispatch = models.ForeignKey(Dispatch, on_delete=models.CASCADE, related_name="bookings")
    kind = models.CharField(max_length=10, choices=BookingKind.choices)
    target_id = models.BigIntegerField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["dispatch", "kind", "target_id"], name="one_booking_a_target")]
        indexes = [models.Index(fields=["kind", "target_id", "starts_at"], name="booking_clash")]

    def __str__(self) -> str:
        return f"{self.kind} {self.target_id}"


SLIP_LENGTH = 8


def new_slip_code() -> str:
    """Return the random code of a rating slip."""
    return "".join(secrets.choice(CODE_LETTERS) for _unused in range(SLIP_LENGTH))


class RatingSlip(models.Model):
    """A code on paper that lets a listener without an account rate once. Nobody notes who got which slip.

    Whether it was used is not a field: the rating's ``voter`` is the keyed hash of the code, so nothing here tells.
    """

    dispatch = models.ForeignKey(Dispatch, on_delete=models.CASCADE, related_name="slips")
    code = models.CharField(max_length=12, unique=True, default=new_slip_code)

    class Meta:
        default_permissions = ()
        verbose_name = _("rating slip")
        verbose_name_plural = _("rating slips")
        # by the code, which is random: the order of printing says nothing either
        ordering = ["code"]

    def __str__(self) -> str:
        return self.spaced

    @property
    def spaced(self) -> str:
        """The code in two groups, as it is printed."""
        return f"{self.code[:4]}-{self.code[4:]}"


def score_field(label: str | _StrPromise) -> models.PositiveSmallIntegerField[int, int]:
    return models.PositiveSmallIntegerField(label, validators=[MinValueValidator(1), MaxValueValidator(5)])


class Rating(models.Model):
    """What one listener said. ``voter`` is a keyed hash of person and session: once a person, and no way back."""

    dispatch = models.ForeignKey(Dispatch, on_delete=models.PROTECT, related_name="ratings")
    voter = models.CharField(max_length=64)
    content = score_field(_("content"))
    delivery = score_field(_("delivery"))
    use = score_field(_("use"))
    comment = models.TextField(_("comment"), blank=True, max_length=1000)
    # A date without time: the minute would tell who it was.
    rated_on = models.DateField(_("rated on"))

    class Meta:
        verbose_name = _("rating")
        verbose_name_plural = _("ratings")
        # never in the order of arrival
        ordering = ["voter"]
        constraints = [
            models.UniqueConstraint(fields=["dispatch", "voter"], name="one_rating_a_person"),
            models.CheckConstraint(
                condition=Q(content__range=(1, 5), delivery__range=(1, 5), use__range=(1, 5)), name="scores_one_to_five"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.dispatch_id}"


class ResourceUse(models.Model):
    """Running totals of a resource, so that sorting by use or rating never adds up orders."""

    resource = models.OneToOneField("resources.ResourcePage", on_delete=models.CASCADE, related_name="use")
    ordered = models.PositiveIntegerField(_("times ordered"), default=0)
    delivered = models.PositiveIntegerField(_("times delivered"), default=0)
    listeners = models.PositiveIntegerField(_("listeners"), default=0)
    ratings = models.PositiveIntegerField(_("ratings"), default=0)
    rating_sum = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("use of a resource")
        verbose_name_plural = _("use of resources")
        indexes = [models.Index(fields=["-ordered"], name="use_ordered")]

    def __str__(self) -> str:
        return str(self.resource_id)

    @property
    def mean(self) -> float | None:
        """The mean score from 1 to 5 over all criteria, None without ratings."""
        return mean_of(self.rating_sum, self.ratings)


def mean_of(rating_sum: int | None, ratings: int) -> float | None:
    """Return the mean of so many ratings, each the sum of three criteria from 1 to 5; None without any."""
    return (rating_sum or 0) / (3 * ratings) if ratings else None
