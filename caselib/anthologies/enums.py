"""Choices of the anthologies app."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class ItemKind(models.TextChoices):
    """What stands at a place of the outline."""

    FOREWORD = "foreword", _("Foreword")
    PART = "part", _("Part")
    CASE = "case", _("Case")
    INTERLUDE = "interlude", _("Interlude")
    APPENDIX = "appendix", _("Appendix")
    AWARDS = "awards", _("Award table")
    COLOPHON = "colophon", _("Colophon")


TEXT_KINDS = frozenset({ItemKind.FOREWORD, ItemKind.INTERLUDE, ItemKind.APPENDIX, ItemKind.AWARDS, ItemKind.COLOPHON})


class IndexKind(models.TextChoices):
    UNIT = "unit", _("Index of units")
    TOPIC = "topic", _("Index of topics")
    POSITION = "position", _("Index of positions")


class Axis(models.TextChoices):
    """By what the cases of an edition are put into parts in one click."""

    TOPIC = "topic", _("Topic")
    SECTOR = "sector", _("Sector")
    POSITION = "position", _("Position")
    UNIT = "unit", _("Unit")
    AWARD = "award", _("Award")


class Severity(models.TextChoices):
    """An error stops printing, a warning is for the editor to weigh, a note to know."""

    ERROR = "error", _("Must be put right")
    WARNING = "warning", _("Please look")
    NOTE = "note", _("For your information")


class CompilationState(models.TextChoices):
    WAITING = "waiting", pgettext_lazy("anthologies", "Waiting")
    DONE = "done", _("Finished")
    FAILED = "failed", _("Failed")
