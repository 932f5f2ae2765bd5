"""The zip of a .docx: parts, content types, relationships, properties, and nothing that differs from run to run."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import BinaryIO

from caselib.word.ooxml import DECLARATION, clean, escape

_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml."
_EPOCH = (1980, 1, 1, 0, 0, 0)
# The time written into a file when nobody gave one: compiling twice must give the same bytes.
NO_TIME = "2000-01-01T00:00:00Z"
_CORE = (
    "title",
    "subject",
    "creator",
    "keywords",
    "description",
    "lastModifiedBy",
    "category",
    "created",
    "modified",
    "language",
)
_DEFAULTS = {
    "rels": "application/vnd.openxmlformats-package.relationships+xml",
    "xml": "application/xml",
    "jpeg": "image/jpeg",
    "png": "image/png",
    "gif": "image/gif",
    "bmp": "image/bmp",
}


@dataclass(slots=True)
class Package:
    """Collects the parts of one file. Part names are relative to ``word/`` unless they begin with a slash."""

    parts: dict[str, tuple[str, str]] = field(default_factory=dict)
    relations: list[str] = field(default_factory=list)
    links: dict[str, str] = field(default_factory=dict)

    def add(self, name: str, kind: str, xml: str) -> str:
        """Add a part of ``kind`` (``styles``, ``footer`` …) to the document; return the id of its relationship."""
        ident = f"rId{len(self.relations) + 1}"
        self.parts[f"word/{name}"] = (f"{_TYPE}{kind}+xml", xml)
        self.relations.append(f'<Relationship Id="{ident}" Type="{_OFFICE}/relationships/{kind}" Target="{name}"/>')
        return ident

    def image(self, ident: str, target: str) -> None:
        """Relate the document to an image part."""
        self.relations.append(f'<Relationship Id="{ident}" Type="{_OFFICE}/relationships/image" Target="{target}"/>')

    def link(self, url: str) -> str:
        """Return the id of the relationship to ``url``, made once per address."""
        if url not in self.links:
            self.links[url] = f"rIdLink{len(self.links) + 1}"
            self.relations.append(
                f'<Relationship Id="{self.links[url]}" Type="{_OFFICE}/relationships/hyperlink" '
                f'Target="{escape(url)}" TargetMode="External"/>'
            )
        return self.links[url]

    def document_relations(self) -> str:
        """Return document.xml.rels."""
        return f'{DECLARATION}<Relationships xmlns="{_PACKAGE}/relationships">{"".join(self.relations)}</Relationships>'

    def content_types(self) -> str:
        """Return [Content_Types].xml."""
        defaults = "".join(f'<Default Extension="{key}" ContentType="{value}"/>' for key, value in _DEFAULTS.items())
        fixed = {
            "word/document.xml": f"{_TYPE}document.main+xml",
            "docProps/core.xml": "application/vnd.openxmlformats-package.core-properties+xml",
            "docProps/app.xml": "application/vnd.openxmlformats-officedocument.extended-properties+xml",
            "docProps/custom.xml": "application/vnd.openxmlformats-officedocument.custom-properties+xml",
        }
        rows = fixed | {name: kind for name, (kind, _xml) in self.parts.items()}
        overrides = "".join(
            f'<Override PartName="/{name}" ContentType="{kind}"/>' for name, kind in sorted(rows.items())
        )
        return f'{DECLARATION}<Types xmlns="{_PACKAGE}/content-types">{defaults}{overrides}</Types>'


def root_relations() -> str:
    """Return _rels/.rels."""
    rows = (
        ("rId1", f"{_OFFICE}/relationships/officeDocument", "word/document.xml"),
        ("rId2", f"{_PACKAGE}/relationships/metadata/core-properties", "docProps/core.xml"),
        ("rId3", f"{_OFFICE}/relationships/extended-properties", "docProps/app.xml"),
        ("rId4", f"{_OFFICE}/relationships/custom-properties", "docProps/custom.xml"),
    )
    inner = "".join(f'<Relationship Id="{i}" Type="{t}" Target="{target}"/>' for i, t, target in rows)
    return f'{DECLARATION}<Relationships xmlns="{_PACKAGE}/relationships">{inner}</Relationships>'


def made_at(moment: datetime) -> dict[str, str]:
    """Return the properties that say when a file was made; without them it bears the time of no file."""
    stamp = moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {"created": stamp, "modified": stamp}


def core_properties(properties: Mapping[str, str]) -> str:
    """Return docProps/core.xml; ``created`` and ``modified`` are W3C date-times in UTC."""
    spaces = {"title": "dc", "subject": "dc", "creator": "dc", "description": "dc", "language": "dc"}
    rows = []
    for name in _CORE:
        value = " ".join(clean(properties.get(name, "")).split())[:255]
        if name in ("created", "modified"):
            rows.append(f'<dcterms:{name} xsi:type="dcterms:W3CDTF">{escape(value or NO_TIME)}</dcterms:{name}>')
        elif value:
            space = spaces.get(name, "cp")
            rows.append(f"<{space}:{name}>{escape(value)}</{space}:{name}>")
    return (
        f'{DECLARATION}<cp:coreProperties xmlns:cp="{_PACKAGE}/metadata/core-properties" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" '
        f'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">{"".join(rows)}</cp:coreProperties>'
    )


def custom_properties(properties: Mapping[str, str]) -> str:
    """Return docProps/custom.xml with every property that is no core property, as text."""
    rows = [
        f'<property fmtid="{{D5CDD505-2E9C-101B-9397-08002B2CF9AE}}" pid="{number}" name="{escape(name[:255])}">'
        f"<vt:lpwstr>{escape(value)}</vt:lpwstr></property>"
        for number, (name, value) in enumerate(sorted((k, v) for k, v in properties.items() if k not in _CORE and k), 2)
    ]
    return (
        f'{DECLARATION}<Properties xmlns="{_OFFICE}/custom-properties" xmlns:vt="{_OFFICE}/docPropsVTypes">'
        f"{''.join(rows)}</Properties>"
    )


def app_properties() -> str:
    """Return docProps/app.xml."""
    return f'{DECLARATION}<Properties xmlns="{_OFFICE}/extended-properties"><Application>Caselib</Application></Properties>'


def put(archive: zipfile.ZipFile, name: str, data: bytes, *, store: bool = False) -> None:
    """Write one part with a fixed time; pictures are stored, because deflating them again gains nothing."""
    info = zipfile.ZipInfo(name, _EPOCH)
    info.compress_type = zipfile.ZIP_STORED if store else zipfile.ZIP_DEFLATED
    info.external_attr = 0o600 << 16
    info.create_system = 3
    archive.writestr(info, data, compresslevel=None if store else 6)


def write_zip(out: BinaryIO, parts: Mapping[str, str], images: Mapping[str, bytes]) -> None:
    """Write the package to ``out``: content types first, then the parts by name, then the images."""
    with zipfile.ZipFile(out, "w", allowZip64=True) as archive:
        names = sorted(parts, key=lambda name: (name != "[Content_Types].xml", not name.startswith("_rels"), name))
        for name in names:
            put(archive, name, parts[name].encode("utf-8"))
        for name in sorted(images):
            put(archive, name, images[name], store=True)
