"""Fill the library with a demo: an invented province, its cases, people, orders and competitions. Repeatable."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from cms.demo.seed import seed


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--in-production", action="store_true", help="seed although the settings are those of production"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.SETTINGS_MODULE == "cms.settings.production" and not options["in_production"]:
            raise CommandError(
                "The demo accounts share a password that anybody can read in the README. "
                "Use a separate installation for the demo, or --in-production if this site is one."
            )
        call_command("install_library", verbosity=0)
        seed(self.stdout.write)
        call_command("demo_accounts", stdout=self.stdout)
