"""Orders (点单): the basket, the unit's request and its lines."""

from __future__ import annotations

import secrets
import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ..enums import STATE_TONES, OrderState


class BasketLine(models.Model):
    """Something a person means to order. A basket belongs to a person, the order to the unit."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="basket")
    resource = models.ForeignKey("resources.ResourcePage", on_delete=models.CASCADE, related_name="+")
    added_at = models.DateTimeField()

    class Meta:
        verbose_name = _("basket line")
        verbose_name_plural = _("basket lines")
        ordering = ["added_at", "pk"]
        constraints = [models.UniqueConstraint(fields=["user", "resource"], name="one_basket_line_once")]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.resource_id}"


class OrderRequest(models.Model):
    """What a unit asks for. ``submission`` is made with the form, so that a double click is one order."""

    number = models.CharField(_("order number"), max_length=20, unique=True)
    submission = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    unit = models.ForeignKey(
        "accounts.Unit", on_delete=models.PROTECT, related_name="orders", verbose_name=_("ordering unit")
    )
    placed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="orders", verbose_name=_("placed by")
    )
    placed_at = models.DateTimeField(_("placed at"))
    state = models.CharField(_("state"), max_length=12, choices=OrderState.choices, default=OrderState.PLACED)
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("to"))
    place = models.CharField(_("place"), max_length=200)
    audience = models.CharField(_("who will listen"), max_length=200)
    headcount = models.PositiveIntegerField(_("number of people"))
    purpose = models.TextField(_("purpose"), max_length=1000)
    contact = models.CharField(_("contact and telephone"), max_length=120)
    remark = models.TextField(_("remark on the order"), blank=True, max_length=1000)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=pgettext_lazy("catalogue", "decided by"),
    )
    decided_at = models.DateTimeField(pgettext_lazy("catalogue", "decided at"), null=True)
    refusal_reason = models.TextField(_("reason"), blank=True, max_length=1000)
    reminded_at = models.DateTimeField(_("reminded at"), null=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = pgettext_lazy("catalogue", "order")
        verbose_name_plural = _("unit orders")
        ordering = ["-placed_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="order_ends_after_start"),
            models.CheckConstraint(condition=Q(headcount__gte=1, headcount__lte=100000), name="order_headcount_real"),
            models.CheckConstraint(
                condition=~Q(state__in=["refused", "cancelled"]) | ~Q(refusal_reason=""), name="refusal_has_a_reason"
            ),
        ]
        indexes = [
            models.Index(fields=["unit", "-placed_at"], name="order_of_unit"),
            models.Index(fields=["state", "-placed_at"], name="order_queue"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def tone(self) -> str:
        return STATE_TONES[self.state]


class OrderLine(models.Model):
    """One course, film, teaching point, route or lecture of an order."""

    order = models.ForeignKey(OrderRequest, on_delete=models.CASCADE, related_name="lines")
    resource = models.ForeignKey(
        "resources.ResourcePage", on_delete=models.PROTECT, related_name="order_lines", verbose_name=_("resource")
    )
    # What was ordered is still readable after the item was renamed.
    title = models.CharField(_("title of the item"), max_length=255)
    kind = models.CharField(_("kind"), max_length=20)
    remark = models.CharField(_("remark on the order"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("order line")
        verbose_name_plural = _("order lines")
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["order", "resource"], name="one_line_once_an_order")]

    def __str__(self) -> str:
        return self.title


class CalendarFeed(models.Model):
    """The secret address of a person's calendar feed; calendar programs cannot sign in."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="calendar_feed")
    token = models.CharField(max_length=64, unique=True, default=secrets.token_urlsafe)

    class Meta:
        verbose_name = _("calendar feed")
        verbose_name_plural = _("calendar feeds")

    def __str__(self) -> str:
        return str(self.user_id)
