"""Case studies and the guarded teaching note beside them."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.fields import StreamField
from wagtail.search import index

from ..blocks import BodyBlock
from ..enums import AreaLevel, Audience, Kind
from .base import ResourcePage


class CaseStudy(ResourcePage):
    """A case study (案例)."""

    kind = Kind.CASE
    template = "resources/case_study.html"

    place = models.CharField(_("place"), max_length=120, blank=True)
    area_level = models.CharField(_("level of the place"), max_length=10, choices=AreaLevel.choices, blank=True)
    body = StreamField(BodyBlock(), verbose_name=_("text"), blank=True)

    search_fields = [*ResourcePage.search_fields, index.SearchField("body")]

    class Meta:
        verbose_name = _("case study")
        verbose_name_plural = _("case studies")


NOTE_PARTS = ("summary", "objectives", "approach", "analysis", "readings", "feedback")


class TeachingNote(ResourcePage):
    """The teaching note of a case (案例使用说明): for teachers, guarded, an item of its own."""

    kind = Kind.NOTE
    template = "resources/teaching_note.html"

    case = models.ForeignKey(
        CaseStudy, on_delete=models.PROTECT, related_name="teaching_notes", verbose_name=_("case study")
    )
    summary = models.TextField(_("summary"), blank=True)
    objectives = models.TextField(_("objectives and audience"), blank=True)
    approach = models.TextField(_("teaching approach"), blank=True)
    analysis = models.TextField(_("analysis"), blank=True)
    readings = models.TextField(_("further reading"), blank=True)
    feedback = models.TextField(_("classroom feedback"), blank=True)

    class Meta:
        verbose_name = _("teaching note")
        verbose_name_plural = _("teaching notes")

    def save(self, *args: object, **kwargs: object) -> None:
        """Save; a teaching note is never meant for learners."""
        if self.audience == Audience.LEARNER:
            self.audience = Audience.TEACHER
        super().save(*args, **kwargs)

    @property
    def completeness(self) -> int:
        """How many of the six parts are written, in whole per cent."""
        written = sum(1 for part in NOTE_PARTS if getattr(self, part).strip())
        return written * 100 // len(NOTE_PARTS)


__all__ = ["NOTE_PARTS", "CaseStudy", "TeachingNote"]
