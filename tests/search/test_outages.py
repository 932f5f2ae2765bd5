"""Elasticsearch refused, silent, slow, failing or partial: readers are answered, saves are quick, nothing is lost."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from caselib.accounts.viewers import Viewer
from caselib.resources.models import ResourcePage
from caselib.resources.publishing import opened
from search import api, engines, indexer, upkeep
from search.api import SearchRequest, SearchResult
from search.models import OutboxJob
from tests import factories
from tests.conftest import require_service
from tests.search.contract.conftest import NO_NODE, elastic_urls, node_answers
from tests.search.proxy import GARBAGE, PASS, SILENT, SLOW, Proxy

pytestmark = pytest.mark.django_db
CONVERGENCE_SECONDS = 60


@pytest.fixture
def proxy(settings: object) -> Iterator[Proxy]:
    """A site on Elasticsearch with the embedded index standing by, and the proxy between them."""
    urls = elastic_urls()
    require_service(node_answers(urls), NO_NODE)
    address = urlsplit(urls[0])
    made = Proxy((address.hostname or "127.0.0.1", address.port or 9200))
    settings.SEARCH_ENGINE = "elastic"  # type: ignore[attr-defined]
    settings.ELASTICSEARCH_URLS = [made.url]  # type: ignore[attr-defined]
    settings.ELASTICSEARCH_INDEX_PREFIX = f"test-{uuid.uuid4().hex[:10]}"  # type: ignore[attr-defined]
    engines.reset()
    yield made
    made.close()
    settings.ELASTICSEARCH_URLS = urls  # type: ignore[attr-defined]
    engines.reset()
    engines.get("elastic").remove_all()  # type: ignore[attr-defined]


def ask(text: str) -> tuple[SearchResult, float]:
    began = time.perf_counter()
    result = api.search(SearchRequest(text, viewer=Viewer()))
    return result, time.perf_counter() - began


def bring_up() -> None:
    for report in upkeep.keep_all_up():
        assert not report.unavailable, report


def partial_answer() -> bytes:
    body = (
        b'{"took":1,"timed_out":false,"_shards":{"total":2,"successful":1,"skipped":0,"failed":1},'
        b'"hits":{"total":{"value":0,"relation":"eq"},"max_score":null,"hits":[]}}'
    )
    return (
        b"HTTP/1.1 200 OK\r\nX-elastic-product: Elasticsearch\r\ncontent-type: application/vnd.elasticsearch+json;compatible-with=8\r\n"
        b"content-length: %d\r\n\r\n%s" % (len(body), body)
    )


RED = (
    b"HTTP/1.1 503 Service Unavailable\r\nX-elastic-product: Elasticsearch\r\ncontent-type: application/json\r\n"
    b"content-length: 29\r\n\r\n" + b'{"error":"red","status":503}\n'
)


def break_it(proxy: Proxy, how: str) -> None:
    if how == "refused":
        proxy.close()
    elif how in (SILENT, SLOW):
        proxy.set(how)
    else:
        proxy.canned = {"partial": partial_answer(), "red": RED, "nonsense": b"HTTP/1.1 200 OK\r\n\r\nnonsense"}[how]
        proxy.set(GARBAGE)


@pytest.mark.parametrize("how", ["refused", SILENT, SLOW, "partial", "red", "nonsense"])
def test_readers_are_answered_and_saves_are_quick_whatever_happens(proxy: Proxy, how: str) -> None:
    page = factories.live(title="渔港扩建")
    bring_up()
    result, _ = ask("渔港")
    assert (result.engine, result.total, result.notices) == ("elastic", 1, ())
    break_it(proxy, how)

    first, took = ask("渔港")
    assert first.engine == "embedded"
    assert [hit.title for hit in first.hits] == ["渔港扩建"]
    assert len(first.notices) == 1
    assert took < 2.5, "a timeout of one second, then the other engine"
    for _ in range(3):
        ask("渔港")
    again, took = ask("渔港")
    assert again.total == 1
    assert took < 0.5, "the circuit is open: nobody waits"

    page.abstract = "断线时改的文字"
    began = time.perf_counter()
    with opened([page.pk]):
        page.save()
    assert time.perf_counter() - began < 0.2 + _baseline(page)
    if how != SLOW:  # a slow server takes writes, slowly
        assert indexer.drain("elastic").unavailable
        assert OutboxJob.objects.filter(engine="elastic").exists(), "nothing is lost while the server is away"
    upkeep.keep_up("embedded")
    assert ask("断线时改的文字")[0].total == 1


def _baseline(page: ResourcePage) -> float:
    """What saving costs on this machine at this moment without any engine."""
    engines.reset()
    began = time.perf_counter()
    with opened([page.pk]):
        page.save()
    return time.perf_counter() - began


@pytest.mark.parametrize("how", [SILENT, "red"])
def test_everything_converges_after_the_return(proxy: Proxy, how: str) -> None:
    page = factories.live(title="渔港扩建")
    bring_up()
    break_it(proxy, how)
    ask("渔港")
    withdrawn = factories.live(title="渔港旧闻")
    withdrawn.unpublish()
    page.title = "渔港新貌"
    page.save_revision()
    factories.publish(page)
    assert indexer.drain("elastic").unavailable
    proxy.set(PASS)
    began = time.monotonic()
    while time.monotonic() - began < CONVERGENCE_SECONDS:
        upkeep.keep_all_up()
        result, _ = ask("渔港")
        if result.engine == "elastic" and [h.title for h in result.hits] == ["渔港新貌"]:
            break
        time.sleep(0.2)
    assert [h.title for h in result.hits] == ["渔港新貌"]
    assert result.engine == "elastic"
    assert time.monotonic() - began < CONVERGENCE_SECONDS
    assert not OutboxJob.objects.exists()
    assert indexer.reconcile("elastic").differences == 0


def test_withdrawn_is_gone_at_once_while_the_engine_is_away(proxy: Proxy) -> None:
    page = factories.live(title="渔港扩建")
    bring_up()
    break_it(proxy, SILENT)
    page.unpublish()
    assert ask("渔港")[0].hits == ()
    assert api.suggest("渔港", Viewer()) == ()


def test_the_database_answers_when_no_index_does(proxy: Proxy) -> None:
    factories.live(title="渔港扩建", authors=[("丁一舟", "")])
    factories.live(title="茶园")
    break_it(proxy, "refused")  # and the embedded index was never built
    result, _ = ask("渔港")
    assert (result.engine, [h.title for h in result.hits]) == ("database", ["渔港扩建"])
    assert result.notices
    assert ask("author:丁一舟")[0].total == 1
    assert ask("渔港 -扩建")[0].total == 0
    by_kind = api.search(SearchRequest("", filters={"kind": ["course"]}))
    assert by_kind.total == 0


def test_a_damaged_embedded_index_is_answered_for_and_rebuilt(settings: object) -> None:
    factories.live(title="渔港扩建")
    bring_up()
    engine = engines.get("embedded")
    directory = engine.root / (engine.root / "CURRENT").read_text()  # type: ignore[attr-defined]
    for name in ("records", "passages"):
        for path in (directory / name).iterdir():
            path.write_bytes(b"damaged")
    engines.reset()
    result, _ = ask("渔港")
    assert (result.engine, result.total) == ("database", 1)
    engines.reset()
    bring_up()
    result, _ = ask("渔港")
    assert (result.engine, result.total) == ("embedded", 1)


def test_filters_hold_in_the_database_too() -> None:
    from decimal import Decimal

    from caselib.resources.enums import Kind
    from caselib.vocabularies.models import Topic

    parent = Topic.objects.create(name="上级题", code="DBT")
    child = Topic.objects.create(name="下级题", code="DBT.1", parent=parent)
    page = factories.live(
        Kind.COURSE, title="渔港课", class_hours=Decimal(3), methods=["case"], educational_levels=["section"],
        tags={"topics": [child.name]},
    )  # fmt: skip
    factories.live(title="渔港案例")
    wanted = {
        "kind": "course", "topics": str(parent.pk), "hours": "to4", "methods": "case", "level": "section",
        "unit": str(page.unit_id), "year": str(page.year),
    }  # fmt: skip
    for axis, value in wanted.items():
        result = api.search(SearchRequest("渔港", filters={axis: [value]}))
        assert result.engine == "database"
        assert "渔港课" in [h.title for h in result.hits], axis
    for axis in ("topics", "hours", "methods", "level", "unit", "year", "award"):
        assert api.search(SearchRequest("渔港", filters={axis: ["999999"]})).total == 0, axis
