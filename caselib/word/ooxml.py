"""The elements of WordprocessingML that the writer needs, as functions that return XML text.

Text is what costs least: a book of a thousand cases is a few million characters of it. Every function puts children in
the order the schema wants; every text passes ``clean`` before it is escaped.
"""

from __future__ import annotations

import re

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
WP = "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"
A = "http://schemas.openxmlformats.org/drawingml/2006/main"
PIC = "http://schemas.openxmlformats.org/drawingml/2006/picture"
NAMESPACES = f'xmlns:w="{W}" xmlns:r="{R}" xmlns:wp="{WP}" xmlns:a="{A}" xmlns:pic="{PIC}"'
DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'

# Not allowed in XML 1.0 (control characters, surrogates, U+FFFE/F), and marks that turn the direction of all that follows.
_FORBIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff\u202a-\u202e\u2066-\u2069]"
)
_BREAKS = re.compile("(\t|\r\n|[\n\r\x85\u2028\u2029])")
_SPECIAL = re.compile("[\t\n\r\x85\u2028\u2029]")
# Signs that exist in Latin and in Chinese type: without the hint Word sets them half as wide, in the Latin face.
AMBIGUOUS = re.compile(
    "[\u2018\u2019\u201c\u201d\u2014\u2026\u00b7\u2022\u2460-\u24ff\u2160-\u217f\u00d7\u00b0\u00b1\u2103\u3000-\u9fff]"
)
_WHITE = re.compile(r"[^\S\u3000]+")
_HINT = '<w:rFonts w:hint="eastAsia"/>'

MM = 1440 / 25.4
EMU_PER_MM = 36_000


def twips(mm: float) -> int:
    """Return millimetres as twentieths of a point."""
    return round(mm * MM)


def clean(text: str) -> str:
    """Return ``text`` without characters that XML forbids, lone surrogates and direction overrides."""
    return _FORBIDDEN.sub("", text)


def escape(text: str) -> str:
    """Return cleaned ``text`` for element content or an attribute in double quotes."""
    text = _FORBIDDEN.sub("", text)
    if "&" in text:
        text = text.replace("&", "&amp;")
    if "<" in text:
        text = text.replace("<", "&lt;")
    if ">" in text:
        text = text.replace(">", "&gt;")
    return text.replace('"', "&quot;") if '"' in text else text


def line(text: str) -> str:
    """Return ``text`` as one cleaned line, for titles, attributes and properties; the wide Chinese space stays."""
    return _WHITE.sub(" ", clean(text)).strip()


def text_element(text: str) -> str:
    """Return ``w:t`` elements for ``text``; tabs and line ends become ``w:tab`` and ``w:br``."""
    if not _SPECIAL.search(text):
        return f'<w:t xml:space="preserve">{escape(text)}</w:t>'
    parts = []
    for piece in _BREAKS.split(text):
        if piece == "\t":
            parts.append("<w:tab/>")
        elif _SPECIAL.match(piece):
            parts.append("<w:br/>")
        elif piece:
            parts.append(f'<w:t xml:space="preserve">{escape(piece)}</w:t>')
    return "".join(parts)


def run_properties(
    text: str, *, style: str = "", bold: bool = False, italic: bool = False, underline: bool = False, raised: str = ""
) -> str:
    """Return ``w:rPr`` for a run of ``text``; ``raised`` is superscript, subscript or empty."""
    inner = (
        (f'<w:rStyle w:val="{style}"/>' if style else "")
        + (_HINT if AMBIGUOUS.search(text) else "")
        + ("<w:b/><w:bCs/>" if bold else "")
        + ("<w:i/><w:iCs/>" if italic else "")
        + ('<w:u w:val="single"/>' if underline else "")
        + (f'<w:vertAlign w:val="{raised}"/>' if raised else "")
    )
    return f"<w:rPr>{inner}</w:rPr>" if inner else ""


def run(text: str, properties: str | None = None) -> str:
    """Return one ``w:r`` of ``text``, empty for an empty text."""
    if not text:
        return ""
    return f"<w:r>{run_properties(text) if properties is None else properties}{text_element(text)}</w:r>"


