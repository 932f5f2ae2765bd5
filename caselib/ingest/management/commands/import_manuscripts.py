"""Reads manuscripts from the command line: files, folders, archives."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from caselib.accounts.models import User
from caselib.ingest import deciding, selectors, services
from caselib.ingest.reading import read_file
from caselib.ingest.report import lines, to_json
from caselib.ingest.results import ReadResult


class Command(BaseCommand):
    help = "Read manuscripts (.docx, .doc, .wps, .txt, .md, .html, .zip) and store what was found for acceptance."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("paths", nargs="+", metavar="PATH", help="files or folders")
        parser.add_argument("--dry-run", action="store_true", help="read and report only, store nothing")
        parser.add_argument("--json", action="store_true", help="print the result as JSON")
        parser.add_argument("--by", metavar="USERNAME", help="the account that uploads")
        parser.add_argument("--accept", action="store_true", help="accept every item as a draft (needs --by)")

    def handle(self, *args: Any, **options: Any) -> None:
        """Read file after file and tell of each at once: a folder may hold more than memory does."""
        by = self._actor(options)
        first = True
        for path in _files(options["paths"]):
            found = read_file(path)
            data = [to_json(result) for result in found]
            if not options["dry_run"]:
                remark = self._store(path, found, by, options["accept"])
                data[0]["message"] = f"{data[0]['message']} {remark}".strip()
            for result, data_one in zip(found, data, strict=True):
                if options["json"]:
                    self.stdout.write(("[" if first else ",") + json.dumps(data_one, ensure_ascii=False, indent=1))
                else:
                    self._print(result, data_one)
                first = False
        if options["json"]:
            self.stdout.write("[]" if first else "]")

    def _actor(self, options: dict[str, Any]) -> User | None:
        name = options["by"]
        if not name:
            if options["accept"]:
                raise CommandError(_("--accept needs --by: a draft belongs to a person."))
            return None
        user = User.objects.filter(username=name).first()
        if user is None:
            raise CommandError(_("There is no account named %(name)s.") % {"name": name})
        return user

    def _store(self, path: Path, found: list[ReadResult], by: User | None, accept: bool) -> str:
        """Store what was read; return a remark when the same content was stored before."""
        if any(result.code in ("not_found", "not_a_file") for result in found):
            return ""
        stored = services.store_results(path.name, path.read_bytes(), found, by=by)
        if stored.known:
            return str(
                _("The same file was uploaded before as “%(name)s”; it was not imported again.")
                % {"name": stored.batch.name}
            )
        if accept and by is not None:
            _drafts, refused = deciding.accept_each(selectors.waiting_in(stored.batch), by=by)
            return " ".join(refused)
        return ""

    def _print(self, result: ReadResult, data: dict[str, Any]) -> None:
        self.stdout.write(f"{result.file}: {data['message']}")
        for item in result.items:
            self.stdout.write(f"  {item.title} | {item.unit} | {len(item.text)}")
            for line in lines(item.warnings):
                self.stdout.write(f"    {line.group_label} {line.place} {line.text[:120]}")
        for line in lines(result.warnings):
            self.stdout.write(f"  {line.group_label} {line.place} {line.text[:120]}")


def _files(paths: list[str]) -> Iterator[Path]:
    """Yield the files named, and those in folders in a stable order, hidden and temporary ones left out."""
    for name in paths:
        path = Path(name)
        if not path.is_dir():
            yield path
            continue
        for inside in sorted(path.rglob("*")):
            hidden = any(part.startswith((".", "~$")) for part in inside.relative_to(path).parts)
            if inside.is_file() and not hidden:
                yield inside
