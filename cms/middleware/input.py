"""Hostile request lines are cleaned or answered before any view sees them."""

from __future__ import annotations

import io
import logging
import re
import threading
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from django.db import DataError
from django.forms.formsets import ORDERING_FIELD_NAME
from django.http import Http404, HttpRequest, HttpResponse, QueryDict, UnreadablePostError
from django.shortcuts import render
from django.urls import NoReverseMatch
from django.utils.datastructures import MultiValueDictKeyError

from caselib.core.numbers import LARGEST
from cms.logs import said, shown_path

if TYPE_CHECKING:
    from django.http.request import _ImmutableQueryDict

logger = logging.getLogger(__name__)

MAX_QUERY = 16_384
LARGE_FORM = 1024 * 1024
# Written as an address writes them; tabs and line ends may stand in what is pasted.
_CONTROLS = re.compile(r"%(?:0[0-8BCEF]|1[0-9A-F]|7F)", re.IGNORECASE)
_LOCAL = re.compile(r"/(?![/\\])")
# Of Django's widgets, fields and formsets and of Wagtail's blocks: they do nothing but read what was sent.
_READING = {"value_from_datadict", "_clean_bound_field", "_construct_form"}
_ENDS = re.compile(r"\b(?:0001|9999)\b")
_LAYERS = 3  # what is left of "%%0000" is another; who nests deeper means nothing


class CleanInputMiddleware:
    """Take control characters out of the query; answer 400 to a path with NUL or a lone surrogate, and to absurd lengths.

    No database can keep NUL. A query is what a reader typed or pasted: what is left of it is meant.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        query = request.META.get("QUERY_STRING", "")
        if len(query) > MAX_QUERY or _dirty(request.path_info):
            return render(request, "400.html", status=400)
        for _layer in range(_LAYERS if "%" in query else 0):
            query = _CONTROLS.sub("", query)
        if _CONTROLS.search(query):
            return render(request, "400.html", status=400)
        request.META["QUERY_STRING"] = query
        return self.get_response(request)


class LargeFormsMiddleware:
    """Answer 413 to whoever has not signed in and sends more than any form of theirs holds, before any of it is read; let
    others read large forms one after the other.

    A form takes some six times its size while it is read, and what sixteen threads take at once the process keeps. Files
    go to the disk as they come and wait for nobody. It stands before the middleware that reads forms for their token.

    What was sent is let go with the answer: a request and the account it belongs to hold each other, so that it would
    stay until Python next looks for such rings, which it does by their number and not by what they hold.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.turn = threading.Lock()

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if _announced(request) <= LARGE_FORM or request.content_type == "multipart/form-data":
            response = self.get_response(request)
        else:
            with self.turn:
                response = self.get_response(request)
        _let_go(request)
        return response

    def process_view(self, request: HttpRequest, view: object, args: object, kwargs: object) -> HttpResponse | None:
        if _announced(request) <= LARGE_FORM or request.user.is_authenticated:
            return None
        logger.warning("A form of %d bytes from nobody at %s", _announced(request), shown_path(request))
        answer = render(request, "400.html", status=413)
        answer["Connection"] = "close"
        return said(answer)


def _let_go(request: HttpRequest) -> None:
    """Empty ``request`` of what was sent with it, but for files, which Django closes with the answer."""
    held = vars(request)
    if "_post" in held:
        held["_post"] = QueryDict()
    if "_body" in held:
        held["_body"] = b""
    held["_stream"] = io.BytesIO()
    request.META.pop("wsgi.input", None)


def _announced(request: HttpRequest) -> int:
    """Return how long the request says its body is; one that does not say has no end known before it was read."""
    length = request.META.get("CONTENT_LENGTH") or ""
    if length.isascii() and length.isdigit():
        return int(length[:18])
    return LARGE_FORM + 1 if "chunked" in request.headers.get("Transfer-Encoding", "").lower() else 0


class ArgumentsMiddleware:
    """Answer 404 to a number in an address that no database can hold, and take a ``next`` that leads elsewhere out.

    Wagtail takes any word for an address to go on to, does what was asked for, and then fails to find a view of that
    name; so it is taken out of query and form unless it is a path of this site.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: object, args: object, kwargs: dict[str, object]) -> None:
        if any(isinstance(value, int) and value > LARGEST for value in kwargs.values()):
            raise Http404
        if "next" in request.GET:
            request.GET = _with_local_next(request.GET)
        if request.method == "POST" and "next" in request.POST:
            request.POST = _with_local_next(request.POST)


def _with_local_next(sent: _ImmutableQueryDict) -> _ImmutableQueryDict:
    addresses = sent.getlist("next")
    local = [a for a in addresses if _LOCAL.match(a)]
    if local == addresses:
        return sent
    kept = sent.copy()
    kept.setlist("next", local)
    return QueryDict(kept.urlencode(), encoding=sent.encoding)


def unreadable(request: HttpRequest, error: Exception) -> bool:
    """Whether ``error`` is about a value of ``request`` that a view took without asking whether it can be one.

    Views of Wagtail read fields before any form has checked them, filters hand any number to the database. What
    counts: whatever goes wrong while a form turns what was sent into values, a field that is missing, a number that
    no database can hold, a value of form, query or address that the error names as the one it got instead of a number
    or of the name of a view. Everything else is a fault of ours and stays one.
    """
    if isinstance(error, MultiValueDictKeyError | DataError | UnreadablePostError) or _READING & set(_functions(error)):
        return True
    if isinstance(error, KeyError):
        return error.args == (ORDERING_FIELD_NAME,)  # Wagtail sorts rows by their places, also by one that is none
    told = str(error)
    if isinstance(error, OverflowError):
        # A day at either end of the calendar has no moment in another time zone.
        ends = "date value out of range" in told and any(_ENDS.search(value) for value in _sent(request))
        return ends or "SQLite INTEGER" in told
    if isinstance(error, NoReverseMatch):
        return any(value and repr(value) in told for value in _sent(request))
    if isinstance(error, ValueError):
        no_number = ("expected a number but got {!r}.", "invalid literal for int() with base 10: {!r}")
        return any(told.endswith(words.format(value)) for value in _sent(request) for words in no_number)
    return False


def _sent(request: HttpRequest) -> Iterator[str]:
    """Yield the values of query, form and address."""
    for fields in (request.GET, request.POST):
        for _name, values in fields.lists():
            yield from values
    if request.resolver_match is not None:
        yield from (value for value in request.resolver_match.kwargs.values() if isinstance(value, str))


def _functions(error: Exception) -> Iterator[str]:
    """Yield the names of the functions that ``error`` came through."""
    step = error.__traceback__
    while step is not None:
        yield step.tb_frame.f_code.co_name
        step = step.tb_next


def _dirty(text: str) -> bool:
    if "\x00" in text:
        return True
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return True
    return False
