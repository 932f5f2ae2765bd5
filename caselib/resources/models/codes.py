"""The running numbers of the codes under which resources are quoted."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class CodeSeries(models.Model):
    """How far the codes of one letter and year have been given out. A number is never given twice."""

    prefix = models.CharField(_("prefix"), max_length=20, unique=True)
    last = models.PositiveIntegerField(_("last number"), default=0)

    class Meta:
        verbose_name = _("series of codes")
        verbose_name_plural = _("series of codes")
        default_permissions = ("view",)

    def __str__(self) -> str:
        return f"{self.prefix}{self.last:04d}"
