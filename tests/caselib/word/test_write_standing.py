"""What an editor looks at in print: numbers of lists, names in titles, parts in the contents, codes below abstracts."""

from __future__ import annotations

import io
import re
import zipfile

from caselib.word.book import Book, Chapter, Part
from caselib.word.fonts import unshown
from caselib.word.model import Document, Paragraph, Run
from caselib.word.styles import BOOK
from caselib.word.writer import compile_book
from caselib.word.writer.lists import standings
from caselib.word.writer.measure import word_starts
from caselib.word.writer.naming import recurring


def body_of(book: Book) -> str:
    out = io.BytesIO()
    compile_book(book, out, style=BOOK)
    with zipfile.ZipFile(out) as archive:
        return archive.read("word/document.xml").decode()


def items(*numbers: str) -> list[Paragraph]:
    return [Paragraph((Run("条"),), "list", number=number) for number in numbers]


def test_a_number_has_room_before_the_text_and_another_form_of_it_stands_deeper() -> None:
    found = standings(items("一、", "（1）", "①", "（2）", "二、", "第12条"))
    assert [found[place].depth for place in range(6)] == [0, 1, 2, 1, 0, 1]
    assert found[1].hanging > 2.5  # the number itself; more, since it would reach the tab stop
    assert found[2].left - found[2].hanging == found[1].left
    assert found[5].hanging >= 4


def test_the_number_of_a_part_stands_in_its_heading() -> None:
    xml = body_of(Book("书", body=(Part("群众路线", (Chapter("k", "题", Document(())),), "第一编"),)))
    heading = next(p for p in re.findall(r"<w:p>.*?</w:p>", xml) if 'w:val="Heading1"' in p)
    assert "第一编\u3000群众路线" in "".join(re.findall(r"<w:t[^>]*>([^<]*)", heading))


def test_the_code_of_an_entry_that_is_its_abstract_goes_with_it() -> None:
    xml = body_of(Book("书", body=(Chapter("k", "题", Document(()), abstract="摘要文字", qr="https://x.example/1/"),)))
    assert '<w:pStyle w:val="Quote"/><w:keepNext/>' in xml


def test_a_name_that_recurs_is_not_parted() -> None:
    title = "哀牢山深处阿者科计划"
    names = recurring(title, "阿者科在山腰。阿者科的蘑菇房。我们到阿者科。")
    assert "阿者科" in names
    assert not {title.index("者"), title.index("科")} & word_starts(title, names)
    assert not recurring(title, "阿者科一次。")


def test_nobody_is_told_of_chinese() -> None:
    assert unshown("证书 ABC：云坪县") == []
