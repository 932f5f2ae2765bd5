"""What search keeps in the database: the outbox, builds, extracted text, completions and the office's synonyms."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

POISONED_AFTER = 5  # failed attempts after which a job is shown to the office


class OutboxJob(models.Model):
    """One record that an engine must look at again. Only ever inserted and deleted by writers; `id` orders."""

    engine = models.CharField(_("engine"), max_length=16)
    key = models.CharField(_("record"), max_length=40)
    created_at = models.DateTimeField(_("since"))
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    retry_at = models.DateTimeField(_("next attempt"), null=True, blank=True)
    error = models.TextField(_("error"), blank=True)

    class Meta:
        verbose_name = _("index job")
        verbose_name_plural = _("index jobs")
        ordering = ["pk"]
        indexes = [models.Index(fields=["engine", "key"], name="outbox_key")]

    def __str__(self) -> str:
        return f"{self.engine} {self.key}"

    @property
    def poisoned(self) -> bool:
        return self.attempts >= POISONED_AFTER


class IndexBuild(models.Model):
    """A rebuild beside the live index. While one runs, drains note what they indexed, for the new index to catch up."""

    RUNNING, DONE, ABORTED = "running", "done", "aborted"

    engine = models.CharField(_("engine"), max_length=16)
    state = models.CharField(_("state"), max_length=8, default=RUNNING)
    done = models.PositiveIntegerField(_("done"), default=0)
    total = models.PositiveIntegerField(_("total"), default=0)
    started_at = models.DateTimeField(_("started at"))
    heartbeat_at = models.DateTimeField(_("last sign of life"))
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)

    class Meta:
        verbose_name = _("index rebuild")
        verbose_name_plural = _("index rebuilds")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.engine} {localtime(self.started_at):%Y-%m-%d %H:%M} {self.state}"


class ReplayKey(models.Model):
    """A record that was indexed in the live index while a build was running."""

    build = models.ForeignKey(IndexBuild, on_delete=models.CASCADE, related_name="replay")
    key = models.CharField(max_length=40)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.key


class ExtractedText(models.Model):
    """The text of an uploaded document, so that reading it again costs nothing until the file changes; or, where `reader`
    is lower than that of ``extraction``, the wish that it be read."""

    document = models.OneToOneField("media.CaseDocument", on_delete=models.CASCADE, related_name="extracted")
    file_hash = models.CharField(max_length=64)
    text = models.TextField(_("text"), blank=True)
    error = models.CharField(_("why it has no text"), max_length=300, blank=True)
    at = models.DateTimeField(pgettext_lazy("search", "read at"))
    reader = models.PositiveSmallIntegerField(default=0)  # which state of ``extraction`` read it, 0 if none did yet

    class Meta:
        verbose_name = _("text of a document")
        verbose_name_plural = _("texts of documents")
        indexes = [models.Index(fields=["reader", "file_hash"], name="extracted_unread")]

    def __str__(self) -> str:
        return f"{self.document_id}: {len(self.text)}"


class Completion(models.Model):
    """One way to begin, spell or misspell something that is in the library, for one permission token.

    `record` is the key of the record it comes from, empty for a vocabulary term; `token` is one access token of that
    record, empty for what everybody may see.
    """

    TITLE, NAME, TERM, WORD = "title", "name", "term", "word"
    PREFIX, GAP = "prefix", "gap"

    form = models.CharField(max_length=6, default=PREFIX)
    key = models.CharField(max_length=64)
    text = models.CharField(max_length=255)
    kind = models.CharField(max_length=6)
    record = models.CharField(max_length=40, blank=True)
    token = models.CharField(max_length=40, blank=True)
    weight = models.SmallIntegerField(default=0)

    class Meta:
        default_permissions = ()
        indexes = [
            models.Index(fields=["form", "key", "token"], name="completion_key"),
            models.Index(fields=["record"], name="completion_record"),
        ]

    def __str__(self) -> str:
        return f"{self.key} → {self.text}"


class Likeness(models.Model):
    """The resources most like one resource (``search.neighbours``), which only the worker writes.

    `others` is JSON, ``[[id, [access token, …]], …]``, most alike first; empty before the first look. `marked` tells one
    change of the resource from the next.
    """

    BESIDE, CHANGED = 1, 2

    resource_id = models.BigIntegerField(primary_key=True)
    others = models.TextField(blank=True)
    due = models.PositiveSmallIntegerField(default=BESIDE)
    marked = models.BigIntegerField(default=0)

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["-due", "resource_id"], name="likeness_due", condition=models.Q(due__gt=0))]

    def __str__(self) -> str:
        return f"{self.resource_id}: {len(self.others)}"


class SynonymGroup(models.Model):
    """Words that mean the same to a searcher. Read with each query, so a change works at once, without a rebuild."""

    words = models.TextField(
        _("words"), help_text=_("Words that mean the same, separated by commas, spaces or line breaks.")
    )
    note = models.CharField(_("note"), max_length=200, blank=True)
    active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("synonyms for search")
        verbose_name_plural = _("synonyms for search")
        ordering = ["pk"]

    def __str__(self) -> str:
        return "、".join(self.as_list())[:80]

    def as_list(self) -> list[str]:
        """Return the words, in the order written, without repetition."""
        text = self.words
        for separator in "，、；;,\n\r\t|":
            text = text.replace(separator, " ")
        return list(dict.fromkeys(text.split()))

    def clean(self) -> None:
        """Refuse a group that joins nothing."""
        if len(self.as_list()) < 2:
            raise ValidationError({"words": _("Enter at least two words.")})
