"""Writes the audit chain out: ``manage.py audit_export chain.jsonl``, one row a line, checkable without the database."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from caselib.core import audit
from caselib.core.audit_export import write_export


class Command(BaseCommand):
    help = "Write the audit chain as JSON lines to a file, or to standard output."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", nargs="?", default="-")
        parser.add_argument("--since", type=int, default=1, metavar="ROW", help="begin with this row")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write the rows; a broken chain is written too, but the command then says so and exits with 1."""
        if options["file"] == "-":
            count = write_export(sys.stdout, since=options["since"])
        else:
            try:
                with open(options["file"], "w", encoding="utf-8") as out:
                    count = write_export(out, since=options["since"])
            except OSError as error:
                raise CommandError(f"the chain cannot be written: {error}") from error
        fault = audit.verify()
        if fault is not None:
            raise CommandError(f"row {fault.sequence} ({fault.code}): {fault.message}", returncode=1)
        self.stderr.write(f"{count} rows written; the chain is whole")
