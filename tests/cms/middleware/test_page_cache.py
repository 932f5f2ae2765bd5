"""The whole-page cache: what it keeps, what it never keeps, when it lets go, and one builder a page."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import MiddlewareNotUsed
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext

from caselib.accounts.enums import Role
from caselib.core import clock, page_cache
from caselib.resources.enums import Circulation
from cms.middleware.page_cache import PageCacheMiddleware, Store, Stored, store
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("kept_pages")]


class Site:
    """A view behind the middleware that counts how often it is asked."""

    def __init__(self, answer: Callable[[HttpRequest], HttpResponseBase] | None = None) -> None:
        self.calls = 0
        self.answer = answer or (lambda request: page_cache.share(HttpResponse(f"page {self.calls}"), "pages"))
        self.middleware = PageCacheMiddleware(self._view)

    def _view(self, request: HttpRequest) -> HttpResponseBase:
        self.calls += 1
        return self.answer(request)

    def get(
        self,
        path: str = "/x/",
        *,
        cookies: dict[str, str] | None = None,
        **headers: str,
    ) -> HttpResponseBase:
        request = RequestFactory().get(path, **headers)  # type: ignore[arg-type]
        request.COOKIES.update(cookies or {})
        return self.middleware(request)


def test_a_declared_page_is_built_once_and_given_with_one_query() -> None:
    site = Site()
    first = site.get()
    with CaptureQueriesContext(
        connection,
    ) as queries:
        second = site.get()
    assert (first.content, second.content, site.calls) == (b"page 1", b"page 1", 1)
    assert len(queries) == 1


def test_an_event_lets_go_and_an_unrelated_event_does_not() -> None:
    site = Site()
    site.get()
    page_cache.bump("something else")
    assert site.get().content == b"page 1"
    page_cache.bump(page_cache.PAGES)
    assert site.get().content == b"page 2"
    assert site.get().content == b"page 2"


def test_a_change_while_the_page_is_built_is_not_missed() -> None:
    def answer(request: HttpRequest) -> HttpResponseBase:
        response = HttpResponse("built from the old state")
        page_cache.bump(page_cache.PAGES)
        return page_cache.share(response, page_cache.PAGES)

    site = Site(answer)
    site.get()
    site.get()
    assert site.calls == 2


def test_a_new_day_lets_go() -> None:
    site = Site()
    with clock.fixed(clock.now()):
        site.get()
    from datetime import timedelta

    with clock.fixed(clock.now() + timedelta(days=1)):
        assert site.get().content == b"page 2"


@pytest.mark.parametrize(
    "other",
    [
        {"path": "/y/"},
        {"path": "/x/?page=2"},
        {"HTTP_ACCEPT_LANGUAGE": "en"},
        {"HTTP_HOST": "localhost"},
        {"HTTP_HX_REQUEST": "true"},
        {"wsgi.url_scheme": "https"},
    ],
)
def test_path_query_language_host_scheme_and_htmx_have_pages_of_their_own(
    other: dict[str, str],
) -> None:
    site = Site()
    site.get()
    assert site.get(**other).content == b"page 2"
    assert site.get().content == b"page 1"


def _undeclared(request: HttpRequest) -> HttpResponseBase:
    return HttpResponse("private")


def _with_cookie(request: HttpRequest) -> HttpResponseBase:
    response = page_cache.share(HttpResponse("x"), "pages")
    response.set_cookie("a", "b")
    return response


def _with_token(request: HttpRequest) -> HttpResponseBase:
    return page_cache.share(HttpResponse('<input name="csrfmiddlewaretoken">'), "pages")


def _private(request: HttpRequest) -> HttpResponseBase:
    return page_cache.share(HttpResponse("x", headers={"Cache-Control": "private"}), "pages")


def _missing(request: HttpRequest) -> HttpResponseBase:
    return page_cache.share(JsonResponse({}, status=404), "pages")


def _signed_in(request: HttpRequest) -> HttpResponseBase:
    request.user = factories.UserFactory()
    return page_cache.share(HttpResponse("x"), "pages")


@pytest.mark.parametrize("answer", [_undeclared, _with_cookie, _with_token, _private, _missing, _signed_in])
def test_what_is_personal_or_undeclared_is_never_kept(
    answer: Callable[[HttpRequest], HttpResponseBase],
) -> None:
    site = Site(answer)
    site.get()
    site.get()
    assert site.calls == 2


@pytest.mark.parametrize(
    "personal",
    [
        {"cookies": {"sessionid": "s"}},
        {"HTTP_AUTHORIZATION": "Basic eA=="},
        {"REMOTE_USER": "zhang"},
    ],
)
def test_a_reader_with_a_session_neither_reads_nor_fills_the_cache(
    personal: dict[str, object],
) -> None:
    site = Site()
    site.get(**personal)  # type: ignore[arg-type]
    assert site.get().content == b"page 2"
    assert site.get(**personal).content == b"page 3"  # type: ignore[arg-type]


def test_a_reader_with_a_csrf_cookie_reads_but_does_not_fill() -> None:
    site = Site()
    site.get(cookies={"csrftoken": "secret"})
    assert site.get().content == b"page 2"
    assert site.get(cookies={"csrftoken": "secret"}).content == b"page 2"


def test_an_address_that_becomes_shareable_is_kept_from_then_on() -> None:
    declared = False
    site = Site(lambda request: page_cache.share(HttpResponse("x"), "pages") if declared else HttpResponse("x"))
    site.get()
    declared = True
    for _ in range(4):
        site.get()
    assert site.calls == 3


def test_a_known_tag_answers_304_without_a_body() -> None:
    site = Site()
    tag = site.get().headers["ETag"]
    answer = site.get(HTTP_IF_NONE_MATCH=tag)
    assert (answer.status_code, answer.content) == (304, b"")


def test_memory_stays_within_the_budget_and_the_unused_go_first() -> None:
    small = Store(10_000)
    for number in range(20):
        small.put((str(number),), Stored(b"x" * 1000))
        small.get(("0",))
    assert small.used <= 10_000
    assert small.get(("0",)) is not None
    assert small.get(("1",)) is None
    small.clear()
    assert small.used == 0


def test_many_threads_wait_for_one_builder() -> None:
    """Eight threads build through the store's lock; only the first finds nothing."""
    pages, built, start = Store(10_000), [], threading.Barrier(8)

    def reader() -> None:
        start.wait()
        with pages.building(("k",)):
            if pages.get(("k",)) is None:
                built.append(1)
                threading.Event().wait(0.05)
                pages.put(("k",), Stored(b"x"))

    threads = [threading.Thread(target=reader) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(built) == 1
    assert not pages._building


def test_switched_off_it_is_not_in_the_way(settings: object) -> None:
    settings.PAGE_CACHE_BYTES = 0  # type: ignore[attr-defined]
    with pytest.raises(MiddlewareNotUsed):
        PageCacheMiddleware(lambda request: HttpResponse())


def test_a_public_case_is_cached_and_a_restricted_one_never_leaks() -> None:
    public = factories.live(title="公开的案例")
    internal = factories.live(title="内部的案例", circulation=Circulation.INTERNAL)
    reader = Client()
    reader.force_login(factories.UserFactory(roles=[Role.TRAINEE]))
    assert reader.get(internal.url).status_code == 200
    assert Client().get(internal.url).status_code == 404
    before = len(store._entries)
    assert Client().get(public.url).status_code == 200
    assert len(store._entries) == before + 1
    assert any(stored.body and "公开的案例" in stored.body.decode() for stored in store._entries.values())
    assert not any(stored.body and "内部的案例" in stored.body.decode() for stored in store._entries.values())


def test_a_public_case_that_becomes_internal_is_gone_at_once() -> None:
    page = factories.live(title="先公开后内部")
    assert Client().get(page.url).status_code == 200
    page.circulation = Circulation.INTERNAL
    page.save_revision()
    factories.publish(page)
    assert Client().get(page.url).status_code == 404


def test_anonymous_user_is_what_the_factory_makes() -> None:
    """The guard against signed-in readers asks ``is_authenticated``; anonymous ones must pass it."""
    site = Site()
    original = site.answer

    def answer(request: HttpRequest) -> HttpResponseBase:
        request.user = AnonymousUser()
        return original(request)

    site.answer = answer
    site.get()
    site.get()
    assert site.calls == 1


def test_what_a_stranger_writes_into_the_address_counts_as_memory() -> None:
    """A query may be 16 KB long: thousands of them were kept for nothing but the fixed cost of an entry."""
    kept = Store(100_000)
    for number in range(200):
        kept.put(("http", "host", "/x/", f"{number}{'q' * 16_000}"), Stored(b""))
    assert kept.used <= 100_000
    assert sum(kept.get(("http", "host", "/x/", f"{n}{'q' * 16_000}")) is not None for n in range(200)) == 5
    kept.drop(("http", "host", "/x/", f"199{'q' * 16_000}"))
    kept.clear()
    assert kept.used == 0


def test_a_signed_in_readers_page_stays_with_the_reader(client_of: Callable[..., Client]) -> None:
    client = client_of(Role.UNIT_CONTACT)
    for address in ("/", "/orders/", "/account/notices/"):
        assert client.get(address)["Cache-Control"] == "private, no-cache", address
    gone = client.post("/account/logout/")
    assert (gone.status_code, gone["Clear-Site-Data"]) == (302, '"cache"')
    assert "private" not in Client().get("/")["Cache-Control"]
