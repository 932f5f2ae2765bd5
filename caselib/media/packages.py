"""Takes out of today's Office files who wrote them: the properties beside the text, and what a camera wrote in pictures.

The text itself is not touched. Whoever is named in comments and tracked changes is told instead (``isolated_names``): these
are part of what was written.
"""

from __future__ import annotations

import lzma
import shutil
import struct
import zipfile
import zlib
from typing import IO

from lxml import etree

from .metadata import without_metadata

# WPS and Word write today's format under the old names as well.
OFFICE = frozenset({"docx", "pptx", "xlsx", "doc", "wps", "ppt", "xls"})
_LARGEST = 512 * 1024 * 1024  # unpacked; a file that swells beyond is kept as it came
_LARGEST_PART = 32 * 1024 * 1024
_CONTENTS = "[Content_Types].xml"
_SIGNED = "_xmlsignatures/"
# Of each part of the properties: what is taken out, everything if nothing is named. A template's name is a path of its owner.
_SAID: dict[str, frozenset[str]] = {
    "docprops/core.xml": frozenset({"creator", "lastModifiedBy", "description"}),
    "docprops/app.xml": frozenset({"Manager", "Company", "HyperlinkBase", "Template"}),
    "docprops/custom.xml": frozenset(),
}
# What comes out of a package that is cut off, damaged, locked, or packed in a way of its own.
_BROKEN = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    zlib.error,
    lzma.LZMAError,
    etree.XMLSyntaxError,
    EOFError,
    LookupError,
    OSError,
    RuntimeError,
    ValueError,
    struct.error,
)
_PICTURES = (".jpg", ".jpeg", ".png", ".webp", ".gif")


def write_bare(source: IO[bytes], target: IO[bytes]) -> bool:
    """Write the Office file ``source`` to ``target`` without its properties; return whether that could be done.

    A signed file is left as it is, since its signature would no longer hold, and so is one that cannot be taken apart.
    """
    try:
        with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
            parts = old.infolist()
            names = [part.filename for part in parts]
            signed = any(name.startswith(_SIGNED) for name in names)
            if _CONTENTS not in names or signed or sum(part.file_size for part in parts) > _LARGEST:
                return False
            for part in parts:
                _write_part(old, new, part)
    except _BROKEN:
        return False
    return True


def _write_part(old: zipfile.ZipFile, new: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    name = part.filename.lower()
    head = zipfile.ZipInfo(part.filename, part.date_time)
    head.compress_type, head.external_attr = zipfile.ZIP_DEFLATED, part.external_attr
    changed = name in _SAID or ("/media/" in name and name.endswith(_PICTURES))
    if not changed or part.file_size > _LARGEST_PART:
        with old.open(part) as source, new.open(head, "w") as target:
            shutil.copyfileobj(source, target)
        return
    data = old.read(part)
    new.writestr(head, _bare(data, _SAID[name]) if name in _SAID else without_metadata(data))


def _bare(data: bytes, said: frozenset[str]) -> bytes:
    root = etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False))
    for element in list(root):
        if not said or (isinstance(element.tag, str) and etree.QName(element).localname in said):
            root.remove(element)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
