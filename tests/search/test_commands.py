"""The commands: searching as any reader, and keeping the index by hand."""

from __future__ import annotations

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from caselib.accounts.enums import Role
from caselib.resources.enums import Circulation
from search import locks
from tests import factories

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> str:
    out = StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


def test_the_index_is_kept_by_hand() -> None:
    page = factories.live(title="渔港扩建")
    assert "1 records" in run("search_index", "rebuild")
    assert json.loads(run("search_index", "status"))["documents"] == 1
    page.unpublish()
    assert "1 missing" not in run("search_index", "reconcile", "--dry-run")
    assert " 0 removed" not in run("search_index", "drain")
    assert "0 missing, 0 stale, 0 surplus" in run("search_index", "reconcile")


def test_a_search_as_the_public_and_as_somebody(up_to_date: object) -> None:
    factories.live(title="渔港扩建")
    factories.live(title="渔港内情", circulation=Circulation.INTERNAL)
    reader = factories.UserFactory(roles=[Role.TRAINEE])
    run("search_index", "rebuild")
    public = json.loads(run("search", "渔港", "--json"))
    assert [hit["title"] for hit in public["hits"]] == ["渔港扩建"]
    assert public["engine"] == "embedded"
    inside = json.loads(run("search", "渔港", "--json", "--viewer", reader.username))
    assert inside["total"] == 2
    assert "渔港扩建" in run("search", "渔港")


def test_units_of_one_name_are_counted_apart() -> None:
    for county in ("东浦县", "西岭县"):
        office = factories.unit("组织部", parent=factories.unit(county))
        factories.live(title="渔港扩建", by=factories.UserFactory(roles=[Role.AUTHOR], unit=office))
    run("search_index", "rebuild")
    counted = json.loads(run("search", "渔港", "--json"))["facets"]["unit"]
    assert [b["count"] for b in counted if b["label"] == "组织部"] == [1, 1]


def test_what_cannot_be_done_is_said() -> None:
    with pytest.raises(CommandError, match="no account"):
        run("search", "渔港", "--viewer", "nobody-of-this-name")
    with pytest.raises(CommandError, match="not configured"):
        run("search", "渔港", "--engine", "elastic")
    with pytest.raises(CommandError, match="not configured"):
        run("search_index", "rebuild", "--engine", "elastic")
    for action in ("drain", "rebuild", "status"):
        with pytest.raises(CommandError, match="dry-run"):
            run("search_index", action, "--dry-run")
    run("search_index", "rebuild")
    with locks.draining("embedded"), pytest.raises(CommandError, match="another process"):
        run("search_index", "drain")
