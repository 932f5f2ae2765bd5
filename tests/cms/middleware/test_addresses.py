"""Every address of the URLconf, Wagtail's own among them, with arguments that nobody expects: answered, never a failure."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLResolver, get_resolver, reverse

from caselib.accounts.enums import Role
from tests import factories

pytestmark = pytest.mark.django_db

NUMBERS = ["0", "1", "999999", "9" * 30]
WORDS = ["x", "中", "1", "0", "a-b", "resources", "casestudy", "xlsx"]
VALUES = ["", "on", "NaN", "-1", "9" * 30, "12:00", "{{7*7}}", "//elsewhere.example", '{"a":', "2026-02-30"]
# Of these Wagtail reads some before any form does.
NAMES = ["parent_page_id", "target_pages[]", "page_type", "next", "id", "user", "p", "ordering", "collection_id", "tag"]


def routes(resolver: URLResolver, prefix: str = "/") -> Iterator[str]:
    for entry in resolver.url_patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from routes(entry, route)
        elif "(" not in route and "logout" not in route:
            yield re.sub(r"[\^$]|\\\\Z", "", route)


@pytest.mark.parametrize("role", [Role.EDITOR, Role.COMPETITION_OFFICE, Role.FINAL_REVIEWER])
def test_no_address_fails_whatever_stands_in_it(role: Role) -> None:
    chance = random.Random(role.value)
    factories.live(title="渔港扩建")
    client = Client(raise_request_exception=False)
    client.force_login(factories.UserFactory(roles=[role]))
    failed = []
    for route in routes(get_resolver()):
        for numbers in ([chance.choice(NUMBERS[:3])], [NUMBERS[3]])[: 1 + ("<int:" in route)]:
            address = re.sub(r"<int:\w+>", lambda _match: chance.choice(numbers), route)  # noqa: B023 — used at once
            address = re.sub(r"<[^>]+>", lambda _match: chance.choice(WORDS), address)
            sent = {name: chance.choice(VALUES) for name in chance.sample(NAMES, 3)}
            for ask in (client.get, client.post):
                with transaction.atomic():
                    status = ask(address, sent).status_code
                    transaction.set_rollback(True)
                if status >= 500:
                    failed.append((ask.__name__, address, sent))
    assert not failed


def test_addresses_at_which_wagtail_only_fails_are_not_there(client: Client) -> None:
    page = factories.live(title="渔港扩建")
    client.force_login(factories.UserFactory(roles=[Role.EDITOR]))
    for name, args in (
        ("wagtailadmin_error_test", []),
        ("wagtailadmin_pages:set_page_position", [1]),
        ("wagtailadmin_pages:revisions_revert", [page.pk, 0]),
        ("wagtailsnippetchoosers_search_synonymgroup:create", []),
    ):
        assert client.post(reverse(name, args=args)).status_code == 404, name
    for digits in (19, 30, 5000):
        for one, two in (("9" * digits, "latest"), ("1", "9" * digits)):
            assert client.get(f"/admin/pages/{one}/revisions/compare/earliest...{two}/").status_code in (302, 400, 404)
    assert client.get(reverse("wagtailadmin_pages:view_draft", args=[page.get_parent().pk])).status_code == 302
    assert (
        client.get(reverse("wagtailadmin_pages:revisions_revert", args=[page.pk, page.latest_revision_id])).status_code
        == 200
    )
