"""Automatic numbers come out as Word prints them."""

from __future__ import annotations

import pytest

from caselib.word.numbering import chinese, circled, format_number, letters, roman
from caselib.word.outline import number_value, numeral
from caselib.word.reader.document import read_docx
from tests.caselib.word.packages import docx, level, numbered, numbering, p


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0, "零"),
        (1, "一"),
        (10, "十"),
        (11, "十一"),
        (20, "二十"),
        (21, "二十一"),
        (100, "一百"),
        (105, "一百零五"),
        (110, "一百一十"),
        (1001, "一千零一"),
        (10000, "一万"),
        (10010, "一万零一十"),
        (23456, "二万三千四百五十六"),
    ],
)
def test_chinese(number: int, text: str) -> None:
    assert chinese(number) == text


def test_chinese_reads_back() -> None:
    assert [number for number in range(1, 3000) if number_value(chinese(number)) != number] == []


@pytest.mark.parametrize(
    ("fmt", "number", "text"),
    [
        ("upperRoman", 14, "XIV"),
        ("lowerLetter", 27, "aa"),
        ("decimalEnclosedCircleChinese", 3, "③"),
        ("decimalEnclosedCircle", 21, "㉑"),
        ("ideographTraditional", 3, "丙"),
        ("ideographZodiac", 12, "亥"),
        ("decimalZero", 7, "07"),
        ("decimalFullWidth", 12, "１２"),
        ("ideographDigital", 20, "二○"),
        ("chineseLegalSimplified", 12, "壹拾贰"),
        ("decimalEnclosedParen", 2, "⑵"),
        ("decimalEnclosedFullstop", 2, "⒉"),
        ("ideographEnclosedCircle", 2, "㊁"),
        ("never heard of", 5, "5"),
        ("numberInDash", 4, "- 4 -"),
        ("ideographZodiacTraditional", 1, "甲子"),
    ],
)
def test_formats(fmt: str, number: int, text: str) -> None:
    assert format_number(number, fmt) == text


def test_formats_beyond_their_range_fall_back() -> None:
    assert roman(0) == "0" and roman(4000) == "4000"
    assert letters(0) == "0"
    assert circled(99) == "(99)" and circled(0) == "⓪"


MULTI = (
    level(0, "chineseCounting", "%1、")
    + level(1, "chineseCounting", "（%2）")
    + level(2, "decimal", "%3.")
    + level(3, "decimalEnclosedCircle", "%4")
)


def labels(body: str, xml: str) -> list[str]:
    document = read_docx(docx(body, parts={"word/numbering.xml": xml}))
    return [block.number for block in document.blocks]  # type: ignore[union-attr]


def line(level_: int, list_id: int = 1, text: str = "这里写的是一段完整的话，作为正文。") -> str:
    return p(text, props=numbered(list_id, level_))


def test_levels_count_and_restart_below_their_parent() -> None:
    body = line(0) + line(1) + line(1) + line(2) + line(3) + line(3) + line(0) + line(1) + line(2)
    assert labels(body, numbering(MULTI)) == ["一、", "（一）", "（二）", "1.", "①", "②", "二、", "（一）", "1."]


def test_a_level_that_never_restarts_runs_through() -> None:
    xml = numbering(
        level(0, "chineseCounting", "第%1章") + level(1, "chineseCounting", "第%2条", '<w:lvlRestart w:val="0"/>')
    )
    assert labels(line(0) + line(1) + line(1) + line(0) + line(1), xml) == [
        "第一章",
        "第一条",
        "第二条",
        "第二章",
        "第三条",
    ]


def test_a_start_override_begins_again() -> None:
    nums = [
        '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>',
        '<w:num w:numId="2"><w:abstractNumId w:val="0"/><w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride></w:num>',
        '<w:num w:numId="3"><w:abstractNumId w:val="0"/></w:num>',
    ]
    xml = numbering(level(0, "decimal", "%1."), nums=nums)
    body = line(0, 1) + line(0, 1) + line(0, 2) + line(0, 2) + line(0, 3)
    assert labels(body, xml) == ["1.", "2.", "1.", "2.", "3."]


def test_legal_numbering_prints_digits_of_chinese_parents() -> None:
    xml = numbering(level(0, "chineseCounting", "第%1章") + level(1, "decimal", "%1.%2", "<w:isLgl/>"))
    assert labels(line(0) + line(0) + line(1), xml) == ["第一章", "第二章", "2.1"]


def test_bullets_and_missing_lists() -> None:
    xml = numbering(level(0, "bullet", "\uf06c"))
    assert labels(line(0) + line(0, 9) + line(0, 1), xml) == ["●", "", "●"]


def test_numbers_of_style_and_absurd_values() -> None:
    absurd = numbering(level(0, "decimal", "%1.").replace('w:start w:val="1"', 'w:start w:val="99999999999999"'))
    assert labels(line(0), absurd) == ["1."]


@pytest.mark.parametrize(
    ("text", "kind", "number"),
    [
        ("一、做法", "han", 1),
        ("（十二）成效", "han_paren", 12),
        ("3.1 现状", "decimal2", 1),
        ("第二十一条 本办法", "article", 21),
        ("案例十：小院", "case", 10),
        ("①先做", "circle", 1),
        ("2）再做", "arabic_half", 2),
    ],
)
def test_numerals_are_recognised(text: str, kind: str, number: int) -> None:
    found = numeral(text)
    assert found is not None and (found.kind, found.value) == (kind, number)


@pytest.mark.parametrize(
    "text", ["3.5万元已经到位", "2019年以来", "十年磨一剑", "一是抓早", "12.6%的农户", "第一部队", "案例3个月内办结"]
)
def test_numerals_in_a_sentence_are_none(text: str) -> None:
    assert numeral(text) is None
