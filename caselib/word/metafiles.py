"""Turns Windows metafiles into PNG by way of a page: a LibreOffice with Writer alone can draw them, but not save them."""

from __future__ import annotations

import base64
import struct
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from caselib.word import convert
from caselib.word.guard import MIB, UnreadableError
from caselib.word.sandbox import run_limited

TYPES = ("image/x-emf", "image/x-wmf")
MAX_PICTURES = 40
_MEMORY = 500 * MIB
_SMALLEST, _LARGEST = 8.0, 400.0
_ROOT = Path(__file__).resolve().parents[2]

_PAGES = """<?xml version="1.0" encoding="UTF-8"?>
<office:document xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"
 xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0"
 xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0"
 xmlns:svg="urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0"
 office:version="1.3" office:mimetype="application/vnd.oasis.opendocument.text">
<office:automatic-styles><style:style style:name="G" style:family="graphic"><style:graphic-properties
 style:vertical-pos="from-top" style:vertical-rel="page" style:horizontal-pos="from-left" style:horizontal-rel="page"/>
</style:style>{styles}</office:automatic-styles>
<office:master-styles>{masters}</office:master-styles>
<office:body><office:text>{pages}</office:text></office:body></office:document>"""
_LAYOUT = (
    '<style:page-layout style:name="L{n}"><style:page-layout-properties fo:page-width="{w}mm" fo:page-height="{h}mm"'
    ' fo:margin="0mm"/></style:page-layout>'
    '<style:style style:name="P{n}" style:family="paragraph" style:master-page-name="M{n}"/>'
)
_MASTER = '<style:master-page style:name="M{n}" style:page-layout-name="L{n}"/>'
_PAGE = (
    '<text:p text:style-name="P{n}"><draw:frame draw:style-name="G" text:anchor-type="paragraph" svg:x="0mm" svg:y="0mm"'
    ' svg:width="{w}mm" svg:height="{h}mm"><draw:image><office:binary-data>{data}</office:binary-data></draw:image>'
    "</draw:frame></text:p>"
)


def size_mm(data: bytes, content_type: str) -> tuple[float, float]:
    """Return width and height that a metafile asks for, in millimetres within 8 to 400; 120 by 90 where it says nothing."""
    width = height = 0.0
    try:
        if content_type == "image/x-emf":
            left, top, right, bottom = struct.unpack_from("<4i", data, 24)
            width, height = (right - left) / 100, (bottom - top) / 100
        elif data[:4] == b"\xd7\xcd\xc6\x9a":
            left, top, right, bottom, inch = struct.unpack_from("<4hH", data, 6)
            width, height = (right - left) * 25.4 / max(inch, 1), (bottom - top) * 25.4 / max(inch, 1)
    except struct.error:
        pass
    if width <= 0 or height <= 0:
        return 120.0, 90.0
    scale = min(1.0, _LARGEST / max(width, height))
    return max(width * scale, _SMALLEST), max(height * scale, _SMALLEST)


def to_png(pictures: Sequence[tuple[bytes, str]], *, seconds: float) -> list[bytes]:
    """Return each (data, content type) as PNG, b"" where the drawing came out empty; one run for all, in ``seconds``.

    Raises UnreadableError: no_converter, convert_timeout, convert_memory, convert_failed.
    """
    styles, masters, pages = [], [], []
    for number, (data, content_type) in enumerate(pictures[:MAX_PICTURES]):
        width, height = size_mm(data, content_type)
        sizes = {"n": number, "w": f"{width:.2f}", "h": f"{height:.2f}"}
        styles.append(_LAYOUT.format(**sizes))
        masters.append(_MASTER.format(n=number))
        pages.append(_PAGE.format(data=base64.b64encode(data).decode(), **sizes))
    flat = _PAGES.format(styles="".join(styles), masters="".join(masters), pages="".join(pages))
    pdf = convert.to_pdf(flat.encode(), ".fodt", seconds=seconds)
    with tempfile.TemporaryDirectory(prefix="caselib-draw-") as folder:
        work = Path(folder)
        (work / "pages.pdf").write_bytes(pdf)
        outcome = run_limited(
            [sys.executable, "-m", "caselib.word.rasterise", str(work / "pages.pdf"), str(work)],
            seconds=seconds,
            memory=_MEMORY,
            cwd=work,
            env={"PYTHONPATH": str(_ROOT), "PYTHONUTF8": "1", "PYTHONDONTWRITEBYTECODE": "1"},
        )
        if outcome.ending != "done":
            raise UnreadableError("convert_failed", outcome.ending)
        drawn = [work / f"{number}.png" for number in range(len(pages))]
        return [path.read_bytes() if path.is_file() else b"" for path in drawn]
