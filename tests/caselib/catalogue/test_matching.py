"""For this post and for a room: the pure rules, and the queries that feed them."""

from __future__ import annotations

import io

import pytest
from django.test import Client
from django.urls import reverse
from openpyxl import Workbook

from caselib.accounts.enums import Role
from caselib.catalogue.models import CatalogueList
from caselib.catalogue.roster_files import read_roster
from caselib.catalogue.rules.matching import Candidate, Match, Post, TermFacts, match, rank
from caselib.catalogue.rules.roster import (
    MAX_LINES,
    PostBook,
    PostName,
    choose_items,
    coverage,
    find_position,
    fold,
    parse_lines,
)
from caselib.core.errors import Refusal
from caselib.resources.enums import Kind
from caselib.vocabularies.models import Position, Sector
from tests import factories

GROUP = TermFacts(1, "执法岗位", (1,))
PORT = TermFacts(2, "港口执法", (1, 2))
COUNTY = TermFacts(3, "县委书记", (3,))
SHIPPING = TermFacts(10, "海事", (9, 10))
RISK = TermFacts(20, "采购风险", (20,))


def test_the_same_post_stands_before_the_wider_group_and_both_say_why() -> None:
    post = Post(position=PORT, sector=SHIPPING, level="section", level_label="科级")
    exact = Candidate(1, positions=(PORT,), sectors=(SHIPPING,), levels=("section",))
    wider = Candidate(2, positions=(GROUP,))
    ranked = rank(post, [wider, exact])
    assert [found.pk for found in ranked] == [1, 2]
    assert len(ranked[0].reasons) == 3
    assert "执法岗位" in ranked[1].reasons[0]


def test_a_county_case_is_not_shown_to_port_staff() -> None:
    assert match(Post(position=PORT), Candidate(1, positions=(COUNTY,))) is None
    shared = match(Post(position=PORT, sector=SHIPPING), Candidate(1, positions=(COUNTY,), sectors=(SHIPPING,)))
    assert shared is not None
    assert "县委书记" in shared.warnings[0]
    assert not shared.same_position


def test_risk_and_level_count_and_nothing_in_common_is_no_match() -> None:
    found = match(Post(risks=(RISK,)), Candidate(1, topics=(TermFacts(21, "招标", (20, 21)),)))
    assert found is not None
    assert "采购风险" in found.reasons[0]
    assert match(Post(level="bureau"), Candidate(1, levels=("section",))) is None


def test_equal_items_come_newest_first() -> None:
    post = Post(position=PORT)
    assert [m.pk for m in rank(post, [Candidate(4, positions=(PORT,)), Candidate(9, positions=(PORT,))])] == [9, 4]


BOOK = PostBook([PostName(1, fold("书记")), PostName(2, fold("村党支部书记")), PostName(3, fold("港口（执法）"))])


@pytest.mark.parametrize(
    ("line", "position"),
    [
        ("王小满，村党支部书记", 2),
        ("李四\t石桥村村党支部书记兼主任", 2),
        ("张三 副书记", 1),
        ("周五;港口 执法", 3),
        ("周五;港口(执法)", 3),
        ("赵六，星际领航员", None),
    ],
)
def test_posts_are_read_by_their_longest_name(line: str, position: int | None) -> None:
    assert find_position(parse_lines(line)[0], BOOK) == position


def test_a_roster_is_read_line_by_line_and_not_without_end() -> None:
    lines = parse_lines("\n\n甲，乙\n \n丙")
    assert [(line.number, line.text) for line in lines] == [(3, "甲 乙"), (5, "丙")]
    assert len(parse_lines("x\n" * (MAX_LINES + 50))) == MAX_LINES


def test_the_room_list_serves_every_post_before_it_repeats_itself() -> None:
    ranked = {1: [Match(7, 9, ("a",)), Match(8, 5, ("a",))], 2: [Match(8, 9, ("b",))], 3: []}
    people = {1: 30, 2: 2, 3: 1}
    chosen = choose_items(ranked, people)
    assert set(chosen) == {7, 8}
    rows = {row.position_id: row for row in coverage(ranked, people, chosen)}
    assert rows[1].item_ids == tuple(pk for pk in chosen)
    assert rows[2].item_ids == (8,)
    assert rows[3].missed
    assert coverage(ranked, people, chosen)[0].position_id == 3


