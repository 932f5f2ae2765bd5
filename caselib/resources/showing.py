"""The page of a resource by its address: found once, asked for each reader, put together from kept pieces."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.functional import SimpleLazyObject
from wagtail.models import Page, PageViewRestriction, Site
from wagtail.views import serve as wagtail_serve

from caselib.accounts.models import Unit
from caselib.accounts.viewers import Viewer
from caselib.core import fragments, page_cache
from caselib.core.questions import Question, Rows

from .children import read_children
from .models import ResourcePage
from .models.base import pieces_of
from .selectors import address_of

#: (id, type) of the live page with a slug at a whole path.
AT_ADDRESS = Question(
    lambda slug, path: (
        Page.objects.filter(slug=slug, live=True, url_path=path).order_by().values_list("pk", "content_type_id")
    )
)


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
            return _show(request, known, viewer, lambda: routed[0] if routed else _load(known.pk, known.model))
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
    found = AT_ADDRESS.rows(path.rstrip("/").rpartition("/")[2], f"{root}{path}")
    model = ContentType.objects.get_for_id(found[0][1]).model_class() if found else None
    if model is None or not issubclass(model, ResourcePage):
        return None
    page = _load(found[0][0], model)
    if page is None or page.withdrawn or (restricted and page.get_view_restrictions()):
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


def _show(
    request: HttpRequest, known: Address, viewer: Viewer, load: Callable[[], ResourcePage | None]
) -> HttpResponseBase:
    request.is_preview = False  # type: ignore[attr-defined]

    @cache
    def whole() -> ResourcePage:
        page = load()
        if page is None:
            raise Http404
        read_children(page)
        return page

    # Templates call what they name: inside a piece the page itself stands there, which answers faster than what stands for it.
    context: dict[str, Any] = {"page": whole, "self": whole, "page_later": SimpleLazyObject(whole)}
    context |= pieces_of(request, known.pk, known.revision_id, viewer, known.names)
    response = render(request, known.model.template, context)
    return response if viewer.authenticated else page_cache.share(response, page_cache.PAGES, page_cache.LISTS)


def _load(pk: int, model: type[ResourcePage]) -> ResourcePage | None:
    """Return the page with its unit, None if it has gone."""
    found = _whole(model).of(pk)  # type: ignore[arg-type]  # a class can be hashed, whatever its rows are
    page: ResourcePage | None = found[0] if found else None
    if page is not None and page.unit_id is not None:
        units = fragments.kept_each("unit", [page.unit_id], Unit.objects.in_bulk, names=(page_cache.BESIDE,))
        page._state.fields_cache["unit"] = units[page.unit_id]
    if page is not None:
        page.own_url = address_of(page.url_path)
    return page


@lru_cache(maxsize=32)
def _whole(model: type[ResourcePage]) -> Rows:
    return Rows(model, lambda pages, pk: pages.filter(pk=pk))
