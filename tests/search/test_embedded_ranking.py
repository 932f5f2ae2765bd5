"""Ranking a library in which what is asked occurs often: rare terms choose, all terms weigh, window after window."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from search import planning
from search.analysis.query import parse
from search.analysis.tokens import coarse
from search.backends import embedded_passages
from search.backends.embedded import EmbeddedEngine
from search.queries import EngineAnswer, EngineQuery, Everything, Term
from search.records import BODY, Record, TextPart

WORDS = "治理 乡村 社区 干部 监督 账本 党员 夜校 渔港 茶园 网格 调解 水利 海塘 养老 托育 用工 车间 码头 巡查".split()


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> EmbeddedEngine:
    dice = random.Random(5)
    engine = EmbeddedEngine(Path(tmp_path_factory.mktemp("ranking")))
    builder = engine.builder()
    weights = [1 / (place + 2) for place in range(len(WORDS))]
    builder.add(
        Record(f"d{n}", "", ("public",), (TextPart(BODY, "，".join(dice.choices(WORDS, weights, k=30)) + "。"),))
        for n in range(600)
    )
    builder.publish()
    return engine


def ask(engine: EmbeddedEngine, text: str, *, offset: int = 0, limit: int = 20) -> EngineAnswer:
    plan = planning.make(parse(text), viewer=frozenset({"public"}), shares=engine.shares)
    return engine.search(
        EngineQuery(plan.matches, plan.scoring, tokens=frozenset({"public"}), offset=offset, limit=limit)
    )


def test_a_question_of_common_words_finds_what_has_them(library: EmbeddedEngine) -> None:
    """No record has the pieces between its words, and each of its words stands in more than a fifth of all."""
    answer = ask(library, "治理乡村社区干部监督账本需要什么？")
    assert answer.total > 500
    assert answer.found[0].score > answer.found[19].score > 0


@pytest.mark.parametrize("text", ["渔港巡查的车间码头由谁托育？", "社区 监督", "治理 干部"])
def test_what_rare_terms_choose_is_weighed_by_all_terms(
    library: EmbeddedEngine, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = ask(library, text, limit=150)
    monkeypatch.setattr(embedded_passages, "WINDOW", 600)  # as many passages as there are
    monkeypatch.setattr(embedded_passages, "_BUDGET", 1_200)
    chosen = ask(library, text, limit=150)
    assert chosen.total == whole.total > 200
    scores = {found.key: found.score for found in whole.found}
    both = [found for found in chosen.found if found.key in scores and found.score]
    assert len(both) > 20
    assert [found.score for found in both] == pytest.approx([scores[found.key] for found in both], abs=0.01)
    assert [found.key for found in both] == sorted((f.key for f in both), key=lambda k: -scores[k])


def test_a_text_none_of_whose_words_ranks_a_record_is_answered(library: EmbeddedEngine) -> None:
    answer = library.search(EngineQuery((Everything(),), Term("b", "治理"), limit=20, whole=Term("t0", "无此")))
    assert answer.total == 600
    assert len(answer.found) == 20


def test_pages_of_windows_leave_nothing_out_and_never_rise(
    library: EmbeddedEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedded_passages, "_BUDGET", 300)
    text = "渔港巡查的车间码头由谁托育？"
    pages = [ask(library, text, offset=offset) for offset in range(0, 600, 20)]
    keys = [found.key for page in pages for found in page.found]
    scores = [found.score for page in pages for found in page.found]
    assert len(keys) == len(set(keys)) == pages[0].total
    assert scores == sorted(scores, reverse=True)
    assert [f.key for f in ask(library, text, limit=100).found] == keys[:100]


def test_what_has_the_phrase_is_chosen_before_what_has_its_parts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Passages in which the rare parts occur, too, are not looked through for those that were asked for."""
    alike = next(c for c in map(chr, range(0x4E00, 0x9FFF)) if c != "治" and coarse(f"港{c}") == coarse("港治"))
    texts = (
        ["渔港治理。" + "乡村社区" * 20] * 250 + [f"港{alike}港{alike}港{alike}"] * 400 + ["渔港，治理，乡村社区"] * 800
    )
    engine = EmbeddedEngine(tmp_path)
    builder = engine.builder()
    builder.add(Record(f"d{n}", "", ("public",), (TextPart(BODY, text),)) for n, text in enumerate(texts))
    builder.publish()
    monkeypatch.setattr(embedded_passages, "_BUDGET", 700)
    best, asked = embedded_passages.Passages.best, []
    monkeypatch.setattr(
        embedded_passages.Passages, "best", lambda *args, **kw: asked.append(args[3]) or best(*args, **kw)
    )
    answer = ask(engine, "渔港治理")
    assert answer.total == 250
    assert asked == [embedded_passages.WINDOW]
    assert all(found.passages[0].text.startswith("渔港治理") for found in answer.found)
