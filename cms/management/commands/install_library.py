"""Install or update groups, permissions, root pages, vocabularies and workflows; may be run at any time."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from cms.install import install

# Each module has a function ``install()`` that is idempotent.
APP_INSTALLERS = ("caselib.review.install", "caselib.competitions.install", "caselib.anthologies.install")


class Command(BaseCommand):
    help = __doc__

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        install()
        for name in APP_INSTALLERS:
            if find_spec(name) is not None:
                import_module(name).install()
        self.stdout.write(self.style.SUCCESS("library installed"))
