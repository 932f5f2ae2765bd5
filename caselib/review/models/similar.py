"""The similarity index: one row a text, and what a manuscript was found to share."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.models import Revision

from caselib.resources.models import ResourcePage

from .checks import CheckRun


class TextPrint(models.Model):
    """The fingerprints of one text of a resource: the live one, or the one under review."""

    page = models.ForeignKey(ResourcePage, on_delete=models.CASCADE, related_name="text_prints")
    live = models.BooleanField(_("published"))
    revision = models.ForeignKey(Revision, on_delete=models.CASCADE, related_name="+")
    hashes = models.BinaryField()
    length = models.PositiveIntegerField(_("characters"))

    class Meta:
        verbose_name = _("text fingerprint")
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["page", "live"], name="one_text_print")]

    def __str__(self) -> str:
        return f"{self.page_id}: {self.length}"


class Similarity(models.Model):
    """What one run found in common with one other resource.

    ``passages`` is a list of {"passage", "start", "end", "text", "other_text"}: ranges are in the checked text.
    """

    run = models.ForeignKey(CheckRun, on_delete=models.CASCADE, related_name="similarities")
    other = models.ForeignKey(ResourcePage, on_delete=models.CASCADE, related_name="+", verbose_name=_("resource"))
    other_revision = models.ForeignKey(Revision, null=True, on_delete=models.SET_NULL, related_name="+")
    pending = models.BooleanField(_("manuscript under review"), default=False)
    percent = models.DecimalField(_("per cent"), max_digits=4, decimal_places=1)
    passages = models.JSONField(default=list)

    class Meta:
        verbose_name = _("similarity")
        verbose_name_plural = _("similarities")
        ordering = ["run", "-percent", "pk"]
        default_permissions = ("view",)

    def __str__(self) -> str:
        return f"{self.percent} %"
