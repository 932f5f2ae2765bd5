"""``manage.py recompute_scores <competition>``: scores and places once more, from the audit chain alone."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from caselib.core import audit

from ...models import Competition
from ...selectors import fairness, ledger


class Command(BaseCommand):
    help = "Recompute scores and places of a competition from the audit chain alone and compare them with the tables."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("competition", help="number or short name of the competition")
        parser.add_argument("--json", action="store_true", help="print the recomputed figures as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print what the chain says; ends with an error when the chain is broken or a figure differs."""
        name = str(options["competition"])
        rows = Competition.objects.all()
        found = rows.filter(pk=int(name)).first() if name.isascii() and name.isdigit() and len(name) < 18 else None
        competition = found or rows.filter(slug=name).first()
        if competition is None:
            raise CommandError(f"no competition {name}")
        fault = audit.verify()
        if fault is not None:
            raise CommandError(f"audit chain: {fault.message}")
        book = ledger.from_chain(competition.pk)
        if options["json"]:
            self.stdout.write(json.dumps(figures(book), ensure_ascii=False, indent=2))
        else:
            self._print(book)
        differences = fairness.differences(competition)
        if differences:
            raise CommandError("; ".join(differences))
        if not options["json"]:
            self.stdout.write("all figures agree with the tables")

    def _print(self, book: ledger.Ledger) -> None:
        for round_ in sorted(book.rounds.values(), key=lambda r: r.order):
            self.stdout.write(f"round {round_.order} (#{round_.id}){'' if round_.closed else ', not closed'}")
            for track, results in round_.results().items():
                for result in results:
                    self.stdout.write(
                        f"  track {track}  place {result.rank:>3}  entry {result.entry:>6}  {result.official}"
                    )
        for place in sorted(book.places().values(), key=lambda p: (p.rank, p.entry)):
            self.stdout.write(f"final  place {place.rank:>3}  entry {place.entry:>6}  {place.overall}")


def figures(book: ledger.Ledger) -> dict[str, Any]:
    """Return the recomputed figures as JSON data, numbers as text so that no digit is lost."""
    rounds = [
        {
            "round": r.id,
            "closed": r.closed,
            "results": [
                {"entry": one.entry, "track": track, "score": str(one.official), "place": one.rank}
                for track, results in r.results().items()
                for one in results
            ],
        }
        for r in sorted(book.rounds.values(), key=lambda r: r.order)
    ]
    final = [{"entry": p.entry, "score": str(p.overall), "place": p.rank} for p in book.places().values()]
    return {"rounds": rounds, "final": final}
