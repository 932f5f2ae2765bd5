"""Pieces of pages: made once for a key while the counters stand still, never outside of a reading request."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from django.template import Context, Template, TemplateSyntaxError
from django.utils import translation

from caselib.core import clock, fragments, page_cache
from caselib.core.fragments import Pieces


@pytest.fixture(autouse=True)
def _empty() -> Iterator[None]:
    page_cache.changes.forget()
    fragments.pieces.clear()
    # Whatever language the last request of another test has left in this thread.
    with translation.override("zh-hans"):
        yield
    page_cache.changes.forget()
    fragments.pieces.clear()


class Maker:
    """Counts how often it is asked to build."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self) -> str:
        self.times += 1
        return f"made {self.times}"


def changed(*names: str) -> int:
    """What a process hears after a change of ``names``: the number of the last change."""
    changes = page_cache.changes
    changes.last = number = max(changes.last, 0) + 1
    changes._at.update(dict.fromkeys(names, number))
    return number


def test_a_piece_is_made_once_until_something_changes_that_it_needs() -> None:
    make = Maker()
    number = changed()
    with page_cache.reading(number):
        assert fragments.kept("k", make) == "made 1"
        assert fragments.kept("k", make) == "made 1"
        assert fragments.kept("other", make) == "made 2"
    with page_cache.reading(changed("unrelated", page_cache.page(7))):
        assert fragments.kept("k", make) == "made 1"
    with page_cache.reading(changed(page_cache.PAGES)):
        assert fragments.kept("k", make) == "made 3"


def test_what_was_read_before_a_change_is_not_kept_for_those_after_it() -> None:
    make = Maker()
    number = changed()
    with page_cache.reading(number):
        later = changed(page_cache.PAGES)
        # This request may have read the rows before or after that change: nobody can tell.
        assert fragments.kept("k", make) == "made 1"
    with page_cache.reading(later):
        assert fragments.kept("k", make) == "made 2"
        assert fragments.kept("k", make) == "made 2"


def test_a_piece_needs_what_the_pieces_inside_it_need() -> None:
    inner, outer = Maker(), Maker()

    def around() -> str:
        fragments.needs("asked for")
        return outer() + fragments.kept("inner", inner, names=("inside",))

    def write() -> str:
        with page_cache.reading(changed()):
            return fragments.kept("outer", around, names=("own",))

    assert write() == write() == "made 1made 1"
    changed("inside")
    assert write() == write() == "made 2made 2"
    changed("own")
    assert write() == write() == "made 3made 2"
    # The inner piece is only looked up now, and is needed none the less.
    changed("inside")
    assert write() == "made 4made 3"
    changed("asked for")
    assert write() == "made 5made 3"


def test_rows_end_each_for_itself_and_end_what_lists_them() -> None:
    asked: list[list[int]] = []

    def build(ids: list[int]) -> dict[int, str]:
        asked.append(ids)
        return {pk: f"{pk}.{len(asked)}" for pk in ids if pk != 3}

    def rows() -> str:
        found = fragments.kept_each("row", [1, 2, 3], build, names=("names",), each=page_cache.page)
        return " ".join(found.values())

    def write() -> str:
        with page_cache.reading(changed()):
            return fragments.kept("list", rows, names=())

    assert write() == write() == "1.1 2.1"
    changed(page_cache.page(2))
    assert write() == "1.1 2.2"
    # A row that was missing may come.
    changed(page_cache.page(3))
    assert write() == "1.1 2.2"
    assert asked == [[1, 2, 3], [2, 3], [3]]
    changed("names")
    assert write() == "1.4 2.4"


def test_what_is_no_longer_good_is_made_again() -> None:
    make = Maker()
    with page_cache.reading(changed()):
        assert fragments.kept("k", make, good=lambda value: True) == "made 1"
        assert fragments.kept("k", make, good=lambda value: value != "made 1") == "made 2"
        assert fragments.kept("k", make, good=lambda value: True) == "made 2"


def test_a_piece_ends_with_the_day() -> None:
    make = Maker()
    for day, made in ((1, "made 1"), (1, "made 1"), (2, "made 2")):
        with clock.fixed(datetime(2026, 3, day, 2, tzinfo=UTC)), page_cache.reading(0):
            assert fragments.kept("k", make) == made


