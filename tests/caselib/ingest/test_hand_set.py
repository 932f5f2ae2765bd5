"""Collections set by hand come apart into their cases: titles, units, people and headings as a reader of the paper sees them."""

from __future__ import annotations

import pytest

from caselib.ingest.splitting import split
from caselib.word.html_reader import read_html
from caselib.word.names import split_byline
from caselib.word.reader.document import read_docx
from caselib.word.text_readers import read_markdown, read_text
from tests.caselib.ingest.hand_set import Book, StyledBook
from tests.caselib.word.packages import docx, p

_TEXT = "村里把账本挂在墙上，谁家有疑问谁来问，工作组逐户走访，把意见一条一条记下来再商量。"


@pytest.mark.parametrize("make", [Book, StyledBook])
@pytest.mark.parametrize("seed", [*range(50), 136])
def test_a_collection_is_read_as_it_stands_on_paper(make: type[Book], seed: int) -> None:
    book = make(seed)

    found = split(read_docx(book.data), name="collection")

    assert [item.title for item in found.items] == [case.title for case in book.cases]
    assert [(item.unit, sorted(item.authors)) for item in found.items] == [
        (case.unit, sorted(case.authors)) for case in book.cases
    ]
    assert [
        [(part.level, "".join((part.number + part.text).split())) for part in item.sections] for item in found.items
    ] == [case.headings for case in book.cases]
    assert (found.foreword is not None) == book.foreword


@pytest.mark.parametrize("seed", range(40))
def test_a_case_in_a_file_of_its_own(seed: int) -> None:
    case = (book := Book(seed, alone=True)).cases[0]

    found = split(read_docx(book.data), name="case").items

    assert [item.title.partition("——")[0].rstrip("：") for item in found] == [case.title]
    assert (found[0].unit, sorted(found[0].authors)) == (case.unit, sorted(case.authors))
    assert [(part.level, "".join((part.number + part.text).split())) for part in found[0].sections] == case.headings


@pytest.mark.parametrize(
    ("line", "units", "people"),
    [
        ("陆 怀 山", [], ["陆怀山"]),
        ("作者：程望舒 单位：松岭市委党校", ["松岭市委党校"], ["程望舒"]),
        ("派驻松岭市财政局纪检监察组", ["派驻松岭市财政局纪检监察组"], []),
        ("河湾社区党总支  李强", ["河湾社区党总支"], ["李强"]),
        ("松岭日报社", ["松岭日报社"], []),
        ("松岭海关", ["松岭海关"], []),
    ],
)
def test_offices_and_people_in_a_byline(line: str, units: list[str], people: list[str]) -> None:
    assert split_byline(line) == (units, people)


def test_a_table_of_contents_typed_in_a_web_page_stays_out() -> None:
    titles = ("一张清单管到底", "把账本晒在太阳下")
    lines = ["<p align=center><b>目　录</b></p>"]
    lines += [
        f"<p>案例{sign}　{title}……………{page}</p>" for sign, title, page in zip("一二", titles, (1, 4), strict=True)
    ]
    for sign, title in zip("一二", titles, strict=True):
        lines += [f"<p align=center><font size=5><b>案例{sign}　{title}</b></font></p>", "<p><b>一、案例背景</b></p>"]
        lines += ["<p>过去群众办事要跑三四个部门，材料重复报、来回跑，意见集中在多头跑、反复报上。</p>"]

    found = split(read_html("".join(lines).encode(), "html"), name="网页")

    assert [item.title for item in found.items] == list(titles)
    assert all("……" not in item.title for item in found.items)


_CASES = (
    ("破茧：空壳村的逆袭之路", "青禾县委党校", "林涛"),
    ("从“要我评”到“我要评”", "松岭市纪委监委", "石磊"),
    ("老宅基地上的新文章", "青禾县委组织部", "郑爱华"),
)


_ENTRIES = pytest.mark.parametrize(
    "entry",
    [
        "{title}…………{unit}（{page}）",
        "{title}…………{unit}  {author}（{page}）",
        "{title}…………{author}/{page}",
        "{title}\t{page}\n　　——{unit}",
        "{title}",
        "{title}（{unit}）",
        "案例{at}：{title} ({page})",
        "{title} / 0{page}",
        "0{page}  {title}",
    ],
)


@pytest.mark.parametrize("broken", [False, True], ids=["one line", "two lines"])
@_ENTRIES
def test_every_way_to_type_a_table_of_contents(entry: str, broken: bool) -> None:
    """The entries were taken for the title of the first case, or for cases without a text."""
    centre, large, head = '<w:jc w:val="center"/>', '<w:sz w:val="44"/>', '<w:rFonts w:eastAsia="黑体"/>'
    text = "<w:sz w:val='32'/>"
    body = p("优秀案例选编", props=centre, run='<w:sz w:val="72"/>') + p("前　言", props=centre, run=large)
    body += p(_TEXT * 3, run=text) + p("目　录", props=centre, run=large)
    for at, (title, unit, author) in enumerate(_CASES):
        lines = entry.format(title=title, unit=unit, author=author, page=10 + at * 7, at=at + 1).split("\n")
        body += "".join(p(line, run=text) for line in lines)
    for title, unit, author in _CASES:
        for part in (title[:6], title[6:]) if broken else (title,):
            body += p(part, props=centre, run=large)
        body += p(f"{unit}　{author}", props=centre, run=text)
        for name in ("一、案例背景", "二、主要做法", "三、成效"):
            body += p(name, run=text + head) + p(_TEXT * 2 + title, run=text)

    found = split(read_docx(docx(body)), name="collection")

    assert [(item.title, item.unit, item.authors) for item in found.items] == [
        (title, unit, [author]) for title, unit, author in _CASES
    ]
    assert all(
        [part.text for part in item.sections] == ["一、案例背景", "二、主要做法", "三、成效"] for item in found.items
    )
    assert found.foreword is not None


