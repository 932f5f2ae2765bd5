"""Print one demo account for each role, with the address of the site."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import override

from cms.demo.people import PASSWORD, one_account_a_role


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--address", default="http://127.0.0.1:8000", help="where the site is served")

    def handle(self, *args: Any, **options: Any) -> None:
        address = options["address"].rstrip("/")
        self.stdout.write(f"\nThe library is served at {address}/ and its administration at {address}/admin/")
        found = one_account_a_role()
        if not found:
            self.stdout.write("There are no demo accounts (manage.py seed_demo makes them).")
            return
        self.stdout.write(f"Demo accounts, all with the password {PASSWORD}")
        with override("zh-hans"):
            for role, user in found:
                self.stdout.write(f"  {user.username:<12}{role.label}  {user.name}，{user.unit}")
