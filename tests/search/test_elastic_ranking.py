"""Elasticsearch on a library in which what is asked occurs often: rare terms choose windows, all terms weigh each."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace

import pytest

from search import candidates, planning
from search.analysis.query import parse
from search.backends.elastic import ElasticEngine, reading
from search.queries import Bool, EngineAnswer, EngineQuery, Everything, Node, Term
from search.records import BODY, Record, TextPart
from tests.search.contract.conftest import empty_on_a_node
from tests.search.test_embedded_ranking import WORDS

PUBLIC = frozenset({"public"})
QUESTION = "渔港巡查的车间码头由谁托育？"
# What is rare in them fills windows, leaves some to be filled by what scores nothing, and, in the text, ranks records whole.
TEXTS = [QUESTION, "社区养老的托育怎样治理？", "渔港" + "治理乡村社区干部监督账本" * 8]


@pytest.fixture(scope="module")
def library() -> Iterator[ElasticEngine]:
    """600 public records of one sentence, every tenth of which is the text of another, and 60 that are not public."""
    dice = random.Random(5)
    weights = [1 / (place + 2) for place in range(len(WORDS))]
    texts = ["，".join(dice.choices(WORDS, weights, k=30)) + "。" for _ in range(600)]
    texts = [texts[n - n % 100] if n % 10 == 0 else text for n, text in enumerate(texts)]
    with empty_on_a_node() as engine:
        builder = engine.builder()
        builder.add(
            Record(f"d{n}", "", ("public",), (TextPart(BODY, text),), facets={"year": (str(2020 + n % 3),)})
            for n, text in enumerate(texts)
        )
        builder.add(Record(f"h{n}", "", ("office",), (TextPart(BODY, texts[n]),)) for n in range(60))
        answer = (TextPart(BODY, "渔港，巡查，车间，码头，托育。"),)
        builder.add([Record("best", "", ("public",), answer, facets={"year": ("2020",)})])
        builder.settle()
        builder.publish()
        yield engine


@pytest.fixture
def split(monkeypatch: pytest.MonkeyPatch) -> None:
    """Budgets so small that this library needs windows."""
    monkeypatch.setattr(reading, "_BUDGET", 300)
    monkeypatch.setattr(reading, "_FEW", 20)
    monkeypatch.setattr(candidates, "_FEWEST", 1)


def query(engine: ElasticEngine, text: str = QUESTION, **kwargs: object) -> EngineQuery:
    plan = planning.make(parse(text), viewer=PUBLIC, shares=engine.shares)
    given = {"tokens": PUBLIC, "limit": 20, "whole": plan.whole, **kwargs}
    return EngineQuery(plan.matches, plan.scoring, **given)  # type: ignore[arg-type]


def walk(engine: ElasticEngine, limit: int, text: str = QUESTION) -> list[str]:
    """The keys of all pages of the question, by cursor."""
    found: list[str] = []
    answer = engine.search(query(engine, text, limit=limit))
    while answer.found:
        found += [hit.key for hit in answer.found]
        if answer.next_offset is None:
            break
        place = {"offset": answer.next_offset, "after": answer.next_after}
        answer = engine.search(query(engine, text, limit=limit, **place))
    return found


def scores(answer: EngineAnswer) -> dict[str, float]:
    return {found.key: found.score for found in answer.found}


@pytest.mark.parametrize("text", TEXTS)
def test_each_window_is_weighed_by_all_terms(
    library: ElasticEngine, text: str, monkeypatch: pytest.MonkeyPatch, split: None
) -> None:
    with monkeypatch.context() as unsplit:
        unsplit.setattr(reading, "_BUDGET", 10**9)
        whole = library.search(query(library, text, limit=700))
    windows = library.search(query(library, text, limit=candidates.WINDOW, axes=("year",)))
    assert windows.total == whole.total > 200
    assert sum(windows.facets["year"].values()) == whole.total
    assert scores(windows) == pytest.approx({key: scores(whole)[key] for key in scores(windows)}, rel=1e-3)
    assert list(scores(windows).values()) == sorted(scores(windows).values(), reverse=True)
    assert all(found.passages for found in windows.found)


def test_what_answers_the_question_comes_first(library: ElasticEngine, split: None) -> None:
    assert library.search(query(library)).found[0].key == "best"


@pytest.mark.parametrize("text", TEXTS)
def test_pages_of_windows_leave_nothing_out(library: ElasticEngine, split: None, text: str) -> None:
    once = walk(library, 500, text)
    assert len(once) == len(set(once)) == library.search(query(library, text)).total > 200
    assert walk(library, 7, text) == walk(library, 90, text) == once
    assert [f.key for f in library.search(query(library, text, offset=75, limit=30)).found] == once[75:105]


@pytest.mark.parametrize("offset", [0, 20, 60])
def test_a_page_of_the_first_window_is_one_request(
    library: ElasticEngine, split: None, monkeypatch: pytest.MonkeyPatch, offset: int
) -> None:
    expected = library.search(query(library, "渔港", offset=offset))
    transport = library.connection.reading.transport
    send, sent = transport.perform_request, []
    monkeypatch.setattr(transport, "perform_request", lambda *a, **k: sent.append(a) or send(*a, **k))
    assert library.search(query(library, "渔港", offset=offset)) == expected
    assert len(sent) == 1


@pytest.mark.parametrize("offset", [0, 100])
def test_what_chose_a_record_shows_its_passage(
    library: ElasticEngine, split: None, monkeypatch: pytest.MonkeyPatch, offset: int
) -> None:
    by_bigrams = planning.make(parse(QUESTION), viewer=PUBLIC, shares=library.shares)
    nodes = [n for n in by_bigrams.scoring.should if isinstance(n, Term) and n.field in "bc"]  # type: ignore[union-attr]
    asked = EngineQuery(by_bigrams.matches, Bool(should=tuple(nodes), minimum=1), tokens=PUBLIC, offset=offset)
    answer = library.search(asked)
    assert len(answer.found) == 20
    assert all(found.passages for found in answer.found)


def test_pages_of_few_leave_nothing_out(library: ElasticEngine, split: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "_FEW", 1000)
    once = walk(library, 700)
    assert walk(library, 40) == once
    assert len(once) == len(set(once)) > 200


def test_behind_the_deepest_offset_a_cursor_goes_on(
    library: ElasticEngine, split: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "_DEEPEST", 2 * candidates.WINDOW)
    total = library.search(query(library)).total
    for limit in (20, 30):
        keys = walk(library, limit)
        assert len(keys) == len(set(keys)) == total
    assert library.search(query(library, offset=2 * candidates.WINDOW)) == EngineAnswer(total=total)


@pytest.mark.parametrize("scoring", [Everything(), Term("b", "治理")])
def test_a_made_up_place_to_go_on_from_is_the_beginning(library: ElasticEngine, scoring: Node) -> None:
    made_up = EngineQuery((Everything(),), scoring, offset=40, after=("x", "y"), sort="newest")
    assert library.search(made_up).found == library.search(replace(made_up, offset=0, after=None)).found


def test_windows_hold_only_what_is_filtered_and_may_be_seen(library: ElasticEngine, split: None) -> None:
    answer = library.search(query(library, filters={"year": ("2021",)}, axes=("year",), limit=500))
    assert answer.total == len(answer.found) == answer.facets["year"]["2021"] > 40
    assert set(answer.facets["year"]) == {"2020", "2021", "2022"}
    assert {int(found.key.removeprefix("d")) % 3 for found in answer.found} == {1}
