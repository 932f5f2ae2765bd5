"""Builds .docx packages by hand for tests of reading: exactly the XML that a test is about."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence

NS = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" '
    'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" '
    'xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" '
    'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'
)
RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
CONTENT = "application/vnd.openxmlformats-officedocument.wordprocessingml"
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'


def p(text: str = "", *, style: str = "", props: str = "", run: str = "", inner: str = "") -> str:
    """Return a paragraph: a run of ``text`` with run properties ``run``, or the XML ``inner``."""
    style_xml = f'<w:pStyle w:val="{style}"/>' if style else ""
    content = inner or (r(text, run) if text else "")
    return f"<w:p><w:pPr>{style_xml}{props}</w:pPr>{content}</w:p>"


def r(text: str, props: str = "") -> str:
    return f'<w:r><w:rPr>{props}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def numbered(list_id: int, level: int = 0) -> str:
    return f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{list_id}"/></w:numPr>'


def cell(text: str, props: str = "") -> str:
    return f"<w:tc><w:tcPr>{props}</w:tcPr>{p(text)}</w:tc>"


def table(*rows: Sequence[str], columns: int = 2) -> str:
    grid = "<w:gridCol/>" * columns
    return f"<w:tbl><w:tblGrid>{grid}</w:tblGrid>{''.join('<w:tr>' + ''.join(row) + '</w:tr>' for row in rows)}</w:tbl>"


def level(index: int, fmt: str, text: str, extra: str = "") -> str:
    return f'<w:lvl w:ilvl="{index}"><w:start w:val="1"/><w:numFmt w:val="{fmt}"/>{extra}<w:lvlText w:val="{text}"/></w:lvl>'


def numbering(*abstracts: str, nums: Sequence[str] = ()) -> str:
    """Return numbering.xml: abstract lists 0, 1, … and, unless given, a list instance 1, 2, … for each."""
    body = "".join(
        f'<w:abstractNum w:abstractNumId="{i}">{levels}</w:abstractNum>' for i, levels in enumerate(abstracts)
    )
    made = nums or [f'<w:num w:numId="{i + 1}"><w:abstractNumId w:val="{i}"/></w:num>' for i in range(len(abstracts))]
    return f"{HEAD}<w:numbering {NS}>{body}{''.join(made)}</w:numbering>"


def style(key: str, name: str, extra: str = "", based: str = "") -> str:
    base = f'<w:basedOn w:val="{based}"/>' if based else ""
    return f'<w:style w:type="paragraph" w:styleId="{key}"><w:name w:val="{name}"/>{base}{extra}</w:style>'


def styles(*items: str) -> str:
    return f"{HEAD}<w:styles {NS}>{''.join(items)}</w:styles>"


def docx(
    body: str,
    *,
    parts: Mapping[str, str | bytes] | None = None,
    links: Sequence[tuple[str, str, str]] = (),
    raw: str = "",
    main: str = "document",
) -> bytes:
    """Return a package with ``body``. ``parts`` are further parts by name; known ones are linked by themselves.

    ``links`` are (id, kind, target) of the document; a target with ``://`` is external.
    """
    parts = dict(parts or {})
    known = ("styles", "numbering", "footnotes", "endnotes", "comments", "settings", "webSettings")
    rows = [(f"auto-{name}", name, f"{name}.xml") for name in known if f"word/{name}.xml" in parts] + list(links)
    relations = "".join(
        f'<Relationship Id="{key}" Type="{RELATION}/{kind}" Target="{target}"'
        + (' TargetMode="External"' if "://" in target or target.startswith("file:") else "")
        + "/>"
        for key, kind, target in rows
    )
    xml = raw or f"{HEAD}<w:document {NS}><w:body>{body}</w:body></w:document>"
    files: dict[str, str | bytes] = {
        "[Content_Types].xml": f'{HEAD}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/word/{main}.xml" ContentType="{CONTENT}.document.main+xml"/></Types>',
        "_rels/.rels": f'{HEAD}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="rId1" Type="{RELATION}/officeDocument" Target="word/{main}.xml"/></Relationships>',
        f"word/{main}.xml": xml,
        f"word/_rels/{main}.xml.rels": f'{HEAD}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{relations}</Relationships>',
        **parts,
    }
    return zipped(files)


def zipped(files: Mapping[str, str | bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return a zip of ``files``."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, (2026, 11, 20, 8, 0, 0)), content, method)
    return out.getvalue()


def picture(key: str, alt: str = "") -> str:
    """Return a run with an inline picture of relationship ``key``."""
    return (
        f'<w:r><w:drawing><wp:inline><wp:extent cx="3600000" cy="1800000"/><wp:docPr id="1" name="x" descr="{alt}"/>'
        f'<a:graphic><a:graphicData><pic:pic><pic:blipFill><a:blip r:embed="{key}"/></pic:blipFill></pic:pic>'
        "</a:graphicData></a:graphic></wp:inline></w:drawing></w:r>"
    )
