"""Registers the pages of ingest in the admin."""

from __future__ import annotations

from collections.abc import Iterator

from django.http import HttpRequest
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.widgets import Button
from wagtail.models import Page

from caselib.accounts.models import User
from caselib.accounts.viewers import Viewer
from caselib.resources.models import ResourcePage

from . import exporting, metadata_views, views
from .rules import may_upload


@hooks.register("register_admin_urls")
def register_pages() -> list[URLPattern]:
    return [
        path("imports/", views.index, name="imports"),
        path("imports/<int:pk>/", views.report, name="imports_report"),
        path("imports/<int:pk>/act/", views.act, name="imports_act"),
        path("imports/<int:pk>/source/", views.source, name="imports_source"),
        path("imports/item/<int:pk>/", views.item, name="imports_item"),
        path("imports/metadata/", metadata_views.metadata, name="imports_metadata"),
        path("imports/metadata/template/", metadata_views.template, name="imports_metadata_template"),
        path("imports/export/<int:pk>/", exporting.export, name="imports_export"),
    ]


class UploadsItem(MenuItem):  # type: ignore[misc]
    """Shown to those who may upload."""

    def is_shown(self, request: HttpRequest) -> bool:
        return may_upload(Viewer.of(request.user)) is None


@hooks.register("register_admin_menu_item")
def register_menu() -> MenuItem:
    return UploadsItem(_("Word in"), reverse("imports"), icon_name="upload", order=250, name="imports")


@hooks.register("register_page_header_buttons")
def register_export(page: Page, user: User, view_name: str, next_url: str | None = None) -> Iterator[Button]:
    """Offer a resource as a Word file that comes back as a revision."""
    if isinstance(page, ResourcePage):
        yield Button(
            _("Word file for editing"), reverse("imports_export", args=[page.pk]), icon_name="download", priority=65
        )
