"""Puts a backup back; asks for the replaced library's name to be typed unless ``--yes``."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from caselib.core import clock
from cms.backup import archive
from cms.backup.databases import BackupError


class Command(BaseCommand):
    """Backs up the present state first, so that a restore can itself be undone."""

    help = "Replace database and private media by those of a backup folder."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path)
        parser.add_argument("--yes", action="store_true", help="do not ask")
        parser.add_argument("--safety", type=Path, help="where to back up the present state first (default: beside)")
        parser.add_argument("--no-safety", action="store_true", help="the present state is not worth keeping")

    def handle(self, *args: Any, folder: Path, **options: Any) -> None:
        if not options["yes"] and input(f"Replace the present library by {folder}? Type yes: ").strip() != "yes":
            raise CommandError("Nothing was changed.")
        try:
            archive.verify(folder)
            if not options["no_safety"]:
                self._keep_present(options["safety"] or folder.parent / "before-restore")
            problems = archive.restore(folder, at=clock.now())
        except (BackupError, OSError) as error:
            raise CommandError(f"Not restored: {error}") from error
        call_command("search_index", "rebuild")
        for problem in problems:
            self.stderr.write(problem)
        if problems:
            raise CommandError(f"Restored, with {len(problems)} problems.")
        self.stdout.write("Restored: audit chain and all files are right. Restart the worker and the web processes.")

    def _keep_present(self, directory: Path) -> None:
        try:
            kept = archive.create(directory, at=clock.now())
        except DatabaseError:
            self.stdout.write("The present database is empty or unreadable: nothing of it to keep.")
            return
        self.stdout.write(f"The present state is kept in {kept}.")
