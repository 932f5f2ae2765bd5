"""A connection that breaks after the server has done what was asked: what is sent again comes to the same."""

from __future__ import annotations

import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from elastic_transport import ApiResponseMeta, HttpHeaders
from elasticsearch import ApiError, Elasticsearch

from search.backends.base import EngineUnavailable, Refused
from search.backends.elastic import ElasticEngine
from search.records import Record
from tests.conftest import require_service
from tests.search.contract.conftest import NO_NODE, ask, elastic_urls, keys, node_answers, record
from tests.search.proxy import Proxy


@pytest.fixture
def proxy() -> Iterator[Proxy]:
    urls = elastic_urls()
    require_service(node_answers(urls), NO_NODE)
    address = urlsplit(urls[0])
    made = Proxy((address.hostname or "127.0.0.1", address.port or 9200))
    yield made
    made.close()


@pytest.fixture
def engine(proxy: Proxy) -> Iterator[ElasticEngine]:
    made = ElasticEngine([proxy.url], prefix=f"test-{uuid.uuid4().hex[:10]}", timeout=20)
    yield made
    proxy.lose = lambda request: False
    made.remove_all()


def build(engine: ElasticEngine, title: str) -> None:
    """All steps of a rebuild, as the rebuilder takes them."""
    builder = engine.builder()
    try:
        builder.add([record("a", title), record("gone", title)])
        builder.remove(["gone"])
        builder.settle()
        builder.publish()
    except BaseException:
        builder.abandon()
        raise


def nth_write(wanted: int, times: int = 1) -> Callable[[str], bool]:
    """Lose the answer of the n-th request that changes something, and of its repetition if `times` is two."""
    place = -1

    def lose(request: str) -> bool:
        nonlocal place
        place += not request.startswith(("GET", "HEAD"))
        return wanted <= place < wanted + times

    return lose


def writes(proxy: Proxy, engine: ElasticEngine) -> int:
    """How many requests of a build change something; two builds before, so that it also drops an old index."""
    for _ in range(2):
        build(engine, "渔港")
    proxy.requests.clear()
    build(engine, "渔港")
    made = [r for r in proxy.requests if not r.startswith(("GET", "HEAD"))]
    assert len(made) >= 9, "template, index, records, removal, settings, mapping, refresh, swap, old index"
    return len(made)


def test_a_build_survives_a_lost_answer_at_each_step(proxy: Proxy, engine: ElasticEngine) -> None:
    for step in range(writes(proxy, engine)):
        proxy.requests.clear()
        proxy.lose = nth_write(step)
        build(engine, f"渔港{step}")
        repeated = [request for request, times in Counter(proxy.requests).items() if times > 1]
        assert repeated, "the request whose answer was lost was sent again"
        assert keys(ask(engine, f"渔港{step}")) == ["a"], repeated
        assert len(engine.connection.indexes()) == 2, repeated


def test_a_build_that_fails_at_any_step_says_so_and_leaves_readers_an_index(
    proxy: Proxy, engine: ElasticEngine
) -> None:
    ended = Counter[str]()
    for step in range(writes(proxy, engine)):
        proxy.lose = nth_write(step, times=2)
        try:
            build(engine, f"渔港{step}")
            ended["built"] += 1
        except EngineUnavailable:
            ended["failed"] += 1
        proxy.lose = lambda request: False
        assert engine.ready()
        assert keys(ask(engine, "渔港")) == ["a"]
    assert ended["failed"] > 3
    assert ended["built"] > 0, "the swap was made though nobody heard of it; old indexes may stay until the next build"
    build(engine, "茶园")
    assert keys(ask(engine, "茶园")) == ["a"]
    assert len(engine.connection.indexes()) == 2, "what failed builds left behind is gone"


def test_a_build_waits_for_a_server_that_has_too_much_to_do(
    engine: ElasticEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses: list[float] = []
    refusals = iter(range(3))
    bulk = Elasticsearch.bulk

    def busy(client: Elasticsearch, **options: Any) -> Any:
        if next(refusals, None) is not None:
            meta = ApiResponseMeta(429, "1.1", HttpHeaders(), 0.0, client.transport.node_pool.get().config)
            raise ApiError("circuit_breaking_exception", meta, {})
        return bulk(client, **options)

    monkeypatch.setattr(Elasticsearch, "bulk", busy)
    monkeypatch.setattr("elasticsearch.helpers.actions.time.sleep", pauses.append)
    builder = engine.builder()
    assert builder.add(record(f"r{n}", "渔港", "正文") for n in range(300)) == {}
    builder.publish()
    assert len(pauses) == 3
    assert ask(engine, "渔港").total == 300


def test_writes_survive_a_lost_answer(proxy: Proxy, engine: ElasticEngine) -> None:
    build(engine, "渔港")
    for upserts, deletes in (([record("a", "茶园"), record("b", "夜校")], []), ([], ["a", "never"])):
        proxy.lose = nth_write(0)
        wanted = {*(r.key for r in upserts), *deletes}
        assert engine.apply(upserts, deletes, at=time.time_ns() // 1000) == wanted
        proxy.lose = nth_write(0, times=2)
        with pytest.raises(EngineUnavailable):
            engine.apply(upserts, deletes, at=time.time_ns() // 1000)
        proxy.lose = lambda request: False
    assert dict(engine.versions()) == {"b": record("b", "夜校").version}


def unfit(key: str) -> Record:
    """A record the server does not take: no term may be longer than 32,766 bytes."""
    return record(key, "渔港", facets={"kind": ("长" * 20_000,)})


def test_a_record_the_server_refuses_blames_itself_only(engine: ElasticEngine) -> None:
    builder = engine.builder()
    assert list(builder.add([record("a", "渔港"), unfit("b"), record("c", "渔港")])) == ["b"]
    builder.publish()
    assert keys(ask(engine, "渔港")) == ["a", "c"]
    with pytest.raises(Refused) as refusal:
        engine.apply([record("d", "渔港"), unfit("e")], [], at=time.time_ns() // 1000)
    assert list(refusal.value.faults) == ["e"]
    assert refusal.value.held == {"d"}
    # An id of more than 512 bytes is refused for the whole request: nobody says whose fault it is.
    with pytest.raises(Refused) as refusal:
        engine.apply([record("x" * 600, "渔港"), record("f", "渔港")], [], at=time.time_ns() // 1000)
    assert refusal.value.faults == {}
    with pytest.raises(Refused) as refusal:
        engine.apply([record("x" * 600, "渔港")], [], at=time.time_ns() // 1000)
    assert list(refusal.value.faults) == ["x" * 600]
