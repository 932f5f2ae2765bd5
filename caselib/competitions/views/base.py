"""What the views of this app share: finding a row or 404, and turning a refusal into a message."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase

from caselib.accounts.models import User
from caselib.core.errors import RefusedError, require

from ..rules import acts

M = TypeVar("M", bound=Model)
View = Callable[..., HttpResponseBase]
LARGEST = 2**63 - 1


def found(rows: QuerySet[M], **wanted: Any) -> M:
    """Return the one row, or raise Http404 (also for numbers no database can hold)."""
    if any(isinstance(value, int) and value > LARGEST for value in wanted.values()):
        raise Http404
    row = rows.filter(**wanted).first()
    if row is None:
        raise Http404
    return row


def actor(request: HttpRequest) -> User:
    """Return the signed-in user; only for views behind ``login_required``."""
    return cast(User, request.user)


def roles_of(request: HttpRequest) -> frozenset[str]:
    """Return the roles of whoever asks; a visitor has none."""
    return actor(request).roles if request.user.is_authenticated else frozenset()


def unit_of(request: HttpRequest) -> int:
    """Return the id of the reader's unit, 0 for none (no row has that)."""
    return actor(request).unit_id or 0


def office_view(view: View) -> View:
    """Let only the competition office in; others get the page that says so."""

    @login_required
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        require(acts.office_only(actor(request).roles))
        return view(request, *args, **kwargs)

    return guarded


def attempt(request: HttpRequest, act: Callable[[], object], done: str = "") -> bool:
    """Do ``act``; say ``done``, or the refusal, as a message. Return whether it was done."""
    try:
        act()
    except RefusedError as error:
        messages.error(request, str(error.refusal.message))
        return False
    if done:
        messages.success(request, done)
    return True


def number(text: str | None) -> int:
    """Return the number somebody sent, 0 for anything else (no row has that)."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 18 else 0


def file_response(data: bytes, name: str, content_type: str, *, inline: bool = False) -> HttpResponse:
    """Return ``data`` as a private download with a name in any language."""
    from urllib.parse import quote

    response = HttpResponse(data, content_type=content_type)
    kind = "inline" if inline else "attachment"
    response["Content-Disposition"] = f"{kind}; filename*=UTF-8''{quote(name, safe='')}"
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response


DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
