"""Films (廉政影片 and other videos)."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.fields import StreamField

from ..blocks import ChaptersBlock
from ..enums import AreaLevel, Kind, VideoCategory
from .base import ResourcePage


class Video(ResourcePage):
    """A film with captions, transcript and chapters."""

    kind = Kind.VIDEO
    template = "resources/video.html"

    video_file = models.ForeignKey(
        "media.VideoFile",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="pages",
        verbose_name=_("film file"),
    )
    category = models.CharField(_("category"), max_length=10, choices=VideoCategory.choices, blank=True)
    source_level = models.CharField(_("source level"), max_length=10, choices=AreaLevel.choices, blank=True)
    agency = models.CharField(_("producing agency"), max_length=120, blank=True)
    made_in = models.PositiveSmallIntegerField(_("year"), null=True, blank=True)
    transcript = models.TextField(_("transcript"), blank=True)
    chapters = StreamField(ChaptersBlock(), verbose_name=_("chapters"), blank=True)
    orderable = models.BooleanField(_("may be ordered"), default=True)

    class Meta:
        verbose_name = _("film")
        verbose_name_plural = _("films")
