"""A web process of a test: answers requests with all middleware, and changes the library when told to.

Every line on its input is a JSON object, {"get": address, "as": account or ""} or {"do": act, ...}; every answer is a line
of JSON. Started in a directory of its own by ``test_two_processes``.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import Any

import django
from django.conf import settings

settings.PAGE_CACHE_BYTES = 10_000_000
django.setup()

from django.contrib.auth.models import Group  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402

from caselib.accounts.enums import Role  # noqa: E402
from caselib.accounts.models import Unit, User  # noqa: E402
from caselib.resources.enums import Circulation, Kind  # noqa: E402
from caselib.resources.models import ResourcePage, RestrictedGroup  # noqa: E402
from caselib.resources.publishing import opened  # noqa: E402
from caselib.review.services.withdrawal import withdraw  # noqa: E402
from caselib.vocabularies.models import Topic  # noqa: E402
from caselib.vocabularies.services import rename_term  # noqa: E402
from search import upkeep  # noqa: E402
from tests import factories  # noqa: E402

clients: dict[str, Client] = {}


def get(address: str, account: str) -> dict[str, Any]:
    """Return status, text and number of queries of the answer to ``account``, or to the public."""
    if account not in clients:
        clients[account] = Client()
        if account:
            clients[account].force_login(User.objects.get(username=account))
    with CaptureQueriesContext(connection) as queries:
        response = clients[account].get(address)
    return {"status": response.status_code, "text": response.content.decode(), "queries": len(queries)}


def prepare() -> dict[str, Any]:
    """Make the readers, a public case with a topic, and a case for a group of which one reader is a member."""
    people = {
        role: factories.UserFactory(username=role, roles=[role]) for role in (Role.TRAINEE, Role.TEACHER, Role.EDITOR)
    }
    group = Group.objects.create(name="专班")
    people[Role.TEACHER].groups.add(group)
    Topic.objects.create(name="旧名主题", code="old-name")
    open_case = factories.live(Kind.CASE, title="渔港账本", tags={"topics": ["旧名主题"]}, by=people[Role.EDITOR])
    closed = factories.live(Kind.CASE, title="专班案例", circulation=Circulation.RESTRICTED, by=people[Role.EDITOR])
    RestrictedGroup.objects.create(page=closed, group=group)
    upkeep.keep_all_up()
    return {"open": [open_case.pk, open_case.url], "closed": [closed.pk, closed.url]}


def publish(page: int, title: str) -> None:
    draft = ResourcePage.objects.get(pk=page).specific.get_latest_revision_as_object()
    draft.title = title
    draft.save_revision()
    factories.publish(ResourcePage.objects.get(pk=page).specific)


def rename(name: str) -> None:
    rename_term(Topic.objects.get(code="old-name"), name, by=User.objects.get(username=Role.EDITOR))


def rename_unit(page: int, name: str) -> None:
    Unit.objects.filter(resources=page).update(name=name)


def close_to_group(page: int) -> None:
    with opened([page]):
        RestrictedGroup.objects.filter(page_id=page).delete()


def restrict(page: int) -> None:
    with opened([page]):
        ResourcePage.objects.filter(pk=page).update(circulation=Circulation.INTERNAL)


def leave_group(account: str) -> None:
    User.objects.get(username=account).groups.remove(Group.objects.get(name="专班"))


def join_group(account: str) -> None:
    User.objects.get(username=account).groups.add(Group.objects.get(name="专班"))


def take_back(page: int) -> None:
    withdraw(
        ResourcePage.objects.get(pk=page).specific, reason="数据有误，已核实", by=User.objects.get(username=Role.EDITOR)
    )


ACTS: dict[str, Callable[..., Any]] = {
    act.__name__: act
    for act in (prepare, publish, rename, rename_unit, close_to_group, restrict, leave_group, join_group, take_back)
}


def main() -> None:
    for line in sys.stdin:
        asked = json.loads(line)
        answer = ACTS[asked.pop("do")](**asked) if "do" in asked else get(asked["get"], asked["as"])
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