@pytest.mark.parametrize("kind", ["html", "md", "txt"])
@_ENTRIES
def test_every_way_to_type_a_table_of_contents_in_a_web_page_or_a_text(entry: str, kind: str) -> None:
    """Below a heading 目录 they were a case of that name."""
    lines = [("", "优秀案例选编"), ("# ", "前　言"), ("　　", _TEXT * 3), ("# ", "目　录")]
    for at, (title, unit, author) in enumerate(_CASES):
        named = entry.format(title=title, unit=unit, author=author, page=10 + at * 7, at=at + 1)
        lines += [("", line) for line in named.split("\n")]
    for title, unit, author in _CASES:
        lines += [("# ", title), ("", f"{unit}　{author}")]
        for name in ("一、案例背景", "二、主要做法", "三、成效"):
            lines += [("## ", name), ("　　", _TEXT * 2 + title)]
    if kind == "html":
        tags = {"# ": "h1", "## ": "h2"}
        page = "".join(f"<{tags.get(mark, 'p')}>{line}</{tags.get(mark, 'p')}>" for mark, line in lines)
        found = split(read_html(page.encode()), name="collection")
    elif kind == "md":
        found = split(
            read_markdown("\n\n".join(mark.strip("　") + line for mark, line in lines).encode()), name="collection"
        )
    else:
        text = "\n".join(mark.strip("# ") + line for mark, line in lines)
        found = split(read_text(text.encode()), text_file=True, name="collection")

    assert [(item.title, item.unit, item.authors) for item in found.items] == [
        (title, unit, [author]) for title, unit, author in _CASES
    ]
    assert found.foreword is not None


@pytest.mark.parametrize(("signed", "cover"), [("below", False), ("below", True), ("behind", False)])
def test_cases_without_sections_are_told_by_their_titles_and_who_signs(signed: str, cover: bool) -> None:
    """They were one case, the titles of the others its sections."""
    centre, large, text = '<w:jc w:val="center"/>', '<w:b/><w:sz w:val="36"/>', '<w:sz w:val="32"/>'
    body = p("优秀案例选编", props=centre, run='<w:sz w:val="72"/>') if cover else ""
    for title, unit, author in _CASES[1:]:
        body += p(title, props=centre, run=large)
        body += p(f"{unit}　{author}", props=centre, run=text) if signed == "below" else ""
        body += "".join(p(_TEXT * times + title, run=text) for times in (2, 3, 1))
        body += p(f"（{unit}　{author}）", run=text) if signed == "behind" else p()

    found = split(read_docx(docx(body)), name="collection")

    assert [(item.title, item.unit, item.authors) for item in found.items] == [
        (title, unit, [author]) for title, unit, author in _CASES[1:]
    ]


def test_a_plan_that_names_who_does_what_is_one_text() -> None:
    centre, bold = '<w:jc w:val="center"/>', "<w:b/>"
    body = p("基层治理提升行动安排", props=centre, run='<w:b/><w:sz w:val="44"/>') + p("青禾县委党校", props=centre)
    for name, unit in (("送课下乡", "青禾县委组织部"), ("案例进课堂", "青禾县委宣传部")):
        body += p(name, run=bold) + p(f"责任单位：{unit}") + p(_TEXT * 3)
    assert len(split(read_docx(docx(body)), name="plan").items) == 1


@pytest.mark.parametrize("count", [1, 2])
def test_what_tells_how_to_teach_a_case_stays_with_it(count: int) -> None:
    """案例使用说明 counts its sections anew, as a case does: it was one, of that name and of nobody."""
    centre, large, text = '<w:jc w:val="center"/>', '<w:b/><w:sz w:val="44"/>', '<w:sz w:val="32"/>'
    black = '<w:rFonts w:eastAsia="黑体"/>'
    body = ""
    for title, unit, author in _CASES[:count]:
        body += p(title, props=centre, run=large) + p(f"{unit}　{author}", props=centre, run=text)
        for part, names in (("案例正文", ("一、引言", "二、经过")), ("案例使用说明", ("一、教学目的", "二、分析思路"))):
            body += p(part, props=centre, run=black + '<w:sz w:val="36"/>')
            for times, name in enumerate(names, start=1):
                body += (
                    p(name, run=text + black)
                    + p(_TEXT * times + title + name + "。", run=text)
                    + p(_TEXT * 3, run=text)
                )

    found = split(read_docx(docx(body)), name="case")

    assert [(item.title, item.unit, item.authors) for item in found.items] == [
        (title, unit, [author]) for title, unit, author in _CASES[:count]
    ]
    for item in found.items:
        assert [(part.level, part.text) for part in item.sections] == [
            (1, "案例正文"), (2, "一、引言"), (2, "二、经过"), (1, "案例使用说明"), (2, "一、教学目的"), (2, "二、分析思路"),
        ]  # fmt: skip