def test_nothing_is_kept_outside_of_a_reading_request_or_in_doubt() -> None:
    make = Maker()
    assert [fragments.kept("k", make), fragments.kept("k", make)] == ["made 1", "made 2"]

    def doubtful() -> str:
        page_cache.doubt()
        return make()

    with page_cache.reading(0):
        assert fragments.kept("k", doubtful) == "made 3"
        assert fragments.kept("k", make) == "made 4"
    with page_cache.reading(0):
        assert fragments.kept("k", make) == "made 5"


def test_only_the_missing_are_built_together() -> None:
    asked: list[list[int]] = []

    def build(ids: list[int]) -> dict[int, str]:
        asked.append(ids)
        return {pk: f"no. {pk}" for pk in ids if pk < 10}

    with page_cache.reading(0):
        assert fragments.kept_each("n", [1, 2, 2], build) == {1: "no. 1", 2: "no. 2"}
        assert fragments.kept_each("n", [2, 3, 99], build) == {2: "no. 2", 3: "no. 3"}
        assert fragments.kept_each("n", [], build) == {}
    assert asked == [[1, 2], [3, 99]]


def test_the_memory_is_bounded_and_the_unused_goes_first() -> None:
    small = Pieces(10_000)
    reading = page_cache.Reading(1)
    mark = page_cache.Mark.of(reading, ())
    for number in range(50):
        small.put(number, mark, "x" * 100)
        small.get(0, reading)
    assert small.used <= 10_000
    assert small.get(0, reading) is not None
    assert small.get(1, reading) is None
    small.put(0, mark, "x" * 100_000)
    assert small.used <= 10_000


def test_the_template_tag_keeps_by_its_parts_and_by_language() -> None:
    template = Template('{% load kept %}{% kept "t" part %}{{ make }}{% endkept %}')
    make = Maker()

    def write(part: object) -> str:
        return template.render(Context({"part": part, "make": make}))

    with page_cache.reading(0):
        assert [write(1), write(1), write(2)] == ["made 1", "made 1", "made 2"]
        with translation.override("en"):
            assert write(1) == "made 3"


def test_the_template_tag_ends_with_the_names_it_is_given_or_with_any_change() -> None:
    template = Template(
        '{% load kept %}{% kept "t" 1 until=own %}{{ make }}{% endkept %} {% kept "u" 1 until=nowhere %}{{ make }}{% endkept %}'
    )
    make = Maker()

    def write() -> str:
        with page_cache.reading(changed()):
            return template.render(Context({"own": ("mine",), "make": make}))

    assert write() == write() == "made 1 made 2"
    changed(page_cache.PAGES)
    # Names that nobody gave mean that everything ends it.
    assert write() == "made 1 made 3"
    changed("mine")
    assert write() == "made 4 made 3"


HOLED = Template(
    '{% load kept %}{% kept "frame" until="beside" %}<{{ who }}|{% hole %}{{ who }}{% endhole %}|{% hole %}{{ path }}{% endhole %}>{% endkept %}'
)


def test_what_stands_in_a_hole_is_written_for_each_reader_and_escaped() -> None:
    def shown(who: str, path: str) -> str:
        with page_cache.reading(0):
            return HOLED.render(Context({"who": who, "path": path}))

    assert shown("wang", "/a/") == "<wang|wang|/a/>"
    # The frame is kept, its holes are not; nothing that a reader brings is taken for a hole.
    assert shown("<li>", "\ufdd00\ufdd1\ufdd01\ufdd1") == "<wang|&lt;li&gt;|\ufdd00\ufdd1\ufdd01\ufdd1>"


def test_what_was_written_into_a_hole_is_never_kept_with_a_piece_around_it() -> None:
    around = Template('{% load kept %}{% kept "around" %}[{% include frame %}]{% endkept %}')

    def shown(who: str) -> str:
        with page_cache.reading(0):
            return around.render(Context({"frame": HOLED, "who": who, "path": "/"}))

    assert "|wang|" in shown("wang")
    assert "|li|" in shown("li")
    with pytest.raises(TemplateSyntaxError):
        Template(
            '{% load kept %}{% kept "a" %}{% kept "b" %}{% hole %}{{ who }}{% endhole %}{% endkept %}{% endkept %}'
        )
