"""Checks the promise of the review: ``manage.py vetting_verify`` names every live resource that is not what was read."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from caselib.core import guards
from caselib.review.vetting import faults


class Command(BaseCommand):
    help = "Compare every live resource with what its reviewers passed; exit with 1 and name each that differs."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--bytes", action="store_true", help="also read every image, document and film again")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print one line for each fault and for each guard that the database has lost, then fail if there was any."""
        count = 0
        for guard in guards.missing():
            self.stderr.write(f"guard missing: {guard.name} on {guard.table} (run migrate)")
            count += 1
        for fault in faults(bytes_too=options["bytes"]):
            self.stderr.write(f"{fault.page} {fault.title} ({fault.code}): {fault.message}")
            count += 1
        if count:
            raise CommandError(f"{count} faults", returncode=1)
        self.stdout.write(self.style.SUCCESS("every live resource is what its reviewers passed"))
