"""Counting, filtering, sorting and paging."""

from __future__ import annotations

import time

import pytest

from search.backends.base import Engine
from tests.search.contract.conftest import ask, fill, keys, record


def shelf(engine: Engine) -> None:
    rows = [("a", "case", "2023", ("1", "2")), ("b", "case", "2024", ("1",)), ("c", "course", "2024", ("3",))]
    fill(
        engine,
        [
            record(
                key, f"网格{key}", "网格员", facets={"kind": (kind,), "year": (year,), "topics": topics}, date=19000 + n
            )
            for n, (key, kind, year, topics) in enumerate(rows)
        ],
    )


def test_each_axis_is_counted_as_if_it_alone_were_unfiltered(engine: Engine) -> None:
    shelf(engine)
    axes = ("kind", "year", "topics")
    plain = ask(engine, "网格", axes=axes)
    assert plain.facets == {
        "kind": {"case": 2, "course": 1},
        "year": {"2023": 1, "2024": 2},
        "topics": {"1": 2, "2": 1, "3": 1},
    }
    chosen = ask(engine, "网格", axes=axes, filters={"kind": ("case",), "year": ("2024",)})
    assert keys(chosen) == ["b"]
    assert chosen.total == 1
    assert chosen.facets == {"kind": {"case": 1, "course": 1}, "year": {"2023": 1, "2024": 1}, "topics": {"1": 1}}


def test_no_value_of_an_axis_is_left_out_however_many_there_are(engine: Engine) -> None:
    units = [f"u{n}" for n in range(600)]
    fill(engine, [record(unit, "网格", "网格员", facets={"unit": (unit, "all")}) for unit in units])
    expected = dict.fromkeys(units, 1) | {"all": 600}
    assert ask(engine, "网格", axes=("unit",)).facets["unit"] == expected
    assert ask(engine, "网格", axes=("unit",), filters={"unit": ("u599",)}).facets["unit"] == expected


def test_several_values_of_an_axis_mean_any_of_them(engine: Engine) -> None:
    shelf(engine)
    assert set(keys(ask(engine, "网格", filters={"topics": ("2", "3")}))) == {"a", "c"}
    assert ask(engine, "网格", filters={"topics": ("nine",)}).total == 0


def test_without_words_everything_is_listed_in_the_order_asked_for(engine: Engine) -> None:
    shelf(engine)
    assert keys(ask(engine, "", sort="newest")) == ["c", "b", "a"]
    assert keys(ask(engine, "", sort="oldest")) == ["a", "b", "c"]


def test_titles_sort_by_their_sound(engine: Engine) -> None:
    fill(engine, [record(t, t, "x") for t in ("丙", "甲", "乙", "安全")])
    assert keys(ask(engine, "", sort="title")) == ["安全", "丙", "甲", "乙"]  # an, bing, jia, yi
    assert keys(ask(engine, "x", sort="title")) == ["安全", "丙", "甲", "乙"]


def test_titles_that_begin_alike_sort_by_what_follows(engine: Engine) -> None:
    titles = ["党建品牌", "党建案例", "党建10问", "党建工作", "Ökonomie"]
    fill(engine, [record(t, t, "x") for t in titles])
    assert keys(ask(engine, "", sort="title")) == ["党建10问", "党建案例", "党建工作", "党建品牌", "Ökonomie"]


def test_every_match_comes_once_however_deep_one_pages(engine: Engine) -> None:
    count = 530
    fill(engine, [record(f"r{n:03}", f"网格{n}", "走访网格员。" * (n % 7 + 1)) for n in range(count)])
    for sort in ("relevance", "newest"):
        seen: list[str] = []
        offset: int | None = 0
        after = None
        while offset is not None:
            answer = ask(engine, "网格", sort=sort, offset=offset, after=after, limit=40)
            assert answer.total == count
            seen += keys(answer)
            offset, after = answer.next_offset, answer.next_after
        assert len(seen) == len(set(seen)) == count, sort


def test_beyond_the_end_there_is_nothing(engine: Engine) -> None:
    shelf(engine)
    answer = ask(engine, "网格", offset=10**7, limit=20)
    assert answer.found == ()
    assert answer.total == 3


def test_a_hit_carries_its_passages_as_written(engine: Engine) -> None:
    fill(engine, [record("a", "標題", "頭一段。" * 150 + "這裏說漁港。" + "末一段。" * 150)])
    found = ask(engine, "渔港").found[0]
    best = found.passages[0]
    assert "這裏說漁港。" in best.text
    assert best.start > 0
    assert best.source == "body"


@pytest.mark.parametrize("sort", ["newest", "oldest", "title"])
def test_equals_keep_their_order_whatever_is_written_meanwhile(engine: Engine, sort: str) -> None:
    """They stood where they happened to, and one that was written again moved from one page to another."""
    days = {f"page:{n}": 19_000 + n // 12 for n in range(36)}
    fill(engine, [record(key, "网格", "走访。", date=day) for key, day in days.items()])
    seen: list[str] = []
    offset: int | None = 0
    after = None
    while offset is not None:
        answer = ask(engine, "网格", sort=sort, offset=offset, after=after, limit=7)
        seen += keys(answer)
        offset, after = answer.next_offset, answer.next_after
        for key in (seen[0], seen[-1], "page:1", "page:30"):
            again = record(key, "网格", f"走访了{len(seen)}次。", date=days[key])
            engine.apply([again], [], at=time.time_ns() // 1000)
    assert len(seen) == len(set(seen)) == 36
    dated = [days[key] for key in seen]
    if sort != "title":
        assert dated == sorted(dated, reverse=sort == "newest")
