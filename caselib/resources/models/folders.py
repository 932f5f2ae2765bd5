"""Folder pages: resources are filed under unit / kind / year, so that no explorer page ever grows with the library."""

from __future__ import annotations

from django.db import models
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.models import Page


class Library(Page):
    """The root of everything that is kept; one per site."""

    max_count = 1
    parent_page_types = ["cms.HomePage", "wagtailcore.Page"]
    subpage_types = ["resources.Folder"]

    class Meta:
        verbose_name = _("library")
        verbose_name_plural = _("libraries")

    def serve(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        raise Http404


class Folder(Page):
    """A folder of the library: for a unit, for a kind inside it, or for a year inside that."""

    unit = models.ForeignKey(
        "accounts.Unit", null=True, blank=True, on_delete=models.PROTECT, related_name="folders", verbose_name=_("unit")
    )
    kind = models.CharField(_("kind"), max_length=20, blank=True)
    year = models.PositiveSmallIntegerField(_("year"), null=True, blank=True)

    content_panels = [*Page.content_panels, FieldPanel("unit"), FieldPanel("kind"), FieldPanel("year")]
    parent_page_types = ["resources.Library", "resources.Folder"]

    class Meta:
        verbose_name = _("folder")
        verbose_name_plural = _("folders")
        constraints = [
            models.UniqueConstraint(fields=["unit", "kind", "year"], name="one_folder", nulls_distinct=False)
        ]

    def serve(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        raise Http404
