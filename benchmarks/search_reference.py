"""What stock ``wagtail.search``/modelsearch finds in the same corpus, for comparison: SQLite, and Elasticsearch if one answers."""

from __future__ import annotations

import itertools
import os
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from benchmarks.measures import Latencies

Run = Callable[[Callable[[str], list[str]], Iterable[dict[str, Any]]], tuple[dict[str, Any], Latencies]]
_MOST_QUERIES = 100  # of each set: stock search needs whole seconds for some
_SECONDS = 120.0  # for the queries of one backend; those not asked by then are left out and counted
_MOST_CHARACTERS = 20_000_000  # of a corpus that stock search is given; what is relevant is always in


def reference(corpus: list[dict[str, Any]], queries: list[dict[str, Any]], run: Run) -> dict[str, Any]:
    """Return measures of the stock backends over the corpus. Configures Django with a database of its own."""
    sample = _sample(queries)
    corpus = _bounded(corpus, sample)
    with tempfile.TemporaryDirectory(prefix="caselib-reference-") as directory:
        url = os.environ.get("CASELIB_ELASTICSEARCH_URLS", "").split(",")[0]
        backends: dict[str, dict[str, Any]] = {"sqlite": {"BACKEND": "modelsearch.backends.database"}}
        if _answers(url):
            options = {
                "BACKEND": "modelsearch.backends.elasticsearch8",
                "URLS": [url],
                "INDEX_PREFIX": f"ref{os.getpid()}_",
            }
            backends["elasticsearch"] = options
        model = _configure(Path(directory), backends)
        model.objects.bulk_create(
            [
                model(key=str(d["id"]), title=str(d.get("title") or "")[:255], text=str(d.get("text") or ""))
                for d in corpus
            ],
            batch_size=500,
        )
        return {name: _measure(name, model, sample, run) for name in backends}


def _sample(queries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    counted: dict[str, int] = {}
    kept = []
    for query in queries:
        counted[query["set"]] = counted.get(query["set"], 0) + 1
        if counted[query["set"]] <= _MOST_QUERIES:
            kept.append(query)
    return kept


def _bounded(corpus: list[dict[str, Any]], queries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """As much of the corpus as stock search can index in minutes, all that is relevant in front."""
    wanted = {key for query in queries for key in query["relevant"]}
    ordered = sorted(corpus, key=lambda doc: str(doc["id"]) not in wanted)
    kept: list[dict[str, Any]] = []
    length = 0
    for doc in ordered:
        length += len(str(doc.get("text") or ""))
        if length > _MOST_CHARACTERS and kept:
            break
        kept.append(doc)
    return kept


def _answers(url: str) -> bool:
    if not url.startswith("http"):
        return False
    try:
        with urllib.request.urlopen(url, timeout=2):
            return True
    except OSError:
        return False


def _configure(directory: Path, backends: dict[str, dict[str, Any]]) -> Any:
    import django
    from django.conf import settings

    settings.configure(
        INSTALLED_APPS=["django.contrib.contenttypes", "modelsearch"],
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": str(directory / "reference.sqlite3")}},
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        MODELSEARCH_BACKENDS={"default": backends["sqlite"], **backends},
        USE_TZ=True,
    )
    django.setup()
    from django.core.management import call_command
    from django.db import connection, models
    from modelsearch import index

    class Entry(index.Indexed, models.Model):  # type: ignore[misc]
        key = models.CharField(max_length=200)
        title = models.CharField(max_length=255)
        text = models.TextField()
        search_fields = (index.SearchField("title", boost=2), index.SearchField("text"))

        class Meta:
            app_label = "contenttypes"

        def __str__(self) -> str:
            return self.title

    call_command("migrate", verbosity=0, run_syncdb=True)
    if Entry._meta.db_table not in connection.introspection.table_names():
        with connection.schema_editor() as editor:
            editor.create_model(Entry)
    return Entry


def _in_time(queries: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The queries, one of each set in turn, until the time is up."""
    end = time.monotonic() + _SECONDS
    of_sets: dict[str, list[dict[str, Any]]] = {}
    for query in queries:
        of_sets.setdefault(query["set"], []).append(query)
    for row in itertools.zip_longest(*of_sets.values()):
        for query in filter(None, row):
            if time.monotonic() > end:
                return
            yield query


def _measure(name: str, model: Any, queries: list[dict[str, Any]], run: Run) -> dict[str, Any]:
    from modelsearch.backends import get_search_backend

    backend = get_search_backend(name)
    began = time.process_time()
    rebuilder = backend.rebuilder_class(backend.get_index_for_model(model))
    index = rebuilder.start()
    index.add_model(model)
    for start in range(0, model.objects.count(), 1000):
        index.add_items(model, list(model.objects.order_by("pk")[start : start + 1000]))
    rebuilder.finish()
    if hasattr(index, "refresh"):
        index.refresh()
    cpu = time.process_time() - began
    failures = 0

    def ask(text: str) -> list[str]:
        nonlocal failures
        try:
            return [entry.key for entry in backend.search(text, model)[:10]]
        except Exception:  # stock search fails on quotes and control characters: that is part of the measure
            failures += 1
            return []

    sets, latencies = run(ask, _in_time(queries))
    if name != "sqlite":
        rebuilder.index.delete() if hasattr(rebuilder.index, "delete") else None
    return {
        "sets": sets,
        **latencies.figures(),
        "build_cpu_s": round(cpu, 2),
        "errors": failures,
    }
