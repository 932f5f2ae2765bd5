"""What only the database has seen of two who wrote at once is told to the second, not shown as a fault of the site."""

from __future__ import annotations

import sqlite3

import pytest
from django.db import IntegrityError, OperationalError
from django.http import HttpResponse
from django.test import RequestFactory

from caselib.core.errors import ConflictError, Refusal
from cms.middleware.refusals import RefusalMiddleware


class Postgres(Exception):
    def __init__(self, sqlstate: str) -> None:
        super().__init__(sqlstate)
        self.sqlstate = sqlstate


def raised(kind: type[Exception], words: str, cause: Exception) -> Exception:
    error = kind(words)
    error.__cause__ = cause
    return error


def answer(error: Exception) -> HttpResponse | None:
    request = RequestFactory().post("/", headers={"accept": "application/json"})
    return RefusalMiddleware(lambda _request: HttpResponse()).process_exception(request, error)


@pytest.mark.parametrize(
    "error",
    [
        raised(IntegrityError, "duplicate key value", Postgres("23505")),
        raised(IntegrityError, "UNIQUE constraint failed: app.name", sqlite3.IntegrityError()),
        raised(OperationalError, "deadlock detected", Postgres("40P01")),
        raised(OperationalError, "database is locked", sqlite3.OperationalError()),
    ],
)
def test_who_comes_second_is_told_to_repeat_it(error: Exception) -> None:
    response = answer(error)
    assert response is not None
    assert response.status_code == 409


@pytest.mark.parametrize(
    "error",
    [
        raised(IntegrityError, "violates foreign key constraint", Postgres("23503")),
        raised(IntegrityError, "NOT NULL constraint failed: app.name", sqlite3.IntegrityError()),
        raised(OperationalError, "disk full", Postgres("53100")),
    ],
)
def test_other_faults_of_the_database_are_not_taken_for_a_collision(error: Exception) -> None:
    assert answer(error) is None


@pytest.mark.parametrize(
    ("named", "link"),
    [
        ("http://testserver/admin/pages/5/edit/?a=1&b=2#x", 'href="/admin/pages/5/edit/?a=1&amp;b=2"'),
        ("http://testserver//elsewhere.example/", 'href="/elsewhere.example/"'),
        ("http://elsewhere.example/admin/", ""),
        ("javascript:alert(1)", ""),
        ("", ""),
    ],
)
def test_who_comes_second_is_led_back_to_the_page_that_was_sent(named: str, link: str) -> None:
    request = RequestFactory().post("/save/", headers={"referer": named} if named else {})
    conflict = ConflictError(Refusal("changed", "Somebody was faster."))
    response = RefusalMiddleware(lambda _request: HttpResponse()).process_exception(request, conflict)
    assert response is not None
    page = response.content.decode()
    assert page.count('<a class="button') == (2 if link else 1)
    assert link in page
    assert 'href="/"' in page
    assert "javascript:" not in page
    assert "elsewhere.example/admin" not in page
