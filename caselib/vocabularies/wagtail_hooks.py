"""Registers the vocabularies and their tools."""

from __future__ import annotations

from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from . import views
from .viewsets import VocabularyGroup


@hooks.register("register_admin_viewset")
def register_vocabularies() -> VocabularyGroup:
    return VocabularyGroup()


@hooks.register("register_admin_urls")
def register_tools() -> list[URLPattern]:
    return [
        path("vocabularies/<slug:axis>/tools/", views.tools, name="vocabulary_tools"),
        path("vocabularies/<slug:axis>/imports/<uuid:job>/", views.imported, name="vocabulary_imported"),
        path("vocabularies/<slug:axis>/export/<slug:syntax>/", views.export, name="vocabulary_export"),
    ]


class ToolsItem(MenuItem):  # type: ignore[misc]
    """Shown to those who may change the vocabularies."""

    def is_shown(self, request: object) -> bool:
        return request.user.has_perm("vocabularies.change_topic")  # type: ignore[attr-defined]


@hooks.register("register_settings_menu_item")
def register_tools_item() -> MenuItem:
    return ToolsItem(_("Vocabulary tools"), reverse("vocabulary_tools", args=["topic"]), icon_name="tag", order=900)
