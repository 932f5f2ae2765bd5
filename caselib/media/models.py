"""Own image, document and film models from the first migration, all on private storage."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files import File
from django.core.files.base import ContentFile
from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.documents.models import AbstractDocument
from wagtail.documents.models import Document as WagtailDocument
from wagtail.images.models import AbstractImage, AbstractRendition
from wagtail.images.models import Image as WagtailImage
from wagtail.models import CollectionMember
from wagtail.search import index

from . import packages
from .metadata import without_metadata

IN_MEMORY = 8 * 1024 * 1024
PICTURES = frozenset({"jpg", "png"})


class CaseImage(AbstractImage):
    """An image with its source, so that a permission can be shown for it."""

    credit = models.CharField(_("source or photographer"), max_length=200, blank=True)

    admin_form_fields = (*WagtailImage.admin_form_fields, "credit")

    class Meta(AbstractImage.Meta):
        verbose_name = _("image")
        verbose_name_plural = _("images")

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save the image; of a new file only the picture is stored, not where, when and by whom it was taken."""
        with _bare(self, _bare_picture):
            super().save(*args, **kwargs)


class CaseRendition(AbstractRendition):
    """An image in one size."""

    image = models.ForeignKey(CaseImage, on_delete=models.CASCADE, related_name="renditions")

    class Meta(AbstractRendition.Meta):
        constraints = [
            models.UniqueConstraint(fields=["image", "filter_spec", "focal_point_key"], name="unique_rendition")
        ]


class CaseDocument(AbstractDocument):
    """An uploaded file. Its address is the private one, under the permission check."""

    admin_form_fields = WagtailDocument.admin_form_fields

    class Meta(AbstractDocument.Meta):
        verbose_name = _("document")
        verbose_name_plural = _("documents")

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save the document; of a new file neither its author's properties nor what a camera said are stored."""
        with _bare(self, _bare_document):
            super().save(*args, **kwargs)

    @property
    def url(self) -> str:
        return self.file.url


@contextmanager
def _bare(row: Any, bare_of: Callable[[Any], File | None]) -> Iterator[None]:
    """Give ``row``, while it is saved, what ``bare_of`` makes of a new file, None where nothing is to be taken out.

    One of Wagtail's ways stores the file before there is a row: what was stored is then replaced and deleted.
    """
    given, stored = row.file, ""
    if given and (not given._committed or (row.pk is None and given.storage.exists(given.name))):
        stored = str(given.name) if given._committed else ""
        given.seek(0)
        bare = bare_of(given)
        given.seek(0)
        if bare is None:
            stored = ""
        else:
            if stored:
                given.close()
            bare.name = Path(str(given.name)).name if stored else given.name
            row.file = bare
            row._set_image_file_metadata() if isinstance(row, CaseImage) else row._set_document_file_metadata()
    yield
    if stored:
        row.file.storage.delete(stored)


def _bare_picture(given: Any) -> File | None:
    data = given.read()
    bare = without_metadata(data)
    return None if bare == data else ContentFile(bare)


def _bare_document(given: Any) -> File | None:
    suffix = str(given.name).rpartition(".")[2].lower()
    if suffix in PICTURES:
        return _bare_picture(given)
    if suffix not in packages.OFFICE or given.read(2) != b"PK":
        return None
    bare = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115  Django closes it with the row
    given.seek(0)
    return File(bare) if packages.write_bare(given, bare) else None


class VideoFile(CollectionMember, index.Indexed, models.Model):
    """A film as a file. Duration and size are read from the file where ffprobe is present."""

    title = models.CharField(_("title"), max_length=200)
    file = models.FileField(_("file"), upload_to="films")
    still = models.ForeignKey(
        CaseImage, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", verbose_name=_("still")
    )
    duration = models.FloatField(_("duration in seconds"), null=True, blank=True)
    width = models.PositiveIntegerField(_("width"), null=True, blank=True)
    height = models.PositiveIntegerField(_("height"), null=True, blank=True)
    sha256 = models.CharField(max_length=64, blank=True, editable=False)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("uploaded by"),
    )
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    search_fields = [
        *CollectionMember.search_fields,
        index.SearchField("title", boost=10),
        index.AutocompleteField("title"),
    ]

    class Meta:
        verbose_name = _("film file")
        verbose_name_plural = _("film files")
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.title

    def length(self) -> str:
        """The running time as minutes:seconds, or a dash where it is unknown."""
        if self.duration is None:
            return "—"
        whole = round(self.duration)
        return f"{whole // 60}:{whole % 60:02d}"

    length.short_description = _("Length")  # type: ignore[attr-defined]


class CaptionTrack(models.Model):
    """Captions of a film as WebVTT text (SRT is converted on the way in)."""

    video = models.ForeignKey(VideoFile, on_delete=models.CASCADE, related_name="captions", verbose_name=_("film"))
    language = models.CharField(_("language"), max_length=12, default="zh-Hans")
    label = models.CharField(_("label"), max_length=60, default="中文")
    vtt = models.TextField(_("captions (WebVTT)"))

    class Meta:
        verbose_name = _("caption track")
        verbose_name_plural = _("caption tracks")
        constraints = [models.UniqueConstraint(fields=["video", "language"], name="one_track_a_language")]

    def __str__(self) -> str:
        return f"{self.video} ({self.label})"
