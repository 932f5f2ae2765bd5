"""The reader's address behind our own reverse proxy."""

from django.http import HttpRequest


def client_address(request: HttpRequest) -> str:
    """Return the address nginx saw, for the throttling of logins.

    ``X-Real-IP`` is overwritten by deploy/nginx.conf.template, so a reader cannot choose it; the
    ``X-Forwarded-For`` list, which readers can prepend to, is not looked at.
    """
    return request.headers.get("X-Real-IP") or request.META.get("REMOTE_ADDR", "")
