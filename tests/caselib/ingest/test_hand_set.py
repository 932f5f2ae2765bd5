"""Collections set by hand come apart into their cases: titles, units, people and headings as a reader of the paper sees them."""

from __future__ import annotations

import pytest

from caselib.ingest.splitting import split
from caselib.word.names import split_byline
from caselib.word.reader.document import read_docx
from tests.caselib.ingest.hand_set import Book


@pytest.mark.parametrize("seed", range(60))
def test_a_collection_set_by_hand_is_read_as_it_stands_on_paper(seed: int) -> None:
    book = Book(seed)

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
