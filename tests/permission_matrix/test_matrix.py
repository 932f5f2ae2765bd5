"""Every URL as every role with every method answers what the table says, and every URL is in the table."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from django.db import transaction
from django.test import Client
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse

import tests.permission_matrix as matrix
from caselib.accounts.enums import Role
from tests import factories
from tests.permission_matrix import ANONYMOUS, ANY, LOGIN, Row
from tests.permission_matrix.admin import SPACES

# Wagtail's own patterns are covered by tests/caselib/review, which posts to every page-mutating one.
FOREIGN = ("wagtail", "django")
AWAY = frozenset({302, 403, 404, 405})


@dataclass(frozen=True)
class Pattern:
    """A URL pattern of the project: where it stands and what it is called."""

    route: str
    name: str

    @property
    def in_admin(self) -> bool:
        return self.route.startswith("admin/")

    @property
    def space(self) -> str:
        """The namespace of a viewset, or the name of a single view."""
        return self.name.split(":")[0]


def walk(resolver: URLResolver, namespace: str = "", prefix: str = "") -> Iterator[Pattern]:
    for entry in resolver.url_patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            inner = f"{namespace}{entry.namespace}:" if entry.namespace else namespace
            yield from walk(entry, inner, route)
        elif isinstance(entry, URLPattern):
            view = getattr(entry.callback, "view_class", entry.callback)
            foreign = view.__module__.startswith(FOREIGN) and not namespace
            if not namespace.startswith("wagtail") and not foreign:
                yield Pattern(route, f"{namespace}{entry.name}")


PATTERNS = list(walk(get_resolver()))
SITE = {pattern.name for pattern in PATTERNS if not pattern.in_admin}
ADMIN = [pattern for pattern in PATTERNS if pattern.in_admin]


def table() -> dict[str, Row]:
    rows: dict[str, Row] = {}
    for module in pkgutil.iter_modules(matrix.__path__):
        if not module.name.startswith("test_"):
            rows.update(importlib.import_module(f"tests.permission_matrix.{module.name}").ROWS)
    return rows


ROWS = table()


def test_every_url_of_the_site_is_in_the_table() -> None:
    assert sorted(SITE - set(ROWS)) == []


def test_every_screen_of_the_admin_is_in_the_table() -> None:
    assert sorted({pattern.space for pattern in ADMIN} - set(SPACES)) == []


def test_the_table_names_nothing_that_is_gone() -> None:
    assert sorted(set(ROWS) - SITE) == []
    assert sorted(set(SPACES) - {pattern.space for pattern in ADMIN}) == []


def outcome(response: object) -> matrix.Status:
    if response.status_code == 302 and "/account/login/" in response["Location"]:  # type: ignore[attr-defined]
        return LOGIN
    return response.status_code  # type: ignore[attr-defined]


class Undo(Exception):
    """Takes back what a request of the matrix changed."""


def ask(url: str, role: str, method: str) -> matrix.Status:
    """Return what ``url`` answers to ``role``; whatever the request changed is taken back."""
    got: matrix.Status = 0
    try:
        with transaction.atomic():
            client = Client(raise_request_exception=False)
            if role != ANONYMOUS:
                client.force_login(factories.UserFactory(roles=[role]))
            got = outcome(getattr(client, method)(url))
            raise Undo
    except Undo:
        return got


@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted(ROWS))
def test_url_answers_as_the_table_says(name: str) -> None:
    row = ROWS[name]
    url = reverse(name, kwargs=dict(row.args()))
    wrong = []
    for role in [ANONYMOUS, *Role.values]:
        for method, expected in (("get", row.get), ("post", row.post)):
            got = ask(url, role, method)
            wanted = expected.get(role, expected[ANY] if role != ANONYMOUS else expected.get(ANONYMOUS))
            if got != wanted:
                wrong.append(f"{method.upper()} {url} as {role}: {got}, expected {wanted}")
    assert not wrong, "\n".join(wrong)


def admin_url(pattern: Pattern) -> str:
    """Return an address of ``pattern`` with arguments that name nothing that exists."""
    nobody = "00000000-0000-0000-0000-000000000000"
    samples = (
        (),
        ("999999",),
        ("topic",),
        ("topic", "csv"),
        ("topic", nobody),
        ("999999", "999999"),
        ("999999", "accept"),
    )
    for arguments in samples:
        try:
            return reverse(pattern.name, args=arguments)
        except NoReverseMatch:
            continue
    raise AssertionError(f"no sample arguments fit {pattern}")


@pytest.mark.django_db
@pytest.mark.parametrize("pattern", ADMIN, ids=lambda pattern: pattern.name)
def test_a_screen_of_the_admin_is_open_to_its_roles_only(pattern: Pattern) -> None:
    allowed = SPACES[pattern.space]
    url = admin_url(pattern)
    wrong = []
    for role in [ANONYMOUS, *Role.values]:
        for method in ("get", "post"):
            got = ask(url, role, method)
            fine = got in AWAY or got == LOGIN if role not in allowed else isinstance(got, int) and got < 500
            if not fine:
                wrong.append(f"{method.upper()} {url} as {role}: {got}")
    assert not wrong, "\n".join(wrong)
