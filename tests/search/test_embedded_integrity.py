"""Damage inside the files of the embedded index: found, wherever it is, and mended by building anew."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from search import engines, indexer, upkeep
from search.api import SearchRequest, search
from search.backends.base import EngineUnavailable
from search.backends.embedded import EmbeddedEngine, _Writers
from search.records import BODY, Record, TextPart
from tests import factories


def record(number: int) -> Record:
    return Record(f"d{number}", f"渔港{number}", ("public",), (TextPart(BODY, f"第{number}次走访。" * 30),))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of two segments, one of them with deletions."""
    root = Path(tmp_path_factory.mktemp("integrity"))
    engine = EmbeddedEngine(root)
    builder = engine.builder()
    builder.add(map(record, range(50)))
    builder.publish()
    engine.apply([record(60)], ["d3"], at=1)
    return root


def files(root: Path) -> list[Path]:
    return sorted(p for p in root.glob("gen-*/*/*") if p.suffix not in ("", ".lock", ".json"))


def put(path: Path, data: bytes) -> None:
    """Put a file in the place of another, which stays as it is for whoever has it open: cut off, it would take them along."""
    path.unlink()
    path.write_bytes(data)


def cut_off(data: bytearray) -> None:
    del data[len(data) // 2 :]


def one_bit(data: bytearray) -> None:
    data[len(data) // 20] ^= 4  # within the body, however short it is


def the_end(data: bytearray) -> None:
    data[-8:] = b"\xff" * 8


def nothing_left(data: bytearray) -> None:
    data.clear()


@pytest.mark.parametrize("harm", [cut_off, one_bit, the_end, nothing_left])
def test_damage_anywhere_in_any_file_is_found(made: Path, tmp_path: Path, harm: Callable[[bytearray], None]) -> None:
    kinds = set()
    for path in files(made):
        shutil.copytree(made, copy := tmp_path / path.name)
        engine = EmbeddedEngine(copy)
        assert engine.ready()
        data = bytearray(path.read_bytes())
        harm(data)
        put(copy / path.relative_to(made), data)
        assert not engine.ready(), path.name
        with pytest.raises(EngineUnavailable):
            list(engine.versions())
        assert not EmbeddedEngine(copy).ready(), path.name
        kinds.add(path.suffix)
    assert kinds == {".fast", ".fieldnorm", ".idx", ".pos", ".store", ".term", ".del"}


def test_another_layout_than_the_index_was_made_with_is_damage(made: Path, tmp_path: Path) -> None:
    shutil.copytree(made, copy := tmp_path / "copy")
    [meta] = copy.glob("gen-*/records/meta.json")
    meta.write_text(meta.read_text().replace('"tokenizer": "whitespace"', '"tokenizer": "whitespacf"', 1))
    assert not EmbeddedEngine(copy).ready()


def test_what_was_whole_is_read_once_and_anew_before_a_comparison(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from search.backends import embedded_integrity

    read: list[Path] = []
    checked = embedded_integrity._checked
    monkeypatch.setattr(embedded_integrity, "_checked", lambda path: read.append(path) or checked(path))
    engine = EmbeddedEngine(made)
    assert engine.ready()
    assert sorted(read) == files(made)
    assert engine.ready()
    assert len(read) == len(files(made))
    assert len(list(engine.versions())) == 50
    assert len(read) == 2 * len(files(made))


@pytest.mark.django_db
def test_an_index_that_answers_wrongly_is_built_anew_by_itself() -> None:
    factories.live(title="渔港扩建")
    upkeep.bring_up("embedded")
    root: Path = engines.get("embedded").root  # type: ignore[attr-defined]
    [store] = root.glob("gen-*/records/*.store")
    data = bytearray(store.read_bytes())
    data[:20] = bytes(20)
    store.write_bytes(data)
    with pytest.raises(EngineUnavailable, match=store.name):
        indexer.reconcile("embedded")
    upkeep.bring_up("embedded")
    result = search(SearchRequest("渔港"))
    assert (result.engine, result.total) == ("embedded", 1)
    assert not indexer.reconcile("embedded").differences


def lost_segments(meta: dict[str, Any]) -> None:
    meta["segments"] = []


def lost_one(meta: dict[str, Any]) -> None:
    del meta["segments"][0]


def forgot_deletions(meta: dict[str, Any]) -> None:
    for segment in meta["segments"]:
        segment["deletes"] = None


@pytest.mark.parametrize("harm", [lost_segments, lost_one, forgot_deletions])
@pytest.mark.parametrize("index", ["records", "passages"])
def test_a_list_of_segments_that_reads_well_and_is_wrong_is_damage(
    made: Path, tmp_path: Path, harm: Callable[[dict[str, Any]], None], index: str
) -> None:
    """A part of the library was not found, and nobody was told."""
    shutil.copytree(made, copy := tmp_path / "copy")
    [path] = copy.glob(f"gen-*/{index}/meta.json")
    meta = json.loads(path.read_text())
    harm(meta)
    path.write_text(json.dumps(meta))
    engine = EmbeddedEngine(copy)
    assert not engine.ready()
    with pytest.raises(EngineUnavailable):
        list(engine.versions())
    with pytest.raises(EngineUnavailable):
        engine.apply([record(70)], [], at=1)
    assert not engine.ready(), "what was written since makes it no better"


def test_an_index_that_a_writer_was_killed_at_is_no_damaged_one(made: Path, tmp_path: Path) -> None:
    shutil.copytree(made, copy := tmp_path / "copy")
    [directory] = copy.glob("gen-*")
    engine = EmbeddedEngine(copy)
    writers = _Writers(directory)
    writers.add(record(70))
    writers._passages.commit()
    writers._records.commit()
    writers._release()
    assert engine.ready()
    engine.apply([record(71)], [], at=1)
    assert engine.ready()
    assert engine.status()["documents"] == 52


def test_segments_that_are_merged_away_while_they_are_opened_disturb_no_reader(
    made: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from search.backends import embedded

    opened, failed = embedded._open_indexes, []

    def at_the_second_try(directory: Path) -> Any:
        if not failed:
            failed.append(directory)
            raise ValueError("FileDoesNotExist")
        return opened(directory)

    monkeypatch.setattr(embedded, "_open_indexes", at_the_second_try)
    assert EmbeddedEngine(made).status()["documents"] == 50
    assert failed
