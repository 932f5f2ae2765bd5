"""The demand board: what was asked for and not found, ranked by how many asked."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ..enums import DemandState


class Demand(models.Model):
    """Something wanted. ``key`` is the folded text, so that the same wish is one row."""

    text = models.CharField(_("what is wanted"), max_length=120)
    key = models.CharField(max_length=120, unique=True)
    details = models.TextField(_("for which class or work"), blank=True, max_length=600)
    state = models.CharField(_("state"), max_length=10, choices=DemandState.choices, default=DemandState.OPEN)
    votes = models.PositiveIntegerField(_("asked for by"), default=0)
    first_asked_at = models.DateTimeField(_("first asked"))
    last_asked_at = models.DateTimeField(_("last asked"))
    claimed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="claimed_demands"
    )
    claimed_at = models.DateTimeField(null=True, blank=True)
    met_by = models.ForeignKey(
        "resources.ResourcePage", null=True, blank=True, on_delete=models.SET_NULL, related_name="met_demands"
    )

    class Meta:
        verbose_name = _("wanted item")
        verbose_name_plural = _("wanted items")
        ordering = ["-votes", "first_asked_at", "pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(state="claimed") | Q(claimed_at__isnull=False), name="claim_has_a_time")
        ]
        indexes = [models.Index(fields=["state", "-votes"], name="demand_rank")]

    def __str__(self) -> str:
        return self.text


class DemandVote(models.Model):
    """One person who asked; a second wish of the same person does not count twice."""

    demand = models.ForeignKey(Demand, on_delete=models.CASCADE, related_name="voters")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["demand", "user"], name="one_vote_a_person")]

    def __str__(self) -> str:
        return f"{self.demand_id}: {self.user_id}"
