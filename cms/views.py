"""Views of the site as a whole."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe


@require_safe
def hello(request: HttpRequest) -> HttpResponse:
    """Answer a constant through the full middleware: the health check, and the reference of the page benchmark."""
    return HttpResponse("hello", content_type="text/plain")
