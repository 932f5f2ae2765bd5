"""Bring database, library, demo, search index and static files to what this version needs; repeatable.

One process for all steps: starting Django six times cost more than most of the steps themselves.
"""

from __future__ import annotations

import contextlib
import gc
import time
from argparse import ArgumentParser
from collections.abc import Callable
from io import StringIO
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from cms.demo.seed import seed
from search import checks, engines, rebuilding, upkeep
from search.backends.base import EngineUnavailable
from search.indexer import DrainReport

#: Rendering the models of 200 migrations makes and drops hundreds of thousands of objects; looking for garbage at the
#: default interval takes a quarter of the time.
GARBAGE_INTERVAL = 50_000


class Command(BaseCommand):
    help = __doc__
    requires_system_checks = [checks.TAG]

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--address", required=True, help="where the site will be served")

    def handle(self, *args: Any, **options: Any) -> str:
        """Run the steps, telling each on standard error, and return the text with address and accounts."""
        gc.set_threshold(GARBAGE_INTERVAL, 20, 20)
        self._step("database", lambda: call_command("migrate", interactive=False, verbosity=0))
        self._step("groups, permissions, vocabularies", lambda: call_command("install_library", stdout=StringIO()))
        self._step("demo library", lambda: seed(self._told))
        self._step("search index", self._index)
        self._step("static files", lambda: call_command("collectstatic", interactive=False, verbosity=0))
        accounts = StringIO()
        call_command("demo_accounts", address=options["address"], stdout=accounts)
        return accounts.getvalue()

    def _index(self) -> None:
        """Make each engine's index true: built if it is missing or damaged, then brought up to the last change.

        A server that does not answer is no reason not to start: another engine stands in, and the worker goes on asking.
        """
        away = [report for name in engines.configured() if (report := self._kept_up(name)).unavailable]
        for report in away:
            self._warn(
                f"the search engine {report.engine} does not answer; the next one does meanwhile: {report.unavailable}"
            )
        if len(away) == len(engines.configured()):
            raise CommandError("No search engine answers.")

    def _kept_up(self, name: str) -> DrainReport:
        # An index that is not there yet is no news here; the worker warns of one that is gone.
        with contextlib.suppress(EngineUnavailable):
            if not engines.get(name).ready():
                rebuilding.rebuild(name)
        return upkeep.keep_up(name)

    def _told(self, line: str) -> None:
        """Pass on what is missing; the times of the single steps interest nobody here."""
        if "missing" in line:
            self._warn(line)

    def _warn(self, line: str) -> None:
        self.stderr.write(f"\n    {line}\n  ", self.style.WARNING, ending="")

    def _step(self, name: str, act: Callable[[], object]) -> None:
        """Run one step; said aloud before it starts, since the first run takes a while on an old machine."""
        started = time.monotonic()
        self.stderr.write(f"  {name} …", str, ending="")
        self.stderr.flush()
        act()
        self.stderr.write(f" {time.monotonic() - started:.1f} s", str)
