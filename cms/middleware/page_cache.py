"""The whole-page cache for anonymous readers; stands outermost, so that a hit runs nothing else.

An answer is kept only if its view declared it shareable (``caselib.core.page_cache.share``), and is given only
while nothing that it named has changed since *before* the page was built. The numbers of changes live in the
database and change in the transaction that changes the content: no process can serve what another has
replaced, and nothing has to be told to forget. Memory is bounded; the oldest unused pages go first.
"""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import translation

from caselib.core import clock, page_cache
from caselib.core.page_cache import Mark, Reading

LARGEST_PAGE = 2 * 1024 * 1024
# A page that takes longer than this to build is built by more than one thread rather than waited for.
BUILD_SECONDS = 10.0
ENTRY_OVERHEAD = 2_000
#: Request headers that htmx views answer differently to.
VARYING_HEADERS = ("HTTP_HX_REQUEST", "HTTP_HX_BOOSTED", "HTTP_HX_TARGET", "HTTP_HX_HISTORY_RESTORE_REQUEST")
PERSONAL_HEADERS = ("HTTP_AUTHORIZATION", "REMOTE_USER", "HTTP_REMOTE_USER")
# Set anew for each answer, or belonging to one reader.
DROPPED_HEADERS = {"date", "set-cookie"}

Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Stored:
    """A kept answer, or (``body`` None) the knowledge that this address is not shareable."""

    body: bytes | None
    headers: tuple[tuple[str, str], ...] = ()
    etag: str = ""
    mark: Mark | None = None

    @property
    def size(self) -> int:
        return ENTRY_OVERHEAD + len(self.body or b"")


NOT_SHAREABLE = Stored(None)


def _cost(key: Key, stored: Stored) -> int:
    """What an entry takes: the key too, for whoever asks chooses how long query and headers are."""
    return stored.size + sum(map(len, key))


class Store:
    """Least recently used pages within a budget of bytes, and one lock for each page under construction."""

    def __init__(self, budget: int) -> None:
        self.budget = budget
        self.used = 0
        self._entries: OrderedDict[Key, Stored] = OrderedDict()
        self._building: dict[Key, tuple[threading.Lock, int]] = {}
        self._lock = threading.Lock()

    def get(self, key: Key) -> Stored | None:
        with self._lock:
            stored = self._entries.get(key)
            if stored is not None:
                self._entries.move_to_end(key)
            return stored

    def put(self, key: Key, stored: Stored) -> None:
        with self._lock:
            self._take_out(key)
            self.used += _cost(key, stored)
            self._entries[key] = stored
            while self.used > self.budget and self._entries:
                self._take_out(next(iter(self._entries)))

    def drop(self, key: Key) -> None:
        with self._lock:
            self._take_out(key)

    def _take_out(self, key: Key) -> None:
        old = self._entries.pop(key, None)
        self.used -= _cost(key, old) if old else 0

    def clear(self) -> None:
        with self._lock:
            self._entries.clear()
            self.used = 0

    @contextmanager
    def building(self, key: Key) -> Iterator[None]:
        """Let one thread build the page while others wait for it (at most BUILD_SECONDS)."""
        with self._lock:
            lock, users = self._building.get(key, (threading.Lock(), 0))
            self._building[key] = (lock, users + 1)
        owned = lock.acquire(timeout=BUILD_SECONDS)
        try:
            yield
        finally:
            if owned:
                lock.release()
            with self._lock:
                lock, users = self._building[key]
                if users == 1:
                    del self._building[key]
                else:
                    self._building[key] = (lock, users - 1)


store = Store(settings.PAGE_CACHE_BYTES)


