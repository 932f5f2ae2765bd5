"""Fill the library with a demo: an invented province, its cases, people, orders and competitions. Repeatable."""

from __future__ import annotations

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand

from cms.demo.seed import seed


class Command(BaseCommand):
    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        call_command("install_library", verbosity=0)
        seed(self.stdout.write)
        call_command("demo_accounts", stdout=self.stdout)
