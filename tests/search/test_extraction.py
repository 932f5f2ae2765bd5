"""What is read of uploaded documents: of any age, by what they are, and whatever they do to the reader."""

from __future__ import annotations

import io
import re
import struct
import sys
import zipfile
from pathlib import Path

import docx
import openpyxl
import pptx
import pytest
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.util import Cm

from caselib.word import office
from caselib.word.sandbox import Outcome, run_limited
from search.extraction import NoText, text_of
from tests.conftest import require_service

SECTOR = 512
END, FREE, NO_ENTRY = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFF


def compound(name: str, stream: bytes) -> bytes:
    """A compound file of one stream ([MS-CFB], version 3)."""
    stream = stream.ljust(4096, b"\0")  # shorter ones lie in a place of their own
    stream += b"\0" * (-len(stream) % SECTOR)
    count = len(stream) // SECTOR
    table = [0xFFFFFFFD, END, *range(3, count + 2), END]  # the table itself, the directory, the stream
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    head += struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, END, 0, END, 0) + struct.pack("<I", 0)
    head += struct.pack("<I", FREE) * 108
    entries = _entry("Root Entry", 5, child=1, start=END, size=0) + _entry(name, 2, start=2, size=len(stream))
    entries += (bytes(68) + struct.pack("<III", NO_ENTRY, NO_ENTRY, NO_ENTRY) + bytes(48)) * 2
    padded = table + [FREE] * (SECTOR // 4 - len(table))
    return head + struct.pack(f"<{SECTOR // 4}I", *padded) + entries + stream


def _entry(name: str, kind: int, *, child: int = NO_ENTRY, start: int, size: int) -> bytes:
    letters = name.encode("utf-16-le").ljust(64, b"\0")
    links = struct.pack("<III", NO_ENTRY, NO_ENTRY, child)
    return (
        letters + struct.pack("<HBB", 2 * len(name) + 2, kind, 1) + links + bytes(36) + struct.pack("<IQ", start, size)
    )


def record(kind: int, body: bytes, *, instance: int = 0, container: bool = False) -> bytes:
    return struct.pack("<HHI", instance << 4 | (0xF if container else 0), kind, len(body)) + body


def words(text: str) -> bytes:
    return record(0x0FA0, text.encode("utf-16-le"))


def old_slides() -> bytes:
    master = record(0x03F8, words("单击此处编辑母版标题"), container=True)
    masters = record(0x0FF0, words("母版列表"), instance=1, container=True)
    slide = record(0x03EE, record(0xF00D, words("旧幻灯片里的剪纸\r第二行"), container=True), container=True)
    return compound("PowerPoint Document", master + masters + slide + record(0x0FA8, b"paper cut"))


def old_sheet() -> bytes:
    def biff(kind: int, body: bytes) -> bytes:
        return struct.pack("<HH", kind, len(body)) + body

    name, cell = "台账", "旧表单里的木雕"
    begin = struct.pack("<HHHHII", 0x0600, 0x0005, 0, 0, 0, 0)
    sheet_name = struct.pack("<BB", len(name), 1) + name.encode("utf-16-le")
    length = len(biff(0x809, begin)) + len(biff(0x85, struct.pack("<IH", 0, 0) + sheet_name)) + len(biff(0x0A, b""))
    label = struct.pack("<HHHHB", 0, 0, 0, len(cell), 1) + cell.encode("utf-16-le")
    book = biff(0x809, begin) + biff(0x85, struct.pack("<IH", length, 0) + sheet_name) + biff(0x0A, b"")
    begin = struct.pack("<HHHHII", 0x0600, 0x0010, 0, 0, 0, 0)
    return compound("Workbook", book + biff(0x809, begin) + biff(0x204, label) + biff(0x0A, b""))


def word(text: str) -> bytes:
    out = io.BytesIO()
    made = docx.Document()
    made.add_paragraph(text)
    made.save(out)
    return out.getvalue()


def deck(*, notes: str = "") -> bytes:
    """A slide with a group in a group, a chart and notes."""
    out = io.BytesIO()
    made = pptx.Presentation()
    slide = made.slides.add_slide(made.slide_layouts[6])
    inner = slide.shapes.add_group_shape().shapes.add_group_shape()
    inner.shapes.add_textbox(Cm(1), Cm(1), Cm(5), Cm(1)).text_frame.text = "组合里的蓝染"
    data = CategoryChartData()
    data.categories = ["岚江渔港", "青禾茶园"]
    data.add_series("年度客流", (3, 5))
    slide.shapes.add_chart(XL_CHART_TYPE.COLUMN_CLUSTERED, Cm(1), Cm(3), Cm(9), Cm(6), data)
    slide.notes_slide.notes_text_frame.text = notes
    made.save(out)
    return out.getvalue()


def book(*sheets: tuple[str, str]) -> bytes:
    out = io.BytesIO()
    made = openpyxl.Workbook()
    made.remove(made.active)
    for name, cell in sheets:
        made.create_sheet(name)["B3"] = cell
    made.save(out)
    return out.getvalue()


def changed(data: bytes, part: str, content: bytes) -> bytes:
    """The package with other content in one of its parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, content if name == part else old.read(name))
    return out.getvalue()


def part(data: bytes, name: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return archive.read(name)


def test_groups_charts_and_notes_of_slides_are_text() -> None:
    text = text_of(deck(notes="讲到这里请停一停"), "课件.pptx")
    for wanted in ("组合里的蓝染", "岚江渔港", "年度客流", "讲到这里请停一停"):
        assert wanted in text.split("\n"), wanted


def test_a_word_in_several_runs_is_one_word() -> None:
    made = deck()
    slide = part(made, "ppt/slides/slide1.xml")
    parted = slide.replace("组合里的蓝染".encode(), "组合里的蓝</a:t></a:r><a:r><a:t>染".encode())
    assert parted != slide
    assert "组合里的蓝染" in text_of(changed(made, "ppt/slides/slide1.xml", parted), "课件.pptx")


def test_old_slides_and_sheets_are_text_without_what_stands_on_the_master() -> None:
    text = text_of(old_slides(), "旧课件.ppt")
    assert text.split("\n") == ["旧幻灯片里的剪纸", "第二行", "paper cut"]
    assert text_of(old_sheet(), "旧台账.xls").split("\n") == ["台账", "旧表单里的木雕"]


def test_an_old_word_file_is_text(tmp_path: Path) -> None:
    program = office.converter()
    require_service(program is not None, "LibreOffice is not installed")
    assert program is not None
    source = tmp_path / "old.docx"
    source.write_bytes(word("旧文档里的竹编"))
    office.convert(program, source, "doc:MS Word 97", tmp_path, profile=tmp_path / "p", seconds=60, memory=2 * 1024**3)
    data = (tmp_path / "old.doc").read_bytes()
    assert text_of(data, "旧教案.doc") == "旧文档里的竹编"
    assert text_of(data, "旧教案.wps") == "旧文档里的竹编"


@pytest.mark.parametrize(
    ("name", "data", "wanted"),
    [
        ("其实是新的.doc", word("换了后缀的文档"), "换了后缀的文档"),
        ("其实是新的.xls", book(("表", "换了后缀的表")), "换了后缀的表"),
        ("其实是新的.ppt", deck(), "组合里的蓝染"),
        ("其实是网页.doc", "<html><body><p>网页存成的文档</p></body></html>".encode(), "网页存成的文档"),
        ("其实是表格.docx", book(("表", "换了后缀的表")), "换了后缀的表"),
    ],
)
def test_a_file_is_read_as_what_it_is(name: str, data: bytes, wanted: str) -> None:
    assert wanted in text_of(data, name)


def test_a_sheet_that_lies_about_its_size_is_read_whole() -> None:
    made = book(("表", "尺寸之外的木雕"))
    sheet = part(made, "xl/worksheets/sheet1.xml")
    lying = re.sub(rb'<dimension ref="[^"]*"', b'<dimension ref="A1"', sheet)
    assert lying != sheet
    assert "尺寸之外的木雕" in text_of(changed(made, "xl/worksheets/sheet1.xml", lying), "a.xlsx")


def test_a_sheet_with_styles_that_openpyxl_refuses_is_read() -> None:
    made = book(("表", "样式古怪的木雕"))
    styles = part(made, "xl/styles.xml").replace(b"<cellXfs ", b"<cellXfs zzz='1' ").replace(b"<xf ", b"<xf odd='1' ")
    odd = changed(made, "xl/styles.xml", styles)
    with pytest.raises(TypeError):
        openpyxl.load_workbook(io.BytesIO(odd))
    assert "样式古怪的木雕" in text_of(odd, "a.xlsx")


def test_what_was_read_before_the_damage_is_kept() -> None:
    made = book(("甲", "前一张表的木雕"), ("乙", "后一张表的木雕"))
    sheet = part(made, "xl/worksheets/sheet2.xml")
    text = text_of(changed(made, "xl/worksheets/sheet2.xml", sheet[: len(sheet) // 2]), "a.xlsx")
    assert "前一张表的木雕" in text


@pytest.mark.parametrize("suffix", [".docx", ".doc", ".wps", ".pdf", ".pptx", ".ppt", ".xlsx", ".xls"])
@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"PK\x03\x04 not a file at all" * 20,
        b"%PDF-1.7\n" + bytes(400),
        old_slides()[:900],
        compound("Workbook", b"\x09\x08\xff\xff" + bytes(300)),
        compound("WordDocument", bytes(5000)),
        compound("PowerPoint Document", b"\x0f\x00\xf0\x0f\xff\xff\xff\x7f" * 600),
        bytes(range(256)) * 4,
    ],
    ids=["empty", "zip", "pdf", "cut", "sheet", "word", "slides", "bytes"],
)
def test_a_damaged_file_has_no_text_and_does_no_harm(suffix: str, data: bytes) -> None:
    try:
        text = text_of(data, f"坏文件{suffix}")
    except NoText as error:
        assert str(error)
    else:
        assert len(text) < 2000


def test_a_slide_that_grows_without_end_is_given_up() -> None:
    bomb = changed(deck(), "ppt/slides/slide1.xml", b"<a>" + b" " * (80 * 1024 * 1024))
    assert len(bomb) < 1_000_000
    with pytest.raises(NoText, match="too large"):
        text_of(bomb, "课件.pptx")


def test_what_was_written_before_a_reader_was_killed_is_kept(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A process that is killed stops between two bytes, not between two characters."""
    killed = tmp_path / "killed.py"
    killed.write_text(
        "import os, pathlib, sys\n"
        "pathlib.Path(sys.argv[3], 'text').write_bytes('竹编和剪纸'.encode()[:-1])\n"
        "os.kill(os.getpid(), 9)\n"
    )

    def run(module: str, *arguments: str, folder: Path, seconds: float, memory: int) -> Outcome:
        return run_limited([sys.executable, str(killed), *arguments], seconds=seconds, memory=memory, cwd=folder)

    monkeypatch.setattr("search.extraction.run_module", run)
    assert text_of(deck(), "课件.pptx") == "竹编和剪"


def test_a_file_of_another_kind_has_no_text() -> None:
    with pytest.raises(NoText):
        text_of(b"MZ" + bytes(100), "程序.exe")
