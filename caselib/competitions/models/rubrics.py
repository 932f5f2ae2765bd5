"""The rubric of a track in a round: criteria, panels, pass line, number of readings."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from .. import scoring
from .calls import Round, Track

POINTS: dict[str, Any] = {"max_digits": 6, "decimal_places": 2, "validators": [MinValueValidator(Decimal(0))]}
MARK_PLACES = 2


class Rubric(models.Model):
    """How one track is scored in one round."""

    track = models.ForeignKey(Track, on_delete=models.CASCADE, related_name="rubrics")
    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="rubrics")
    readings = models.PositiveSmallIntegerField(
        _("judges for each entry"), default=3, validators=[MinValueValidator(1), MaxValueValidator(50)]
    )
    judge_weight = models.DecimalField(_("weight of the judges"), default=Decimal(1), **POINTS)
    audience_weight = models.DecimalField(_("weight of the audience"), default=Decimal(0), **POINTS)
    drop = models.PositiveSmallIntegerField(
        _("highest and lowest totals dropped"), default=0, validators=[MaxValueValidator(10)]
    )
    audience_drop = models.PositiveSmallIntegerField(
        _("highest and lowest ballots dropped"), default=0, validators=[MaxValueValidator(100)]
    )
    pass_line = models.DecimalField(_("pass line"), default=Decimal(0), **POINTS)
    spread_limit = models.DecimalField(
        _("spread that orders a further reading"), default=Decimal(20), help_text=_("In points of 100."), **POINTS
    )

    class Meta:
        verbose_name = _("rubric")
        verbose_name_plural = _("rubrics")
        ordering = ["round", "track"]
        constraints = [
            models.UniqueConstraint(fields=["track", "round"], name="one_rubric_a_round"),
            models.CheckConstraint(condition=Q(judge_weight__gt=0), name="judges_always_count"),
        ]

    def __str__(self) -> str:
        return f"{self.track} · {self.round}"

    @property
    def scheme(self) -> scoring.Scheme:
        """The rubric as the arithmetic wants it. One query for the criteria unless they are prefetched."""
        panels = [scoring.Panel(scoring.JUDGES, self.judge_weight, self.drop)]
        if self.audience_weight:
            panels.append(scoring.Panel(scoring.AUDIENCE, self.audience_weight, self.audience_drop))
        return scoring.Scheme(
            criteria=tuple(criterion.rule for criterion in self.criteria.all()),
            panels=tuple(panels),
            pass_line=self.pass_line,
            spread_limit=self.spread_limit,
        )


class Criterion(models.Model):
    """A line of a rubric with its descriptors (level in words → what it looks like)."""

    rubric = models.ForeignKey(Rubric, on_delete=models.CASCADE, related_name="criteria")
    code = models.SlugField(_("criterion code"), max_length=20)
    name = models.CharField(_("criterion"), max_length=80)
    weight = models.DecimalField(_("weight"), default=Decimal(10), **POINTS)
    low = models.DecimalField(_("lowest mark"), default=Decimal(0), **POINTS)
    high = models.DecimalField(_("highest mark"), default=Decimal(100), **POINTS)
    optional = models.BooleanField(_("may be left open"), default=False)
    tie_order = models.PositiveSmallIntegerField(
        _("order in breaking ties"), default=0, help_text=_("0: does not break ties.")
    )
    descriptors = models.JSONField(_("descriptors"), default=dict, blank=True)
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("criterion")
        verbose_name_plural = _("criteria")
        ordering = ["order", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["rubric", "code"], name="one_criterion_a_code"),
            models.CheckConstraint(condition=Q(high__gt=F("low")), name="marks_have_a_range"),
            models.CheckConstraint(condition=Q(weight__gt=0), name="criterion_has_weight"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def rule(self) -> scoring.Criterion:
        return scoring.Criterion(self.code, self.weight, self.low, self.high, self.optional, self.tie_order)
