"""States of uploads and of the items found in them."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class BatchState(models.TextChoices):
    """The life of an uploaded file."""

    RECEIVED = "received", _("Waiting to be read")
    READ = "read", _("Has been read")
    REFUSED = "refused", _("Not taken in")


class ItemState(models.TextChoices):
    """What became of an item."""

    WAITING = "waiting", _("Waiting for you")
    ACCEPTED = "accepted", _("Accepted as a draft")
    REJECTED = "rejected", _("Not taken")


class ItemKind(models.TextChoices):
    """What a found item is taken for."""

    CASE = "casestudy", _("Case study")
    LESSON = "lessonplan", _("Lesson plan")


BATCH_TRANSITIONS = {
    BatchState.RECEIVED: {BatchState.READ, BatchState.REFUSED},
    BatchState.READ: set(),
    BatchState.REFUSED: {BatchState.RECEIVED},
}
