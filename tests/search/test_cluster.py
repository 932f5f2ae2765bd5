"""Three real nodes: one is killed under writes, one stops answering; nothing acknowledged is lost."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings

from search.backends.base import EngineUnavailable
from tests.conftest import require_service
from tests.search.contract.conftest import NO_NODE, ask, elastic_urls, eventually, fill, keys, node_answers, record
from tests.search.proxy import Proxy

SCRIPT = Path(settings.BASE_DIR) / "tools" / "es_node.py"
HTTP, TRANSPORT = 19480, 19580
URLS = [f"http://127.0.0.1:{HTTP + n}" for n in range(3)]
Node = Callable[..., None]


@pytest.fixture(scope="module")
def node() -> Iterator[Node]:
    """A cluster of three, beside the node the other tests use; calls the tool that keeps it."""
    require_service(node_answers(elastic_urls()), NO_NODE)
    # Not below pytest's own directories, which other users may not enter: as root the nodes run as another user.
    directory = Path(tempfile.mkdtemp(prefix="caselib-cluster-"))
    directory.chmod(0o755)
    environment = os.environ | {
        "ES_RUN": str(directory / "run"),
        "ES_HTTP_PORT": str(HTTP),
        "ES_TRANSPORT_PORT": str(TRANSPORT),
        "ES_HEAP": "400m",
    }

    def tool(*arguments: str) -> None:
        done = subprocess.run(
            [sys.executable, str(SCRIPT), *arguments], env=environment, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr

    try:
        tool("start", "3")
        yield tool
    finally:
        tool("stop")
        shutil.rmtree(directory, ignore_errors=True)


@pytest.fixture
def engine(node: Node) -> Iterator[object]:
    from search.backends.elastic import ElasticEngine

    made = ElasticEngine(URLS, prefix="test-cluster", timeout=5)
    fill(made, [record("first", "渔港")])
    assert eventually(lambda: made.status()["health"] == "green", seconds=60), "the replica is in place"
    yield made
    made.remove_all()


def write_on(engine: object, acknowledged: set[str], stop: threading.Event) -> None:
    """Write record after record, each again until it is acknowledged, as the outbox does."""
    number = 0
    while not stop.is_set():
        one = record(f"r{number}", "渔港", f"第{number}条")
        try:
            acknowledged |= engine.apply([one], [], at=time.time_ns() // 1000)  # type: ignore[attr-defined]
            number += 1
        except EngineUnavailable:
            time.sleep(0.2)


def test_a_node_killed_under_writes_loses_nothing(node: Node, engine: object) -> None:
    acknowledged: set[str] = set()
    stop = threading.Event()
    writer = threading.Thread(target=write_on, args=(engine, acknowledged, stop))
    writer.start()
    try:
        assert eventually(lambda: len(acknowledged) > 20, seconds=60)
        node("kill", "1")
        before = len(acknowledged)
        assert eventually(lambda: len(acknowledged) > before + 20, seconds=90), "writes go on with two nodes"
        assert eventually(lambda: _answers(engine), seconds=30), "so do searches"
    finally:
        stop.set()
        writer.join()
    node("revive", "1")
    held = dict(engine.versions())  # type: ignore[attr-defined]
    assert acknowledged <= set(held)
    assert all(held[f"r{n}"] == record(f"r{n}", "渔港", f"第{n}条").version for n in range(len(acknowledged)))


def _answers(engine: object) -> bool:
    try:
        return ask(engine, "渔港").total > 0  # type: ignore[arg-type]
    except EngineUnavailable:
        return False


def test_a_node_that_stops_answering_is_waited_for_once_by_each_reader(node: Node, engine: object) -> None:
    from search.backends.elastic import ElasticEngine

    proxies = [Proxy(("127.0.0.1", HTTP + n)) for n in range(3)]
    reader = ElasticEngine([p.url for p in proxies], prefix="test-cluster", timeout=1)
    try:
        assert eventually(lambda: _answers(reader), seconds=60)
        node("pause", "2")
        for _ in range(6):
            for proxy in proxies:
                proxy.requests.clear()
            try:
                assert keys(ask(reader, "渔港")) == ["first"]
            except EngineUnavailable as error:
                assert error.slow, "only a timeout ends a request: a node that is known to be away is passed over"
            assert sum(len(proxy.requests) for proxy in proxies) <= 2
    finally:
        node("resume", "2")
    assert eventually(lambda: _answers(reader), seconds=60), "convergence after its return"
    for proxy in proxies:
        proxy.close()
