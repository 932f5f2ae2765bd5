"""Assigns 2,000 entries to 200 judges, five readings each, with conflicts, and prints time and proof as JSON.

python -m benchmarks.competitions [--entries 2000] [--judges 200] [--readings 5]
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import time
from collections import Counter

import django
from django.conf import settings

if not settings.configured:
    settings.configure(USE_I18N=True, INSTALLED_APPS=[])
    django.setup()

from caselib.competitions.assignment import Item, Reader, Task, assign


def task(entries: int, judges: int, readings: int, seed: int = 7) -> Task:
    """Return a task with topics and sectors as in a province, and conflicts on two per cent of the pairs."""
    draw = random.Random(seed)

    def terms(number: int, of: int) -> frozenset[int]:
        return frozenset(draw.sample(range(of), number))

    return Task(
        readers=tuple(Reader(n, terms(8, 60), terms(3, 15)) for n in range(judges)),
        items=tuple(Item(n, terms(3, 60), terms(1, 15)) for n in range(entries)),
        k=readings,
        conflicts=frozenset((draw.randrange(judges), draw.randrange(entries)) for _n in range(entries * judges // 50)),
        seed=seed,
    )


def main() -> None:
    """Parse the arguments, assign twice, print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entries", type=int, default=2000)
    parser.add_argument("--judges", type=int, default=200)
    parser.add_argument("--readings", type=int, default=5)
    options = parser.parse_args()
    wanted = task(options.entries, options.judges, options.readings)
    began, cpu = time.perf_counter(), time.process_time()
    answer = assign(wanted)
    seconds, cpu_seconds = time.perf_counter() - began, time.process_time() - cpu
    loads = Counter(judge for _entry, judge in answer.pairs)
    coverage = Counter(entry for entry, _judge in answer.pairs)
    met = {(judge, entry) for entry, judge in answer.pairs} & wanted.conflicts
    known = {item.id: item.topics for item in wanted.items}
    readers = {reader.id: reader.topics for reader in wanted.readers}
    figures = {
        "entries": options.entries,
        "judges": options.judges,
        "readings_each": options.readings,
        "conflicts": len(wanted.conflicts),
        "feasible": answer.feasible,
        "seconds": round(seconds, 3),
        "cpu_seconds": round(cpu_seconds, 3),
        "limit_seconds": 30,
        "readings": [min(coverage.values(), default=0), max(coverage.values(), default=0)],
        "loads": [min(loads.values(), default=0), max(loads.values(), default=0)],
        "conflicts_met": len(met),
        "pairs_with_a_common_topic": round(
            sum(1 for entry, judge in answer.pairs if known[entry] & readers[judge]) / max(1, len(answer.pairs)), 3
        ),
        "same_seed_same_answer": assign(wanted) == answer,
        "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }
    print(json.dumps(figures, indent=2))


if __name__ == "__main__":
    main()
