"""Hostile request lines are cleaned or answered before any view sees them."""

from __future__ import annotations

import re
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

MAX_QUERY = 16_384
# Written as an address writes them; tabs and line ends may stand in what is pasted.
_CONTROLS = re.compile(r"%(?:0[0-8BCEF]|1[0-9A-F]|7F)", re.IGNORECASE)
_LAYERS = 3  # what is left of "%%0000" is another; who nests deeper means nothing


class CleanInputMiddleware:
    """Take control characters out of the query; answer 400 to a path with NUL or a lone surrogate, and to absurd lengths.

    No database can keep NUL. A query is what a reader typed or pasted: what is left of it is meant.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        query = request.META.get("QUERY_STRING", "")
        if len(query) > MAX_QUERY or _dirty(request.path_info):
            return render(request, "400.html", status=400)
        for _layer in range(_LAYERS if "%" in query else 0):
            query = _CONTROLS.sub("", query)
        if _CONTROLS.search(query):
            return render(request, "400.html", status=400)
        request.META["QUERY_STRING"] = query
        return self.get_response(request)


def _dirty(text: str) -> bool:
    if "\x00" in text:
        return True
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return True
    return False
