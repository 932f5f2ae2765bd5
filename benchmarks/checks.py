"""Measures the automatic checks and the similarity search: ``python -m benchmarks.checks`` prints JSON.

Texts and terms are generated, so that anybody can repeat the figures. ``--items`` and ``--terms`` set the sizes (the
defaults are those of the requirement: 10,000 terms over 10,000 items of 3,000 characters).
"""

from __future__ import annotations

import argparse
import json
import os
import random
import time
from datetime import date

import django

LENGTH = 3000
PARAGRAPHS = 20


def main() -> None:
    """Parse the arguments, measure, print JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=10_000)
    parser.add_argument("--terms", type=int, default=10_000)
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cms.settings.dev")
    django.setup()
    figures = {"checks": measure_checks(options.items, options.terms), "similarity": measure_similarity(options.items)}
    print(json.dumps(figures, ensure_ascii=False, indent=2))


def letters() -> list[str]:
    """Return the characters that texts are made of, the commoner ones more often, as in running Chinese."""
    codes = [chr(code) for code in range(0x4E00, 0x4E00 + 3500)]
    return [char for rank, char in enumerate(codes) for _time in range(max(1, 60 // (rank + 1)))]


def text_of(rng: random.Random, chars: list[str], length: int = LENGTH) -> str:
    return "".join(rng.choices(chars, k=length))


def measure_checks(items: int, terms: int) -> dict[str, object]:
    """Return how long the terms take over the items, in one process on one core."""
    from caselib.review.enums import RuleKind
    from caselib.review.scanning.completeness import Details
    from caselib.review.scanning.engine import scan_item
    from caselib.review.scanning.matcher import Scanner
    from caselib.review.scanning.packs import Pack, ScanRule

    rng, chars = random.Random(1), letters()
    words = {text_of(rng, chars, rng.randint(3, 8)) for _number in range(terms)}
    rules = [ScanRule(f"t{number}", word) for number, word in enumerate(sorted(words))]
    rules.append(ScanRule("p1", r"\d{4}年\d{1,2}月", kind=RuleKind.PATTERN))
    began = time.perf_counter()
    scanner = Scanner.compile([Pack("benchmark", 1, tuple(rules))], date(2026, 11, 20))
    compiled = time.perf_counter() - began
    pool = [text_of(rng, chars) for _number in range(200)]
    known = sorted(words)
    spent, hits = 0.0, 0
    step = LENGTH // PARAGRAPHS
    for number in range(items):
        text = pool[number % len(pool)]
        planted = text[:1500] + rng.choice(known) + text[1500:]
        passages = [planted[at : at + step] for at in range(0, len(planted), step)]
        began = time.perf_counter()
        found = scan_item(scanner, passages, Details())
        spent += time.perf_counter() - began
        hits += len(found)
    return {
        "terms": len(words),
        "items": items,
        "characters_an_item": LENGTH,
        "compile_seconds": round(compiled, 3),
        "scan_seconds": round(spent, 2),
        "milliseconds_an_item": round(spent * 1000 / items, 3),
        "hits": hits,
        "note": "one process; terms, one pattern, personal data, markings and details",
    }


def measure_similarity(items: int) -> dict[str, object]:
    """Return how long one new manuscript takes against ``items`` documents, and whether the copy was found."""
    from caselib.review.similarity.fingerprints import fingerprints, pack, prepare
    from caselib.review.similarity.library import FingerprintLibrary
    from caselib.review.similarity.passages import compare

    rng, chars = random.Random(2), letters()
    texts = [text_of(rng, chars) for _number in range(items)]
    began = time.perf_counter()
    stored = [(number, pack(fingerprints(prepare(text)))) for number, text in enumerate(texts)]
    indexed = time.perf_counter() - began
    times, misses, percents = [], 0, []
    for source in rng.sample(range(items), 20):
        start = rng.randrange(LENGTH - 150)
        paragraph = texts[source][start : start + 150]
        manuscript = text_of(rng, chars, 1500) + paragraph + text_of(rng, chars, 1350)
        began = time.perf_counter()
        prepared = prepare(manuscript)
        library = FingerprintLibrary.of(stored)
        found = library.candidates(fingerprints(prepared))
        comparisons = [(item.document, compare(prepared, prepare(texts[item.document]))) for item in found]
        times.append(time.perf_counter() - began)
        percent = max((made.percent for number, made in comparisons if number == source), default=0.0)
        misses += percent == 0
        percents.append(percent)
    times.sort()
    return {
        "documents": items,
        "index_milliseconds_a_document": round(indexed * 1000 / items, 3),
        "bytes_a_document": round(sum(len(data) for _number, data in stored) / items),
        "query_milliseconds_median": round(times[len(times) // 2] * 1000, 1),
        "query_milliseconds_worst": round(times[-1] * 1000, 1),
        "copied_characters": 150,
        "missed_of_20": misses,
        "least_percent": min(percents),
    }


if __name__ == "__main__":
    main()
