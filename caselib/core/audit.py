"""The append-only audit chain: writing it, and finding the first row that is not as it was written.

The chain is the construction of RFC 9162's predecessor in its simplest form: each row carries the hash of the row
before it. One head row is locked for each append, so two writers can never take the same place.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models, transaction
from django.utils.translation import gettext as _

from . import clock
from .models import AuditHead, AuditRecord

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser

GENESIS = "0" * 64


@dataclass(frozen=True, slots=True)
class AuditFault:
    """The first place at which the chain is not what was written."""

    sequence: int
    code: str
    message: str


def canonical(value: Any) -> str:
    """Return ``value`` as JSON with sorted keys and no white space, the form that is hashed."""
    return json.dumps(value, cls=DjangoJSONEncoder, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def row_hash(record: AuditRecord) -> str:
    """Return the sha256 (hexadecimal) of every field of ``record`` except ``hash`` itself."""
    fields = {
        "sequence": record.sequence,
        "at": record.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "actor_id": record.actor_id,
        "actor_name": record.actor_name,
        "verb": record.verb,
        "target_type": record.target_type,
        "target_id": record.target_id,
        "target_name": record.target_name,
        "data": json.loads(canonical(record.data)),
        "previous_hash": record.previous_hash,
    }
    return hashlib.sha256(canonical(fields).encode("utf-8", "surrogatepass")).hexdigest()


def clean(value: Any) -> Any:
    """Return ``value`` as plain JSON data without NUL and lone surrogates, which PostgreSQL cannot keep."""
    if isinstance(value, str):
        return value.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, Mapping):
        return {clean(str(key)): clean(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [clean(item) for item in value]
    return value


@transaction.atomic
def record(
    verb: str,
    target: models.Model | None = None,
    *,
    by: AbstractBaseUser | None,
    at: datetime | None = None,
    **data: Any,
) -> AuditRecord:
    """Append one act to the chain, in the caller's transaction.

    ``verb`` is ``app.act`` (for example ``review.passed``); ``data`` must be serialisable as JSON. Effects in order:
    locks the head row, inserts the record, moves the head. Returns the inserted record.
    """
    head = AuditHead.objects.select_for_update(no_key=True).filter(pk=1).first() or AuditHead(pk=1)
    row = AuditRecord(
        sequence=head.sequence + 1,
        at=at or clock.now(),
        actor_id=by.pk if by else None,
        actor_name=clean(str(by))[:255] if by else "",
        verb=verb,
        target_type=target._meta.label if target is not None else "",
        target_id=str(target.pk) if target is not None else "",
        target_name=clean(str(target))[:300] if target is not None else "",
        data=json.loads(canonical(clean(data))),
        previous_hash=head.hash,
    )
    row.hash = row_hash(row)
    row.save(force_insert=True)
    head.sequence, head.hash = row.sequence, row.hash
    head.save()
    return row


def records_of(target: models.Model) -> models.QuerySet[AuditRecord]:
    """Return the records about ``target``, oldest first."""
    return AuditRecord.objects.filter(target_type=target._meta.label, target_id=str(target.pk))


def check_rows(rows: Iterable[AuditRecord]) -> tuple[AuditFault | None, int, str]:
    """Walk ``rows`` from the first; return the first fault (or None), and the last good sequence and hash."""
    sequence, previous = 0, GENESIS
    for row in rows:
        if row.sequence != sequence + 1:
            return AuditFault(sequence + 1, "missing", _("Row %d is missing.") % (sequence + 1)), sequence, previous
        if row.previous_hash != previous:
            text = _("Row %d does not follow the row before it.") % row.sequence
            return AuditFault(row.sequence, "order", text), sequence, previous
        if row_hash(row) != row.hash:
            return AuditFault(row.sequence, "changed", _("Row %d was changed.") % row.sequence), sequence, previous
        sequence, previous = row.sequence, row.hash
    return None, sequence, previous


def verify() -> AuditFault | None:
    """Check the whole chain and its head; return the first fault, or None if the chain is whole."""
    rows = AuditRecord.objects.order_by("sequence").iterator(chunk_size=2000)
    fault, sequence, last = check_rows(rows)
    if fault:
        return fault
    head = AuditHead.objects.filter(pk=1).first()
    if (head.sequence if head else 0) > sequence:
        return AuditFault(sequence + 1, "truncated", _("Rows from %d on are missing.") % (sequence + 1))
    if head and (head.sequence, head.hash) != (sequence, last):
        return AuditFault(sequence, "head", _("Row %d was added beside the library.") % sequence)
    if head is None and sequence:
        return AuditFault(1, "head", _("The head of the chain is missing."))
    return None


def compare(rows: Iterable[AuditRecord]) -> AuditFault | None:
    """Return the first of ``rows`` (an export kept elsewhere) that the chain no longer has, or None.

    Somebody with the database in hand could write a whole new chain that is sound in itself; a kept copy shows it.
    """
    for row in rows:
        present = AuditRecord.objects.filter(pk=row.sequence).first()
        if present is None:
            return AuditFault(row.sequence, "missing", _("Row %d is missing.") % row.sequence)
        if present.hash != row.hash or row_hash(present) != row_hash(row):
            return AuditFault(row.sequence, "changed", _("Row %d was changed.") % row.sequence)
    return None
