"""Judges, what they declared, the conflicts that follow, and who reads what."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from ..enums import AssignmentState, ConflictReason
from .calls import Competition, Round, Track
from .entries import Entry


class Judge(models.Model):
    """A person on the jury of a call. Titles stay hidden until ``declared_at`` is set."""

    competition = models.ForeignKey(Competition, on_delete=models.CASCADE, related_name="judges")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="jury_seats", verbose_name=_("judge")
    )
    tracks = models.ManyToManyField(Track, related_name="judges", verbose_name=_("tracks"))
    topics = models.ManyToManyField("vocabularies.Topic", blank=True, related_name="+", verbose_name=_("topics"))
    sectors = models.ManyToManyField("vocabularies.Sector", blank=True, related_name="+", verbose_name=_("sectors"))
    active = models.BooleanField(_("active"), default=True)
    listed_names = models.JSONField(_("persons with a relation"), default=list, blank=True)
    listed_unit_names = models.JSONField(_("units with a relation, as written"), default=list, blank=True)
    listed_units = models.ManyToManyField(
        "accounts.Unit", blank=True, related_name="+", verbose_name=_("units with a relation")
    )
    declared_at = models.DateTimeField(_("declared at"), null=True, blank=True)
    removed_reason = models.CharField(_("reason of removal"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("judge")
        verbose_name_plural = _("judges")
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["competition", "user"], name="one_seat_a_judge")]

    def __str__(self) -> str:
        return str(self.user)

    @property
    def declared(self) -> bool:
        return self.declared_at is not None


class Conflict(models.Model):
    """A reason why a judge must not read an entry."""

    judge = models.ForeignKey(Judge, on_delete=models.CASCADE, related_name="conflicts")
    entry = models.ForeignKey(Entry, on_delete=models.CASCADE, related_name="conflicts")
    reason = models.CharField(_("reason"), max_length=14, choices=ConflictReason.choices)
    remark = models.CharField(_("remark on the conflict"), max_length=300, blank=True)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("conflict of interest")
        verbose_name_plural = _("conflicts of interest")
        ordering = ["judge", "entry"]
        constraints = [models.UniqueConstraint(fields=["judge", "entry", "reason"], name="one_conflict_a_reason")]

    def __str__(self) -> str:
        return f"{self.judge} {self.entry} {self.get_reason_display()}"


class JuryAssignment(models.Model):
    """One judge reads one entry in one round. ``further`` marks a reading ordered because the others differed."""

    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="assignments")
    entry = models.ForeignKey(Entry, on_delete=models.CASCADE, related_name="assignments")
    judge = models.ForeignKey(Judge, on_delete=models.PROTECT, related_name="assignments")
    state = models.CharField(
        _("state"), max_length=10, choices=AssignmentState.choices, default=AssignmentState.ASSIGNED
    )
    further = models.BooleanField(_("third or further reading"), default=False)
    at = models.DateTimeField(_("assigned at"))

    class Meta:
        verbose_name = _("assignment")
        verbose_name_plural = _("assignments")
        ordering = ["entry__number", "pk"]
        constraints = [models.UniqueConstraint(fields=["round", "entry", "judge"], name="one_reading_a_judge")]
        indexes = [models.Index(fields=["judge", "state"], name="assignment_desk")]

    def __str__(self) -> str:
        return f"{self.entry} ← {self.judge}"
