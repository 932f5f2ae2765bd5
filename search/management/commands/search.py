"""Ask the library from the command line, as any reader, on either engine."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from caselib.accounts.models import User
from caselib.accounts.viewers import Viewer
from search import api, engines
from search.facets import FacetBucket


class Command(BaseCommand):
    help = "Search the library as a reader would (the public, unless --viewer names an account)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("text")
        parser.add_argument("--engine", choices=[engines.EMBEDDED, engines.ELASTIC])
        parser.add_argument("--viewer", metavar="NAME", help="user name of the account to search as")
        parser.add_argument("--limit", type=int, default=10)
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        request = api.SearchRequest(
            text=options["text"],
            viewer=self._viewer(options["viewer"]),
            page_size=options["limit"],
            engine=options["engine"],
        )
        if options["engine"] and options["engine"] not in engines.configured():
            raise CommandError(f"The engine {options['engine']} is not configured here.")
        result = api.search(request)
        if options["json"]:
            self.stdout.write(json.dumps(as_json(result), ensure_ascii=False, indent=1))
            return
        self.stdout.write(f"{result.total} ({result.engine}, {result.took_ms:.1f} ms)")
        for notice in result.notices:
            self.stdout.write(f"! {notice}")
        if result.did_you_mean:
            self.stdout.write(f"? {result.did_you_mean}")
        for number, hit in enumerate((*result.hits, *result.others), 1):
            if number == len(result.hits) + 1:
                self.stdout.write("… with some of the words only:")
            self.stdout.write(f"{number:3}. [{hit.kind}] {hit.title}  {hit.url}  {hit.score:.2f}")
            for passage in hit.passages[:1]:
                self.stdout.write(f"     {passage.source} {passage.label}: {passage.text}")

    def _viewer(self, name: str | None) -> Viewer:
        if not name:
            return Viewer()
        try:
            return Viewer.of(User.objects.get(username=name))
        except User.DoesNotExist as error:
            raise CommandError(f"There is no account {name}.") from error


def as_json(result: api.SearchResult) -> dict[str, Any]:
    """Return the result as plain data."""
    return {
        "engine": result.engine,
        "total": result.total,
        "relaxed": result.relaxed,
        "notices": list(result.notices),
        "did_you_mean": result.did_you_mean,
        "took_ms": round(result.took_ms, 2),
        "hits": [_hit_as_json(hit) for hit in result.hits],
        "others": [_hit_as_json(hit) for hit in result.others],
        "facets": {axis: [_bucket_as_json(b) for b in rows] for axis, rows in result.facets.items()},
        "next_cursor": result.next_cursor,
    }


def _bucket_as_json(bucket: FacetBucket) -> dict[str, Any]:
    # Not by name: each county has an office called alike.
    return {"value": bucket.value, "label": bucket.label, "count": bucket.count, "parent": bucket.parent}


def _hit_as_json(hit: api.Hit) -> dict[str, Any]:
    return {
        "id": hit.page.pk,
        "title": hit.title,
        "kind": hit.kind,
        "url": hit.url,
        "score": round(hit.score, 4),
        "passages": [
            {"source": p.source, "label": p.label, "seconds": p.seconds, "text": p.text, "marks": p.marks}
            for p in hit.passages
        ],
    }
