"""Hostile request lines are cleaned or answered before any view sees them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from django.db import DataError
from django.forms.formsets import ORDERING_FIELD_NAME
from django.http import Http404, HttpRequest, HttpResponse, QueryDict, UnreadablePostError
from django.shortcuts import render
from django.urls import NoReverseMatch
from django.utils.datastructures import MultiValueDictKeyError

from caselib.core.numbers import LARGEST

if TYPE_CHECKING:
    from django.http.request import _ImmutableQueryDict

MAX_QUERY = 16_384
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
