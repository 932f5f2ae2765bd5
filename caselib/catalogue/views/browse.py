"""Browse and search: one page for all types; every state is a plain address."""

from __future__ import annotations

from functools import cache

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from caselib.accounts.viewers import Viewer
from caselib.core.page_cache import LISTS, PAGES, shared

from ..addresses import parse
from ..browsing import Browse
from ..browsing import browse as answer


@require_safe
@shared(PAGES, LISTS)
def browse(request: HttpRequest) -> HttpResponse:
    """Show results and facets. With scripts htmx swaps the same page's parts, so there is one answer for all."""
    get = request.GET
    query = parse({name: get.get(name, "") for name in ("q", "sort", "page")}, dict(get.lists()))
    viewer = Viewer.of(request.user).shared

    @cache
    def found() -> Browse:
        """Asked by the template, only if the page is not kept for readers of the same rights."""
        return answer(query, viewer)

    context = {"browse": found, "query": query, "state": query.url(), "viewer": viewer}
    return render(request, "catalogue/browse.html", context)
