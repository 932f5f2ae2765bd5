"""The audit chain as its administrator reads it: found, named, verified, taken away as a table."""

from __future__ import annotations

import ast
import csv
import io
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from caselib.accounts.enums import Role
from caselib.core import audit, clock
from caselib.core.models import AuditRecord
from caselib.review import acts
from tests import factories
from tests.caselib.review.desk import Desk

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parents[3]


def test_the_chain_is_read_by_the_audit_administrator(client: Client) -> None:
    desk = Desk.open()
    client.force_login(factories.UserFactory(roles=[Role.AUDIT_ADMIN]))
    html = client.get(reverse("review:chain") + "?verify=1&verb=review.").content.decode()
    assert desk.page.title in html and "notice--success" in html
    for query in (
        "verb=%",
        "page=x",
        "actor=" + "a" * 5000,
        "since=2026-02-31",
        "until=0001-01-01",
        "since=x&until=9999-12-31",
    ):
        assert client.get(reverse("review:chain") + "?" + query).status_code == 200


def test_the_chain_found_is_a_table_that_no_spreadsheet_computes(client: Client) -> None:
    desk = Desk.open()
    audit.record("review.commented", desk.page, by=None, reason="=1+1")
    audit.record("review.commented", None, by=None, note="=cmd|' /C calc'!A0")
    client.force_login(factories.UserFactory(roles=[Role.AUDIT_ADMIN]))
    response = client.get(
        reverse("review:chain_csv"), {"verb": "review.commented", "since": f"{clock.today():%Y-%m-%d}"}
    )
    rows = list(csv.DictReader(io.StringIO(b"".join(response).decode("utf-8-sig"))))
    assert [row["verb"] for row in rows] == ["review.commented"] * 2
    assert not any(cell.startswith("=") for row in rows for cell in row.values())
    assert AuditRecord.objects.order_by("-sequence")[0].verb == "review.chain_exported"
    later = {"since": f"{clock.today() + timedelta(days=1):%Y-%m-%d}"}
    assert len(list(client.get(reverse("review:chain_csv"), later))) == 2, "the mark and the head"


def test_every_act_of_the_library_has_a_name() -> None:
    """Read from the source: what is written to the chain, with the prefix that its writer puts before it."""
    writers = {"record": "", "write": "competitions.", "_note": "catalogue.list_", "_after": "vocabularies."}
    verbs = set()
    for path in (p for top in ("caselib", "cms", "search") for p in (ROOT / top).rglob("*.py")):
        for call in (node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Call)):
            name = getattr(call.func, "attr", getattr(call.func, "id", ""))
            owner = getattr(getattr(call.func, "value", None), "id", "")
            if name not in writers or (name == "write" and owner != "chain"):
                continue
            said = [part.value for arg in call.args[:2] for part in ast.walk(arg) if isinstance(part, ast.Constant)]
            words = [
                text for text in said if isinstance(text, str) and text.replace("_", "").replace(".", "").isalpha()
            ]
            verbs |= {writers[name] + text for text in words}
    verbs = {verb for verb in verbs if not verb.endswith((".", "_"))}
    assert len(verbs) > 100
    assert not sorted(verbs - set(acts.ACTS))
