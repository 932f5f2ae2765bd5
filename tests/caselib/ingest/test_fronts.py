"""Texts in one file that nothing but their fronts or their pages part; and one text that looks alike and stays whole."""

from __future__ import annotations

import pytest

from caselib.ingest.splitting import split
from caselib.word.reader.document import read_docx
from tests.caselib.word.packages import cell, docx, p, r, table

_TITLES = ("一张清单管到底", "夜间议事亭里的公道", "把账本晒在太阳下", "村里来了第一书记")
_TEXT = "村里把账本挂在墙上，谁家有疑问谁来问，工作组逐户走访，把意见一条一条记下来再商量，谁也不含糊。"
_BREAK = p(inner='<w:r><w:br w:type="page"/></w:r>')


def title(text: str, size: int = 36, *, breaks: bool = False) -> str:
    props = "<w:pageBreakBefore/>" if breaks else ""
    return p(text, props=f'{props}<w:jc w:val="center"/>', run=f'<w:b/><w:sz w:val="{size}"/>')


def text(seed: int, paragraphs: int = 5) -> str:
    return "".join(p(f"第{seed}村第{number}天。{_TEXT}") for number in range(paragraphs))


def parts(body: str) -> tuple[list[str], list[str]]:
    found = split(read_docx(docx(body)), name="文件")
    return [item.title for item in found.items], [w.code for w in found.warnings if w.code.startswith("split_")]


@pytest.mark.parametrize(
    "front", ["摘要：账本公开了，人心就顺了，村里的事也好办了。", "关键词：账本；公开", "【案例正文】", "作者：李强"]
)
def test_fronts_part_texts(front: str) -> None:
    body = "".join(title(name) + p(front) + text(seed) for seed, name in enumerate(_TITLES))

    names, why = parts(body)

    assert names == list(_TITLES) and len(why) == 1


def test_one_text_with_its_abstract_stays_whole() -> None:
    body = title("村务公开的实践", 44) + p("摘要：账本公开了，人心就顺了。") + p("关键词：账本；公开")
    body += "".join(title(name) + text(seed) for seed, name in enumerate(_TITLES))

    assert parts(body) == (["村务公开的实践"], [])


def test_an_english_abstract_parts_nothing() -> None:
    body = title("村务公开的实践", 36) + p("摘要：账本公开了，人心就顺了。") + text(0)
    body += title("Open Books in Villages", 36) + p("Abstract: the books are open to all.") + text(1)

    assert len(parts(body)[0]) == 1


@pytest.mark.parametrize("breaks", [True, False])
def test_pages_part_titles_set_alike(breaks: bool) -> None:
    between = "" if breaks else _BREAK
    pieces = [title(name, breaks=breaks) + text(seed) for seed, name in enumerate(_TITLES)]

    assert parts(between.join(pieces)) == (list(_TITLES), ["split_pages"])
    cover = title("松岭好故事选编", 60) + _BREAK
    assert parts(cover + between.join(pieces)) == (list(_TITLES), ["split_pages"])


@pytest.mark.parametrize(
    "body",
    [
        _BREAK.join(title(name) + text(seed) for seed, name in enumerate(_TITLES[:2])),
        title("基层治理调研", 44) + text(9) + "".join(_BREAK + title(n) + text(s) for s, n in enumerate(_TITLES)),
        _BREAK.join(title(name) + text(seed) for seed, name in enumerate(("调研的由来", "现状分析", "原因何在", "结语与展望"))),
        _BREAK.join(title(f"第{n}章 {name}") + text(seed) for seed, (n, name) in enumerate(zip("一二三四", _TITLES, strict=True))),
        "".join(title(name) + text(seed) for seed, name in enumerate(_TITLES)),
        _BREAK.join(title(name) + text(seed, 1) for seed, name in enumerate(_TITLES)),
        title(_TITLES[0]) + text(0) + title("又是一年春天") + text(7) + "".join(_BREAK + title(n) + text(s) for s, n in enumerate(_TITLES[1:])),
    ],
    ids=["two", "report", "parts", "chapters", "no pages", "short", "one not on a page"],
)  # fmt: skip
def test_weak_evidence_parts_nothing(body: str) -> None:
    names, why = parts(body)

    assert len(names) == 1 and not why


def form(goal: str) -> str:
    rows = [cell("授课对象"), cell("村监委主任"), cell("课时"), cell("2")]
    goals = [cell("教学目标"), cell(goal), cell("教学重点"), cell("看懂收支")]
    return table(rows, goals, columns=4)


def test_lesson_plans_whose_labels_stand_in_forms() -> None:
    names = ("第一讲 村务监督怎么看账", "第二讲 怎样开好民主生活会", "第三讲 信访接待的分寸")
    bold = '<w:b/><w:sz w:val="28"/>'
    plan = p("教学过程", run=bold) + p(_TEXT) + p("课后反思", run=bold) + p(_TEXT)

    found = split(read_docx(docx("".join(title(n) + form(f"目标{n}") + plan for n in names))), name="教案")

    assert [item.title for item in found.items] == list(names)
    assert all(item.lesson is not None for item in found.items)
    rated = table(
        [cell("指标"), cell("教学目标达成"), cell("教学重点突出")], [cell("甲"), cell("好"), cell("好")], columns=3
    )
    alone = split(read_docx(docx(title(names[0]) + form("目标") + plan + p("评价", run=bold) + rated)), name="教案")
    assert len(alone.items) == 1


def test_a_break_within_a_title_page_is_seen() -> None:
    inside = p(
        inner='<w:r><w:br w:type="page"/></w:r>' + r(_TITLES[1], '<w:b/><w:sz w:val="36"/>'),
        props='<w:jc w:val="center"/>',
    )

    document = read_docx(docx(title(_TITLES[0]) + p(_TEXT) + inside + p(_TEXT)))

    assert document.pages == {0: 36, 2: 36}