class PageCacheMiddleware:
    """Give anonymous readers the kept page, or build it once and keep it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        if not settings.PAGE_CACHE_BYTES:
            raise MiddlewareNotUsed
        self.get_response = get_response
        self.passed = tuple(p for p in (settings.STATIC_URL, settings.MEDIA_URL, "/admin/") if p and p.startswith("/"))

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.method not in {"GET", "HEAD"} or request.path_info.startswith(self.passed):
            return self.get_response(request)
        key = self._key(request)
        if key is None:
            return self._personal(request)
        stored = store.get(key)
        if stored is NOT_SHAREABLE:
            return self._pass(request, key)
        number = page_cache.changes.hear()
        if stored is not None and _current(stored):
            return _answer(request, stored)
        with store.building(key):
            # Another thread may have built it while we waited; it asked for changes before it read the content.
            built = store.get(key)
            if built is not None and built is not NOT_SHAREABLE and built is not stored:
                number = page_cache.changes.hear()
                if _current(built):
                    return _answer(request, built)
            return self._build(request, key, number)

    def _key(self, request: HttpRequest) -> Key | None:
        meta = request.META
        if settings.SESSION_COOKIE_NAME in request.COOKIES or any(meta.get(name) for name in PERSONAL_HEADERS):
            return None
        return (
            request.scheme or "",
            meta.get("HTTP_HOST", ""),
            request.path_info,
            meta.get("QUERY_STRING", ""),
            translation.get_language_from_request(request),
            *(meta.get(name, "") for name in VARYING_HEADERS),
        )

    def _personal(self, request: HttpRequest) -> HttpResponseBase:
        """Answer a reader who may be signed in: never from kept pages, but from pieces kept for the same rights."""
        with page_cache.reading(page_cache.changes.hear()):
            return self.get_response(request)

    def _pass(self, request: HttpRequest, key: Key) -> HttpResponseBase:
        """Answer an address known not to be shareable, without making anybody wait."""
        response = self._personal(request)
        if hasattr(response, "shared_until"):
            store.drop(key)
        return response

    def _build(self, request: HttpRequest, key: Key, number: int) -> HttpResponseBase:
        # The number was read before building: a change that commits meanwhile makes this page stale at once.
        with page_cache.reading(number) as reading:
            response = self.get_response(request)
        if reading.doubtful:
            return response
        stored = _storable(request, response, reading)
        if stored is None:
            # An error or a redirect says nothing about the address; a page that did not declare itself does.
            if response.status_code == 200 and not hasattr(response, "shared_until"):
                store.put(key, NOT_SHAREABLE)
            return response
        if request.method == "GET":
            store.put(key, stored)
        return _answer(request, stored)


def _current(stored: Stored) -> bool:
    return stored.mark is not None and stored.mark.holds(clock.today())


def _storable(request: HttpRequest, response: HttpResponseBase, reading: Reading) -> Stored | None:
    """The answer as it may be kept, or None: undeclared, personal, partial, huge, or of a signed-in reader."""
    names = getattr(response, "shared_until", None)
    if names is None or response.status_code != 200 or not isinstance(response, HttpResponse):
        return None
    user = getattr(request, "user", None)
    if user is not None and user.is_authenticated:
        return None
    # A reader who carries a CSRF cookie may have its token in the page.
    if response.cookies or settings.CSRF_COOKIE_NAME in request.COOKIES or response.has_header("Content-Range"):
        return None
    control = response.headers.get("Cache-Control", "")
    if "private" in control or "no-store" in control:
        return None
    body = response.content
    if len(body) > LARGEST_PAGE or b"csrfmiddlewaretoken" in body:
        return None
    headers = {k: v for k, v in response.headers.items() if k.lower() not in DROPPED_HEADERS}
    # Browsers ask again each time: after signing in, the same address shows another page.
    headers.setdefault("Cache-Control", "no-cache")
    headers["Vary"] = "Accept-Language, Cookie"
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    return Stored(body, tuple(headers.items()), etag, Mark.of(reading, names, until=reading.until))


def _answer(request: HttpRequest, stored: Stored) -> HttpResponse:
    unchanged = stored.etag in request.META.get("HTTP_IF_NONE_MATCH", "")
    response = HttpResponse(b"" if unchanged or stored.body is None else stored.body, status=304 if unchanged else 200)
    del response.headers["Content-Type"]
    for name, value in stored.headers:
        if not unchanged or name not in {"Content-Length", "Content-Type"}:
            response.headers[name] = value
    response.headers["ETag"] = stored.etag
    return response
