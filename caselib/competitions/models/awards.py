"""Awards and their certificates."""

from __future__ import annotations

import secrets

from django.db import models
from django.utils.translation import gettext_lazy as _

from ..enums import AwardTier
from .calls import Competition
from .entries import Entry


def new_token() -> str:
    """Return the unguessable part of a verification address (128 bits)."""
    return secrets.token_urlsafe(16)


class Award(models.Model):
    """The award of an entry: proposed when results are released, final when ``confirmed_at`` is set."""

    competition = models.ForeignKey(Competition, on_delete=models.PROTECT, related_name="awards")
    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, related_name="award")
    tier = models.CharField(_("award"), max_length=10, choices=AwardTier.choices)
    confirmed_at = models.DateTimeField(_("confirmed at"), null=True, blank=True)

    class Meta:
        verbose_name = _("award")
        verbose_name_plural = _("awards")
        ordering = ["entry__track__order", "entry__track", "entry__standing__rank", "entry__number"]

    def __str__(self) -> str:
        return f"{self.get_tier_display()} {self.entry}"


class Certificate(models.Model):
    """A certificate with its number, and the token of the public page that confirms it."""

    award = models.OneToOneField(Award, on_delete=models.PROTECT, related_name="certificate")
    number = models.CharField(_("certificate number"), max_length=60, unique=True)
    token = models.CharField(max_length=32, unique=True, default=new_token)
    text = models.TextField(_("text"), max_length=2000)
    issued_on = models.DateField(_("issued on"))
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True)
    revoked_reason = models.CharField(_("reason of revocation"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("certificate")
        verbose_name_plural = _("certificates")
        ordering = ["number"]

    def __str__(self) -> str:
        return self.number
