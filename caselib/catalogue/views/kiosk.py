"""The touch interface of exhibition halls: what is public and permitted for halls, and no way out of it."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from caselib.core.page_cache import LISTS, PAGES, shared
from caselib.vocabularies.models import Position, Sector, Topic

from ..selectors import kiosk as selectors

PAGE_SIZE = 12


@require_safe
@shared(PAGES, LISTS)
def start(request: HttpRequest) -> HttpResponse:
    """The campaign list that runs, else the newest items; the idle timer comes back here."""
    return render(request, "catalogue/kiosk/start.html", {"start": selectors.start()})


@require_safe
@shared(PAGES, LISTS)
def wall(request: HttpRequest) -> HttpResponse:
    """The wall of cases and films, by topic, sector or position, or by what was typed."""
    axis, code = request.GET.get("axis", ""), request.GET.get("code", "")[:40]
    kind, text = request.GET.get("kind", ""), request.GET.get("q", "").strip()[:60]
    model = {"topic": Topic, "sector": Sector, "position": Position}.get(axis)
    term = model.objects.filter(code=code, retired_at__isnull=True).first() if model and code else None
    found = selectors.items(kind=kind, axis=axis if term else "", term=term, text=text)
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "page_obj": page,
        "cards": selectors.cards(page.object_list),
        "term": term,
        "axis": axis if term else "",
        "kind": kind if kind in selectors.KINDS else "",
        "text": text,
        "menus": selectors.menus(),
    }
    return render(request, "catalogue/kiosk/wall.html", context)


@require_safe
@shared(PAGES, LISTS)
def item(request: HttpRequest, pk: int) -> HttpResponse:
    """One item to read or watch, learner's parts only."""
    page = selectors.item(pk)
    if page is None:
        raise Http404
    return render(request, "catalogue/kiosk/item.html", {"page": page, "reader": selectors.READER})


@require_safe
@shared(PAGES, LISTS)
def find(request: HttpRequest) -> HttpResponse:
    """The on-screen keyboard."""
    return render(request, "catalogue/kiosk/find.html")


@require_safe
def complete(request: HttpRequest) -> JsonResponse:
    """Titles for what was typed so far: Chinese, full pinyin or initials."""
    text = request.GET.get("q", "").strip()[:30]
    rows = [{"title": page.title, "pk": page.pk} for page in selectors.by_letters(text)]
    return JsonResponse({"items": rows})
