"""The demo content keeps its own promises: lengths, sums, terms that exist, notes that are called."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from caselib.media.vtt import parse as parse_captions
from cms.demo import content, films, markup

VOCABULARY = Path("caselib/vocabularies/data/vocabularies.csv")
RESOURCES = ("teachers", "courses", "teaching_notes", "lesson_plans", "textbooks", "films", "points", "routes")
ALL = [
    *content.texts("cases"),
    *content.texts("manuscripts"),
    *(row for name in RESOURCES for row in content.rows(name)),
]


def terms(axis: str) -> set[str]:
    with VOCABULARY.open(encoding="utf-8") as file:
        return {row["term"] for row in csv.DictReader(file) if row["vocabulary"] == axis}


def blocks(text: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    pictures = dict.fromkeys(text.get("pictures", {}), 1)
    for section in markup.parse(text["text"], figures=text["figures"], pictures=pictures).sections:
        for block in section["value"]["content"]:
            yield block["type"], block["value"]


def test_there_is_as_much_as_a_demo_needs() -> None:
    wanted = {
        "lesson_plans": 6,
        "courses": 10,
        "textbooks": 3,
        "films": 6,
        "points": 6,
        "teachers": 6,
        "teaching_notes": 4,
    }
    assert len(content.texts("cases")) >= 16
    assert {name: len(content.rows(name)) >= least for name, least in wanted.items()} == dict.fromkeys(wanted, True)


def test_codes_are_given_once() -> None:
    assert [code for code, count in Counter(row["code"] for row in ALL).items() if count > 1] == []


@pytest.mark.parametrize("text", content.texts("cases"), ids=lambda text: text["code"])
def test_a_case_is_of_real_length_and_whole(text: dict[str, Any]) -> None:
    length = len(re.sub(r"\s|\[\^\w+\]|[#|*>-]", "", text["text"]))
    assert 1500 <= length <= 3000
    kinds = [section["value"]["kind"] for section in markup.parse(text["text"]).sections]
    assert {"background", "practice", "outcome", "discussion"} <= set(kinds)
    assert text["figures"]


@pytest.mark.parametrize(
    "text", [*content.texts("cases"), *content.texts("manuscripts")], ids=lambda text: text["code"]
)
def test_notes_tables_and_pictures_hang_together(text: dict[str, Any]) -> None:
    parsed = markup.parse(text["text"])
    called = re.findall(r"\[\^(\w+)\](?!:)", text["text"])
    assert called == [note["value"]["key"] for note in parsed.notes]
    shown = [value for kind, value in blocks(text) if kind == "image"]
    assert len(shown) == len(text.get("pictures", {}))
    assert all(value["alt"] and value["caption"] for value in shown)
    for kind, value in blocks(text):
        if kind == "table":
            assert value["caption"] and len({len(row) for row in value["rows"]}) == 1, value["caption"]


@pytest.mark.parametrize("axis", ["topic", "sector", "position"])
def test_only_terms_of_the_starting_vocabularies_are_used(axis: str) -> None:
    used = {name for row in ALL for name in row.get(f"{axis}s", [])}
    assert used - terms(axis) == set()


def test_minutes_and_hours_add_up() -> None:
    for plan in content.rows("lesson_plans"):
        assert sum(step["minutes"] for step in plan["steps"]) == plan["minutes"], plan["code"]
    for name, parts in (("courses", "syllabus"), ("textbooks", "chapters")):
        for row in content.rows(name):
            assert sum(part["hours"] for part in row[parts]) == row["class_hours"], row["code"]


@pytest.mark.parametrize("film", content.rows("films"), ids=lambda film: film["code"])
def test_captions_fit_into_their_film(film: dict[str, Any]) -> None:
    cues = parse_captions(content.captions(film["slug"]))
    assert 8 <= len(cues) <= 15
    assert len(film["slides"]) == len(film["chapters"])
    assert film["chapters"][-1]["at"] < films.LEAF_SECONDS * len(film["slides"])


def test_what_is_referred_to_exists() -> None:
    codes = {row["code"] for row in ALL}
    for name in ("lists", "orders", "anthologies", "competition", "lesson_plans", "teaching_notes", "routes"):
        source = (content.FOLDER / f"{name}.toml").read_text(encoding="utf-8")
        assert set(re.findall(r'"(LJ[A-Z]-[0-9-]+)"', source)) <= codes, name
    units = {row["code"] for row in content.rows("units", "unit")}
    assert {row["unit"] for row in [*ALL, *content.rows("accounts", "account")]} <= units


@pytest.mark.skipif(not films.can_make(), reason="ffmpeg or a Chinese font is missing")
def test_a_film_is_made_with_picture_and_silence(tmp_path: Path) -> None:
    from caselib.media.probing import probe

    path = films.make("井", "岚江", ["一", "二"], tmp_path)
    assert path is not None
    facts = probe(path)
    assert facts is not None and facts.width == films.WIDTH
    assert facts.duration == pytest.approx(2 * films.LEAF_SECONDS, abs=0.5)
