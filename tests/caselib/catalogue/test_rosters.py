"""Rosters as people have them: titles, heads, separators of every kind, totals, posts nobody knows."""

from __future__ import annotations

import io
import zipfile

import pytest
from openpyxl import Workbook

from caselib.accounts.viewers import Viewer
from caselib.catalogue.roster_files import read_roster
from caselib.catalogue.rules.matching import Post
from caselib.catalogue.rules.roster import MAX_LINES, is_heading, parse_lines
from caselib.catalogue.selectors.rosters import room_list
from caselib.core.errors import Refusal
from caselib.resources.enums import Kind
from caselib.vocabularies.models import Position
from tests import factories


@pytest.fixture
def secretary(db: None) -> Position:
    found = Position.objects.create(name="屯务联络官", slug="twl", code="TWL", synonyms=["屯联络"])
    factories.live(Kind.CASE, title="屯里的账", tags={"positions": [found.name]})
    return found


@pytest.mark.parametrize(
    "line",
    [
        "2026年秋季主体班学员名单",
        "培训班花名册（第一期）",
        "序号 姓名 单位 职务",
        "姓　名\t职　务",
        "共 36 人",
        "合计：36",
        "制表人：王某",
        "No., Name, Post",
        "备注：缺席请注明",
    ],
)
def test_what_names_nobody_is_no_person(line: str) -> None:
    assert is_heading(parse_lines(line)[0])


@pytest.mark.parametrize(
    "line",
    [
        "1. 王小满，屯务联络官",
        "屯务联络官",
        "王小满",
        "李共和",
        "单位：水利局，王某某",
        "名单外人员 李某 会计",
        "总计师 李某",
    ],
)
def test_people_are_not_taken_for_headings(line: str) -> None:
    assert not is_heading(parse_lines(line)[0])


@pytest.mark.parametrize("mark", ["，", ",", "、", "\t", "　", "|", "｜", "/", "／", "；", "  ", " "])
def test_any_separator_will_do(secretary: Position, mark: str) -> None:
    found = room_list(
        parse_lines(f"王小满{mark}屯务联络官\n李大山{mark}屯联络\n赵六{mark}星际领航员"), Post(), Viewer()
    )
    assert [(row.name, row.people) for row in found.rows] == [("屯务联络官", 2)]
    assert [line.number for line in found.unknown] == [3]
    assert [item.card.title for item in found.items] == ["屯里的账"]


def dirty_workbook() -> io.BytesIO:
    """A title merged over the columns, an empty row, heads, numbers, an empty cell, a total at the foot."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet["A1"] = "新任干部培训班学员名单"
    sheet.merge_cells("A1:D1")
    for row in ((), ("序号", "姓名", "单位", "职务"), (1, "王小满", "某乡", " 屯务联络官 "), (2, "李大山", None, "屯联络"),
                (3, "赵六", "某局", "星际领航员"), ("合计：3人",)):  # fmt: skip
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    out.seek(0)
    return out


def test_a_workbook_with_title_heads_and_total_is_read(secretary: Position) -> None:
    lines = read_roster(dirty_workbook())
    assert not isinstance(lines, Refusal)
    found = room_list(lines, Post(), Viewer())
    assert found.people == 3
    assert [(row.name, row.people) for row in found.rows] == [("屯务联络官", 2)]
    assert [line.text for line in found.unknown] == ["3 赵六 某局 星际领航员"]
    assert len(found.headings) == 3


def test_a_longer_roster_than_is_read_is_said(secretary: Position) -> None:
    assert room_list(parse_lines("甲，屯联络\n" * (MAX_LINES + 1)), Post(), Viewer()).cut
    assert not room_list(parse_lines("甲，屯联络\n" * 20), Post(), Viewer()).cut


def test_two_thousand_people_are_one_room(secretary: Position) -> None:
    lines = [f"{number}，学员{number}，{'屯联络' if number % 4 else '星际领航员'}" for number in range(2000)]
    found = room_list(parse_lines("\n".join(lines)), Post(), Viewer())
    assert (found.people, found.cut, found.left_out) == (2000, False, 0)
    assert [(row.name, row.people) for row in found.rows] == [("屯务联络官", 1500)]
    assert len(found.unknown) == 500


def test_posts_that_are_too_many_are_not_left_out_in_silence(
    secretary: Position, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("caselib.catalogue.selectors.rosters.MAX_POSTS", 1)
    Position.objects.create(name="渡口看守员", slug="dkk", code="DKK")
    found = room_list(parse_lines("甲，屯联络\n乙，屯联络\n丙，渡口看守员"), Post(), Viewer())
    assert [row.people for row in found.rows] == [2]
    assert found.left_out == 1


def test_the_first_sheet_that_has_people_is_read(secretary: Position) -> None:
    book = Workbook()
    book.create_sheet("名单").append(["王小满", "屯联络"])
    stream = io.BytesIO()
    book.save(stream)
    lines = read_roster(stream)
    assert not isinstance(lines, Refusal)
    assert [line.text for line in lines] == ["王小满 屯联络"]


def bent(change: int) -> bytes:
    """A workbook of which one thing is not as the reader expects: 0 its data, 1 the flag for a password, 2 the method."""
    data = bytearray(dirty_workbook().getvalue())
    at = -1
    while (at := data.find(b"PK\x03\x04", at + 1)) >= 0:
        if change == 0:
            data[at + 60 : at + 70] = b"\xff" * 10
        else:
            data[at + 6 * change - (change - 1) * 4] = 99 if change == 2 else 1
    while change and (at := data.find(b"PK\x01\x02", at + 1)) >= 0:
        data[at + 8 + (change - 1) * 2] = 99 if change == 2 else 1
    return bytes(data)


@pytest.mark.parametrize("change", [0, 1, 2], ids=["damaged", "password", "method"])
def test_a_damaged_workbook_is_refused(change: int) -> None:
    found = read_roster(io.BytesIO(bent(change)))
    assert isinstance(found, Refusal) and found.code == "unreadable"


def test_a_workbook_that_asks_for_minutes_is_refused() -> None:
    """Seven million empty texts weigh 55 kB; reading them took 40 seconds and half a gigabyte of the web process."""
    space = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    texts = f'<Override PartName="/xl/sharedStrings.xml" ContentType="{kind}"/></Types>'.encode()
    out = io.BytesIO()
    with zipfile.ZipFile(dirty_workbook()) as given, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name in given.namelist():
            data = given.read(name)
            made.writestr(name, data.replace(b"</Types>", texts) if name == "[Content_Types].xml" else data)
        made.writestr("xl/sharedStrings.xml", f"<sst {space}>{'<si/>' * 7_000_000}</sst>")
    found = read_roster(out)
    assert isinstance(found, Refusal) and found.code == "too_large"
