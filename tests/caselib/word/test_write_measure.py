"""Lines of titles and of the contents: balanced, within their room, broken as Chinese typesetting breaks."""

from __future__ import annotations

import io
import random
import re
import zipfile
from dataclasses import replace

import pytest

from caselib.word.book import Cover, Index, IndexEntry
from caselib.word.model import Cell, Document, Heading, Paragraph, Run, Table
from caselib.word.reader.document import read_docx
from caselib.word.styles import HOUSE_STYLES, OFFICIAL, HouseStyle, PageSetup
from caselib.word.writer import measure, write_document
from caselib.word.writer.body import BodyWriter
from caselib.word.writer.contents import index_xml
from caselib.word.writer.covers import cover_xml
from caselib.word.writer.images import ImageStore
from caselib.word.writer.package import Package
from caselib.word.writer.stylesheet import small_table, tiny_table
from caselib.word.writer.tables import table_xml
from caselib.word.writer.titles import fits_running, running
from tests.caselib.word import books

_SIGNS = "账本上墙“之后”——，。（）《》GB 9704 e\u0301😀"


def test_lines_keep_every_sign_and_their_room() -> None:
    generator = random.Random(9)
    for _n in range(400):
        text = "".join(generator.choice(_SIGNS) for _i in range(generator.randint(0, 90)))
        room = generator.uniform(4, 40)
        rows = measure.lines(text, room)
        assert "".join(rows).replace(" ", "") == text.replace(" ", "")
        # A closing sign may hang over: it begins no line.
        assert all(measure.width(row.rstrip("，。）》”—")) <= room + 2 for row in rows)
        assert not any(row[0] in "，。）》”" for row in rows[1:] if row)


def test_a_balanced_title_takes_as_many_lines_and_fills_them_evenly() -> None:
    title = "账本上墙之后柳河镇村务公开的一个细节"
    width = measure.balanced(title, 17)
    rows = measure.lines(title, width)
    assert len(rows) == 2
    assert abs(measure.width(rows[0]) - measure.width(rows[1])) <= 2
    assert measure.balanced("短题", 17) == 17


@pytest.mark.parametrize(
    ("title", "room", "rows"),
    [
        ("岚江省干部教育培训优秀案例选编", 12, ["岚江省干部教育培训", "优秀案例选编"]),
        # The room beside the lines must not let the next sign in.
        ("岚江省干部教育培训优秀案例选编", 13, ["岚江省干部教育培训", "优秀案例选编"]),
        ("公平性报告：岚江省干部教育好案例评选（2025年度）", 20, ["公平性报告：岚江省干部教育好案例评选", "（2025年度）"]),
        ("关于进一步加强和改进新时代干部教育培训工作的若干意见", 16, ["关于进一步加强和改进新时代", "干部教育培训工作的若干意见"]),
        # The dictionary knows 沙市 and cuts 明沙市 before its second sign.
        ("从“四百万元”到“共富坊”：明沙市集体“三资”管理改革的三次调整", 20, ["从“四百万元”到“共富坊”：明沙市集体", "“三资”管理改革的三次调整"]),
    ],
)  # fmt: skip
def test_a_line_of_a_title_ends_between_words(title: str, room: float, rows: list[str]) -> None:
    assert measure.lines(title, measure.balanced(title, room)) == rows


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        (
            "先把新厂房的灯点亮——明沙市铁杉片区三十七家企业的搬迁安置",
            ["先把新厂房的灯点亮", "——明沙市铁杉片区三十七家企业的搬迁安置"],
        ),
        ("一碗热汤——我们的食堂", ["一碗热汤——我们的食堂"]),
    ],
)
def test_a_subtitle_begins_a_line_of_its_own_and_the_title_reads_back_whole(title: str, shown: list[str]) -> None:
    made = write_document(Document((Heading(1, (Run(title),)), Paragraph((Run("正文。"),)))), style=OFFICIAL)
    xml = zipfile.ZipFile(io.BytesIO(made)).read("word/document.xml").decode()
    first = xml[xml.index("<w:body>") : xml.index("</w:p>")].replace("<w:br/>", "\n")
    assert re.sub("<[^>]*>", "", first).split("\n") == shown
    assert read_docx(made).blocks[0].text == title  # type: ignore[union-attr]


def test_what_runs_above_a_document_is_one_line_and_a_long_number_is_not_drawn_out() -> None:
    number = " ".join(["831aab68ae956c01"] * 4)
    made = write_document(Document((Paragraph((Run(f"版本：第7号，{number}"),)),)), header="审读档案" * 20)
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        heads = [archive.read(name).decode() for name in archive.namelist() if "header" in name]
        body = archive.read("word/document.xml").decode()
    assert heads and not any("审读档案" * 20 in head for head in heads)
    assert '<w:jc w:val="left"/>' in body


def test_letters_and_figures_among_chinese_take_the_space_that_is_set_beside_them() -> None:
    """Word and LibreOffice set a quarter of an em there: a balanced title would leave its last sign on a line alone."""
    assert measure.width("第3辑") == 3.0 and measure.width("3、第") == 2.5
    title = "“小窗口”撬动“大改革”：12345热线背后的3个“不等式”"
    width = measure.balanced(title, 20.1)
    rows = measure.lines(title, width)
    assert len(rows) == 2 and all(measure.width(row) <= width for row in rows)


def test_what_runs_above_the_pages_is_one_line() -> None:
    long = "关于" + "基层治理" * 60
    assert fits_running("账本上墙", OFFICIAL) and not fits_running(long, OFFICIAL)
    shown = running(long, OFFICIAL)
    assert shown.endswith("…") and running(shown, OFFICIAL) == shown


