"""Keeping teaching points good: evaluation, rectification, and which points suit which theme."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ..enums import EvaluationOutcome, Preference


class PointEvaluation(models.Model):
    """A periodic evaluation of a teaching point. The latest one decides how the point stands."""

    point = models.ForeignKey(
        "resources.TeachingPoint",
        on_delete=models.PROTECT,
        related_name="evaluations",
        verbose_name=_("teaching point"),
    )
    evaluated_on = models.DateField(_("evaluated on"))
    evaluated_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    score = models.PositiveSmallIntegerField(_("points of 100"), validators=[MaxValueValidator(100)])
    findings = models.TextField(_("findings"), max_length=2000)
    outcome = models.CharField(_("outcome"), max_length=10, choices=EvaluationOutcome.choices)
    rectify_by = models.DateField(_("rectify by"), null=True, blank=True)
    rectified_on = models.DateField(_("rectified on"), null=True, blank=True)
    rectification = models.TextField(_("what was rectified"), blank=True, max_length=2000)

    class Meta:
        verbose_name = _("evaluation of a teaching point")
        verbose_name_plural = _("evaluations of teaching points")
        ordering = ["-evaluated_on", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(score__lte=100), name="evaluation_score_to_100"),
            models.CheckConstraint(
                condition=~Q(outcome="rectify") | Q(rectify_by__isnull=False), name="rectification_has_a_day"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.point_id} {self.evaluated_on}"


class PointPreference(models.Model):
    """That a point is preferred, or a candidate, for a theme."""

    topic = models.ForeignKey("vocabularies.Topic", on_delete=models.CASCADE, related_name="+", verbose_name=_("theme"))
    point = models.ForeignKey(
        "resources.TeachingPoint",
        on_delete=models.CASCADE,
        related_name="preferences",
        verbose_name=_("teaching point"),
    )
    preference = models.CharField(_("preference"), max_length=10, choices=Preference.choices)

    class Meta:
        verbose_name = _("preferred teaching point")
        verbose_name_plural = _("preferred teaching points")
        ordering = ["topic", "-preference", "pk"]
        constraints = [models.UniqueConstraint(fields=["topic", "point"], name="one_preference_a_theme")]

    def __str__(self) -> str:
        return f"{self.topic_id}: {self.point_id}"
