"""Hostile request lines are answered before any view sees them."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

MAX_QUERY = 16_384


class CleanInputMiddleware:
    """Answer 400 to a path or query with NUL, lone surrogates or an absurd length; no database can keep them."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        query = request.META.get("QUERY_STRING", "")
        if len(query) > MAX_QUERY or _dirty(request.path_info) or "%00" in query:
            return render(request, "400.html", status=400)
        return self.get_response(request)


def _dirty(text: str) -> bool:
    if "\x00" in text:
        return True
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return True
    return False
