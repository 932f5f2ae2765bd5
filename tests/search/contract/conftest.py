"""Both engines, empty, and the shortest way to fill and ask them."""

from __future__ import annotations

import contextlib
import os
import time
import urllib.request
import uuid
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from search import answering, planning
from search.analysis.query import parse
from search.backends.base import Engine
from search.backends.elastic import ElasticEngine
from search.backends.embedded import EmbeddedEngine
from search.queries import EngineAnswer, EngineQuery
from search.records import BODY, Record, TextPart
from tests.conftest import require_service

NO_NODE = "no Elasticsearch node answers: start one with tools/es_node.py and set CASELIB_TEST_ELASTICSEARCH_URLS"


def elastic_urls() -> list[str]:
    value = os.environ.get("CASELIB_TEST_ELASTICSEARCH_URLS") or os.environ.get("CASELIB_ELASTICSEARCH_URLS") or ""
    return [url for url in value.split(",") if url]


def node_answers(urls: list[str]) -> bool:
    try:
        with urllib.request.urlopen(urls[0], timeout=3):
            return True
    except (OSError, IndexError, ValueError):
        return False


@contextlib.contextmanager
def empty_on_a_node() -> Iterator[ElasticEngine]:
    """An Elasticsearch engine of its own prefix, whose indexes are deleted in the end; without a node the test is skipped."""
    urls = elastic_urls()
    require_service(node_answers(urls), NO_NODE)
    made = ElasticEngine(urls, prefix=f"test-{uuid.uuid4().hex[:10]}", timeout=20)
    try:
        yield made
    finally:
        made.remove_all()


@pytest.fixture(params=["embedded", "elastic"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """An engine without any index."""
    if request.param == "embedded":
        yield EmbeddedEngine(tmp_path / "engine")
        return
    with empty_on_a_node() as made:
        yield made


def record(key: str, title: str = "", text: str = "", **kwargs: Any) -> Record:
    """A record with one body part."""
    parts = kwargs.pop("parts", (TextPart(BODY, text),))
    return Record(key=key, title=title, parts=parts, **kwargs)


def fill(engine: Engine, records: Iterable[Record]) -> None:
    """Build the engine's index of these records."""
    builder = engine.builder()
    builder.add(records)
    builder.settle()
    builder.publish()


def ask(engine: Engine, text: str, *, viewer: Iterable[str] | None = None, **kwargs: Any) -> EngineAnswer:
    """Ask by the same road as the site."""
    tokens = None if viewer is None else frozenset(viewer)
    synonyms = kwargs.pop("synonyms", planning.no_synonyms)
    plan = planning.make(parse(text), viewer=tokens, synonyms=synonyms, shares=engine.shares)
    query = EngineQuery(plan.matches, plan.scoring, tokens=tokens, whole=plan.whole, **kwargs)
    return answering.answered(engine, plan, query)


def keys(answer: EngineAnswer) -> list[str]:
    return [found.key for found in answer.found]


def eventually(condition: Callable[[], bool], *, seconds: float) -> bool:
    """Whether the condition comes true within the time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.05)
    return condition()
