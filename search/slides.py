"""The text of slides, old and new: what stands on them, in groups, drawings and charts too, and the speaker's notes."""

from __future__ import annotations

import posixpath
import re
import struct
import zipfile
from collections.abc import Iterator
from pathlib import Path

import olefile
from lxml import etree

STREAM = "PowerPoint Document"
# The names of the elements in both editions of the standard, transitional and strict.
_DRAWING = ("{http://schemas.openxmlformats.org/drawingml/2006/main}", "{http://purl.oclc.org/ooxml/drawingml/main}")
_CHART = ("{http://schemas.openxmlformats.org/drawingml/2006/chart}", "{http://purl.oclc.org/ooxml/drawingml/chart}")
_PARAGRAPHS = tuple(f"{space}p" for space in _DRAWING)
_WORDS = tuple(f"{space}{name}" for space in _DRAWING for name in ("t", "br"))
_VALUES = tuple(f"{space}v" for space in _CHART)
_SLIDE = re.compile(r"ppt/slides/slide(\d+)\.xml", re.IGNORECASE)
# Of what a slide points to, what carries text: not its layout, whose text stands on every slide.
_BESIDE = re.compile(r"ppt/(?:diagrams/data|charts/chart|notesSlides/notesSlide)\d*\.xml", re.IGNORECASE)
_MAX_PART = 64 * 1024 * 1024
# Records of a PowerPoint 97 file ([MS-PPT] 2.13.24): what is skipped, and what is text.
_MAIN_MASTER, _SLIDE_LIST = 0x03F8, 0x0FF0
_TEXT_CHARS, _TEXT_BYTES = 0x0FA0, 0x0FA8
_MASTERS = 1  # the instance of a slide list that lists masters
_CONTAINER = 0xF
_DEEPEST = 20


def pieces(path: Path) -> Iterator[str]:
    """Yield the paragraphs of a .pptx, slide by slide. Only parts with text are read, however large the pictures are."""
    with zipfile.ZipFile(path) as archive:
        names = set(archive.namelist())
        numbered = sorted((int(found[1]), name) for name in names if (found := _SLIDE.fullmatch(name)))
        for _number, name in numbered:
            yield from _paragraphs(_part(archive, name))
            folder, _, own = name.rpartition("/")
            relations = f"{folder}/_rels/{own}.rels"
            for target in _targets(_part(archive, relations), folder) if relations in names else ():
                if target in names and _BESIDE.fullmatch(target):
                    yield from _paragraphs(_part(archive, target))


def _part(archive: zipfile.ZipFile, name: str) -> etree._Element:
    """Raises ValueError for a part that is larger than any slide."""
    with archive.open(name) as stream:
        data = stream.read(_MAX_PART + 1)
    if len(data) > _MAX_PART:
        raise ValueError(f"{name} is too large")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, recover=True)
    root = etree.fromstring(data, parser)
    return etree.Element("nothing") if root is None else root


def _targets(relations: etree._Element, folder: str) -> Iterator[str]:
    for relation in relations:
        if relation.get("TargetMode") != "External":
            target = relation.get("Target", "")
            yield target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"{folder}/{target}")


def _paragraphs(root: etree._Element) -> Iterator[str]:
    for element in root.iter(*_PARAGRAPHS, *_VALUES):
        if element.tag in _VALUES:
            yield element.text or ""
        else:
            yield "".join(node.text or " " for node in element.iter(*_WORDS))


def old_pieces(path: Path) -> Iterator[str]:
    """Yield the texts of a .ppt. What PowerPoint 95 and older wrote, and what is encrypted, has none."""
    with olefile.OleFileIO(str(path)) as file:
        data = file.openstream(STREAM).read()
    for text in _texts(memoryview(data)):
        yield text.replace("\r", "\n").replace("\x0b", "\n")


def _texts(records: memoryview, depth: int = 0) -> Iterator[str]:
    at = 0
    while at + 8 <= len(records):
        head, kind, length = struct.unpack_from("<HHI", records, at)
        body = records[at + 8 : at + 8 + length]
        at += 8 + length
        version, instance = head & 0xF, head >> 4
        if kind == _TEXT_CHARS:
            yield bytes(body).decode("utf-16-le", "replace")
        elif kind == _TEXT_BYTES:
            yield bytes(body).decode("latin-1")
        elif kind == _MAIN_MASTER or (kind == _SLIDE_LIST and instance == _MASTERS):
            continue
        elif version == _CONTAINER and depth < _DEEPEST:
            yield from _texts(body, depth + 1)
