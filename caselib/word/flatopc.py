"""Turns a Word file saved as one XML file (flat OPC: ``pkg:package``) into the package it stands for."""

from __future__ import annotations

import base64
import binascii
import io
import zipfile
from xml.sax.saxutils import quoteattr

from lxml import etree

from caselib.word.guard import LIMITS, UnreadableError
from caselib.word.reader.package import Element, parse_xml

_PKG = "{http://schemas.microsoft.com/office/2006/xmlPackage}"
_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"


def to_package(data: bytes) -> bytes:
    """Return ``data`` as a .docx. Reporting systems write such files, and name them .doc as often as .xml.

    Raises UnreadableError like the reader of packages: dtd, damaged, too_deep, too_many_entries.
    """
    root = parse_xml("package.xml", data)
    parts = [part for part in root.iter(f"{_PKG}part") if part.get(f"{_PKG}name")]
    if len(parts) > LIMITS.entries:
        raise UnreadableError("too_many_entries", str(len(parts)))
    out = io.BytesIO()
    types = [f'<Types xmlns="{_TYPES}">']
    with zipfile.ZipFile(out, "w") as archive:
        for part in parts:
            name = (part.get(f"{_PKG}name") or "").lstrip("/")
            archive.writestr(name, _content(part, name))
            kind = part.get(f"{_PKG}contentType") or "application/xml"
            types.append(f"<Override PartName={quoteattr('/' + name)} ContentType={quoteattr(kind)}/>")
        archive.writestr("[Content_Types].xml", "".join([*types, "</Types>"]))
    return out.getvalue()


def _content(part: Element, name: str) -> bytes:
    holder = part.find(f"{_PKG}xmlData")
    if holder is not None and len(holder):
        return etree.tostring(holder[0], encoding="UTF-8", xml_declaration=True, with_tail=False)
    binary = part.find(f"{_PKG}binaryData")
    try:
        return base64.b64decode("".join((binary.text or "").split())) if binary is not None else b""
    except (binascii.Error, ValueError) as error:
        raise UnreadableError("damaged", name[:80]) from error
