"""A refusal that a view lets through becomes a page that says what was refused, why, and what to do."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.datastructures import MultiValueDictKeyError

from caselib.core.errors import RefusedError


class RefusalMiddleware:
    """Turn RefusedError into 403 and ConflictError into 409, as a page or, where JSON was asked for, as JSON.

    A POST that lacks a field which Wagtail takes for granted becomes 400.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, MultiValueDictKeyError):
            # Wagtail's views read some fields before any form has checked them.
            return render(request, "400.html", status=400)
        if not isinstance(exception, RefusedError):
            return None
        refusal = exception.refusal
        if request.accepts("application/json") and not request.accepts("text/html"):
            return JsonResponse({"code": refusal.code, "message": str(refusal.message)}, status=exception.status)
        template = "409.html" if exception.status == 409 else "403.html"
        return render(request, template, {"refusal": refusal}, status=exception.status)
