"""Teachers (师资)."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from wagtail.fields import StreamField

from ..blocks import BodyBlock
from ..enums import Kind, TeacherSource
from .base import ResourcePage


class Teacher(ResourcePage):
    """A teacher in the teacher library; ``title`` is the name."""

    kind = Kind.TEACHER
    template = "resources/teacher.html"

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="teacher_pages",
        verbose_name=pgettext_lazy("resources", "account"),
    )
    source = models.CharField(_("source of the teacher"), max_length=12, choices=TeacherSource.choices, blank=True)
    post = models.CharField(_("post"), max_length=120, blank=True)
    teaches = models.CharField(_("fields of teaching"), max_length=300, blank=True)
    portrait = models.ForeignKey(
        "media.CaseImage",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("portrait"),
    )
    yearly_quota = models.PositiveSmallIntegerField(_("lectures a year at most"), null=True, blank=True)
    body = StreamField(BodyBlock(), verbose_name=_("biography"), blank=True)

    class Meta:
        verbose_name = _("teacher")
        verbose_name_plural = _("teachers")
