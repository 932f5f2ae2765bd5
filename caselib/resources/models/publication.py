"""The grant without which nothing of the library goes live."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.models import Revision


class PublicationGrant(models.Model):
    """Says that one revision, with exactly this content, has passed every stage of its review.

    Database triggers (migration 0002) refuse to make a resource live at a revision that has no grant, whoever asks.
    """

    revision = models.OneToOneField(Revision, on_delete=models.PROTECT, related_name="publication_grant")
    page = models.ForeignKey("resources.ResourcePage", on_delete=models.CASCADE, related_name="publication_grants")
    sha256 = models.CharField(max_length=64)
    granted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", verbose_name=_("granted by")
    )
    granted_at = models.DateTimeField(_("granted at"))
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True)

    class Meta:
        verbose_name = _("publication grant")
        verbose_name_plural = _("publication grants")
        default_permissions = ("view",)

    def __str__(self) -> str:
        return f"{self.page_id} @ {self.revision_id}"


class TextOpening(models.Model):
    """Says that the act in progress may change what readers see of a live page; without it the database refuses.

    Written and removed inside one transaction by ``publishing.opened``, so that no other ever sees a row.
    """

    page = models.OneToOneField(
        "resources.ResourcePage", primary_key=True, on_delete=models.CASCADE, related_name="+", db_constraint=False
    )

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.page_id)


class VettedFile(models.Model):
    """A file that stood in a text when it went live. It is never changed again: a new file is a new object."""

    kind = models.CharField(max_length=10)
    file_id = models.PositiveBigIntegerField()

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["kind", "file_id"], name="one_vetted_file")]

    def __str__(self) -> str:
        return f"{self.kind} {self.file_id}"
