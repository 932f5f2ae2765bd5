"""Decisions: who said what about exactly which text. The database keeps one person to one stage of a run."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from wagtail.models import Comment, Revision, WorkflowState

from caselib.resources.models import ResourcePage

from ..enums import Outcome
from .stages import ChecklistVersion, StageState, StageTask


class Seat(models.Model):
    """A person's place in one run: whoever decided one stage of it can never decide another."""

    run = models.ForeignKey(WorkflowState, on_delete=models.CASCADE, related_name="seats", verbose_name=_("run"))
    stage = models.ForeignKey(StageTask, on_delete=models.PROTECT, related_name="seats", verbose_name=_("stage"))
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="review_seats", verbose_name=_("reviewer")
    )

    class Meta:
        verbose_name = _("reviewer's seat")
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["run", "reviewer"], name="one_stage_a_person")]

    def __str__(self) -> str:
        return f"{self.run_id}: {self.reviewer} {self.stage}"


class Decision(models.Model):
    """One stage's verdict on one revision. Rows are kept for ever; a later edit voids them, it does not remove them.

    ``answers`` is a list of {"key", "text", "answer", "note"} with the wording that was answered.
    """

    page = models.ForeignKey(
        ResourcePage, on_delete=models.CASCADE, related_name="decisions", verbose_name=_("resource")
    )
    run = models.ForeignKey(WorkflowState, on_delete=models.CASCADE, related_name="decisions", verbose_name=_("run"))
    stage = models.ForeignKey(StageTask, on_delete=models.PROTECT, related_name="decisions", verbose_name=_("stage"))
    state = models.OneToOneField(
        StageState, on_delete=models.CASCADE, related_name="decision", verbose_name=_("stage state")
    )
    revision = models.ForeignKey(
        Revision, on_delete=models.PROTECT, related_name="decisions", verbose_name=_("revision")
    )
    sha256 = models.CharField(_("sha256 of the text"), max_length=64)
    seat = models.ForeignKey(Seat, on_delete=models.PROTECT, related_name="decisions")
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="review_decisions",
        verbose_name=_("decided by"),
    )
    decided_at = models.DateTimeField(_("decided at"))
    outcome = models.CharField(_("decision"), max_length=10, choices=Outcome.choices)
    return_to = models.ForeignKey(
        StageTask, null=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("returned to")
    )
    opinion = models.TextField(_("opinion"))
    checklist = models.ForeignKey(ChecklistVersion, null=True, on_delete=models.PROTECT, related_name="decisions")
    answers = models.JSONField(_("answers"), default=list)
    voided_at = models.DateTimeField(_("voided at"), null=True, blank=True)
    voided_reason = models.CharField(_("why voided"), max_length=40, blank=True)

    class Meta:
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")
        ordering = ["decided_at", "pk"]
        default_permissions = ("view",)
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["run", "stage"],
                condition=models.Q(outcome=Outcome.PASS, voided_at__isnull=True),
                name="one_standing_pass_a_stage",
            ),
            models.UniqueConstraint(
                fields=["run", "decided_by"],
                condition=models.Q(outcome=Outcome.PASS, voided_at__isnull=True),
                name="one_standing_pass_a_person",
            ),
        ]
        indexes = [models.Index(fields=["page", "decided_at"], name="decision_history")]

    def __str__(self) -> str:
        return f"{self.stage} {self.get_outcome_display()}"

    @property
    def standing(self) -> bool:
        """Whether the decision still counts."""
        return self.voided_at is None


class CommentAnchor(models.Model):
    """Where in the readable text a reviewer's comment (Wagtail's own) points: passage and characters."""

    # No accessor on Comment: its save() writes every field that _meta lists, accessors among them, and would fail.
    comment = models.OneToOneField(Comment, on_delete=models.CASCADE, related_name="+")
    passage = models.PositiveIntegerField(_("paragraph"))
    start = models.PositiveIntegerField(default=0)
    end = models.PositiveIntegerField(default=0)
    quote = models.CharField(_("passage"), max_length=500, blank=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.comment_id}: {self.passage}"


class CirculationChange(models.Model):
    """A change of circulation level: an act with a reason, of the final stage or of a whole review."""

    page = models.ForeignKey(ResourcePage, on_delete=models.CASCADE, related_name="circulation_changes")
    before = models.CharField(_("level before"), max_length=10)
    after = models.CharField(_("level after"), max_length=10)
    groups = models.JSONField(_("groups"), default=list)
    reason = models.TextField(_("reason"))
    revision = models.ForeignKey(Revision, null=True, on_delete=models.PROTECT, related_name="+")
    based_on = models.ForeignKey(Revision, null=True, on_delete=models.PROTECT, related_name="+")
    sha256 = models.CharField(max_length=64, blank=True)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField(pgettext_lazy("review", "requested at"))
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(_("decided at"), null=True)

    class Meta:
        verbose_name = _("change of circulation level")
        verbose_name_plural = _("changes of circulation level")
        ordering = ["-requested_at"]
        default_permissions = ("view",)

    def __str__(self) -> str:
        return f"{self.page_id}: {self.before} → {self.after}"
