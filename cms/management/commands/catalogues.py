"""Extracts, checks and compiles the Chinese message catalogues of the project's apps."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

import cms
from cms.translations import catalogues
from cms.translations.extraction import extract, source_files


class Command(BaseCommand):
    """``catalogues [--app X]`` updates; ``--check`` reports and fails; ``--compile`` writes the .mo files."""

    help = "Extract translatable texts into each app's zh_Hans catalogue, check or compile the catalogues."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--app", action="append", help="only this app (repeatable): core, review, search, cms …")
        parser.add_argument("--check", action="store_true", help="change nothing; fail if anything is missing")
        parser.add_argument("--compile", action="store_true", help="write the .mo files that are out of date")
        parser.add_argument("--force", action="store_true", help="with --compile: write them all")

    def handle(self, *args: Any, **options: Any) -> None:
        root = Path(cms.__file__).parent.parent
        known = catalogues.apps(root)
        wanted = options["app"] or list(known)
        unknown = sorted(set(wanted) - set(known))
        if unknown:
            raise CommandError(f"No such app: {', '.join(unknown)}. Apps: {', '.join(known)}.")
        if options["compile"]:
            written, present = catalogues.compile_all(root, force=options["force"])
            self.stdout.write(f"{written} of {present} catalogues compiled")
        elif options["check"]:
            self._check(root, known, wanted)
        else:
            self._update(root, known, wanted)

    def _update(self, root: Path, known: dict[str, catalogues.Catalogue], wanted: list[str]) -> None:
        found = extract(root, source_files(root))
        parts = catalogues.split(found, known)
        for name in wanted:
            path = known[name].path
            old = catalogues.load(path)
            new = catalogues.merge(old, parts[name])
            if not len(new) and not path.exists():
                continue
            if str(new) != str(old):
                path.parent.mkdir(parents=True, exist_ok=True)
                new.save(str(path))
            self.stdout.write(f"{name}: {len(new)} texts, {len(new) - len(new.translated_entries())} not translated")
        self._report([fault for fault in found.faults if self._concerns(fault, known, wanted)])

    def _check(self, root: Path, known: dict[str, catalogues.Catalogue], wanted: list[str]) -> None:
        found = extract(root, source_files(root))
        parts = catalogues.split(found, known)
        loaded = {name: catalogues.load(catalogue.path) for name, catalogue in known.items()}
        problems = [fault for fault in found.faults if self._concerns(fault, known, wanted)]
        for name in wanted:
            problems += catalogues.differences(loaded[name], parts[name], name=name)
            problems += catalogues.faults(loaded[name], name=name)
        for path in catalogues.overlays(root):
            problems += catalogues.faults(catalogues.load(path), name=path.relative_to(root).as_posix())
        if set(wanted) == set(known):
            problems += catalogues.conflicts(loaded)
        self._report(problems)
        self.stdout.write(f"{sum(len(loaded[name]) for name in wanted)} texts translated and up to date")

    @staticmethod
    def _concerns(fault: str, known: dict[str, catalogues.Catalogue], wanted: list[str]) -> bool:
        return catalogues.owner(fault.partition(":")[0], known) in wanted

    def _report(self, problems: list[str]) -> None:
        for problem in problems:
            self.stderr.write(problem)
        if problems:
            raise CommandError(f"{len(problems)} faults in the message catalogues")
