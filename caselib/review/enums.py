"""Choices of the review app. Values are stable codes; labels are the office's own words."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Severity(models.TextChoices):
    """How much a finding weighs. A blocking one must be fixed or dismissed with a reason before anyone may pass."""

    INFO = "info", _("Information")
    WARNING = "warning", _("Warning")
    BLOCKING = "blocking", _("Blocking")


SEVERITY_ORDER = {Severity.BLOCKING: 0, Severity.WARNING: 1, Severity.INFO: 2}


class Category(models.TextChoices):
    """What a rule is about."""

    NEGATIVE = "negative", _("Negative list")
    STATUS = "status", _("Name whose status changed")
    SUPERSEDED = "superseded", _("Superseded document")
    PERSONAL = "personal", _("Personal data")
    MARKING = "marking", _("Secrecy or internal marking")
    METADATA = "metadata", _("Missing details")
    STYLE = "style", _("Wording")


class RuleKind(models.TextChoices):
    TERM = "term", _("Term")
    PATTERN = "pattern", _("Pattern")


class Disposition(models.TextChoices):
    """What the reviewer decided about one finding."""

    OPEN = "open", _("Open")
    ACCEPTED = "accepted", _("Accepted, author to change")
    FIXED = "fixed", _("Fixed")
    DISMISSED = "dismissed", _("Dismissed with reason")


# What a reviewer may choose; that something is fixed is noted by the checks, on the text in which it is gone.
CHOSEN = [(value, label) for value, label in Disposition.choices if value != Disposition.FIXED]


class Outcome(models.TextChoices):
    """What one stage decided."""

    PASS = "pass", _("Pass")
    RETURN = "return", _("Return to the author")
    RETURN_TO = "return_to", _("Return to an earlier stage")


class AnswerValue(models.TextChoices):
    YES = "yes", _("Yes")
    NO = "no", _("No")
    NOT_APPLICABLE = "na", _("Not applicable")


class Light(models.TextChoices):
    """The due light of an item in the queue."""

    CALM = "calm", _("In time")
    SOON = "soon", _("Due soon")
    OVERDUE = "overdue", _("Overdue")


class CheckTrigger(models.TextChoices):
    """Why the automatic checks ran."""

    SUBMISSION = "submission", _("At submission")
    REVISION = "revision", _("After a change")
    RESCAN = "rescan", _("Re-scan of the library")


class ReviewPhase(models.TextChoices):
    """Where a manuscript stands, as its author sees it."""

    DRAFT = "draft", _("Draft")
    IN_REVIEW = "in_review", _("In review")
    RETURNED = "returned", _("Returned to the author")
    PUBLISHED = "published", _("Published")
    WITHDRAWN = "withdrawn", _("Withdrawn")
