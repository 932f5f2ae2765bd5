"""Rule packs, and what the automatic checks found: runs, findings, and what became of each."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from wagtail.models import Revision

from caselib.resources.models import ResourcePage

from ..enums import Category, CheckTrigger, Disposition, RuleKind, Severity
from ..scanning.packs import ScanRule, rule_fault


class RulePack(models.Model):
    """A named set of rules. Every change makes a new version, whose rules are kept as CSV."""

    code = models.SlugField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=120)
    version = models.PositiveIntegerField(_("version"), default=0, editable=False)
    active = models.BooleanField(_("in use"), default=True)
    updated_at = models.DateTimeField(_("updated at"), null=True, editable=False)

    class Meta:
        verbose_name = _("rule pack")
        verbose_name_plural = _("rule packs")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class RulePackVersion(models.Model):
    """What a pack said at one version: the CSV and its sha256, by whom and when. Never changed."""

    pack = models.ForeignKey(RulePack, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField(_("version"))
    csv = models.TextField()
    sha256 = models.CharField(max_length=64)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    made_at = models.DateTimeField(_("made at"))

    class Meta:
        ordering = ["pack", "-number"]
        default_permissions = ("view",)
        constraints = [models.UniqueConstraint(fields=["pack", "number"], name="one_pack_version")]

    def __str__(self) -> str:
        return f"{self.pack} {self.number}"


class Rule(models.Model):
    """One rule of a pack, with the counts by which a noisy one is recognised."""

    pack = models.ForeignKey(RulePack, on_delete=models.CASCADE, related_name="rules", verbose_name=_("rule pack"))
    key = models.CharField(_("key"), max_length=60)
    text = models.CharField(_("term or pattern"), max_length=400)
    kind = models.CharField(_("kind"), max_length=10, choices=RuleKind.choices, default=RuleKind.TERM)
    category = models.CharField(_("category"), max_length=12, choices=Category.choices, default=Category.NEGATIVE)
    severity = models.CharField(_("severity"), max_length=10, choices=Severity.choices, default=Severity.WARNING)
    message = models.TextField(_("explanation"), blank=True)
    replacement = models.CharField(_("suggested wording"), max_length=400, blank=True)
    exceptions = models.TextField(
        _("harmless inside"), blank=True, help_text=_("Longer wordings inside which the term is harmless, one a line.")
    )
    since = models.DateField(_("in force from"), null=True, blank=True)
    until = models.DateField(_("in force until"), null=True, blank=True)
    retired_at = models.DateTimeField(_("retired at"), null=True, blank=True, editable=False)
    hits = models.PositiveIntegerField(_("hits"), default=0, editable=False)
    dismissals = models.PositiveIntegerField(_("dismissals"), default=0, editable=False)

    class Meta:
        verbose_name = _("rule")
        verbose_name_plural = _("rules")
        ordering = ["pack", "key"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["pack", "key"], name="one_rule_key")]

    def __str__(self) -> str:
        return self.text

    def clean(self) -> None:
        """Refuse a broken pattern or an empty term with the reason."""
        fault = rule_fault(self.as_scan_rule())
        if fault:
            raise ValidationError({"text": fault})

    def as_scan_rule(self) -> ScanRule:
        return ScanRule(
            key=self.key,
            text=self.text,
            kind=str(self.kind),
            category=str(self.category),
            severity=str(self.severity),
            message=self.message,
            replacement=self.replacement,
            exceptions=tuple(line.strip() for line in self.exceptions.splitlines() if line.strip()),
            since=self.since,
            until=self.until,
        )

    @property
    def dismissed_share(self) -> int:
        """How many of the hits were dismissed, in whole per cent."""
        return self.dismissals * 100 // self.hits if self.hits else 0


class CheckRun(models.Model):
    """One run of the automatic checks over one revision. ``packs`` maps pack codes to the versions used."""

    page = models.ForeignKey(ResourcePage, on_delete=models.CASCADE, related_name="check_runs")
    revision = models.ForeignKey(Revision, on_delete=models.PROTECT, related_name="check_runs")
    sha256 = models.CharField(max_length=64)
    trigger = models.CharField(_("why"), max_length=12, choices=CheckTrigger.choices)
    packs = models.JSONField(default=dict)
    at = models.DateTimeField(_("at"))
    milliseconds = models.PositiveIntegerField(_("milliseconds"), default=0)
    similarity_percent = models.DecimalField(_("similarity in per cent"), max_digits=4, decimal_places=1, default=0)

    class Meta:
        verbose_name = _("check run")
        verbose_name_plural = _("check runs")
        ordering = ["-at", "-pk"]
        default_permissions = ("view",)
        indexes = [models.Index(fields=["page", "-at"], name="check_run_latest")]

    def __str__(self) -> str:
        return f"{self.page_id} @ {self.revision_id}"


class Finding(models.Model):
    """One hit of one rule. ``passage`` is the paragraph (-1: the whole item), the range is in its characters."""

    run = models.ForeignKey(CheckRun, on_delete=models.CASCADE, related_name="findings")
    passage = models.IntegerField(_("paragraph"), default=-1)
    start = models.PositiveIntegerField(default=0)
    end = models.PositiveIntegerField(default=0)
    pack = models.CharField(max_length=40)
    rule = models.CharField(_("rule"), max_length=60)
    category = models.CharField(_("category"), max_length=12, choices=Category.choices)
    severity = models.CharField(_("severity"), max_length=10, choices=Severity.choices)
    message = models.TextField(_("explanation"), blank=True)
    quote = models.CharField(_("passage"), max_length=500, blank=True)
    replacement = models.CharField(_("suggested wording"), max_length=400, blank=True)
    disposition = models.CharField(
        _("disposition"), max_length=10, choices=Disposition.choices, default=Disposition.OPEN
    )
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    disposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    disposed_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("finding")
        verbose_name_plural = pgettext_lazy("review", "findings")
        ordering = ["run", "passage", "start", "pk"]
        default_permissions = ("view",)

    def __str__(self) -> str:
        return f"{self.rule}: {self.quote}"

    @property
    def settled(self) -> bool:
        """Whether the finding no longer stands in the way of a pass."""
        return self.disposition in (Disposition.FIXED, Disposition.DISMISSED)


class BuiltinRule(models.Model):
    """Counts and the switch of a rule that is code (identity cards, markings, missing details)."""

    key = models.CharField(_("rule"), max_length=60, primary_key=True)
    active = models.BooleanField(_("in use"), default=True)
    hits = models.PositiveIntegerField(_("hits"), default=0, editable=False)
    dismissals = models.PositiveIntegerField(_("dismissals"), default=0, editable=False)

    class Meta:
        verbose_name = _("built-in rule")
        verbose_name_plural = _("built-in rules")
        ordering = ["key"]
        default_permissions = ("view", "change")

    def __str__(self) -> str:
        return self.key
