"""Lesson plans, courses and textbooks."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from wagtail.admin.panels import FieldPanel
from wagtail.fields import StreamField
from wagtail.models import Orderable

from ..blocks import BodyBlock, ProcessBlock, SyllabusBlock
from ..enums import CourseFamily, CourseLayer, Kind, MenuObligation, TextbookKind
from .base import ResourcePage


class LessonPlan(ResourcePage):
    """A lesson plan (教案)."""

    kind = Kind.LESSON
    template = "resources/lesson_plan.html"

    objectives = models.TextField(_("objectives"), blank=True)
    key_points = models.TextField(_("key points"), blank=True)
    difficult_points = models.TextField(_("difficult points"), blank=True)
    learners = models.CharField(_("learners"), max_length=200, blank=True)
    preparation = models.TextField(_("preparation"), blank=True)
    minutes = models.PositiveSmallIntegerField(_("length in minutes"), null=True, blank=True)
    process = StreamField(ProcessBlock(), verbose_name=_("process"), blank=True)
    board_plan = models.TextField(_("board plan"), blank=True)
    assessment = models.TextField(_("assessment"), blank=True)
    reflection = models.TextField(_("reflection"), blank=True)
    body = StreamField(BodyBlock(), verbose_name=_("further text"), blank=True)

    class Meta:
        verbose_name = _("lesson plan")
        verbose_name_plural = _("lesson plans")

    @property
    def process_minutes(self) -> int:
        """The sum of the minutes of all steps."""
        return sum(block.value.get("minutes") or 0 for block in self.process)


class Course(ResourcePage):
    """A course (课程)."""

    kind = Kind.COURSE
    template = "resources/course.html"

    family = models.CharField(_("family"), max_length=10, choices=CourseFamily.choices, blank=True)
    layer = models.CharField(_("layer"), max_length=10, choices=CourseLayer.choices, blank=True)
    obligation = models.CharField(_("menu obligation"), max_length=12, choices=MenuObligation.choices, blank=True)
    objectives = models.TextField(_("objectives"), blank=True)
    syllabus = StreamField(SyllabusBlock(), verbose_name=_("syllabus"), blank=True)
    lecturer = models.ForeignKey(
        "resources.Teacher",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="courses",
        verbose_name=_("teacher"),
    )
    orderable = models.BooleanField(_("may be ordered"), default=True)
    body = StreamField(BodyBlock(), verbose_name=_("further text"), blank=True)

    class Meta:
        verbose_name = _("course")
        verbose_name_plural = _("courses")


class CourseUpdate(Orderable):
    """An entry in the update record of a course."""

    page = ParentalKey(Course, on_delete=models.CASCADE, related_name="updates")
    date = models.DateField(_("date"))
    text = models.CharField(_("what was updated"), max_length=300)

    panels = [FieldPanel("date"), FieldPanel("text")]

    class Meta(Orderable.Meta):
        verbose_name = _("course update")
        verbose_name_plural = _("course updates")

    def __str__(self) -> str:
        return f"{self.date} {self.text}"


class LinkedResource(Orderable):
    """A case or course a lesson plan works with, in teaching order."""

    page = ParentalKey(LessonPlan, on_delete=models.CASCADE, related_name="linked")
    target = models.ForeignKey(
        ResourcePage, on_delete=models.CASCADE, related_name="linked_from", verbose_name=_("case or course")
    )

    panels = [FieldPanel("target")]

    class Meta(Orderable.Meta):
        verbose_name = _("linked case or course")
        verbose_name_plural = _("linked cases and courses")

    def __str__(self) -> str:
        return f"{self.page_id} → {self.target_id}"


class Textbook(ResourcePage):
    """A textbook (教材)."""

    kind = Kind.TEXTBOOK
    template = "resources/textbook.html"

    textbook_kind = models.CharField(_("kind of textbook"), max_length=12, choices=TextbookKind.choices, blank=True)
    edition = models.CharField(_("edition"), max_length=60, blank=True)
    publisher = models.CharField(_("publisher"), max_length=120, blank=True)
    isbn = models.CharField(_("ISBN or internal number"), max_length=40, blank=True)
    chapters = StreamField(SyllabusBlock(), verbose_name=_("chapters"), blank=True)
    body = StreamField(BodyBlock(), verbose_name=_("text"), blank=True)

    class Meta:
        verbose_name = _("textbook")
        verbose_name_plural = _("textbooks")
