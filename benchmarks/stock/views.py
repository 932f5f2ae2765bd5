"""Serving the comparison page as Wagtail does, and a faceted list of it written with the ORM."""

from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from taggit.models import Tag
from wagtail.models import Page, Site
from wagtail.views import serve

from benchmarks.stock.models import StockPage


def stock_page(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Hand the path to Wagtail's own view: routing through the tree, restrictions, template."""
    root = get_object_or_404(Page, slug=slug)
    site = Site.find_for_request(request)
    assert site is not None
    parts = root.get_url_parts(request)
    assert parts is not None
    return serve(request, parts[2].lstrip("/"))


def stock_list(request: HttpRequest) -> HttpResponse:
    """Twenty pages with their tags and the number of pages of each tag among all that match."""
    pages = StockPage.objects.live().public()
    if tag := request.GET.get("tag"):
        pages = pages.filter(tags__name=tag)
    counts = (
        Tag.objects.filter(benchmarks_stock_stocktag_items__content_object__in=pages)
        .annotate(number=Count("benchmarks_stock_stocktag_items"))
        .order_by("-number")
    )
    shown = pages.order_by("-first_published_at")[:20]
    context = {"pages": shown, "total": pages.count(), "counts": counts}
    return render(request, "benchmarks_stock/stock_list.html", context)
