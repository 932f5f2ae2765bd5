"""Checks the audit chain: ``manage.py audit_verify`` says which row is the first that is not as it was written."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from caselib.core import audit
from caselib.core.audit_export import read_export
from caselib.core.models import AuditRecord


class Command(BaseCommand):
    help = "Check every row of the audit chain; exit with 1 and name the first row that was changed, removed or added."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--file", help="check an exported chain (JSON lines) instead of the database")
        parser.add_argument(
            "--against", metavar="FILE", help="also check that the chain still begins with the rows of an export"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Print how many rows are whole, or raise CommandError naming the first fault."""
        try:
            fault, count = self._check(options)
        except (OSError, ValueError) as error:
            raise CommandError(f"the export cannot be read: {error}") from error
        if fault is not None:
            raise CommandError(f"row {fault.sequence} ({fault.code}): {fault.message}", returncode=1)
        self.stdout.write(self.style.SUCCESS(f"{count} rows, the chain is whole"))

    def _check(self, options: dict[str, Any]) -> tuple[audit.AuditFault | None, int]:
        if options["file"]:
            rows = read_export(options["file"])
            fault, count, _last = audit.check_rows(rows)
        else:
            fault, count = audit.verify(), AuditRecord.objects.count()
            if fault is None and options["against"]:
                fault = audit.compare(read_export(options["against"]))
        return fault, count
