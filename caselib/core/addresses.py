"""Addresses of views, looked for once in the life of a process: many links of a page lead to the same few views."""

from __future__ import annotations

from functools import lru_cache
from urllib.parse import urljoin, urlsplit

from django.conf import settings
from django.http import HttpRequest
from django.urls import get_script_prefix, reverse
from django.utils.http import url_has_allowed_host_and_scheme


def address(view: str, *args: str) -> str:
    """Return what ``reverse`` says of ``view`` and ``args``; raises NoReverseMatch as that does."""
    return _address(get_script_prefix(), view, args)


def printed(request: HttpRequest, path: str) -> str:
    """Return the full address of ``path`` as it stands on paper and in QR codes.

    Whoever prints may have opened the site by a name that only works inside the house; the site's own address works
    for whoever holds the page.
    """
    return urljoin(settings.SITE_ORIGIN, path) if settings.SITE_ORIGIN else request.build_absolute_uri(path)


def page_before(request: HttpRequest) -> str:
    """Return path and query of the page of this site that a form was sent from, as the browser names it; empty if it names none."""
    named = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(named, allowed_hosts={request.get_host()}):
        return ""
    parts = urlsplit(named)
    return parts._replace(scheme="", netloc="", path=f"/{parts.path.lstrip('/')}", fragment="").geturl()


@lru_cache(maxsize=1024)
def _address(prefix: str, view: str, args: tuple[str, ...]) -> str:
    return reverse(view, args=args)
