"""The page of a resource by its address: found once, asked for each reader, put together from kept pieces."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.functional import SimpleLazyObject
from wagtail.models import Page, PageViewRestriction, Site
from wagtail.views import serve as wagtail_serve

from caselib.accounts.viewers import Viewer
from caselib.core import fragments, page_cache

from .children import read_children
from .models import ResourcePage
from .models.base import pieces_of


@dataclass(frozen=True, slots=True)
class Address:
    """What stands at an address, as far as it decides who may read it and which pieces show it."""

    pk: int
    model: type[ResourcePage]
    revision_id: int | None
    tokens: frozenset[str]
    names: frozenset[str]

    def open_to(self, viewer: Viewer) -> bool:
        """Whether ``viewer`` may read it; the same rule as ``ResourcePage.is_visible_to``."""
        return self.pk not in viewer.veiled and not viewer.tokens.isdisjoint(self.tokens)


def serve_address(request: HttpRequest, path: str) -> HttpResponseBase:
    """Show the resource at ``path``; everything else (folders, tombstones, what is closed) is answered by Wagtail's view.

    Address and pieces are kept until a counter grows, so a reader costs the questions that only this reader's rights
    raise. Nothing is kept for a page below a view restriction.
    """
    if fragments.keeping() and request.method in {"GET", "HEAD"}:
        routed: list[ResourcePage] = []
        key = ("address", request.get_host(), path)
        known = fragments.kept(key, lambda: _find(request, path, routed), names=(page_cache.BESIDE,))
        viewer = Viewer.of(request.user)
        if known is not None and known.open_to(viewer):
            return _show(request, known, viewer, lambda: routed[0] if routed else _load(known))
    return wagtail_serve(request, path)


def _find(request: HttpRequest, path: str, routed: list[ResourcePage]) -> Address | None:
    """Return what lives at ``path`` and put the page itself into ``routed``; None for whatever is not a live resource.

    Looked up by its whole address: Wagtail's way from the site's root down would be two queries for each step.
    """
    root, restricted = fragments.kept(
        ("site", request.get_host()), lambda: _site_of(request), names=(page_cache.BESIDE,)
    )
    if not root or not path:
        return None
    below = Page.objects.filter(slug=path.rstrip("/").rpartition("/")[2], live=True, url_path=f"{root}{path}")
    found = below.values_list("pk", "content_type_id").first()
    model = ContentType.objects.get_for_id(found[1]).model_class() if found is not None else None
    if model is None or not issubclass(model, ResourcePage):
        return None
    page = model.objects.select_related("unit").get(pk=found[0])
    if page.withdrawn or (restricted and page.get_view_restrictions()):
        return None
    fragments.needs(page_cache.page(page.pk))
    routed.append(page)
    return Address(page.pk, model, page.live_revision_id, frozenset(page.access_tokens()), page.shown_names())


def _site_of(request: HttpRequest) -> tuple[str, bool]:
    """Return the path of the site's root page, empty if there is no site, and whether any page is restricted to view."""
    site = Site.find_for_request(request)
    if site is not None:
        fragments.needs(page_cache.page(site.root_page_id))
    return (site.root_page.url_path if site else "", PageViewRestriction.objects.exists())


def _show(request: HttpRequest, known: Address, viewer: Viewer, load: Callable[[], ResourcePage]) -> HttpResponseBase:
    request.is_preview = False  # type: ignore[attr-defined]

    def whole() -> ResourcePage:
        page = load()
        read_children(page)
        return page

    page: Any = SimpleLazyObject(whole)
    context = {"page": page, "self": page, **pieces_of(request, known.pk, known.revision_id, viewer, known.names)}
    response = render(request, known.model.template, context)
    return response if viewer.authenticated else page_cache.share(response, page_cache.PAGES, page_cache.LISTS)


def _load(known: Address) -> ResourcePage:
    page: ResourcePage = known.model.objects.select_related("unit").get(pk=known.pk)
    return page
