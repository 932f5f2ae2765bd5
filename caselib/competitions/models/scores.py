"""Scores, ballots and what was reckoned from them."""

from __future__ import annotations

from decimal import Decimal

from django.core.serializers.json import DjangoJSONEncoder
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .calls import Round
from .entries import Entry
from .jury import JuryAssignment


class Score(models.Model):
    """The marks of one reading. ``draft`` is saved as typed and counts nothing; ``marks`` is what was handed in.

    ``version`` grows with each handing in; the marks of every earlier version stand in the audit chain.
    """

    assignment = models.OneToOneField(JuryAssignment, on_delete=models.CASCADE, related_name="score")
    draft = models.JSONField(default=dict, blank=True, encoder=DjangoJSONEncoder)
    marks = models.JSONField(null=True, blank=True, encoder=DjangoJSONEncoder)
    comment = models.TextField(_("opinion of the judge"), blank=True, max_length=5000)
    version = models.PositiveIntegerField(default=0)
    saved_at = models.DateTimeField(_("saved at"))
    submitted_at = models.DateTimeField(_("handed in at"), null=True, blank=True)

    class Meta:
        verbose_name = _("score")
        verbose_name_plural = _("scores")

    def __str__(self) -> str:
        return f"{self.assignment_id} v{self.version}"


class BallotCode(models.Model):
    """A one-time code of the audience panel; it is spent by the ballot paper that is handed in with it."""

    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="ballot_codes")
    code = models.CharField(max_length=16, unique=True)
    spent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("ballot code")
        verbose_name_plural = _("ballot codes")
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.round_id}/{self.pk}"


class Ballot(models.Model):
    """The points (0 to 100) that one ballot paper gives to one entry."""

    code = models.ForeignKey(BallotCode, on_delete=models.CASCADE, related_name="ballots")
    entry = models.ForeignKey(Entry, on_delete=models.CASCADE, related_name="ballots")
    points = models.DecimalField(
        max_digits=5, decimal_places=2, validators=[MinValueValidator(Decimal(0)), MaxValueValidator(Decimal(100))]
    )

    class Meta:
        verbose_name = _("ballot")
        verbose_name_plural = _("ballots")
        constraints = [
            models.UniqueConstraint(fields=["code", "entry"], name="one_vote_a_code"),
            models.CheckConstraint(condition=Q(points__gte=0, points__lte=100), name="ballot_points_of_100"),
        ]

    def __str__(self) -> str:
        return f"{self.entry_id}: {self.points}"


class Result(models.Model):
    """What was reckoned for an entry when a round was closed; the adjusted figures stand beside the official ones."""

    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="results")
    entry = models.ForeignKey(Entry, on_delete=models.CASCADE, related_name="results")
    official = models.DecimalField(_("score"), max_digits=6, decimal_places=2)
    rank = models.PositiveIntegerField(_("rank by the score"))
    judge_mean = models.DecimalField(_("mean of the judges"), max_digits=6, decimal_places=2, null=True)
    audience_mean = models.DecimalField(_("mean of the audience"), max_digits=6, decimal_places=2, null=True)
    spread = models.DecimalField(_("spread"), max_digits=6, decimal_places=2)
    readings = models.PositiveSmallIntegerField(_("readings"))
    ballots = models.PositiveIntegerField(_("ballots"), default=0)
    passed = models.BooleanField(_("above the pass line"))
    disputed = models.BooleanField(_("judges differ widely"))
    adjusted = models.FloatField(_("adjusted score"), null=True)
    adjusted_low = models.FloatField(null=True)
    adjusted_high = models.FloatField(null=True)
    adjusted_rank = models.PositiveIntegerField(_("place by the adjusted score"), null=True)

    class Meta:
        verbose_name = _("result")
        verbose_name_plural = _("results")
        ordering = ["round", "rank", "entry"]
        constraints = [models.UniqueConstraint(fields=["round", "entry"], name="one_result_a_round")]

    def __str__(self) -> str:
        return f"{self.entry}: {self.official}"


class Standing(models.Model):
    """Where an entry finally stands in its track, over all rounds it took part in."""

    entry = models.OneToOneField(Entry, on_delete=models.CASCADE, related_name="standing")
    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="standings")
    overall = models.DecimalField(_("final score"), max_digits=6, decimal_places=2)
    rank = models.PositiveIntegerField(_("final place"))
    passed = models.BooleanField(default=True)

    class Meta:
        verbose_name = _("final place")
        verbose_name_plural = _("final places")
        ordering = ["rank", "entry"]

    def __str__(self) -> str:
        return f"{self.entry}: {self.rank}"
