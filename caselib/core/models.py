"""Rows that every app shares: the audit chain, background jobs and version counters."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.translation import gettext_lazy as _

from .enums import FINAL_STATES, JobState


class AuditRecord(models.Model):
    """One act. Rows are only ever inserted; database triggers refuse update and delete.

    ``hash`` is the sha256 of the canonical JSON of every other field, ``previous_hash`` among them, so that any
    changed, removed, inserted or re-ordered row breaks the chain.
    """

    sequence = models.PositiveBigIntegerField(_("sequence"), primary_key=True)
    at = models.DateTimeField(_("at"), db_index=True)
    # The name is kept beside the number: an account may be renamed, the record may not.
    actor_id = models.BigIntegerField(_("actor"), null=True, db_index=True)
    actor_name = models.CharField(_("actor name"), max_length=255, blank=True)
    verb = models.CharField(_("verb"), max_length=80, db_index=True)
    target_type = models.CharField(_("target type"), max_length=100, blank=True)
    target_id = models.CharField(_("target"), max_length=64, blank=True)
    target_name = models.CharField(_("target name"), max_length=300, blank=True)
    data = models.JSONField(_("details"), default=dict, encoder=DjangoJSONEncoder)
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64, unique=True)

    class Meta:
        verbose_name = _("audit record")
        verbose_name_plural = _("audit records")
        ordering = ["sequence"]
        indexes = [models.Index(fields=["target_type", "target_id"], name="audit_target")]
        default_permissions = ("view",)

    def __str__(self) -> str:
        return f"#{self.sequence} {self.verb} {self.target_name}"


class AuditHead(models.Model):
    """The single row that serialises writers of the chain and remembers its length."""

    sequence = models.PositiveBigIntegerField(default=0)
    hash = models.CharField(max_length=64, default="0" * 64)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"#{self.sequence}"


class Job(models.Model):
    """A piece of long work: what was asked, how far it is, what it did."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(_("kind"), max_length=80)
    parameters = models.JSONField(_("parameters"), default=dict, encoder=DjangoJSONEncoder)
    state = models.CharField(_("state"), max_length=12, choices=JobState.choices, default=JobState.QUEUED)
    # What of which only one may wait or run at a time (``jobs.start_once``); without it any number may.
    key = models.CharField(max_length=120, null=True, editable=False)
    cancel_requested = models.BooleanField(_("cancel requested"), default=False)
    done = models.PositiveIntegerField(_("done"), default=0)
    total = models.PositiveIntegerField(_("total"), default=0)
    message = models.TextField(_("message"), blank=True)
    result = models.JSONField(_("result"), default=dict, encoder=DjangoJSONEncoder)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", verbose_name=_("requested by")
    )
    created_at = models.DateTimeField(_("created at"))
    started_at = models.DateTimeField(_("started at"), null=True)
    finished_at = models.DateTimeField(_("finished at"), null=True)
    heartbeat_at = models.DateTimeField(_("last sign of life"), null=True)

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        ordering = ["-created_at"]
        indexes = [models.Index(fields=["state", "created_at"], name="job_queue")]
        constraints = [
            models.UniqueConstraint(
                fields=["key"], condition=models.Q(state__in=["queued", "running"]), name="job_once_at_a_time"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"

    @property
    def finished(self) -> bool:
        return self.state in FINAL_STATES

    @property
    def percent(self) -> int:
        """Progress in whole per cent, 0 while the total is unknown."""
        return min(100, self.done * 100 // self.total) if self.total else 0

    def as_json(self) -> dict[str, Any]:
        return {
            "id": str(self.id),
            "kind": self.kind,
            "state": self.state,
            "state_label": self.get_state_display(),
            "done": self.done,
            "total": self.total,
            "percent": self.percent,
            "message": self.message,
            "result": self.result,
            "finished": self.finished,
        }


class VersionCounter(models.Model):
    """The number of the last change of what it names; the row ``changes`` counts them all. Caches live by it."""

    name = models.CharField(max_length=80, primary_key=True)
    value = models.PositiveBigIntegerField(default=0)

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["value"], name="counter_value")]

    def __str__(self) -> str:
        return f"{self.name}={self.value}"


class CalendarDay(models.Model):
    """A day that differs from the plain week: a public holiday, or a weekend day that is worked (调休)."""

    day = models.DateField(_("day"), unique=True)
    worked = models.BooleanField(
        _("worked"), default=False, help_text=_("Ticked for a weekend day that is worked, empty for a holiday.")
    )
    name = models.CharField(_("name"), max_length=60, blank=True)

    class Meta:
        verbose_name = _("holiday or make-up day")
        verbose_name_plural = _("holidays and make-up days")
        ordering = ["-day"]

    def __str__(self) -> str:
        return f"{self.day} {self.name}"
