"""Windows metafiles in a manuscript become pictures that a browser shows; charts and diagrams are told with their words."""

from __future__ import annotations

import io
import struct
from pathlib import Path

import pytest
from PIL import Image

from caselib.ingest.reading import read_file
from caselib.word import metafiles
from caselib.word.convert import converter
from caselib.word.reader.document import read_docx
from tests.caselib.word.packages import HEAD, NS, docx, p, picture

needs_office = pytest.mark.skipif(converter() is None, reason="LibreOffice is not installed")
LONG = "工作组走访了三个村民小组，把每户的意见一条一条记下来，再逐条商量办法。"


def emf(width: int = 4000, height: int = 2000) -> bytes:
    """Return a drawing of one rectangle; width and height in hundredths of a millimetre."""
    records = struct.pack("<II4i", 43, 24, 10, 10, 180, 80) + struct.pack("<IIIII", 14, 20, 0, 16, 20)
    head = struct.pack("<II4i4i", 1, 88, 0, 0, 200, 100, 0, 0, width, height)
    head += b" EMF" + struct.pack("<IIIHH", 0x10000, 88 + len(records), 3, 1, 0)
    head += struct.pack("<III", 0, 0, 0) + struct.pack("<4i", 1000, 500, 200, 100)
    return head + records


def with_picture(data: bytes) -> bytes:
    return docx(
        p(inner=picture("img")) + p(LONG), parts={"word/media/a.emf": data}, links=[("img", "image", "media/a.emf")]
    )


@needs_office
def test_a_metafile_is_drawn(tmp_path: Path) -> None:
    source = tmp_path / "图.docx"
    source.write_bytes(with_picture(emf()))
    (result,) = read_file(source)
    ((label, kind, data),) = result.images.values()
    assert (label, kind) == ("a.png", "image/png") and "image_converted" in {w.code for w in result.warnings}
    with Image.open(io.BytesIO(data)) as image:
        darkest, lightest = image.convert("L").getextrema()
        # A hairline between two pixels is grey; how grey is the renderer's business.
        assert 1.9 < image.width / image.height < 2.1 and darkest < 128 and lightest == 255


@needs_office
def test_a_broken_metafile_is_told_and_kept(tmp_path: Path) -> None:
    source = tmp_path / "图.docx"
    source.write_bytes(with_picture(emf()[:88]))
    (result,) = read_file(source)
    ((label, kind, _data),) = result.images.values()
    assert (label, kind) == ("a.emf", "image/x-emf")
    assert [w.text for w in result.warnings if w.code == "image_not_converted"] == ["a.emf: empty"]


def test_the_size_of_a_metafile() -> None:
    assert metafiles.size_mm(emf(), "image/x-emf") == (40.0, 20.0)
    assert metafiles.size_mm(emf(10_000_000, 5_000_000), "image/x-emf") == (400.0, 200.0)
    placeable = b"\xd7\xcd\xc6\x9a\x00\x00" + struct.pack("<4hH", 0, 0, 1440, 720, 1440)
    assert metafiles.size_mm(placeable, "image/x-wmf") == (25.4, 12.7)
    assert metafiles.size_mm(b"", "image/x-wmf") == (120.0, 90.0)


CHART = "http://schemas.openxmlformats.org/drawingml/2006/chart"


def test_charts_and_diagrams_are_told_with_their_words() -> None:
    graphic = (
        '<w:r><w:drawing><wp:inline><wp:docPr id="1" name="x"/><a:graphic><a:graphicData>{}</a:graphicData></a:graphic>'
        "</wp:inline></w:drawing></w:r>"
    )
    chart = f'<c:chart xmlns:c="{CHART}" r:id="c1"/>'
    diagram = '<dgm:relIds xmlns:dgm="http://schemas.openxmlformats.org/drawingml/2006/diagram" r:dm="d1"/>'
    document = read_docx(
        docx(
            p(inner=graphic.format(chart)) + p(inner=graphic.format(diagram)) + p(LONG),
            parts={
                "word/charts/c.xml": f'{HEAD}<c:chartSpace {NS} xmlns:c="{CHART}"><a:t>办件量</a:t><c:v>一季度</c:v></c:chartSpace>',
                "word/diagrams/d.xml": f"{HEAD}<x {NS}><a:t>先议</a:t><a:t>后办</a:t></x>",
            },
            links=[("c1", "chart", "charts/c.xml"), ("d1", "diagramData", "diagrams/d.xml")],
        )
    )
    told = {warning.code: warning.text for warning in document.warnings}
    assert told["chart_lost"] == "办件量 · 一季度" and told["diagram_lost"] == "先议 · 后办"


def test_a_choice_this_reader_does_not_know_shows_its_fallback() -> None:
    inner = (
        '<w:r><mc:AlternateContent><mc:Choice Requires="cx1"><w:t>新图</w:t></mc:Choice>'
        "<mc:Fallback><w:t>旧图</w:t></mc:Fallback></mc:AlternateContent></w:r>"
    )
    (block,) = read_docx(docx(p(inner=inner))).blocks
    assert block.text == "旧图"  # type: ignore[union-attr]


def test_sums_brackets_and_matrices() -> None:
    nary = (
        '<m:oMath><m:nary><m:naryPr><m:chr m:val="∑"/></m:naryPr><m:sub><m:r><m:t>i=0</m:t></m:r></m:sub>'
        "<m:sup><m:r><m:t>n</m:t></m:r></m:sup><m:e><m:r><m:t>x</m:t></m:r></m:e></m:nary>"
        '<m:d><m:dPr><m:begChr m:val="{"/><m:endChr m:val=""/></m:dPr><m:e><m:eqArr><m:e><m:r><m:t>a</m:t></m:r></m:e>'
        "<m:e><m:r><m:t>b</m:t></m:r></m:e></m:eqArr></m:e></m:d></m:oMath>"
    )
    (block,) = read_docx(docx(p(inner=nary))).blocks
    assert block.text == "∑_(i=0)^(n) x{a; b"  # type: ignore[union-attr]
