"""Folder pages: resources are filed under unit / kind / year, so that no explorer page ever grows with the library."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models.functions import Coalesce
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.models import Page

from .guarding import GuardedFolder


class Library(GuardedFolder, Page):  # type: ignore[misc]
    """The root of everything that is kept; one per site."""

    max_count = 1
    parent_page_types = ["cms.HomePage", "wagtailcore.Page"]
    subpage_types = ["resources.Folder"]

    class Meta:
        verbose_name = _("library")
        verbose_name_plural = _("libraries")

    def route(self, request: HttpRequest, path_components: list[str]) -> Any:
        """Find the page at once by its whole address; step by step would be two queries for each folder above it."""
        if path_components:
            address = f"{self.url_path}{'/'.join(path_components)}/"
            below = Page.objects.filter(slug=path_components[-1], url_path=address, path__startswith=self.path)
            page = below.first()
            if page is not None:
                return page.specific.route(request, [])
        return super().route(request, path_components)

    def serve(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        raise Http404


class Folder(GuardedFolder, Page):  # type: ignore[misc]
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
            # A null is a value here; NULLS NOT DISTINCT is not known to SQLite, so nulls are compared as zero.
            models.UniqueConstraint(Coalesce("unit", 0), "kind", Coalesce("year", 0), name="one_folder"),
        ]

    def serve(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        raise Http404
