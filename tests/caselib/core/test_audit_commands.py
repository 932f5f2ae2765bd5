"""audit_verify names the first row that was changed, removed, inserted or re-ordered; audit_export keeps a copy."""

from __future__ import annotations

import json
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction

from caselib.core import audit
from caselib.core.models import AuditHead, AuditRecord

pytestmark = pytest.mark.django_db


def chain(length: int = 6) -> int:
    """Write ``length`` records and return the number of the first."""
    return min(
        audit.record("test.act", by=None, number=number, text="文\x00本\ud800").sequence for number in range(length)
    )


def without_triggers(sql: str, *values: object) -> None:
    """Do to the table what somebody does who has the database file in hand."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(
                "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'core_auditrecord'"
            )
            for name, _text in cursor.fetchall():
                cursor.execute(f'DROP TRIGGER "{name}"')
        else:
            cursor.execute("ALTER TABLE core_auditrecord DISABLE TRIGGER USER")
        cursor.execute(sql, values)


def fault() -> str:
    with pytest.raises(CommandError) as error:
        call_command("audit_verify", stdout=StringIO())
    return str(error.value)


def test_update_and_delete_are_refused_by_the_database() -> None:
    first = chain()
    for act in (
        lambda: AuditRecord.objects.filter(pk=first).update(verb="x"),
        lambda: AuditRecord.objects.filter(pk=first).delete(),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            act()


TAMPERINGS: dict[str, Callable[[int], None]] = {
    "changed": lambda row: without_triggers("UPDATE core_auditrecord SET actor_name = 'x' WHERE sequence = %s", row),
    "changed data": lambda row: without_triggers("UPDATE core_auditrecord SET data = '{}' WHERE sequence = %s", row),
    "removed": lambda row: without_triggers("DELETE FROM core_auditrecord WHERE sequence = %s", row),
}


@pytest.mark.parametrize("tampering", TAMPERINGS)
def test_a_tampered_row_is_named(tampering: str) -> None:
    row = chain() + 2
    TAMPERINGS[tampering](row)
    assert f"row {row} " in fault()


def test_rows_that_changed_places_are_named() -> None:
    first = chain()
    for before, after in ((first + 1, 10**9), (first + 2, first + 1), (10**9, first + 2)):
        without_triggers("UPDATE core_auditrecord SET sequence = %s WHERE sequence = %s", after, before)
    assert f"row {first + 1} " in fault()


def test_a_row_written_beside_the_library_is_named() -> None:
    last = chain() + 5
    row = AuditRecord.objects.get(pk=last)
    forged = AuditRecord(sequence=last + 1, at=row.at, verb="test.forged", previous_hash=row.hash, data={})
    forged.hash = audit.row_hash(forged)
    forged.save(force_insert=True)
    assert f"row {last + 1} " in fault()


def test_rows_cut_off_at_the_end_are_noticed() -> None:
    last = chain() + 5
    without_triggers("DELETE FROM core_auditrecord WHERE sequence >= %s", last - 1)
    assert f"row {last - 1} " in fault()


def test_an_export_proves_the_chain_even_against_one_written_anew(tmp_path: Path) -> None:
    first = chain()
    kept = tmp_path / "chain.jsonl"
    call_command("audit_export", str(kept), stderr=StringIO())
    call_command("audit_verify", file=str(kept), stdout=StringIO())
    call_command("audit_verify", against=str(kept), stdout=StringIO())
    previous = AuditRecord.objects.filter(pk=first - 1).values_list("hash", flat=True).first() or audit.GENESIS
    for row in AuditRecord.objects.filter(pk__gte=first).order_by("pk"):
        row.verb, row.previous_hash = "test.rewritten", previous
        row.hash = previous = audit.row_hash(row)
        without_triggers(
            "UPDATE core_auditrecord SET verb = %s, previous_hash = %s, hash = %s WHERE sequence = %s",
            row.verb, row.previous_hash, row.hash, row.pk,
        )  # fmt: skip
    AuditHead.objects.update(hash=previous)
    assert audit.verify() is None, "the new chain is sound in itself"
    with pytest.raises(CommandError, match=f"row {first} "):
        call_command("audit_verify", against=str(kept), stdout=StringIO())


def test_a_changed_export_is_noticed(tmp_path: Path) -> None:
    chain()
    kept = tmp_path / "chain.jsonl"
    call_command("audit_export", str(kept), stderr=StringIO())
    lines = kept.read_text().splitlines()
    changed = json.loads(lines[-2]) | {"verb": "test.other"}
    kept.write_text("\n".join([*lines[:-2], json.dumps(changed), lines[-1]]))
    with pytest.raises(CommandError, match=f"row {changed['sequence']} "):
        call_command("audit_verify", file=str(kept), stdout=StringIO())


def test_an_export_that_cannot_be_read_or_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "other.bin").write_bytes(b"\xd0\xcf\x11")
    (tmp_path / "other.txt").write_text("{}\n")
    for name in ("none.jsonl", "other.bin", "other.txt"):
        with pytest.raises(CommandError, match="cannot be read"):
            call_command("audit_verify", file=str(tmp_path / name))
        with pytest.raises(CommandError, match="cannot be read"):
            call_command("audit_verify", against=str(tmp_path / name))
    with pytest.raises(CommandError, match="cannot be written"):
        call_command("audit_export", str(tmp_path / "none" / "chain.jsonl"))
