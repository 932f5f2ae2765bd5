"""Keep the index by hand: drain, compare, rebuild, look."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from search import engines, indexer, locks, office, rebuilding, upkeep
from search.backends.base import EngineUnavailable

_BAR = 40


class Command(BaseCommand):
    help = "Drain the outbox, reconcile or rebuild the index, or show its status."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("action", choices=["drain", "reconcile", "rebuild", "status"])
        parser.add_argument("--engine", choices=[engines.EMBEDDED, engines.ELASTIC], help="only this engine")
        parser.add_argument("--dry-run", action="store_true", help="with reconcile: show differences, repair nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["dry_run"] and options["action"] != "reconcile":
            raise CommandError(f"--dry-run goes with reconcile only; nothing was done: {options['action']} repairs.")
        names = [options["engine"]] if options["engine"] else list(engines.configured())
        for name in names:
            if name not in engines.configured():
                raise CommandError(f"The engine {name} is not configured here.")
            try:
                getattr(self, f"_{options['action']}")(name, options)
            except locks.Busy as error:
                raise CommandError(f"{name}: another process is at it ({error}).") from error
            except EngineUnavailable as error:
                raise CommandError(f"{name} does not answer: {error}") from error

    def _drain(self, name: str, options: dict[str, Any]) -> None:
        report = upkeep.bring_up(name)
        if report.unavailable:
            raise CommandError(f"{name} does not answer: {report.unavailable}")
        if report.busy:
            raise CommandError(f"{name}: another process is draining.")
        self.stdout.write(f"{name}: {report.indexed} indexed, {report.removed} removed, {report.failed} failed")

    def _reconcile(self, name: str, options: dict[str, Any]) -> None:
        report = indexer.reconcile(name, repair=not options["dry_run"])
        self.stdout.write(
            f"{name}: {len(report.missing)} missing, {len(report.stale)} stale, {len(report.surplus)} surplus, "
            f"{report.repaired} repaired"
        )

    def _rebuild(self, name: str, options: dict[str, Any]) -> None:
        def bar(done: int, total: int) -> None:
            if sys.stdout.isatty():
                filled = _BAR * done // max(total, 1)
                self.stdout.write(f"\r{name} [{'#' * filled:{_BAR}}] {done}/{total}", ending="")
                self.stdout.flush()

        count = rebuilding.rebuild(name, progress=bar)
        self.stdout.write(f"\r{name}: {count} records in a new index" + " " * _BAR)

    def _status(self, name: str, options: dict[str, Any]) -> None:
        self.stdout.write(json.dumps(office.status_of(name), ensure_ascii=False, default=str))
