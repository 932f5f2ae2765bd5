"""Entries: a pinned revision with its attachments on its way up the tree of units."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.fields.files import FieldFile
from django.utils.translation import gettext_lazy as _

from ..enums import EntryState
from .calls import Competition, Track


class Entry(models.Model):
    """An entry. ``revision`` is pinned when it is handed in; later versions do not change what is judged.

    ``number`` is given when the entry reaches the organiser. ``authors`` and ``title`` are as they stood then:
    ``[{"name", "unit_name", "user"}]``. ``media`` holds the sha256 of the film and of the pictures in their order, as
    they were then. A bid is an entry without a page.
    """

    competition = models.ForeignKey(Competition, on_delete=models.PROTECT, related_name="entries")
    track = models.ForeignKey(Track, on_delete=models.PROTECT, related_name="entries", verbose_name=_("track"))
    page = models.ForeignKey(
        "resources.ResourcePage",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="competition_entries",
        verbose_name=_("resource"),
    )
    revision = models.ForeignKey(
        "wagtailcore.Revision", null=True, blank=True, on_delete=models.PROTECT, related_name="competition_entries"
    )
    sha256 = models.CharField(max_length=64, blank=True)
    media = models.JSONField(default=dict, blank=True, editable=False)
    bid = models.OneToOneField(
        "competitions.Bid", null=True, blank=True, on_delete=models.PROTECT, related_name="entry", verbose_name=_("bid")
    )
    unit = models.ForeignKey(
        "accounts.Unit", on_delete=models.PROTECT, related_name="competition_entries", verbose_name=_("unit")
    )
    number = models.PositiveIntegerField(_("number"), null=True, blank=True)
    title = models.CharField(_("title of the entry"), max_length=255)
    authors = models.JSONField(_("authors"), default=list, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=EntryState.choices, default=EntryState.DRAFT)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(_("created at"))
    submitted_at = models.DateTimeField(_("handed in at"), null=True, blank=True)
    accepted_at = models.DateTimeField(_("received by the organiser at"), null=True, blank=True)

    class Meta:
        verbose_name = _("entry")
        verbose_name_plural = _("entries")
        ordering = ["number", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["competition", "page"],
                condition=Q(state__in=["draft", "nominated", "accepted"]),
                name="one_standing_entry_a_page",
            ),
            models.UniqueConstraint(fields=["competition", "number"], name="one_entry_a_number"),
            models.CheckConstraint(
                condition=Q(page__isnull=False, bid__isnull=True) | Q(page__isnull=True, bid__isnull=False),
                name="entry_is_a_page_or_a_bid",
            ),
            models.CheckConstraint(
                condition=Q(state="draft") | Q(bid__isnull=False) | Q(revision__isnull=False) | Q(state="withdrawn"),
                name="handed_in_entry_is_pinned",
            ),
        ]
        indexes = [models.Index(fields=["competition", "state"], name="entry_state")]

    def __str__(self) -> str:
        return f"{self.code} {self.title}".strip()

    @property
    def code(self) -> str:
        """The number judges and certificates know the entry by, for example ``017``."""
        return f"{self.number:03d}" if self.number else ""

    @property
    def author_names(self) -> str:
        return "、".join(author["name"] for author in self.authors)


class EntryAttachment(models.Model):
    """A file that belonged to the resource when it was handed in: its own copy, and the hash it had then."""

    entry = models.ForeignKey(Entry, on_delete=models.CASCADE, related_name="attachments")
    document = models.ForeignKey("media.CaseDocument", on_delete=models.PROTECT, related_name="+")
    title = models.CharField(max_length=200, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    file = models.FileField(upload_to="entries", max_length=200, blank=True, editable=False)
    withheld = models.CharField(_("withheld from blind judges because"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("attachment of an entry")
        verbose_name_plural = _("attachments of entries")
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.title

    @property
    def stored(self) -> FieldFile:
        """The file that is judged: the copy, or the document itself for entries from before copies were kept."""
        return self.file if self.file else self.document.file


class Nomination(models.Model):
    """A unit sends an entry on to the next level. ``stands`` turns false when the entry falls out."""

    entry = models.ForeignKey(Entry, on_delete=models.CASCADE, related_name="nominations")
    unit = models.ForeignKey("accounts.Unit", on_delete=models.PROTECT, related_name="nominations")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(_("at"))
    stands = models.BooleanField(default=True)
    remark = models.CharField(_("remark of the unit"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("recommendation")
        verbose_name_plural = _("recommendations")
        ordering = ["at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["entry", "unit"], condition=Q(stands=True), name="one_nomination_a_unit")
        ]

    def __str__(self) -> str:
        return f"{self.unit} → {self.entry_id}"


class BlackOut(models.Model):
    """A passage that the office blacked out in the copy that judges read."""

    entry = models.ForeignKey(Entry, on_delete=models.CASCADE, related_name="black_outs")
    text = models.CharField(_("passage"), max_length=500)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("blacked-out passage")
        verbose_name_plural = _("blacked-out passages")
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.text[:40]
