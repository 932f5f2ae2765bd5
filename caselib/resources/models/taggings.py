"""Through models of the three controlled axes and of free tags: drafts keep draft tags."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from taggit.models import ItemBase, TaggedItemBase

from caselib.vocabularies.models import Position, Sector, Topic


class TopicTagging(ItemBase):  # type: ignore[misc]
    tag = models.ForeignKey(Topic, on_delete=models.PROTECT, related_name="taggings")
    content_object = ParentalKey("resources.ResourcePage", on_delete=models.CASCADE, related_name="topic_taggings")

    class Meta:
        verbose_name = _("topic of a resource")
        constraints = [models.UniqueConstraint(fields=["tag", "content_object"], name="one_topic_once")]


class SectorTagging(ItemBase):  # type: ignore[misc]
    tag = models.ForeignKey(Sector, on_delete=models.PROTECT, related_name="taggings")
    content_object = ParentalKey("resources.ResourcePage", on_delete=models.CASCADE, related_name="sector_taggings")

    class Meta:
        verbose_name = _("sector of a resource")
        constraints = [models.UniqueConstraint(fields=["tag", "content_object"], name="one_sector_once")]


class PositionTagging(ItemBase):  # type: ignore[misc]
    tag = models.ForeignKey(Position, on_delete=models.PROTECT, related_name="taggings")
    content_object = ParentalKey("resources.ResourcePage", on_delete=models.CASCADE, related_name="position_taggings")

    class Meta:
        verbose_name = _("position of a resource")
        constraints = [models.UniqueConstraint(fields=["tag", "content_object"], name="one_position_once")]


class FreeTagging(TaggedItemBase):  # type: ignore[misc]
    content_object = ParentalKey("resources.ResourcePage", on_delete=models.CASCADE, related_name="free_taggings")

    class Meta:
        verbose_name = _("free tag of a resource")
