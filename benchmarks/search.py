"""Quality and speed of search on a retrieval set: ``python -m benchmarks.search --corpus F --queries F --engine E``.

Prints one JSON object. The corpus is {id, title, text} a line, the queries {id, set, query, relevant: {id: grade}}.
Without files it uses a generated library of ``--records`` (default 20,000 of about 2,000 characters, four facets) and
keyword queries. The reference is stock ``wagtail.search``/modelsearch on SQLite in the same run, and on Elasticsearch
where a node answers; one of ``tools/es_node.py`` is as fast as a real one with ES_JVM=stock and ES_HEAP=2g. Nothing of the
site's database is read or written.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pypinyin.phrases_dict import phrases_dict

from benchmarks import search_derived as derived
from benchmarks.measures import Latencies, Tally
from search.records import AXES

TOP = 10
_ASKED, _BEFORE = (
    300,
    600,
)  # generated records of which queries are cut that are measured, and others that are asked before
FACETS = ("kind", "topics", "year", "unit")
_WORDS = "治理 乡村 社区 干部 监督 账本 党员 夜校 渔港 茶园 网格 调解 水利 海塘 养老 托育 用工 车间 码头 巡查".split()
_PHRASES = 400_000


@dataclass(frozen=True)
class Lines:
    """The objects of a file of one JSON object a line, read anew each time: a large corpus is never held in memory, where
    it would count as the index's. Blank lines are skipped."""

    path: str

    def __iter__(self) -> Iterator[dict[str, Any]]:
        with Path(self.path).open(encoding="utf-8-sig", newline="\n") as lines:
            for line in lines:
                if line.strip():
                    yield json.loads(line)


def load_queries(path: str) -> list[dict[str, Any]]:
    """Return the queries of a file; what is relevant may be graded or merely listed."""
    queries = list(Lines(path))
    for query in queries:
        relevant = query.get("relevant") or {}
        graded = relevant.items() if isinstance(relevant, dict) else ((key, 1) for key in relevant)
        query["relevant"] = {str(key): float(grade) for key, grade in graded}
        query["set"] = str(query.get("set") or "queries")
        query["query"] = str(query.get("query") or "")
    return queries


class Names:
    """Keys an engine takes for document ids of any length and letters, and back."""

    def __init__(self) -> None:
        self._keys: dict[str, str] = {}
        self._ids: list[str] = []

    def __len__(self) -> int:
        return len(self._ids)

    def key(self, name: str) -> str:
        """Return the key of a document id, the same each time."""
        if name not in self._keys:
            self._keys[name] = f"d{len(self._ids)}"
            self._ids.append(name)
        return self._keys[name]

    def ids(self, keys: Iterable[str]) -> list[str]:
        """Return the document ids of keys."""
        return [self._ids[int(key[1:])] for key in keys]


