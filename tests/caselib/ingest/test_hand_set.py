"""Collections set by hand come apart into their cases: titles, units, people and headings as a reader of the paper sees them."""

from __future__ import annotations

import pytest

from caselib.ingest.splitting import split
from caselib.word.html_reader import read_html
from caselib.word.names import split_byline
from caselib.word.reader.document import read_docx
from tests.caselib.ingest.hand_set import Book, StyledBook


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
