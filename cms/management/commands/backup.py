"""Makes a verified backup of the database and the private media while the site runs."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from caselib.core import clock
from cms.backup import archive
from cms.backup.databases import BackupError


class Command(BaseCommand):
    """``backup DIR`` makes DIR/caselib-<time>; ``backup DIR/caselib-<time> --verify`` only reads one."""

    help = "Back up database and private media into a new folder below DIR, and read it back."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("directory", type=Path)
        parser.add_argument("--verify", action="store_true", help="only check an existing backup")

    def handle(self, *args: Any, directory: Path, verify: bool, **options: Any) -> None:
        try:
            folder = directory if verify else archive.create(directory, at=clock.now())
            manifest = archive.verify(folder) if verify else None
        except (BackupError, OSError) as error:
            raise CommandError(f"No backup: {error}") from error
        self.stdout.write(f"{folder}: {'complete and unchanged since ' + manifest.made_at if manifest else 'verified'}")
