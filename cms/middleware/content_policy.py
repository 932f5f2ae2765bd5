"""The content security policy of every answer, written once in the life of a process.

Wagtail's admin has inline scripts and styles, which is its one relaxation; nothing from another origin is ever allowed.
"""

from __future__ import annotations

from collections.abc import Callable

from csp.constants import HEADER, SELF, UNSAFE_EVAL, UNSAFE_INLINE
from csp.utils import build_policy
from django.http import HttpRequest, HttpResponse

ADMIN = "/admin/"
RELAXED = {
    "script-src": [SELF, UNSAFE_INLINE, UNSAFE_EVAL],
    "style-src": [SELF, UNSAFE_INLINE],
    "img-src": [SELF, "data:", "blob:"],
    "frame-src": [SELF],
    "worker-src": [SELF, "blob:"],
}


class ContentPolicyMiddleware:
    """Send the policy of the settings, with the directives of the admin replaced under /admin/ only."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        # No page of ours asks for a policy of its own, so there are two; django-csp would write each anew for each answer.
        self.policy = build_policy()
        self.relaxed = build_policy(replace=RELAXED)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault(HEADER, self.relaxed if request.path_info.startswith(ADMIN) else self.policy)
        return response
