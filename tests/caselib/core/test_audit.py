"""The audit chain takes every act, refuses change, and finds what was changed behind its back."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction

from caselib.core import audit
from caselib.core.models import AuditHead, AuditRecord

pytestmark = pytest.mark.django_db


@pytest.fixture
def chain() -> list[AuditRecord]:
    return [audit.record("test.act", None, by=None, number=number, text="汉字\x00\ud800") for number in range(5)]


def past_triggers(sql: str) -> None:
    """Run ``sql`` as somebody would who owns the database file."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type='trigger' AND tbl_name='core_auditrecord'")
            triggers = cursor.fetchall()
            for name, _body in triggers:
                cursor.execute(f"DROP TRIGGER {name}")
            cursor.execute(sql)
            for _name, body in triggers:
                cursor.execute(body)
        else:
            cursor.execute("ALTER TABLE core_auditrecord DISABLE TRIGGER USER")
            cursor.execute(sql)
            cursor.execute("ALTER TABLE core_auditrecord ENABLE TRIGGER USER")


def test_a_whole_chain_verifies(chain: list[AuditRecord]) -> None:
    assert audit.verify() is None


@pytest.mark.parametrize("act", ["update", "delete"])
def test_the_database_refuses_change(chain: list[AuditRecord], act: str) -> None:
    rows = AuditRecord.objects.filter(pk=chain[2].pk)
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.update(verb="x") if act == "update" else rows._raw_delete(rows.db)
    assert audit.verify() is None


@pytest.mark.parametrize(
    ("sql", "code"),
    [
        ("UPDATE core_auditrecord SET actor_name = 'x' WHERE sequence = {n}", "changed"),
        ("UPDATE core_auditrecord SET data = '{{}}' WHERE sequence = {n}", "changed"),
        ("DELETE FROM core_auditrecord WHERE sequence = {n}", "missing"),
    ],
)
def test_the_first_bad_row_is_named(chain: list[AuditRecord], sql: str, code: str) -> None:
    target = chain[2].sequence
    past_triggers(sql.format(n=target))
    fault = audit.verify()
    assert fault is not None
    assert (fault.sequence, fault.code) == (target, code)


def test_a_cut_tail_is_found(chain: list[AuditRecord]) -> None:
    past_triggers(f"DELETE FROM core_auditrecord WHERE sequence >= {chain[3].sequence}")
    fault = audit.verify()
    assert fault is not None
    assert (fault.sequence, fault.code) == (chain[3].sequence, "truncated")


def test_a_forged_row_at_the_end_is_found(chain: list[AuditRecord]) -> None:
    head = AuditHead.objects.get(pk=1)
    forged = AuditRecord(
        sequence=head.sequence + 1, at=chain[-1].at, verb="forged", previous_hash=head.hash, actor_name=""
    )
    forged.hash = audit.row_hash(forged)
    forged.save(force_insert=True)
    assert audit.verify() is not None


def test_reordered_rows_are_found(chain: list[AuditRecord]) -> None:
    first, second = chain[1].sequence, chain[2].sequence
    past_triggers(f"UPDATE core_auditrecord SET sequence = 999999 WHERE sequence = {first}")
    past_triggers(f"UPDATE core_auditrecord SET sequence = {first} WHERE sequence = {second}")
    past_triggers(f"UPDATE core_auditrecord SET sequence = {second} WHERE sequence = 999999")
    fault = audit.verify()
    assert fault is not None
    assert fault.sequence == first
