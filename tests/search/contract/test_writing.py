"""Writing: what is applied is held, what is rebuilt appears at one stroke, nothing is half there."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from search.backends.base import Engine, EngineUnavailable, Refused
from search.backends.embedded import EmbeddedEngine
from tests.search.contract.conftest import ask, eventually, fill, keys, record


def now() -> int:
    return time.time_ns() // 1000


def test_without_an_index_the_engine_says_so(engine: Engine) -> None:
    assert engine.ready() is False
    with pytest.raises(EngineUnavailable):
        ask(engine, "渔港")
    with pytest.raises(EngineUnavailable):
        engine.apply([record("a", "渔港")], [], at=now())


def test_what_is_applied_is_found_within_a_second(engine: Engine) -> None:
    fill(engine, [record("a", "渔港", "旧文")])
    assert engine.ready() is True
    assert engine.apply([record("a", "渔港", "新文"), record("b", "茶园")], [], at=now()) == {"a", "b"}
    assert eventually(lambda: keys(ask(engine, "新文")) == ["a"], seconds=1)
    assert ask(engine, "旧文").level > 0 or ask(engine, "旧文").total == 0
    assert engine.apply([], ["a", "never"], at=now()) == {"a", "never"}
    assert eventually(lambda: ask(engine, "渔港").total == 0, seconds=1)
    assert dict(engine.versions()) == {"b": record("b", "茶园").version}


def test_applying_twice_changes_nothing(engine: Engine) -> None:
    fill(engine, [])
    one = record("a", "渔港", "正文")
    for _ in range(2):
        engine.apply([one], [], at=now())
    assert eventually(lambda: ask(engine, "渔港").total == 1, seconds=1)
    assert dict(engine.versions()) == {"a": one.version}


def test_a_record_with_fewer_passages_leaves_none_of_the_old_behind(engine: Engine) -> None:
    fill(engine, [record("a", "渔港", "第一段。" * 300 + "茶园。")])
    engine.apply([record("a", "渔港", "只有一段。")], [], at=now())
    assert eventually(lambda: ask(engine, "茶园").total == 0, seconds=1)


def test_versions_tell_every_change(engine: Engine) -> None:
    base = record("a", "渔港", "文", facets={"year": ("2023",)}, tokens=("public/learner",))
    changed = [
        record("a", "渔港", "文。", facets={"year": ("2023",)}, tokens=("public/learner",)),
        record("a", "渔港", "文", facets={"year": ("2024",)}, tokens=("public/learner",)),
        record("a", "渔港", "文", facets={"year": ("2023",)}, tokens=("internal/learner",)),
        record("a", "渔港", "文", facets={"year": ("2023",)}, tokens=("public/learner",), date=1),
    ]
    assert len({base.version, *(r.version for r in changed)}) == 5


def test_a_rebuild_appears_at_one_stroke(engine: Engine) -> None:
    fill(engine, [record("old", "渔港")])
    builder = engine.builder()
    builder.add([record("new", "渔港"), record("late", "渔港", "先")])
    assert keys(ask(engine, "渔港")) == ["old"]
    builder.add([record("late", "渔港", "后来")])
    builder.remove(["new"])
    assert keys(ask(engine, "渔港")) == ["old"]
    builder.publish()
    assert keys(ask(engine, "渔港")) == ["late"]
    assert keys(ask(engine, "后来")) == ["late"]
    engine.apply([record("more", "渔港")], [], at=now())
    assert eventually(lambda: ask(engine, "渔港").total == 2, seconds=1)


def test_an_abandoned_rebuild_leaves_the_live_index_alone(engine: Engine) -> None:
    fill(engine, [record("old", "渔港")])
    builder = engine.builder()
    builder.add([record("new", "渔港")])
    builder.abandon()
    assert keys(ask(engine, "渔港")) == ["old"]


def test_many_rebuilds_keep_only_the_one_before(engine: Engine) -> None:
    for number in range(4):
        fill(engine, [record(f"r{number}", "渔港")])
    assert keys(ask(engine, "渔港")) == ["r3"]
    if engine.name == "embedded":
        assert len(engine.generations()) == 2  # type: ignore[attr-defined]
    else:
        assert len(engine.connection.writing.indices.get(index=f"{engine.alias}-*").body) == 2  # type: ignore[attr-defined]


def test_status_and_explanation(engine: Engine) -> None:
    from search import planning
    from search.analysis.query import parse
    from search.queries import EngineQuery

    fill(engine, [record("a", "渔港", "渔港扩建"), record("b", "茶园")])
    assert engine.status()["documents"] == 2
    plan = planning.make(parse("渔港"), viewer=None, shares=engine.shares)
    account = engine.explain(EngineQuery(plan.matches, plan.scoring), "a")
    assert account["found"] is True
    assert account["score"] > 0  # type: ignore[operator]
    assert account["account"]


def test_an_embedded_index_that_lost_a_file_nobody_asked_for_yet_is_not_ready(tmp_path: Path) -> None:
    engine = EmbeddedEngine(tmp_path)
    fill(engine, [record("a", "渔港扩建", "渔港扩建")])
    assert engine.ready()
    next((tmp_path / "gen-000001" / "records").glob("*.pos")).unlink()
    with pytest.raises(EngineUnavailable):
        ask(EmbeddedEngine(tmp_path), "渔港扩建")  # who opened it before still has the file
    assert not engine.ready()


def test_a_place_that_takes_no_index_is_no_fault_of_the_records(tmp_path: Path) -> None:
    (tmp_path / "place").write_text("a file")
    with pytest.raises(EngineUnavailable):
        EmbeddedEngine(tmp_path / "place" / "embedded").apply([record("a", "渔港")], [], at=now())


def test_what_changes_after_the_clock_was_set_back_is_held(engine: Engine) -> None:
    """It was taken for an older write, which is not wanted, and its job was deleted."""
    fill(engine, [record("a", "渔港", "旧文"), record("b", "渔港")])
    hour = 3600 * 1_000_000
    engine.apply([record("a", "渔港", "新文"), record("b", "渔港")], [], at=now() + hour)
    later = record("a", "渔港", "更新的文")
    assert engine.apply([later], ["b"], at=now()) == {"a", "b"}
    assert dict(engine.versions()) == {"a": later.version}
    assert engine.apply([record("b", "渔港")], [], at=now()) == {"b"}
    assert set(dict(engine.versions())) == {"a", "b"}


def test_a_clock_that_is_a_little_ahead_is_waited_for_and_an_older_write_changes_nothing(engine: Engine) -> None:
    fill(engine, [record("a", "渔港", "旧文")])
    newer = record("a", "渔港", "新文")
    engine.apply([newer], [], at=now() + 2_000_000)
    if engine.name == "embedded":  # it has one writer, whose order is that of its writes, whatever the clock says
        last = record("a", "渔港", "别的")
        assert engine.apply([last], [], at=now()) == {"a"}
        assert dict(engine.versions()) == {"a": last.version}
        return
    with pytest.raises(Refused, match="clock"):
        engine.apply([record("a", "渔港", "别的")], [], at=now())
    assert dict(engine.versions()) == {"a": newer.version}
    time.sleep(2.1)
    assert engine.apply([record("a", "渔港", "迟到")], [], at=now() - 10_000_000) == {"a"}
    assert dict(engine.versions()) == {"a": newer.version}
