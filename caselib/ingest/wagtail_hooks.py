"""Registers the pages of ingest in the admin."""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from caselib.accounts.viewers import Viewer

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
