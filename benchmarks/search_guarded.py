"""What permission costs a search: ``python -m benchmarks.search_guarded --records 100000 --engine embedded``.

A generated library as of ``benchmarks.search`` in which records are public, internal or restricted to groups, and every
third has notes for teachers or reviewers. Prints one JSON object: latencies of keywords, sentences, sentences with four
counted axes and lists without a text, for nobody in particular (no condition), an anonymous reader, a teacher and a
reviewer. With ``--keep DIR`` the embedded index is left there, and used if it is there already.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from benchmarks.measures import Latencies
from benchmarks.search import FACETS, generated, generated_queries, make_engine
from search.records import ATTACHMENT, BODY, Record, TextPart

_GROUPS = 20
_AUDIENCES = ("learner", "teacher", "reviewer")
_NOTES = 300  # characters of what is kept from learners, of a record that has such a part


def viewers() -> dict[str, frozenset[str] | None]:
    """Return the tokens of each reader, as `caselib.accounts.viewers` makes them."""

    def tokens(levels: Iterable[str], audiences: Iterable[str]) -> frozenset[str]:
        return frozenset(f"{level}/{audience}" for level in levels for audience in audiences)

    groups = [f"group:{n}" for n in (3, 4, 7)]
    return {
        "unconditioned": None,
        "anonymous": tokens(["public"], ["learner"]),
        "teacher": tokens(["public", "internal", *groups], ["learner", "teacher"]),
        "reviewer": tokens(["public", "internal", *groups], _AUDIENCES),
    }


def records(documents: Iterable[dict[str, Any]]) -> Iterator[Record]:
    """Yield records of generated documents: six tenths public, three internal, one restricted to one or two groups."""
    dice = random.Random(23)
    for number, doc in enumerate(documents):
        levels = dice.choices((["public"], ["internal"], []), (6, 3, 1))[0]
        levels = levels or [f"group:{n}" for n in dice.sample(range(_GROUPS), dice.choice((1, 1, 2)))]
        parts = [TextPart(BODY, doc["text"])]
        if number % 3 == 0:
            audience = dice.choice(("teacher", "teacher", "teacher", "reviewer"))
            own = tuple(f"{level}/{audience}" for level in levels)
            parts.append(TextPart(ATTACHMENT, doc["text"][:_NOTES][::-1], label="说明", tokens=own))
        tokens = tuple(f"{level}/learner" for level in levels)
        yield Record(doc["id"], doc["title"], tokens, tuple(parts), facets=doc["facets"])


def measure(engine: Any, queries: list[dict[str, Any]]) -> dict[str, dict[str, float]]:
    """Return the figures of each reader, each kind of question under a name of its own."""
    from search import planning
    from search.analysis.query import parse
    from search.queries import NEWEST, EngineQuery, Everything

    found: dict[str, dict[str, float]] = {}
    for name, tokens in viewers().items():
        measured = {kind: Latencies() for kind in ("keyword_", "sentence_", "counted_", "browse_")}
        for number, query in enumerate(queries):
            for axes in ((), FACETS) if number % 2 == 0 else ((),):
                with measured["counted_" if axes else f"{query['set']}_"].measured():
                    plan = planning.make(parse(query["query"]), viewer=tokens, shares=engine.shares)
                    engine.search(
                        EngineQuery(plan.matches, plan.scoring, tokens=tokens, axes=axes, limit=10, whole=plan.whole)
                    )
        for number in range(100):
            filters = {"unit": (f"u{number}",)}
            with measured["browse_"].measured():
                engine.search(EngineQuery((Everything(),), Everything(), filters, tokens, NEWEST, axes=FACETS))
        found[name] = {k: v for kind, latencies in measured.items() for k, v in latencies.figures(kind).items()}
    return found


def main(argv: list[str] | None = None) -> int:
    """Build, measure and print; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, default=20_000)
    parser.add_argument("--characters", type=int, default=2_000)
    parser.add_argument("--engine", choices=["embedded", "elastic"], default="embedded")
    parser.add_argument("--keep", type=Path, help="directory of the index, which stays")
    options = parser.parse_args(argv)
    directory = options.keep or Path(tempfile.mkdtemp(prefix="caselib-guarded-"))
    try:
        engine, _ = make_engine(options.engine, directory)
        if options.engine != "embedded" or not engine.ready():
            builder = engine.builder()
            builder.add(records(generated(options.records, options.characters)))
            builder.settle()
            builder.publish()
        queries = generated_queries(generated(min(options.records, 150), options.characters))
        result = measure(engine, queries)
        documents = engine.status()["documents"]
        if hasattr(engine, "remove_all"):
            engine.remove_all()
        print(json.dumps({"engine": options.engine, "documents": documents, "viewers": result}))
    finally:
        if not options.keep:
            shutil.rmtree(directory, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
