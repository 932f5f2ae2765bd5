"""Finds what is wrong with a .docx although the schema allows it: what Word repairs, refuses or shows wrongly."""

from __future__ import annotations

import io
import re
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from lxml import etree

from caselib.word.ooxml import AMBIGUOUS, WP, R, W

_W, _R = f"{{{W}}}", f"{{{R}}}"
_PARSER = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)
_QUOTES = re.compile("[\u2018\u2019\u201c\u201d\u2014\u2026]")
_HAN = re.compile("[\u4e00-\u9fff]")


@dataclass(frozen=True, slots=True)
class Lint:
    """A fault. ``code`` is stable, ``part`` the part of the package, ``detail`` the thing."""

    code: str
    part: str
    detail: str = ""


def lint(docx: bytes) -> list[Lint]:
    """Return every fault of ``docx``, by part; an unreadable package is one fault of its own."""
    try:
        with zipfile.ZipFile(io.BytesIO(docx)) as archive:
            names = archive.namelist()
            parts = {n: etree.fromstring(archive.read(n), _PARSER) for n in names if n.endswith((".xml", ".rels"))}
    except (zipfile.BadZipFile, etree.XMLSyntaxError, KeyError) as error:
        return [Lint("unreadable", "", str(error)[:200])]
    document = parts.get("word/document.xml")
    if document is None:
        return [Lint("unreadable", "word/document.xml", "missing")]
    found = [Lint("duplicate_part", name) for name, count in Counter(names).items() if count > 1]
    found += _relations(parts, set(names))
    styles = _style_ids(parts)
    numbers = (
        {num.get(f"{_W}numId") for num in parts["word/numbering.xml"].iter(f"{_W}num")}
        if "word/numbering.xml" in parts
        else set()
    )
    for name, root in sorted(parts.items()):
        if name.startswith("word/") and not name.endswith(".rels"):
            found += _part(name, root, styles, numbers)
    return [*found, *_bookmarks(document, parts), *_notes(document, parts), *_body_end(document), *_theme_fonts(parts)]


def _style_ids(parts: dict[str, etree._Element]) -> set[str]:
    root = parts.get("word/styles.xml")
    return set() if root is None else {style.get(f"{_W}styleId") or "" for style in root.iter(f"{_W}style")}


def _part(name: str, root: etree._Element, styles: set[str], numbers: set[str | None]) -> Iterator[Lint]:
    for tag in ("pStyle", "rStyle", "tblStyle", "basedOn", "next", "link"):
        for element in root.iter(f"{_W}{tag}"):
            if element.get(f"{_W}val") not in styles:
                yield Lint("missing_style", name, element.get(f"{_W}val") or "")
    for element in root.iter(f"{_W}numId"):
        if element.get(f"{_W}val") not in numbers and element.get(f"{_W}val") != "0":
            yield Lint("missing_number", name, element.get(f"{_W}val") or "")
    yield from _cells(name, root)
    yield from _fields(name, root)
    yield from _pictures(name, root)
    yield from _punctuation(name, root)


def _cells(name: str, root: etree._Element) -> Iterator[Lint]:
    for cell in root.iter(f"{_W}tc"):
        last = cell[-1] if len(cell) else None
        if last is None or last.tag != f"{_W}p":
            yield Lint("cell_without_paragraph", name)
    for table in root.iter(f"{_W}tbl"):
        grid = table.find(f"{_W}tblGrid")
        columns = 0 if grid is None else len(grid.findall(f"{_W}gridCol"))
        open_above: set[int] = set()
        for row in table.findall(f"{_W}tr"):
            at, opened = 0, set()
            for cell in row.findall(f"{_W}tc"):
                span = cell.find(f"{_W}tcPr/{_W}gridSpan")
                merge = cell.find(f"{_W}tcPr/{_W}vMerge")
                if merge is not None:
                    if merge.get(f"{_W}val") != "restart" and at not in open_above:
                        yield Lint("merge_without_start", name)
                    opened.add(at)
                at += int(span.get(f"{_W}val") or 1) if span is not None else 1
            if at > columns:
                yield Lint("grid_overflow", name, f"{at} > {columns}")
            if at < columns:
                yield Lint("grid_gap", name, f"{at} < {columns}")
            if at == 0:
                yield Lint("row_without_cell", name)
            open_above = opened


def _fields(name: str, root: etree._Element) -> Iterator[Lint]:
    depth = 0
    for char in root.iter(f"{_W}fldChar"):
        kind = char.get(f"{_W}fldCharType")
        depth += {"begin": 1, "end": -1}.get(kind or "", 0)
        if depth < 0 or (kind == "separate" and depth == 0):
            yield Lint("unbalanced_field", name)
            return
    if depth:
        yield Lint("unbalanced_field", name, str(depth))


def _pictures(name: str, root: etree._Element) -> Iterator[Lint]:
    ids = Counter(element.get("id") for element in root.iter(f"{{{WP}}}docPr"))
    yield from (Lint("duplicate_picture_id", name, ident or "") for ident, count in ids.items() if count > 1)
    for element in root.iter(f"{{{WP}}}docPr"):
        if not element.get("descr"):
            yield Lint("picture_without_alternative", name, element.get("name") or "")
    for extent in root.iter(f"{{{WP}}}extent"):
        if int(extent.get("cx") or 0) <= 0 or int(extent.get("cy") or 0) <= 0:
            yield Lint("picture_without_size", name)


