"""Views of the site as a whole."""

from __future__ import annotations

import errno
import sys

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, HttpResponseServerError
from django.template import loader
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

DISK_FULL = "53100"  # what PostgreSQL calls it


@require_safe
def hello(request: HttpRequest) -> HttpResponse:
    """Answer a constant through the full middleware: the health check, and the reference of the page benchmark."""
    return HttpResponse("hello", content_type="text/plain")


def fault(request: HttpRequest) -> HttpResponse:
    """Say that something failed, and of a full disk that it is one: trying again would not help.

    Stands where Django's own stands, outside of every view and middleware: a file that is being sent is written down before
    any view is asked.
    """
    message = ""
    if _disk_is_full(sys.exception()):
        message = _("The disk of the server is full: nothing of this was saved. Please tell the system administrator.")
    return HttpResponseServerError(loader.render_to_string("500.html", {"message": message}))


def _disk_is_full(error: BaseException | None) -> bool:
    if isinstance(error, OSError):
        return error.errno in {errno.ENOSPC, errno.EDQUOT}
    if not isinstance(error, DatabaseError):
        return False
    return getattr(error.__cause__, "sqlstate", "") == DISK_FULL or "disk is full" in str(error)