def generated(count: int, characters: int) -> Iterator[dict[str, Any]]:
    """Yield records of word-like Chinese text with four facets, the same for each run.

    Phrases of words of the pronouncing dictionary, common and rare ones as Zipf has them: so the texts have as many kinds
    of bigrams as real ones, and an index pays for each kind. 1, 2 and 4 million characters of law, encyclopedia and web
    have 161,000, 247,000 and 368,000, of these 176,000, 264,000 and 385,000; of words drawn one by one 351,000 to 975,000.
    """
    dice = random.Random(7)
    vocabulary = [word for word in phrases_dict if len(word) <= 3]
    dice.shuffle(vocabulary)
    words = dice.choices(_WORDS + vocabulary, cum_weights=_zipf(len(_WORDS) + len(vocabulary), 10), k=3 * _PHRASES)
    phrases = list(map("".join, zip(words[::3], words[1::3], words[2::3], strict=True)))
    common = _zipf(_PHRASES, 50)
    for number in range(count):
        chosen = dice.choices(phrases, cum_weights=common, k=characters // 6)
        text = "".join(p + ("。" if i % 5 == 4 else "") for i, p in enumerate(chosen))
        yield {
            "id": f"g{number}",
            "title": "".join(dice.choices(phrases, cum_weights=common, k=2)),
            "text": text[:characters],
            "facets": {
                "kind": (f"k{number % 9}",),
                "topics": tuple(f"t{dice.randint(0, 60)}" for _ in range(2)),
                "year": (str(2010 + number % 15),),
                "unit": (f"u{dice.randint(0, 200)}",),
            },
        }


def _zipf(count: int, first: int) -> list[float]:
    return list(itertools.accumulate(1 / (rank + first) for rank in range(count)))


def generated_queries(corpus: Iterable[dict[str, Any]], *, seed: int = 11) -> list[dict[str, Any]]:
    """Return keyword and sentence queries cut from the generated texts."""
    dice = random.Random(seed)
    queries = []
    for doc in corpus:
        start = dice.randint(0, max(0, len(doc["text"]) - 40))
        sentence = doc["text"][start : start + 24].replace("。", "")
        queries.append({"id": f"s-{doc['id']}", "set": "sentence", "query": sentence, "relevant": {doc["id"]: 1}})
        word = doc["title"][:4]
        queries.append({"id": f"k-{doc['id']}", "set": "keyword", "query": word, "relevant": {doc["id"]: 1}})
    return queries


def make_engine(name: str, directory: Path) -> tuple[Any, Callable[[], int]]:
    """Return an empty engine of that name for this run, and how many bytes its index takes."""
    if name == "embedded":
        from search.backends.embedded import EmbeddedEngine, directory_bytes

        return EmbeddedEngine(directory / "embedded"), lambda: directory_bytes(directory)
    from search.backends.elastic import ElasticEngine

    urls = os.environ.get("CASELIB_ELASTICSEARCH_URLS", "http://127.0.0.1:9200").split(",")
    engine = ElasticEngine(urls, prefix=f"caselib-bench-{os.getpid()}", timeout=60)
    return engine, lambda: int(str(engine.status()["bytes"]))


def facets(doc: dict[str, Any]) -> dict[str, tuple[str, ...]]:
    """Return the values of a document on the axes the index knows; one alone may stand without a list."""
    given = doc.get("facets") or {}
    listed = {axis: (v,) if isinstance(v, str | int) else v for axis, v in given.items() if axis in AXES}
    return {axis: tuple(map(str, values)) for axis, values in listed.items()}


def build(engine: Any, corpus: Iterable[dict[str, Any]], names: Names) -> tuple[float, int]:
    """Index a corpus; return CPU seconds of this process and how many documents there are."""
    from search.records import BODY, Record, TextPart

    began = time.process_time()
    reading = 0.0

    def given() -> Iterator[dict[str, Any]]:
        """The documents, with the time it takes to make or read them left out of the figure: that of this thread, for
        the threads of the engine work meanwhile."""
        nonlocal reading
        documents = iter(corpus)
        while True:
            before = time.thread_time()
            doc = next(documents, None)
            reading += time.thread_time() - before
            if doc is None:
                return
            yield doc

    builder = engine.builder()
    builder.add(
        Record(
            key=names.key(str(doc["id"])),
            title=str(doc.get("title") or ""),
            parts=(TextPart(BODY, str(doc.get("text") or "")),),
            facets=facets(doc),
            tokens=doc.get("tokens", ()),
        )
        for doc in given()
    )
    builder.settle()
    builder.publish()
    return time.process_time() - began - reading, len(names)


def matched(engine: Any, text: str) -> list[str]:
    """Return the keys of all documents that match, best condition first."""
    from search import planning
    from search.analysis.query import parse
    from search.queries import EngineQuery, Everything

    plan = planning.make(parse(text), viewer=None, shares=engine.shares)
    return [found.key for found in engine.search(EngineQuery(plan.matches, Everything(), limit=10_000)).found]


def ask(engine: Any, text: str, axes: tuple[str, ...] = ()) -> list[str]:
    """Return the keys of the best documents, by the same road as the site."""
    from search import answering, planning
    from search.analysis.query import parse
    from search.queries import EngineQuery

    plan = planning.make(parse(text), viewer=None, shares=engine.shares)
    query = EngineQuery(plan.matches, plan.scoring, limit=TOP, axes=axes, whole=plan.whole)
    answer = answering.answered(engine, plan, query)
    return [found.key for found in (*answer.found, *answer.others)]


def run(search: Callable[[str], list[str]], queries: Iterable[dict[str, Any]]) -> tuple[dict[str, Any], Latencies]:
    """Return the measures of each set and all latencies."""
    tallies: dict[str, Tally] = defaultdict(Tally)
    latencies = Latencies()
    for query in queries:
        with latencies.measured():
            found = search(query["query"])
        tallies[query["set"]].add(found, query["relevant"])
    return {name: tally.result() for name, tally in tallies.items()}, latencies


def facet_latencies(engine: Any, queries: list[dict[str, Any]]) -> Latencies:
    """Return what facet counts add to each of some queries."""
    plain, counted = Latencies(), Latencies()
    for query in queries[:200]:
        with plain.measured():
            ask(engine, query["query"])
        with counted.measured():
            ask(engine, query["query"], FACETS)
    return Latencies(
        *(
            [b - a for a, b in zip(*pair, strict=True)]
            for pair in ((plain.wall, counted.wall), (plain.cpu, counted.cpu))
        )
    )


def browse_latencies(engine: Any) -> dict[str, float]:
    """Return latencies of a list without a text: newest first, all four axes counted, with and without a filter."""
    from search.queries import NEWEST, EngineQuery, Everything

    latencies = {"": Latencies(), "filtered_": Latencies()}
    for number in range(200):
        filters = {"unit": (f"u{number}",)}
        for name, chosen in (("", {}), ("filtered_", filters)):
            query = EngineQuery((Everything(),), Everything(), chosen, None, NEWEST, number, None, 20, FACETS)
            with latencies[name].measured():
                engine.search(query)
    return {key: value for name, measured in latencies.items() for key, value in measured.figures(name).items()}


def change_visible(engine: Any) -> float:
    """Return the seconds from one changed record to its being found."""
    from search.records import BODY, Record, TextPart

    began = time.perf_counter()
    engine.apply(
        [Record("changed", "变更", parts=(TextPart(BODY, "此处有一句刚刚改过的话。"),))], [], at=time.time_ns() // 1000
    )
    while "changed" not in ask(engine, "刚刚改过"):
        time.sleep(0.01)
    return round(time.perf_counter() - began, 3)


def tokeniser_startup() -> dict[str, float]:
    """Return seconds a fresh process needs to import search's query side, and then to cut its first words."""
    code = (
        "import time; a = time.perf_counter(); import search.planning, search.analysis.query; b = time.perf_counter();"
        "from search.analysis import tokens, folding; tokens.words(folding.fold('乡村')); print(b - a, time.perf_counter() - b)"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    return {"import_s": round(float(out[0]), 4), "first_use_s": round(float(out[1]), 4)}


def parse_arguments(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", help="JSON lines {id, title, text}")
    parser.add_argument("--queries", help="JSON lines {id, set, query, relevant}")
    parser.add_argument("--engine", choices=["embedded", "elastic"], default="embedded")
    parser.add_argument("--records", type=int, default=20_000, help="size of the generated library (without --corpus)")
    parser.add_argument("--characters", type=int, default=2_000, help="length of its texts")
    parser.add_argument("--no-reference", action="store_true", help="do not measure the stock search beside ours")
    arguments = parser.parse_args(argv)
    if bool(arguments.corpus) != bool(arguments.queries):
        parser.error("--corpus and --queries belong together")
    return arguments


def main(argv: list[str] | None = None) -> int:
    """Measure and print; return the exit status."""
    options = parse_arguments(argv)
    before: list[dict[str, Any]] = [{"query": "预热"}]
    if options.corpus:
        corpus: Iterable[dict[str, Any]] = Lines(options.corpus)
        queries = load_queries(options.queries)
    else:
        drawn = list(generated(min(options.records, _ASKED + _BEFORE), options.characters))
        queries = generated_queries(drawn[:_ASKED])
        # A server compiles what it does often: what is measured is one that has been answering for a while, other queries.
        before += generated_queries(drawn[_ASKED:], seed=13)
        corpus = generated(options.records, options.characters)
    directory = Path(tempfile.mkdtemp(prefix="caselib-bench-"))
    try:
        engine, index_bytes = make_engine(options.engine, directory)
        names = Names()
        cpu, documents = build(engine, corpus, names)
        for query in before:
            ask(engine, query["query"])

        def find(text: str) -> list[str]:
            return names.ids(ask(engine, text))

        sets, latencies = run(find, queries)
        result: dict[str, Any] = {
            "engine": options.engine,
            "documents": documents,
            "sets": sets,
            "mean_ndcg10": round(sum(s["ndcg10"] for s in sets.values()) / max(len(sets), 1), 4),
            **latencies.figures(),
            "build_cpu_s": round(cpu, 2),
            "index_bytes": index_bytes(),
            "peak_rss_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
            "tokeniser": tokeniser_startup(),
        }
        if options.corpus:
            result["keywords"] = derived.keywords(corpus, lambda text: set(names.ids(matched(engine, text))))
            result["script_swap"] = derived.script_swap(queries, find, run)
        else:
            result |= facet_latencies(engine, queries).figures("facets_")
            result["browse"] = browse_latencies(engine)
            result["change_visible_s"] = change_visible(engine)
        if hasattr(engine, "remove_all"):
            engine.remove_all()
        if not options.no_reference:
            from benchmarks.search_reference import reference

            small = list(corpus) if options.corpus else list(generated(min(options.records, 3000), options.characters))
            result["reference"] = reference(small, queries, run)
        else:
            result["reference"] = {}
        print(json.dumps(result, ensure_ascii=False))
    finally:
        shutil.rmtree(directory, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
