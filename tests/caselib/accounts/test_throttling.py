"""Guessing passwords: locked by account and address, told alike for names that exist or not, and written down once."""

from __future__ import annotations

from typing import Any

import pytest
from axes.models import AccessAttempt
from django.conf import settings as defaults
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from caselib.accounts import throttling
from caselib.accounts.enums import Role
from caselib.core.models import AuditRecord
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _throttled(settings: Any) -> None:
    settings.AXES_ENABLED = True


def sign_in(username: str, password: str, *, where: str = "accounts:login", address: str = "10.0.0.1") -> HttpResponse:
    data = {"username": username, "password": password}
    return Client(REMOTE_ADDR=address).post(reverse(where), data)  # type: ignore[return-value]


def person(password: str = "Richtig-2026-Pass") -> str:
    user = factories.UserFactory(roles=[Role.AUTHOR])
    user.set_password(password)
    user.save()
    return str(user.username)


@pytest.mark.parametrize("where", ["accounts:login", "wagtailadmin_login"])
def test_after_eight_wrong_passwords_the_right_one_does_not_help(where: str) -> None:
    name = person()
    answers = [sign_in(name, f"falsch-{number}", where=where) for number in range(defaults.AXES_FAILURE_LIMIT)]
    assert [answer.status_code for answer in answers[:-1]] == [200] * (defaults.AXES_FAILURE_LIMIT - 1)
    locked = sign_in(name, "Richtig-2026-Pass", where=where)
    assert locked.status_code == 429
    assert "15" in locked.content.decode()
    other = "wagtailadmin_login" if where == "accounts:login" else "accounts:login"
    assert sign_in(name, "Richtig-2026-Pass", where=other).status_code == 429
    assert sign_in(name, "Richtig-2026-Pass", where=where, address="10.0.0.2").status_code == 302


def test_a_name_that_nobody_has_is_answered_in_the_same_words() -> None:
    name = person()
    for number in range(defaults.AXES_FAILURE_LIMIT + 1):
        real, none = sign_in(name, f"falsch-{number}"), sign_in("niemand", f"falsch-{number}")
        assert real.status_code == none.status_code
        if real.status_code == 429:
            assert real.content == none.content


def test_a_lock_is_written_down_once_and_no_typed_name_is_kept() -> None:
    name = person()
    for number in range(defaults.AXES_FAILURE_LIMIT + 4):
        sign_in(name, f"falsch-{number}")
        sign_in("mein-geheimes-passwort", "x")
    rows = AuditRecord.objects.filter(verb="accounts.locked_out")
    assert sorted(row.target_name for row in rows) == sorted(["", str(factories.User.objects.get(username=name))])
    assert not any("geheim" in str(row.data) for row in rows)
    assert {row.data["address"] for row in rows} == {"10.0.0.1"}


def test_one_address_that_tries_many_names_is_locked_for_all() -> None:
    """One guess for each name never reaches the limit of an account."""
    name = person()
    AccessAttempt.objects.bulk_create(
        AccessAttempt(username=f"jemand-{number}", ip_address="10.0.0.1", user_agent="", failures_since_start=1,
                      attempt_time=timezone.now())
        for number in range(throttling.NAMES_FROM_ONE_ADDRESS)
    )  # fmt: skip
    assert sign_in(name, "Richtig-2026-Pass").status_code == 429
    assert sign_in(name, "Richtig-2026-Pass", address="10.0.0.2").status_code == 302