def paragraph(style: str, content: str, properties: str = "") -> str:
    """Return ``w:p`` in ``style`` (a style id); ``properties`` follow ``w:pStyle`` in the order of the schema."""
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{properties}</w:pPr>{content}</w:p>'


def bookmark(number: int, name: str, content: str) -> str:
    """Return ``content`` inside the bookmark ``name`` (at most 40 characters); ``number`` is unique in the file."""
    return f'<w:bookmarkStart w:id="{number}" w:name="{name}"/>{content}<w:bookmarkEnd w:id="{number}"/>'


def field(instruction: str, result: str, *, dirty: bool = False, properties: str = "") -> str:
    """Return a complex field whose cached ``result`` is XML (runs)."""
    flag = ' w:dirty="true"' if dirty else ""
    return (
        f'<w:r>{properties}<w:fldChar w:fldCharType="begin"{flag}/></w:r>'
        f'<w:r>{properties}<w:instrText xml:space="preserve"> {escape(instruction)} </w:instrText></w:r>'
        f'<w:r>{properties}<w:fldChar w:fldCharType="separate"/></w:r>{result}'
        f'<w:r>{properties}<w:fldChar w:fldCharType="end"/></w:r>'
    )


def internal_link(anchor: str, content: str) -> str:
    """Return a link to the bookmark ``anchor``."""
    return f'<w:hyperlink w:anchor="{anchor}" w:history="1">{content}</w:hyperlink>'


def external_link(relation: str, content: str) -> str:
    """Return a link through the relationship ``relation``."""
    return f'<w:hyperlink r:id="{relation}" w:history="1">{content}</w:hyperlink>'


def ruby(base: str, reading: str) -> str:
    """Return a run of ``base`` with its ``reading`` above it."""
    return (
        '<w:r><w:ruby><w:rubyPr><w:rubyAlign w:val="distributeSpace"/><w:hps w:val="12"/><w:hpsRaise w:val="20"/>'
        '<w:hpsBaseText w:val="21"/><w:lid w:val="zh-CN"/></w:rubyPr>'
        f'<w:rt><w:r><w:rPr><w:sz w:val="12"/><w:szCs w:val="12"/></w:rPr>{text_element(reading)}</w:r></w:rt>'
        f"<w:rubyBase>{run(base)}</w:rubyBase></w:ruby></w:r>"
    )


def inline_picture(number: int, relation: str, *, width_mm: float, height_mm: float, alt: str, name: str) -> str:
    """Return a run with an inline picture; ``number`` is its id, unique in the file."""
    cx, cy = max(1, round(width_mm * EMU_PER_MM)), max(1, round(height_mm * EMU_PER_MM))
    return (
        f'<w:r><w:drawing><wp:inline distT="0" distB="0" distL="0" distR="0"><wp:extent cx="{cx}" cy="{cy}"/>'
        f'<wp:docPr id="{number}" name="{escape(name)}" descr="{escape(line(alt))}"/>'
        '<wp:cNvGraphicFramePr><a:graphicFrameLocks noChangeAspect="1"/></wp:cNvGraphicFramePr>'
        f'<a:graphic><a:graphicData uri="{PIC}"><pic:pic><pic:nvPicPr><pic:cNvPr id="{number}" name="{escape(name)}"/>'
        f'<pic:cNvPicPr/></pic:nvPicPr><pic:blipFill><a:blip r:embed="{relation}"/><a:stretch><a:fillRect/></a:stretch>'
        f'</pic:blipFill><pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="{cx}" cy="{cy}"/></a:xfrm>'
        '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr></pic:pic></a:graphicData></a:graphic></wp:inline>'
        "</w:drawing></w:r>"
    )


def note_call(kind: str, number: int) -> str:
    """Return the call of note ``number``; ``kind`` is footnote or endnote."""
    style = "FootnoteReference" if kind == "footnote" else "EndnoteReference"
    return f'<w:r><w:rPr><w:rStyle w:val="{style}"/></w:rPr><w:{kind}Reference w:id="{number}"/></w:r>'
