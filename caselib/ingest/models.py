"""What was uploaded and what was found in it, kept until people have decided on every item."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from .enums import BatchState, ItemKind, ItemState


class ImportBatch(models.Model):
    """One uploaded file, stored as it came. The same content (sha256) is stored and imported once for each person."""

    name = models.CharField(_("file name"), max_length=255)
    sha256 = models.CharField(_("sha256"), max_length=64, db_index=True)
    size = models.PositiveBigIntegerField(_("size in bytes"))
    file = models.FileField(_("file"), upload_to="imports/%Y/%m", max_length=255)
    kind = models.CharField(_("format"), max_length=12, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=BatchState.choices, default=BatchState.RECEIVED)
    code = models.CharField(pgettext_lazy("ingest", "remark"), max_length=40, blank=True)
    detail = models.CharField(_("detail of the remark"), max_length=400, blank=True)
    foreword_title = models.CharField(_("title of the foreword"), max_length=200, blank=True)
    foreword_text = models.TextField(_("foreword"), blank=True)
    warnings = models.JSONField(_("report lines"), default=list)
    properties = models.JSONField(_("properties of the file"), default=dict)
    comments = models.JSONField(_("comments in the file"), default=list)
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="members", verbose_name=_("archive")
    )
    page = models.ForeignKey(
        "resources.ResourcePage",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="import_batches",
        verbose_name=_("resource the file came from"),
    )
    job = models.ForeignKey("core.Job", null=True, on_delete=models.SET_NULL, related_name="+", verbose_name=_("job"))
    received_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.PROTECT,
        related_name="import_batches",
        verbose_name=_("received from"),
    )
    received_at = models.DateTimeField(_("received at"))
    read_at = models.DateTimeField(pgettext_lazy("ingest", "read at"), null=True)

    class Meta:
        verbose_name = _("upload")
        verbose_name_plural = _("uploads")
        ordering = ["-received_at", "-pk"]
        indexes = [models.Index(fields=["received_by", "-received_at"], name="import_by_person")]
        constraints = [
            models.UniqueConstraint(fields=["received_by", "sha256"], name="upload_once_each"),
            models.UniqueConstraint(
                fields=["sha256"], condition=models.Q(received_by__isnull=True), name="upload_once_by_nobody"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ImportItem(models.Model):
    """One case or lesson plan found in an upload, with its place in the source and its report."""

    batch = models.ForeignKey(ImportBatch, on_delete=models.CASCADE, related_name="items", verbose_name=_("upload"))
    order = models.PositiveIntegerField(_("order"))
    kind = models.CharField(_("taken for"), max_length=12, choices=ItemKind.choices, default=ItemKind.CASE)
    title = models.CharField(_("title"), max_length=255)
    unit_name = models.CharField(_("unit named in the source"), max_length=120, blank=True)
    authors = models.JSONField(_("authors named in the source"), default=list)
    content = models.JSONField(_("content"), default=dict)
    text = models.TextField(_("text"), blank=True)
    tables = models.PositiveIntegerField(_("tables"), default=0)
    images = models.PositiveIntegerField(_("images"), default=0)
    notes = models.PositiveIntegerField(_("notes"), default=0)
    start = models.PositiveIntegerField(_("from character"), default=0)
    end = models.PositiveIntegerField(_("to character"), default=0)
    warnings = models.JSONField(_("report lines"), default=list)
    suggestions = models.JSONField(_("suggested terms"), default=list)
    state = models.CharField(_("state"), max_length=10, choices=ItemState.choices, default=ItemState.WAITING)
    page = models.ForeignKey(
        "resources.ResourcePage",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="import_items",
        verbose_name=_("draft"),
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=pgettext_lazy("ingest", "decided by"),
    )
    decided_at = models.DateTimeField(pgettext_lazy("ingest", "decided at"), null=True)

    class Meta:
        verbose_name = _("found item")
        verbose_name_plural = _("found items")
        ordering = ["batch", "order"]
        constraints = [models.UniqueConstraint(fields=["batch", "order"], name="item_order_once")]

    def __str__(self) -> str:
        return self.title


class ImportImage(models.Model):
    """A picture of an upload, kept until the items that show it are decided."""

    batch = models.ForeignKey(ImportBatch, on_delete=models.CASCADE, related_name="pictures", verbose_name=_("upload"))
    key = models.CharField(_("sha1"), max_length=40)
    name = models.CharField(_("name"), max_length=200)
    content_type = models.CharField(_("format"), max_length=40)
    file = models.FileField(_("file"), upload_to="imports/pictures/%Y/%m", max_length=255)
    image = models.ForeignKey(
        "media.CaseImage",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("library image"),
    )

    class Meta:
        verbose_name = _("picture of an upload")
        verbose_name_plural = _("pictures of uploads")
        constraints = [models.UniqueConstraint(fields=["batch", "key"], name="upload_picture_once")]

    def __str__(self) -> str:
        return self.name
