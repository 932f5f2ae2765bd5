"""Registers the search page and the synonyms in the admin."""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.snippets.models import register_snippet

from search import office_views
from search.viewsets import SynonymViewSet

register_snippet(SynonymViewSet)


@hooks.register("register_admin_urls")
def register_office() -> list[URLPattern]:
    return [
        path("search-office/", office_views.overview, name="search_office"),
        path("search-office/act/", office_views.act, name="search_office_act"),
        path("search-office/explain/", office_views.explain, name="search_office_explain"),
    ]


class OfficeItem(MenuItem):  # type: ignore[misc]
    """Shown to those who may see the index jobs."""

    def is_shown(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("search.view_outboxjob"))


@hooks.register("register_settings_menu_item")
def register_office_item() -> MenuItem:
    return OfficeItem(_("Search index"), reverse("search_office"), icon_name="search", order=910)
