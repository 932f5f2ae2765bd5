"""Hostile request lines are cleaned or answered before any view sees them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from django.db import DataError
from django.forms.formsets import ORDERING_FIELD_NAME
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.datastructures import MultiValueDictKeyError

if TYPE_CHECKING:
    from django.http.request import _ImmutableQueryDict

MAX_QUERY = 16_384
# Written as an address writes them; tabs and line ends may stand in what is pasted.
_CONTROLS = re.compile(r"%(?:0[0-8BCEF]|1[0-9A-F]|7F)", re.IGNORECASE)
_LOCAL = re.compile(r"/(?![/\\])")
# Of Django's widgets and Wagtail's blocks, and of formsets: they do nothing but read what was sent.
_READING = {"value_from_datadict", "_construct_form"}
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


class LocalNextMiddleware:
    """Take an address to go on to (``next``) out of query and form unless it is a path of this site.

    Wagtail takes any word for one, does what was asked for, and then fails to find a view of that name.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_view: object) -> None:
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
    no database can hold, a value that Django names as the one it got instead of a number. Everything else is a fault
    of ours and stays one.
    """
    if isinstance(error, MultiValueDictKeyError | DataError) or _READING & set(_functions(error)):
        return True
    if isinstance(error, KeyError):
        return error.args == (ORDERING_FIELD_NAME,)  # Wagtail sorts rows by their places, also by one that is none
    if isinstance(error, OverflowError):
        return "SQLite INTEGER" in str(error)
    if isinstance(error, ValueError):
        sent = {value for fields in (request.GET, request.POST) for _name, values in fields.lists() for value in values}
        return any(str(error).endswith(f"expected a number but got {value!r}.") for value in sent)
    return False


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
