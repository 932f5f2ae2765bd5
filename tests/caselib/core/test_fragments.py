"""Pieces of pages: made once for a key while the counters stand still, never outside of a reading request."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from django.template import Context, Template
from django.utils import translation

from caselib.core import clock, fragments, page_cache
from caselib.core.fragments import Pieces


@pytest.fixture(autouse=True)
def _empty() -> Iterator[None]:
    fragments.pieces.clear()
    yield
    fragments.pieces.clear()


class Maker:
    """Counts how often it is asked to build."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self) -> str:
        self.times += 1
        return f"made {self.times}"


def test_a_piece_is_made_once_while_its_counters_stand_still() -> None:
    make = Maker()
    with page_cache.reading({"pages": 3}):
        assert fragments.kept("k", make) == "made 1"
        assert fragments.kept("k", make) == "made 1"
        assert fragments.kept("other", make) == "made 2"
    with page_cache.reading({"pages": 3, "unrelated": 9}):
        assert fragments.kept("k", make) == "made 1"
    with page_cache.reading({"pages": 4}):
        assert fragments.kept("k", make) == "made 3"
    with page_cache.reading({"pages": 3}):
        # A process that read its counters earlier must not be given what is newer under the older number, nor keep
        # what it makes now for the newer one.
        assert fragments.kept("k", make) == "made 4"


def test_a_piece_ends_with_the_day() -> None:
    make = Maker()
    for day, made in ((1, "made 1"), (1, "made 1"), (2, "made 2")):
        with clock.fixed(datetime(2026, 3, day, 2, tzinfo=UTC)), page_cache.reading({}):
            assert fragments.kept("k", make) == made


def test_nothing_is_kept_outside_of_a_reading_request_or_in_doubt() -> None:
    make = Maker()
    assert [fragments.kept("k", make), fragments.kept("k", make)] == ["made 1", "made 2"]

    def doubtful() -> str:
        page_cache.doubt()
        return make()

    with page_cache.reading({}):
        assert fragments.kept("k", doubtful) == "made 3"
        assert fragments.kept("k", make) == "made 4"
    with page_cache.reading({}):
        assert fragments.kept("k", make) == "made 5"


def test_only_the_missing_are_built_together() -> None:
    asked: list[list[int]] = []

    def build(ids: list[int]) -> dict[int, str]:
        asked.append(ids)
        return {pk: f"no. {pk}" for pk in ids if pk < 10}

    with page_cache.reading({}):
        assert fragments.kept_each("n", [1, 2, 2], build) == {1: "no. 1", 2: "no. 2"}
        assert fragments.kept_each("n", [2, 3, 99], build) == {2: "no. 2", 3: "no. 3"}
        assert fragments.kept_each("n", [], build) == {}
    assert asked == [[1, 2], [3, 99]]


def test_the_memory_is_bounded_and_the_unused_goes_first() -> None:
    small = Pieces(10_000)
    mark = (clock.today(), (1,))
    for number in range(50):
        small.put(number, mark, "x" * 100)
        small.get(0, mark)
    assert small.used <= 10_000
    assert small.get(0, mark) is not None
    assert small.get(1, mark) is None
    small.put(0, mark, "x" * 100_000)
    assert small.used <= 10_000


def test_the_template_tag_keeps_by_its_parts_and_by_language() -> None:
    template = Template('{% load kept %}{% kept "t" part %}{{ make }}{% endkept %}')
    make = Maker()

    def write(part: object) -> str:
        return template.render(Context({"part": part, "make": make}))

    with page_cache.reading({}):
        assert [write(1), write(1), write(2)] == ["made 1", "made 1", "made 2"]
        with translation.override("en"):
            assert write(1) == "made 3"
