"""Every URL as every role with every method answers what the table says, and every URL is in the table."""

from __future__ import annotations

import importlib
import pkgutil

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

import tests.permission_matrix as matrix
from caselib.accounts.enums import Role
from tests import factories
from tests.permission_matrix import ANONYMOUS, ANY, LOGIN, Row

# Wagtail's own patterns are covered by tests/caselib/review (mutating admin URLs) and by Wagtail.
FOREIGN = ("wagtail", "django")


def table() -> dict[str, Row]:
    rows: dict[str, Row] = {}
    for module in pkgutil.iter_modules(matrix.__path__):
        if not module.name.startswith("test_"):
            rows.update(importlib.import_module(f"tests.permission_matrix.{module.name}").ROWS)
    return rows


ROWS = table()


def names(resolver: URLResolver, namespace: str = "") -> set[str]:
    """Return ``app:name`` of every pattern that belongs to the project."""
    found = set()
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            inner = f"{namespace}{entry.namespace}:" if entry.namespace else namespace
            found |= names(entry, inner)
        elif isinstance(entry, URLPattern):
            module = getattr(entry.callback, "__module__", "")
            view = getattr(entry.callback, "view_class", None)
            module = view.__module__ if view else module
            if namespace.startswith("wagtail") or (module.startswith(FOREIGN) and not namespace):
                continue
            found.add(f"{namespace}{entry.name}")
    return found


def test_every_url_of_the_project_is_in_the_table() -> None:
    assert names(get_resolver()) - set(ROWS) == set()


def test_the_table_names_no_url_that_is_gone() -> None:
    assert set(ROWS) - names(get_resolver()) == set()


def outcome(response: object) -> matrix.Status:
    if response.status_code == 302 and "/account/login/" in response["Location"]:  # type: ignore[attr-defined]
        return LOGIN
    return response.status_code  # type: ignore[attr-defined]


@pytest.mark.django_db
@pytest.mark.parametrize("role", [ANONYMOUS, *Role.values])
@pytest.mark.parametrize("name", sorted(ROWS))
def test_url_answers_as_the_table_says(name: str, role: str) -> None:
    row = ROWS[name]
    url = reverse(name, kwargs=dict(row.args()))
    for method, expected in (("get", row.get), ("post", row.post)):
        client = Client(raise_request_exception=False)
        if role != ANONYMOUS:
            client.force_login(factories.UserFactory(roles=[role]))
        got = outcome(getattr(client, method)(url))
        wanted = expected.get(role, expected[ANY] if role != ANONYMOUS else expected.get(ANONYMOUS))
        assert got == wanted, f"{method.upper()} {url} as {role}: {got}, expected {wanted}"
