"""Prints a new random secret key for CASELIB_SECRET_KEY."""

import secrets
from typing import Any

from django.core.management.base import BaseCommand


class Command(BaseCommand):
    """Needs no database and changes nothing."""

    help = "Print a new random key for CASELIB_SECRET_KEY."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        # Letters, digits, - and _ only: a shell and the file of variables of compose read $, # and ( as something else.
        self.stdout.write(secrets.token_urlsafe(64))
