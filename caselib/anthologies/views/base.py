"""What the views share: finding rows or 404, who may come in, files as downloads."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, cast
from urllib.parse import quote

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase

from caselib.accounts.models import User
from caselib.accounts.viewers import Viewer
from caselib.core.errors import ConflictError, RefusedError, require

from .. import rules, selectors
from ..models import Edition, OutlineItem

View = Callable[..., HttpResponseBase]
LARGEST = 2**63 - 1
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def editor_view(view: View) -> View:
    """Let editors in; others get the page that says so."""

    @login_required
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        require(rules.may_edit(Viewer.of(request.user).roles))
        return view(request, *args, **kwargs)

    return guarded


def actor(request: HttpRequest) -> User:
    """Return the signed-in user; only for views behind ``editor_view``."""
    return cast(User, request.user)


def edition_or_404(pk: int, viewer: Viewer) -> Edition:
    """Return the edition if ``viewer`` may open it; to others it does not exist."""
    found = None
    if pk <= LARGEST:
        found = (
            selectors.readable_editions(viewer)
            .select_related("anthology", "style", "cover_image")
            .filter(pk=pk)
            .first()
        )
    if found is None:
        raise Http404
    return found


def item_or_404(edition: Edition, pk: int) -> OutlineItem:
    item = (
        edition.items.select_related("selection__page", "selection__revision").filter(pk=pk).first()
        if pk <= LARGEST
        else None
    )
    if item is None:
        raise Http404
    return item


def attempt(request: HttpRequest, act: Callable[[], object], done: str = "") -> bool:
    """Do ``act``; say ``done``, or the refusal, as a message. A lost race goes through to the page for conflicts."""
    try:
        act()
    except ConflictError:
        raise
    except RefusedError as error:
        messages.error(request, str(error))
        return False
    if done:
        messages.success(request, done)
    return True


def download(data: bytes, name: str, content_type: str) -> HttpResponse:
    """Return ``data`` as a private download."""
    response = HttpResponse(data, content_type=content_type)
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name, safe='')}"
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response