def test_a_post_gets_what_is_its_own_beside_what_is_for_everybody() -> None:
    wide = [Match(pk, 5, ("w",), closeness=0.6) for pk in (1, 2, 3)]
    ranked = {1: [*wide, Match(9, 9, ("own",))], 2: wide, 3: wide}
    chosen = choose_items(ranked, {1: 2, 2: 3, 3: 3})
    assert chosen[0] in {1, 2, 3}
    assert 9 in chosen


def workbook(*rows: tuple[object, ...]) -> io.BytesIO:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    out.seek(0)
    return out


def test_a_workbook_is_read_with_its_row_numbers() -> None:
    lines = read_roster(workbook(("姓名", "岗位"), (None, None), ("甲", "书记"), (7, 3.5)))
    assert not isinstance(lines, Refusal)
    assert [(line.number, line.text) for line in lines] == [(1, "姓名 岗位"), (3, "甲 书记"), (4, "7 3.5")]


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"hello", bytes(range(256)) * 50])
def test_what_is_no_workbook_is_refused(data: bytes) -> None:
    assert isinstance(read_roster(io.BytesIO(data)), Refusal)


@pytest.fixture
def posts(db: None) -> tuple[Position, Position]:
    group = Position.objects.create(name="测试执法岗", code="t1", slug="t1")
    port = Position.objects.create(name="测试港口岗", code="t2", slug="t2", parent=group, synonyms=["码头执法员"])
    return group, port


def test_for_this_post_shows_reasons_and_leaves_out_other_posts(
    client: Client, posts: tuple[Position, Position]
) -> None:
    other = Position.objects.create(name="测试县岗", code="t3", slug="t3")
    sector = Sector.objects.create(name="测试海事", code="ts", slug="ts")
    fits = factories.live(Kind.CASE, title="港口案", tags={"positions": ["测试港口岗"], "sectors": [sector.name]})
    wide = factories.live(Kind.VIDEO, title="执法片", tags={"positions": ["测试执法岗"]})
    factories.live(Kind.CASE, title="县里的案", tags={"positions": [other.name]})
    response = client.get(reverse("catalogue:for_post"), {"position": "t2", "sector": "ts"})
    assert [card.pk for card, _match in response.context["rows"]] == [fits.pk, wide.pk]
    text = response.content.decode()
    assert "测试港口岗" in text
    assert "县里的案" not in text
    unknown = client.get(reverse("catalogue:for_post"), {"position": "nobody", "level": "??"})
    assert unknown.context["post"].empty


def test_a_roster_in_the_browser_gives_a_list_that_an_editor_keeps(posts: tuple[Position, Position]) -> None:
    factories.live(Kind.CASE, title="港口案", tags={"positions": ["测试港口岗"]})
    editor = Client()
    editor.force_login(factories.UserFactory(roles=[Role.EDITOR]))
    url = reverse("catalogue:roster")
    roster = "甲，码头执法员\n乙，测试港口岗\n丙，测试执法岗\n丁，不知道"
    response = editor.post(url, {"roster": roster})
    result = response.context["result"]
    assert result.people == 4
    assert [line.text for line in result.unknown] == ["丁 不知道"]
    assert {row.name: row.people for row in result.rows} == {"测试港口岗": 2, "测试执法岗": 1}
    kept = editor.post(url, {"roster": roster, "keep": "1"})
    made = CatalogueList.objects.get()
    assert kept.headers["Location"].endswith(f"/lists/{made.code}/edit/")
    assert made.items.get().line
    upload = workbook(("甲", "码头执法员"))
    upload.name = "名单.xlsx"
    assert editor.post(url, {"file": upload}).context["result"].people == 1
    broken = io.BytesIO(b"no workbook")
    broken.name = "名单.xlsx"
    assert editor.post(url, {"file": broken}).context["form"].errors["file"]
