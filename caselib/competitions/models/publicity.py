"""The publicity period (公示) and the objections filed in it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from ..enums import ObjectionState
from .calls import Competition
from .entries import Entry


class PublicityPeriod(models.Model):
    """The days on which the proposed awards are public; first and last day belong to it."""

    competition = models.OneToOneField(Competition, on_delete=models.CASCADE, related_name="publicity")
    starts_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("last day"))
    workdays = models.PositiveSmallIntegerField(_("working days"))

    class Meta:
        verbose_name = _("publicity period")
        verbose_name_plural = _("publicity periods")

    def __str__(self) -> str:
        return f"{self.starts_on}–{self.ends_on}"


class Objection(models.Model):
    """An objection under the filer's own name, and its answer on record."""

    competition = models.ForeignKey(Competition, on_delete=models.PROTECT, related_name="objections")
    entry = models.ForeignKey(
        Entry, null=True, blank=True, on_delete=models.PROTECT, related_name="objections", verbose_name=_("entry")
    )
    filed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    name = models.CharField(_("name of the person"), max_length=60)
    contact = models.CharField(_("how to reach you"), max_length=120)
    text = models.TextField(_("objection and its grounds"), max_length=5000)
    filed_at = models.DateTimeField(_("filed at"))
    state = models.CharField(_("state"), max_length=10, choices=ObjectionState.choices, default=ObjectionState.OPEN)
    answer = models.TextField(_("answer"), blank=True, max_length=5000)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)

    class Meta:
        verbose_name = _("objection")
        verbose_name_plural = _("objections")
        ordering = ["filed_at", "pk"]

    def __str__(self) -> str:
        return f"{self.name} {localtime(self.filed_at):%Y-%m-%d}"
