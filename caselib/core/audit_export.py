"""The audit chain as a file: JSON lines that hold every hashed field, so that a copy kept elsewhere proves the original."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import IO

from . import audit
from .models import AuditRecord

FIELDS = ("sequence", "actor_id", "actor_name", "verb", "target_type", "target_id", "target_name", "data")


def write_export(out: IO[str], *, since: int = 1) -> int:
    """Write the rows from ``since`` on to ``out``, one JSON object a line; return how many."""
    count = 0
    for row in AuditRecord.objects.filter(sequence__gte=since).order_by("sequence").iterator(chunk_size=2000):
        line = {name: getattr(row, name) for name in FIELDS}
        line |= {
            "at": row.at.astimezone(UTC).isoformat(timespec="microseconds"),
            "previous_hash": row.previous_hash,
            "hash": row.hash,
        }
        out.write(audit.canonical(line) + "\n")
        count += 1
    return count


def read_export(path: str) -> Iterator[AuditRecord]:
    """Yield the rows of an exported chain as unsaved records. Raises ValueError for a line that is no row."""
    with open(path, encoding="utf-8") as lines:
        for number, line in enumerate(lines, start=1):
            try:
                fields = json.loads(line)
                fields["at"] = datetime.fromisoformat(fields["at"])
                yield AuditRecord(**fields)
            except (ValueError, TypeError, KeyError) as error:
                raise ValueError(f"line {number} is no row of an audit chain: {error}") from error
