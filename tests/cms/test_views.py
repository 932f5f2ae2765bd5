"""The page of a fault says of a full disk that it is one, wherever it was met."""

from __future__ import annotations

import errno
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client

FULL = "服务器磁盘空间已满"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("error", "named"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), True),
        (OperationalError("database or disk is full"), True),
        (OSError(errno.EACCES, "Permission denied"), False),
        (ValueError("x"), False),
    ],
)
@pytest.mark.parametrize("place", ["cms.views.HttpResponse", "django.middleware.csrf.CsrfViewMiddleware.process_view"])
def test_a_full_disk_is_named(error: Exception, named: bool, place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: Any, **options: Any) -> None:
        raise error

    monkeypatch.setattr(place, fail)
    answer = Client(raise_request_exception=False).get("/hello/")
    assert answer.status_code == 500
    assert (FULL in answer.content.decode()) is named