def _punctuation(name: str, root: etree._Element) -> Iterator[Lint]:
    for paragraph in root.iter(f"{_W}p"):
        chinese = None
        for run in paragraph.iter(f"{_W}r"):
            text = "".join(item.text or "" for item in run.iter(f"{_W}t"))
            if not _QUOTES.search(text) or not AMBIGUOUS.search(text):
                continue
            if chinese is None:
                chinese = bool(_HAN.search("".join(item.text or "" for item in paragraph.iter(f"{_W}t"))))
            fonts = run.find(f"{_W}rPr/{_W}rFonts")
            if chinese and (fonts is None or fonts.get(f"{_W}hint") != "eastAsia"):
                yield Lint("narrow_punctuation", name, text[:40])


def _bookmarks(document: etree._Element, parts: dict[str, etree._Element]) -> Iterator[Lint]:
    name = "word/document.xml"
    starts = list(document.iter(f"{_W}bookmarkStart"))
    ids = Counter(start.get(f"{_W}id") for start in starts)
    ends = Counter(end.get(f"{_W}id") for end in document.iter(f"{_W}bookmarkEnd"))
    yield from (Lint("bookmark_without_end", name, ident or "") for ident in ids if not ends[ident])
    yield from (Lint("bookmark_without_start", name, ident or "") for ident in ends if ident not in ids)
    yield from (Lint("duplicate_bookmark_id", name, ident or "") for ident, count in ids.items() if count > 1)
    names = Counter((start.get(f"{_W}name") or "").lower() for start in starts)
    yield from (Lint("duplicate_bookmark", name, label) for label, count in names.items() if count > 1)
    yield from (Lint("long_bookmark", name, label) for label in names if len(label) > 40)
    for link in document.iter(f"{_W}hyperlink"):
        anchor = link.get(f"{_W}anchor")
        if anchor and anchor.lower() not in names:
            yield Lint("missing_anchor", name, anchor)
    for instruction in document.iter(f"{_W}instrText"):
        target = re.match(r"\s*(?:PAGEREF|REF)\s+(\S+)", instruction.text or "")
        if target and target.group(1).lower() not in names:
            yield Lint("missing_reference", name, target.group(1))


def _notes(document: etree._Element, parts: dict[str, etree._Element]) -> Iterator[Lint]:
    for kind in ("footnote", "endnote", "comment"):
        part = parts.get(f"word/{kind}s.xml")
        there = set() if part is None else {note.get(f"{_W}id") for note in part.iter(f"{_W}{kind}")}
        for call in document.iter(f"{_W}{kind}Reference"):
            if call.get(f"{_W}id") not in there:
                yield Lint("missing_note", "word/document.xml", f"{kind} {call.get(f'{_W}id')}")
        if part is not None:
            for note in part.iter(f"{_W}{kind}"):
                if note.find(f"{_W}p") is None:
                    yield Lint("note_without_paragraph", f"word/{kind}s.xml", note.get(f"{_W}id") or "")


def _body_end(document: etree._Element) -> Iterator[Lint]:
    body = document.find(f"{_W}body")
    children = [] if body is None else [child for child in body if child.tag != f"{_W}sectPr"]
    if not children:
        yield Lint("empty_body", "word/document.xml")
    elif children[-1].tag == f"{_W}tbl":
        yield Lint("ends_in_table", "word/document.xml")
    for before, after in pairwise(children):
        if before.tag == after.tag == f"{_W}tbl":
            yield Lint("joined_tables", "word/document.xml")
    if body is None or not len(body) or body[-1].tag != f"{_W}sectPr":
        yield Lint("no_section", "word/document.xml")


def _theme_fonts(parts: dict[str, etree._Element]) -> Iterator[Lint]:
    root = parts.get("word/styles.xml")
    for fonts in root.iter(f"{_W}rFonts") if root is not None else ():
        if any("heme" in key for key in fonts.attrib):
            yield Lint("theme_font", "word/styles.xml")


def _relations(parts: dict[str, etree._Element], names: set[str]) -> Iterator[Lint]:
    for name, root in parts.items():
        if not name.endswith(".rels"):
            continue
        folder, _, file = name.replace("_rels/", "").removesuffix(".rels").rpartition("/")
        known = set()
        for relation in root:
            known.add(relation.get("Id"))
            target = relation.get("Target") or ""
            if relation.get("TargetMode") != "External" and _resolve(folder, target) not in names:
                yield Lint("missing_part", name, target)
        source = parts.get(f"{folder}/{file}" if folder else file)
        if source is not None:
            yield from _used_relations(name, source, known)


def _used_relations(name: str, source: etree._Element, known: set[str | None]) -> Iterator[Lint]:
    used = {value for element in source.iter() for key, value in element.attrib.items() if str(key).startswith(_R)}
    yield from (Lint("missing_relation", name, str(ident)) for ident in sorted(map(str, used - known)))


def _resolve(folder: str, target: str) -> str:
    if target.startswith("/"):
        return target[1:]
    path = [piece for piece in folder.split("/") if piece]
    for piece in target.split("/"):
        if piece == "..":
            path = path[:-1]
        else:
            path.append(piece)
    return "/".join(path)


__all__ = ["Lint", "lint"]
