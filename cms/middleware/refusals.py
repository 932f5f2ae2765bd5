"""A refusal that a view lets through becomes a page that says what was refused, why, and what to do."""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.db import IntegrityError, OperationalError
from django.db.models import ProtectedError, RestrictedError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from caselib.core.addresses import page_before
from caselib.core.errors import ConflictError, Refusal, RefusedError
from cms.logs import said, shown_path, whence
from cms.middleware.input import unreadable

logger = logging.getLogger(__name__)

# PostgreSQL: serialisation failure, deadlock, lock not available.
COLLISIONS = frozenset({"40001", "40P01", "55P03"})
COLLIDED = "collided"
# PostgreSQL's code, SQLite's words: two people wrote the same name at once, after both had found it free.
TAKEN, TAKEN_WORDS = "23505", "UNIQUE constraint failed"


def collided(error: Exception) -> bool:
    """Whether the database gave ``error`` because two people wrote at once; it has taken back one of the two wholly."""
    if isinstance(error, IntegrityError):
        return getattr(error.__cause__, "sqlstate", "") == TAKEN or TAKEN_WORDS in str(error)
    if not isinstance(error, OperationalError):
        return False
    return getattr(error.__cause__, "sqlstate", "") in COLLISIONS or "database is locked" in str(error)


class RefusalMiddleware:
    """Turn RefusedError into 403 and ConflictError into 409, as a page or, where JSON was asked for, as JSON.

    A value that cannot be read, or is missing, where a view takes it for granted becomes 400. A collision that only
    the database has seen (a deadlock, a lock that came too late, a name taken a moment ago) becomes 409 as well, and the
    deletion of what is used 403:
    Wagtail looks uses up in an index that a worker brings up to date, so it may not know of one yet.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if unreadable(request, exception):
            logger.warning("Unreadable input for %s: %s", shown_path(request), whence(exception))
            return said(render(request, "400.html", status=400))
        if collided(exception):
            logger.warning("Two wrote at once at %s: %s", shown_path(request), whence(exception))
            text = _("Somebody changed the same thing at this moment. Nothing of yours was saved; please repeat it.")
            exception = ConflictError(Refusal(COLLIDED, text))
        if isinstance(exception, ProtectedError | RestrictedError):
            text = _("It was not deleted, because something else uses it. Take it out there first.")
            exception = RefusedError(Refusal("in-use", text))
        if not isinstance(exception, RefusedError):
            return None
        refusal = exception.refusal
        if request.accepts("application/json") and not request.accepts("text/html"):
            return JsonResponse({"code": refusal.code, "message": str(refusal.message)}, status=exception.status)
        template = "409.html" if exception.status == 409 else "403.html"
        context = {"refusal": refusal, "refused_act": request.method == "POST", "page_before": page_before(request)}
        answer = render(request, template, context, status=exception.status)
        return said(answer) if refusal.code == COLLIDED else answer
