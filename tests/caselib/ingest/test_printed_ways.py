"""What pdftotext makes of books with other habits: notes at the foot, columns below titles, contents with units between."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest

from caselib.ingest.columns import split_columns
from caselib.ingest.contents import take_contents
from caselib.ingest.interleaving import untangle
from caselib.ingest.lines import Line, lines_of
from caselib.ingest.pagenotes import mark_notes
from caselib.ingest.splitting import Split, split
from caselib.ingest.titling import line_of
from caselib.word.model import Heading
from caselib.word.names import split_byline
from caselib.word.text_readers import read_text
from tests.caselib.ingest.printed import TITLES, cases, sentences, wrap


def read(text: str) -> Split:
    return split(read_text(text.encode()), text_file=True)


def lines(text: str) -> list[Line]:
    return lines_of(read_text(text.encode()).blocks, keep_guessed=False)


def test_contents_with_units_between_the_entries_and_pages_that_touch_the_title() -> None:
    text = (
        "目　录\n第一编　组织建设\n01 一张清单破解停车之困................3\n云岭县委组织部\n02 老厂房里的新食堂——青溪镇为老服务的探索.  .7\n青溪镇党委\n"
        "第二编　乡村振兴\n03 把议事会开到田埂上的做法11\n白石街道党工委\n04 三本账管好集体资产\n的路径................15\n柳湾村党支部\n"
        "\f01 一张清单破解停车之困\n云岭县委组织部\n"
    )
    kept, entries = take_contents(lines(text))
    assert [(entry.text, entry.page) for entry in entries if entry.page] == [
        ("01 一张清单破解停车之困", 3),
        ("02 老厂房里的新食堂——青溪镇为老服务的探索", 7),
        ("03 把议事会开到田埂上的做法", 11),
        ("04 三本账管好集体资产的路径", 15),
    ]
    assert kept[-1].text == "云岭县委组织部"


PAGE = (
    "镇里把积压的诉求逐条登记。{call}街道按户建起一册明白账，前后用了\n两个多月，群众从观望转为参与，县里又派专班把验收\n"
    "{foot}\f标准贴到墙上，半年里没有一起上访。\n后面还有一句。\n— 2 —\n\f第三页的话。\n"
)


@pytest.mark.parametrize(
    "foot",
    ["1 参见镇里：《工作简报》第7期。\n— 1 —\n", "1\n\n镇里的档案，未刊。\n\n— 1 —\n"],
    ids=["beside", "above"],
)
def test_a_note_and_its_call_get_one_sign(foot: str) -> None:
    marked = mark_notes(lines(PAGE.format(call="1", foot=foot)))
    assert marked[0].text.startswith("镇里把积压的诉求逐条登记。①街道")
    assert [line.text[:3] for line in marked if line.text.startswith("①")] in (["①参见"], ["①镇里"])


def test_a_number_without_a_call_is_no_note() -> None:
    text = PAGE.format(call="", foot="1 参见镇里：《工作简报》第7期。\n— 1 —\n")
    assert [line.text for line in mark_notes(lines(text))] == [line.text for line in lines(text)]


def test_columns_below_a_title_in_the_middle_of_a_page() -> None:
    gap = " " * 8
    upper = "".join(f"上左第{n}行的文字满满当当写{gap}上右第{n}行的文字满满当当写\n" for n in range(1, 9))
    lower = "".join(f"下左第{n}行的文字满满当当写{' ' * 14}下右第{n}行的文字满满当当写\n" for n in range(1, 9))
    spread = "下 左 末 行 的 字 满 满 当 当 写 下右末行的文字满满当当写"
    made, _ = split_columns(lines(f"{upper}\n{' ' * 12}老厂房里的新食堂\n{lower}{spread}\n"))
    order = [line.text.replace(" ", "")[:2] for line in made]
    upper_order = ["上左"] * 8 + ["上右"] * 8
    assert order == [*upper_order, "老厂", *["下左"] * 9, *["下右"] * 9]


def test_full_lines_of_two_columns_are_untangled_by_the_words_they_break() -> None:
    rng = random.Random(4)
    pages: list[list[Line]] = []
    wanted: list[str] = []
    for _ in range(4):
        left, right = (
            [line for _ in range(6) for line in wrap(sentences(rng, 4), 15, indent=False)][:28] for _ in range(2)
        )
        wanted += [*left, *right]
        page = "\n".join(text for both in zip(left, right, strict=True) for text in both)
        pages.append(lines(page))
    made, changed = untangle(pages, known=True)
    found = [line.text for page in made for line in page]
    neighbours = set(pairwise(wanted))
    assert len(changed) == 4 and sorted(found) == sorted(wanted)
    assert sum(pair in neighbours for pair in pairwise(found)) >= len(wanted) * 0.85


def test_sections_counted_with_a_blank_and_parts_named_on_two_lines() -> None:
    found = cases(4, names=("基本情况", "具体举措", "取得成效"))
    text = "".join(
        (f"第{'一二'[index // 2]}编\n{'组织建设' if index else '乡村振兴'}\n\f" if index in (0, 2) else "")
        + f"{case.title}\n{case.unit}　王明\n"
        + "".join(
            f"{'一二三'[number]}　{name}\n" + "".join("\n".join(wrap(part, 30, False)) + "\n" for part in texts)
            for number, (name, texts) in enumerate((heading[2:], texts) for heading, texts in case.sections)
        )
        for index, case in enumerate(found)
    )
    items = read(text).items
    assert [item.title for item in items] == list(TITLES[:4])
    for item, case in zip(items, found, strict=True):
        assert [line_of(block) for block in item.sections] == ["一 基本情况", "二 具体举措", "三 取得成效"]
        assert item.unit == case.unit and item.authors == ["王明"]
        assert not any("编" in line_of(block) for block in item.blocks if isinstance(block, Heading))


def test_a_signature_over_two_lines_at_the_end_of_a_column() -> None:
    body = "\n".join(wrap(sentences(random.Random(2), 8) + "这是最后一句，写到正好满一行为止的地方。", 20, False))
    text = f"老厂房里的新食堂\n一、背景\n{body}\n二、做法\n{body}\n（作者：王明，单位：白石街道\n党工委）\n"
    item = read(text).items[0]
    assert (item.unit, item.authors) == ("白石街道党工委", ["王明"])
    assert split_byline("（作者：王明，单位：云岭县委组织部）") == (["云岭县委组织部"], ["王明"])


def test_running_heads_that_touch_their_page_number() -> None:
    body = [line for _ in range(6) for line in wrap(sentences(random.Random(3), 6), 30)]
    pages = [body[at : at + 12] for at in range(0, len(body) - 12, 12)]
    heads = [f"{n}基层治理案例选" if n % 2 == 0 else f"创新实践篇{n}" for n in range(1, len(pages) + 1)]
    text = "\f".join("\n".join([head, *page]) + "\n" for head, page in zip(heads, pages, strict=True))
    found = read(text)
    assert not any("案例选" in line_of(block) or "实践篇" in line_of(block) for i in found.items for block in i.blocks)
    assert {w.code for w in found.warnings} >= {"running_head_removed"}