@pytest.mark.parametrize("style", HOUSE_STYLES.values(), ids=HOUSE_STYLES)
def test_a_cover_takes_one_page_whatever_is_on_it(style: HouseStyle) -> None:
    """Adds up the heights in the XML; LibreOffice lays whole books out elsewhere."""
    room = style.page.text_height_mm * 72 / 25.4
    for title in ("账本上墙", "关于" + "深入推进基层治理" * 24):
        for image in (None, books.image(400, 4000), books.image(4000, 300)):
            writer = BodyWriter(style, Package(), ImageStore())
            cover = Cover(title, title, tuple(f"第{n}行" for n in range(9)), "内部资料" * 30, image)
            xml = cover_xml(cover, writer)
            height = sum(int(points) / 20 for points in re.findall(r'w:before="(\d+)"', xml))
            height += sum(int(emu) / 12_700 for emu in re.findall(r'<wp:extent cx="\d+" cy="(\d+)"', xml))
            height += xml.count('"CoverLine"') * style.cover_line.line_pt
            size = re.search(r'"CoverTitle".*?w:line="(\d+)".*?<w:t[^>]*>([^<]*)', xml)
            scale = re.search(r'w:sz w:val="(\d+)"', xml)
            assert size
            points = int(scale.group(1)) / 2 if scale else style.cover_title.size_pt
            lines = len(measure.lines(size.group(2), style.page.text_width_mm * 72 / 25.4 / points))
            assert height + lines * int(size.group(1)) / 20 <= room


@pytest.mark.parametrize("style", HOUSE_STYLES.values(), ids=HOUSE_STYLES)
@pytest.mark.parametrize("columns", [8, 12, 14])
def test_no_number_of_a_wide_table_is_broken_in_two(style: HouseStyle, columns: int) -> None:
    """Set too narrow, 12,345.0 comes out as two numbers on two lines."""
    figures = [[f"{row * column * 1234.5:,.1f}" for column in range(1, columns)] for row in range(1, 5)]
    rows = [["乡镇（街道）名称", *row] for row in figures]
    cells = tuple(tuple(Cell((books.text(value),)) for value in row) for row in rows)
    xml = table_xml(Table(cells, columns), BodyWriter(style, Package(), ImageStore()))
    widths = [int(width) / 20 for width in re.findall(r'<w:gridCol w:w="(\d+)"', xml)]
    chosen = re.findall(r'<w:pStyle w:val="(Table\w+)"', xml)[-1]
    size = {"TableText": style.table, "TableSmall": small_table(style), "TableTiny": tiny_table(style)}[chosen].size_pt
    margins = 8.5 if chosen == "TableText" else 3.5
    assert all(
        measure.width(value) * size * 1.1 + margins <= width
        for row in figures
        for value, width in zip(row, widths[1:], strict=True)
    )


@pytest.mark.parametrize("page", ["official", "book", "plain", "32"])
def test_the_column_with_the_long_texts_gets_the_room(page: str) -> None:
    """A ledger: short columns stay on their lines where there is room for it, and never squeeze the long one."""
    small = replace(HOUSE_STYLES["book"], page=PageSetup(140, 203, 20, 18, 20, 16, 12, 9, 15))
    style = HOUSE_STYLES.get(page, small)
    rows = [["序号", "日期", "议题", "决议内容", "金额（万元）"]]
    for row in range(1, 21):
        decided = "村民代表会议决定由支部领办合作社，" * (1 + row % 6)
        rows.append([str(row), f"2024年12月{row + 9}日", "关于第三村民小组道路硬化的议案", decided, f"1,234.{row}"])
    cells = tuple(tuple(Cell((books.text(value),)) for value in row) for row in rows)
    xml = table_xml(Table(cells, 5, 1), BodyWriter(style, Package(), ImageStore()))
    widths = [int(width) / 20 / style.table.size_pt for width in re.findall(r'<w:gridCol w:w="(\d+)"', xml)]
    number, day, _topic, decided_width, _sum = widths
    margin = 8.5 / style.table.size_pt
    assert number >= 2.1 + margin and decided_width == max(widths) and decided_width >= 0.3 * sum(widths)
    if page in ("book", "plain"):
        assert day >= measure.width("2024年12月29日") + margin


@pytest.mark.parametrize("style", HOUSE_STYLES.values(), ids=HOUSE_STYLES)
def test_no_page_number_of_an_index_is_broken_in_two(style: HouseStyle) -> None:
    """LibreOffice breaks a field that runs over its line: 159 would be printed as 15 and 9."""
    keys = tuple(f"k{n}" for n in range(60))
    index = Index("i", "单位索引", (IndexEntry("云坪县委党校", keys), IndexEntry("党校教研室" * 9, keys[:20])))
    anchors = {key: f"_Toc{n}c0" for n, key in enumerate(keys)}
    xml = index_xml(index, anchors, {anchor: str(100 + n) for n, anchor in enumerate(anchors.values())}, style)
    room = (style.page.text_width_mm * 72 / 25.4 - 21.25) / 2 / style.index.size_pt
    for paragraph in xml.split("</w:p>")[:-1]:
        first, *others = ["".join(re.findall(r"<w:t[^>]*>([^<]*)", row)) for row in paragraph.split("<w:br/>")]
        name, _space, numbers = first.partition("\u3000")
        assert others and all(measure.width(row) + 2 <= room for row in others)
        if measure.width(name) < room / 2:
            assert measure.width(first) <= room and numbers
