"""The server's log says in a line what was wrong with a request; a fault of the site keeps its traceback."""

from __future__ import annotations

import io
import logging
import logging.config
from collections.abc import Callable, Generator

import pytest
from django.conf import LazySettings, settings
from django.core.exceptions import SuspiciousFileOperation
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.test import Client
from django.urls import path

from cms.settings import base
from cms.urls import handler500, urlpatterns
from tests import factories

SECRET = "geheim-4711"


def _raise(error: Exception) -> Callable[[HttpRequest], HttpResponse]:
    def view(request: HttpRequest) -> HttpResponse:
        raise error

    return view


class Urls:
    handler500 = handler500
    urlpatterns = [
        path("broken/", _raise(ZeroDivisionError("ours"))),
        path("away/", _raise(UnreadablePostError("connection lost"))),
        path("outside/", _raise(SuspiciousFileOperation("outside"))),
        path("taken/", _raise(IntegrityError(f"UNIQUE constraint failed: x ({SECRET})"))),
        *urlpatterns,
    ]


@pytest.fixture
def said(settings: LazySettings) -> Generator[Callable[[], str]]:
    settings.ALLOWED_HOSTS = ["library.example", "testserver"]
    settings.ROOT_URLCONF = Urls
    written = io.StringIO()
    console = {**base.LOGGING["handlers"]["console"], "stream": written}
    logging.config.dictConfig({**base.LOGGING, "handlers": {"console": console}})
    try:
        yield written.getvalue
    finally:
        logging.config.dictConfig(settings.LOGGING)


MULTIPART = "multipart/form-data; boundary="
FORM = "application/x-www-form-urlencoded"


def large() -> str:
    """More text than anybody's form may have."""
    return f"a={SECRET}&b={'x' * settings.DATA_UPLOAD_MAX_MEMORY_SIZE}"


def signed_in(client: Client) -> Client:
    client.force_login(factories.UserFactory())
    return client


@pytest.mark.parametrize(
    ("ask", "status"),
    [
        (lambda client: client.get("/hello/", headers={"host": "elsewhere.example"}), 400),
        (lambda client: client.get("/hello/", headers={"host": f"<{'x' * 2000}>"}), 400),
        (lambda client: client.generic("POST", "/account/login/", SECRET.encode(), MULTIPART), 400),
        (lambda client: client.post("/account/login/", {f"{SECRET}{n}": "1" for n in range(10_001)}), 400),
        (lambda client: client.post("/account/login/", large(), FORM), 413),
        (lambda client: signed_in(client).post("/account/login/", large(), FORM), 400),
        (lambda client: client.get("/outside/"), 400),
        (lambda client: client.post("/away/"), 400),
        (lambda client: client.post("/taken/"), 409),
    ],
    ids=["host", "malformed-host", "multipart", "fields", "large", "large-signed-in", "suspicious", "away", "taken"],
)  # fmt: skip
@pytest.mark.django_db
def test_what_cannot_be_read_is_one_line_without_its_content(
    said: Callable[[], str], ask: Callable[[Client], HttpResponse], status: int
) -> None:
    assert ask(Client(raise_request_exception=False)).status_code == status
    lines = said().splitlines()
    assert len(lines) == 1, "\n".join(lines)
    assert SECRET not in lines[0] and "Traceback" not in lines[0] and len(lines[0]) < 500


@pytest.mark.django_db
def test_a_fault_of_the_site_keeps_its_traceback(said: Callable[[], str]) -> None:
    assert Client(raise_request_exception=False).get("/broken/").status_code == 500
    text = said()
    assert "Traceback" in text and "ZeroDivisionError: ours" in text
