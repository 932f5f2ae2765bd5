"""Prints a new random secret key for CASELIB_SECRET_KEY."""

from typing import Any

from django.core.management.base import BaseCommand
from django.core.management.utils import get_random_secret_key


class Command(BaseCommand):
    """Needs no database and changes nothing."""

    help = "Print a new random key for CASELIB_SECRET_KEY."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(get_random_secret_key())
