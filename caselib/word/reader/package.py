"""The parts of a .docx: found by relationship, parsed by a parser that fetches and expands nothing."""

from __future__ import annotations

import posixpath
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote

from lxml import etree

from caselib.word import guard
from caselib.word.guard import UnreadableError
from caselib.word.model import Warning

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_STRICT = {
    b"http://purl.oclc.org/ooxml/wordprocessingml/main": W.encode(),
    b"http://purl.oclc.org/ooxml/officeDocument/relationships": R.encode(),
    b"http://purl.oclc.org/ooxml/drawingml/main": b"http://schemas.openxmlformats.org/drawingml/2006/main",
    b"http://purl.oclc.org/ooxml/drawingml/wordprocessingDrawing": b"http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing",
    b"http://purl.oclc.org/ooxml/officeDocument/math": b"http://schemas.openxmlformats.org/officeDocument/2006/math",
}
Element = etree._Element


@dataclass(frozen=True, slots=True)
class Relationship:
    """A link from a part; ``kind`` is the last word of its type, ``target`` a part name or, if external, an address."""

    key: str
    kind: str
    target: str
    external: bool


def parse_xml(name: str, data: bytes) -> Element:
    """Parse a part. Raises UnreadableError when it brings a DTD, nests beyond reason or is not XML."""
    guard.refuse_dtd(name, data)
    if b"http://purl.oclc.org/ooxml/" in data:
        for strict, transitional in _STRICT.items():
            data = data.replace(strict, transitional)
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        text = str(error)
        code = "too_deep" if "depth" in text.lower() else "damaged"
        raise UnreadableError(code, name[:80]) from error
    except (ValueError, UnicodeError, LookupError) as error:
        raise UnreadableError("damaged", name[:80]) from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise UnreadableError("dtd", name[:80])
    return root


class Package:
    """An opened .docx whose limits have been checked. Use as a context manager."""

    def __init__(self, data: bytes) -> None:
        self._zip: zipfile.ZipFile = guard.open_archive(data)
        # Some tools write Windows separators into the package; Word opens it all the same.
        self._names = {info.filename.lower().replace("\\", "/"): info.filename for info in self._zip.infolist()}
        self.warnings: list[Warning] = []
        for name in self.names():
            if name.lower().endswith((".xml", ".rels")):
                self._check_prolog(name)
        self.main = self._find_main()

    def __enter__(self) -> Package:
        return self

    def __exit__(self, *_: object) -> None:
        self._zip.close()

    @property
    def inflated_bytes(self) -> int:
        """What all parts weigh together, as the directory says."""
        return sum(info.file_size for info in self._zip.infolist())

    def names(self) -> Iterator[str]:
        """Yield the part names as they stand in the package."""
        yield from self._names.values()

    def has(self, name: str) -> bool:
        """True when the part exists, whatever the case of its name."""
        return name.lower() in self._names

    def read(self, name: str) -> bytes:
        """Return the bytes of a part. Raises UnreadableError when it is missing or damaged."""
        found = self._names.get(name.lower())
        if found is None:
            raise UnreadableError("missing_part", name[:80])
        return guard.inflate(self._zip, found)

    def xml(self, name: str) -> Element:
        """Return the root of an XML part."""
        return parse_xml(name, self.read(name))

    def optional_xml(self, name: str) -> Element | None:
        """Return the root of a part that a manuscript can be read without; damage becomes a warning."""
        if not self.has(name):
            return None
        try:
            return self.xml(name)
        except UnreadableError as error:
            if error.code in ("dtd", "bomb"):
                raise
            self.warnings.append(Warning("part_damaged", name, error.detail))
            return None

    def relationships(self, part: str) -> dict[str, Relationship]:
        """Return the relationships of ``part`` by id ("" for the package itself)."""
        folder, base = posixpath.split(part)
        root = self.optional_xml(posixpath.join(folder, "_rels", base + ".rels"))
        found: dict[str, Relationship] = {}
        if root is None:
            return found
        for element in root:
            if not isinstance(element.tag, str):
                continue
            key = element.get("Id") or ""
            kind = (element.get("Type") or "").rsplit("/", 1)[-1]
            target = element.get("Target") or ""
            external = element.get("TargetMode") == "External"
            if not external:
                target = self._resolve(folder, target)
            found[key] = Relationship(key, kind, target, external)
        return found

    def _resolve(self, folder: str, target: str) -> str:
        """Turn a target into a part name; one that leaves the package resolves inside it and is simply not found."""
        path = unquote(target).split("#")[0]
        if path.startswith("/"):
            return posixpath.normpath(path).lstrip("/")
        return posixpath.normpath(posixpath.join("/", folder, path)).lstrip("/")

    def _check_prolog(self, name: str) -> None:
        try:
            with self._zip.open(name) as stream:
                head = stream.read(4096)
        except Exception as error:
            if name.lower() in ("word/document.xml", "[content_types].xml"):
                raise UnreadableError("damaged", name[:80]) from error
            return
        guard.refuse_dtd(name, head)

    def _find_main(self) -> str:
        for link in self.relationships("").values():
            if link.kind == "officeDocument" and not link.external and self.has(link.target):
                return link.target
        if self.has("word/document.xml"):
            return "word/document.xml"
        raise UnreadableError("missing_part", "word/document.xml")
