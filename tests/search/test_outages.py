"""Elasticsearch refused, silent, slow, failing or partial: readers are answered, saves are quick, nothing is lost."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from caselib.accounts.viewers import Viewer
from caselib.resources.publishing import opened
from search import api, engines, indexer, jobs, upkeep
from search.api import SearchRequest, SearchResult
from search.backends.elastic.connection import TIMEOUT
from search.breaker import PAUSE_SECONDS, Breaker
from search.models import OutboxJob
from tests import factories
from tests.conftest import require_service
from tests.search.contract.conftest import NO_NODE, elastic_urls, node_answers
from tests.search.proxy import GARBAGE, PASS, SILENT, SLOW, Proxy

pytestmark = pytest.mark.django_db


class Outage:
    """A site on Elasticsearch with the embedded index standing by, and the proxy between them.

    While the server is well it is waited for as long as a busy machine needs; from `begin` on as long as a reader
    waits. The clock of the circuit breaker stands still until it is moved by hand.
    """

    def __init__(self, proxy: Proxy) -> None:
        self.proxy = proxy
        self.now = 0.0
        engines._breakers["elastic"] = Breaker(clock=lambda: self.now)
        self.patience(20.0)

    def patience(self, seconds: float) -> None:
        connection = engines.get("elastic").connection  # type: ignore[attr-defined]
        connection.timeout = connection.write_timeout = seconds

    def begin(self, how: str) -> None:
        """Break the connection in one of the ways."""
        self.patience(TIMEOUT)
        if how == "refused":
            self.proxy.close()
        elif how in (SILENT, SLOW):
            self.proxy.set(how)
        else:
            nonsense = b"HTTP/1.1 200 OK\r\n\r\nnonsense"
            self.proxy.canned = {"partial": partial_answer(), "red": RED, "nonsense": nonsense}[how]
            self.proxy.set(GARBAGE)

    def end(self) -> None:
        self.patience(20.0)
        self.proxy.set(PASS)

    def asked(self) -> int:
        """How many requests have reached the server since the last call."""
        count = len(self.proxy.requests)
        self.proxy.requests.clear()
        return count


@pytest.fixture
def outage(settings: object) -> Iterator[Outage]:
    urls = elastic_urls()
    require_service(node_answers(urls), NO_NODE)
    address = urlsplit(urls[0])
    proxy = Proxy((address.hostname or "127.0.0.1", address.port or 9200))
    settings.SEARCH_ENGINE = "elastic"  # type: ignore[attr-defined]
    settings.ELASTICSEARCH_URLS = [proxy.url]  # type: ignore[attr-defined]
    settings.ELASTICSEARCH_INDEX_PREFIX = f"test-{uuid.uuid4().hex[:10]}"  # type: ignore[attr-defined]
    engines.reset()
    yield Outage(proxy)
    proxy.close()
    settings.ELASTICSEARCH_URLS = urls  # type: ignore[attr-defined]
    engines.reset()
    engines.get("elastic").remove_all()  # type: ignore[attr-defined]


def ask(text: str) -> SearchResult:
    return api.search(SearchRequest(text, viewer=Viewer()))


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


@pytest.mark.parametrize("how", ["refused", SILENT, SLOW, "partial", "red", "nonsense"])
def test_readers_are_answered_and_saves_do_not_wait_whatever_happens(outage: Outage, how: str) -> None:
    page = factories.live(title="渔港扩建")
    bring_up()
    result = ask("渔港")
    assert (result.engine, result.total, result.notices) == ("elastic", 1, ())
    outage.begin(how)
    outage.asked()

    first = ask("渔港")
    assert first.engine == "embedded"
    assert [hit.title for hit in first.hits] == ["渔港扩建"]
    assert len(first.notices) == 1
    # What is silent or slow is waited for once, for a second; what answers wrongly or hangs up may be asked again.
    assert outage.asked() <= (1 if how in (SILENT, SLOW) else 2)
    for _ in range(3):
        ask("渔港")
    outage.asked()
    assert ask("渔港").total == 1
    assert engines.breaker("elastic").open
    assert outage.asked() == 0, "the circuit is open: nobody waits"

    page.abstract = "断线时改的文字"
    with opened([page.pk]):
        page.save()
    assert outage.asked() == 0, "to save is to write an outbox job; the server is not asked"
    assert OutboxJob.objects.filter(engine="elastic").exists(), "nothing is lost while the server is away"
    if how != SLOW:  # a slow server takes writes, slowly
        assert indexer.drain("elastic").unavailable
        assert OutboxJob.objects.filter(engine="elastic").exists()
    upkeep.keep_up("embedded")
    assert ask("断线时改的文字").total == 1


def test_a_reader_waits_a_second_and_the_answers_converge_within_a_minute() -> None:
    """The tests here hold the clock still: these are the figures they rest on."""
    assert TIMEOUT <= 1.0
    assert PAUSE_SECONDS + jobs._AWAY_SECONDS + jobs.DRAIN_SECONDS < 60


@pytest.mark.parametrize("how", [SILENT, "red"])
def test_everything_converges_after_the_return(outage: Outage, how: str) -> None:
    page = factories.live(title="渔港扩建")
    bring_up()
    outage.begin(how)
    for _ in range(3):
        ask("渔港")
    withdrawn = factories.live(title="渔港旧闻")
    withdrawn.unpublish()
    page.title = "渔港新貌"
    page.save_revision()
    factories.publish(page)
    assert indexer.drain("elastic").unavailable
    outage.end()
    assert ask("渔港").engine == "embedded", "the circuit is still open"
    outage.now += PAUSE_SECONDS
    bring_up()
    result = ask("渔港")
    assert (result.engine, [h.title for h in result.hits]) == ("elastic", ["渔港新貌"])
    assert not OutboxJob.objects.exists()
    assert indexer.reconcile("elastic").differences == 0


def test_a_build_that_breaks_off_is_reported_and_made_up_for(outage: Outage) -> None:
    factories.live(title="渔港扩建")
    outage.proxy.lose = lambda request: "_bulk" in request
    reports = {report.engine: report for report in upkeep.keep_all_up()}
    assert reports["elastic"].unavailable
    assert not reports["embedded"].unavailable
    assert ask("渔港").engine == "embedded"
    outage.proxy.lose = lambda request: False
    bring_up()
    assert (ask("渔港").engine, ask("渔港").total) == ("elastic", 1)


def test_withdrawn_is_gone_at_once_while_the_engine_is_away(outage: Outage) -> None:
    page = factories.live(title="渔港扩建")
    bring_up()
    outage.begin(SILENT)
    page.unpublish()
    assert ask("渔港").hits == ()
    assert api.suggest("渔港", Viewer()) == ()


def test_the_database_answers_when_no_index_does(outage: Outage) -> None:
    factories.live(title="渔港扩建", authors=[("丁一舟", "")])
    factories.live(title="茶园")
    outage.begin("refused")  # and the embedded index was never built
    result = ask("渔港")
    assert (result.engine, [h.title for h in result.hits]) == ("database", ["渔港扩建"])
    assert result.notices
    assert ask("author:丁一舟").total == 1
    assert ask("渔港 -扩建").total == 0
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
    result = ask("渔港")
    assert (result.engine, result.total) == ("database", 1)
    engines.reset()
    bring_up()
    result = ask("渔港")
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
