"""Pages of the site that belong to no kind of item: language choice and the page about the site."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_safe


@require_safe
def choose_language(request: HttpRequest, code: str) -> HttpResponse:
    """Set the language cookie to ``code`` and go back; a link, so that cached pages need no form token."""
    if code not in dict(settings.LANGUAGES):
        raise Http404
    target = request.GET.get("next", "/")
    if not url_has_allowed_host_and_scheme(target, allowed_hosts=None):
        target = "/"
    try:
        response = HttpResponseRedirect(target)
    except ValueError:
        response = HttpResponseRedirect("/")
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        code,
        max_age=365 * 24 * 3600,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )
    response["Cache-Control"] = "no-store"
    return response


@require_safe
def about(request: HttpRequest) -> HttpResponse:
    """What the library is, how it can be used without a mouse, and whom to ask."""
    return render(request, "catalogue/about.html")
