"""Reads plain text, Markdown and HTML into the same document model as Word files."""

from __future__ import annotations

import base64
import binascii
import codecs
import email
import email.policy
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree, html

from caselib.word.guard import LIMITS, Kind, UnreadableError
from caselib.word.model import (
    Block,
    Cell,
    Document,
    Heading,
    ImageData,
    Note,
    Paragraph,
    Picture,
    Place,
    Run,
    Table,
    Warning,
)
from caselib.word.outline import squeeze

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f-\x84\x86-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060\ufeff\ufffe\uffff]")
_BLOCK_TAGS = {"p", "div", "li", "blockquote", "pre", "dd", "dt", "section", "article", "figure", "center", "address", "header",
               "footer", "main", "aside", "body", "form", "fieldset"}
_SKIPPED = {"script", "style", "head", "noscript", "template", "object", "embed", "iframe", "svg", "math", "nav"}
_MD_NOTE = re.compile(r"^\[\^([^\]\s]{1,40})\]:\s*(.*)$")
_MD_RULE = re.compile(r"^\s*([-*_])(\s*\1){2,}\s*$")


def decode(data: bytes) -> tuple[str, str]:
    """Return the text of ``data`` and the encoding it was read with: UTF-8, UTF-16, GB 18030 or Big5, lossy last."""
    for mark, name in ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16")):
        if data.startswith(mark):
            return data.decode(name, "replace"), name
    if data.count(b"\x00") > len(data) // 4:
        return data.decode("utf-16-be" if data[:1] == b"\x00" else "utf-16-le", "replace"), "utf-16"
    for name in ("utf-8", "gb18030", "big5"):
        try:
            return data.decode(name), name
        except UnicodeDecodeError:
            continue
    return data.decode("utf-8" if _mostly_utf8(data) else "gb18030", "replace"), "damaged"


def _mostly_utf8(data: bytes) -> bool:
    lost = data.decode("utf-8", "replace").count("\ufffd")
    return lost <= data.decode("gb18030", "replace").count("\ufffd")


def clean(text: str) -> str:
    """Return ``text`` with one kind of line end and without control characters; form feeds stay."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x85", "\n").replace("\u2028", "\n")
    return _CONTROL.sub("", text).replace("\u00a0", " ")


def read_text(data: bytes) -> Document:
    """Return one paragraph a line, form feeds kept at the head of the line they precede; nothing is guessed here."""
    text, encoding = decode(data)
    lines = clean(text).split("\n")
    if len(lines) > LIMITS.paragraphs * 4:
        raise UnreadableError("too_many_paragraphs", str(len(lines)))
    blocks: list[Block] = []
    offset = 0
    for ordinal, line in enumerate(lines):
        place = Place(ordinal, offset, offset + len(line))
        offset += len(line) + 1
        blocks.append(Paragraph((Run(line),) if line else (), place=place))
    warnings = (Warning("encoding_damaged", "", ""),) if encoding == "damaged" else ()
    return Document(tuple(blocks), properties={"encoding": encoding}, warnings=warnings)


def lines_of(data: bytes, kind: Kind) -> list[str]:
    """Return the readable lines of an HTML, MHTML or text file."""
    document = read_text(data) if kind == "text" else read_html(data, kind)
    lines: list[str] = []
    for block in document.blocks:
        if isinstance(block, Heading | Paragraph):
            lines.append(block.text)
        elif isinstance(block, Table):
            lines.extend(" ".join(cell.text for cell in row) for row in block.rows)
    return lines


# -- Markdown ---------------------------------------------------------------------------------------------------


def read_markdown(data: bytes) -> Document:
    """Return headings, lists, quotes, tables and notes of a Markdown file; pictures outside the file are reported."""
    text, _ = decode(data)
    return _Markdown(clean(text).replace("\f", "\n").split("\n")).read()


@dataclass(slots=True)
class _Markdown:
    lines: list[str]
    blocks: list[Block] = field(default_factory=list)
    notes: dict[str, Note] = field(default_factory=dict)
    properties: dict[str, str] = field(default_factory=dict)
    warnings: list[Warning] = field(default_factory=list)
    pending: list[tuple[int, str]] = field(default_factory=list)

    def read(self) -> Document:
        if len(self.lines) > LIMITS.paragraphs:
            raise UnreadableError("too_many_paragraphs", str(len(self.lines)))
        index = self._front_matter()
        fenced = False
        while index < len(self.lines):
            line = self.lines[index]
            if re.match(r"^\s*(```|~~~)", line):
                fenced = not fenced
                self._flush()
            elif fenced:
                self._add(Paragraph((Run(line),), place=Place(index)))
            elif table := self._table_at(index):
                self._flush()
                self.blocks.append(table[0])
                index = table[1]
                continue
            else:
                self._line(index, line)
            index += 1
        self._flush()
        return Document(tuple(self.blocks), self.notes, properties=self.properties, warnings=tuple(self.warnings))

    def _front_matter(self) -> int:
        if not self.lines or self.lines[0].strip() != "---":
            return 0
        for index in range(1, min(len(self.lines), 60)):
            line = self.lines[index]
            if line.strip() == "---":
                return index + 1
            key, _, text = line.partition(":")
            if text.strip():
                self.properties[key.strip()[:100]] = text.strip().strip("\"'")[:1000]
        self.properties.clear()
        return 0

    def _line(self, index: int, line: str) -> None:
        bare = line.strip()
        if not bare or _MD_RULE.match(line) and not self.pending:
            self._flush()
        elif match := re.match(r"^(#{1,6})\s+(.*?)\s*#*$", bare):
            self._flush()
            self.blocks.append(Heading(len(match.group(1)), self._runs(match.group(2), index), place=Place(index)))
        elif re.match(r"^(=+|-+)\s*$", bare) and len(self.pending) == 1:
            text = self.pending.pop()[1]
            self.blocks.append(Heading(1 if bare[0] == "=" else 2, self._runs(text, index), place=Place(index - 1)))
        elif match := _MD_NOTE.match(bare):
            self._flush()
            self.notes[match.group(1)] = Note(match.group(1), (Run(match.group(2)),))
        elif match := re.match(r"^([-*+]|\d{1,3}[.)])\s+(.*)$", bare):
            self._flush()
            label = "•" if match.group(1) in "-*+" else match.group(1)
            self._add(Paragraph(self._runs(match.group(2), index), "list", label, place=Place(index)))
        elif bare.startswith(">"):
            self._flush()
            self._add(Paragraph(self._runs(bare.lstrip("> "), index), "quote", place=Place(index)))
        else:
            self.pending.append((index, bare))

    def _add(self, block: Paragraph) -> None:
        self.blocks.append(block)

    def _flush(self) -> None:
        if self.pending:
            text = ""
            for _, line in self.pending:
                gap = "" if not text or _is_han(text[-1]) or _is_han(line[:1]) else " "
                text += gap + line
            first = self.pending[0][0]
            self.blocks.append(Paragraph(self._runs(text, first), place=Place(first)))
            self.pending = []

    def _runs(self, text: str, index: int) -> tuple[Run, ...]:
        for match in re.finditer(r"!\[([^\]]*)\]\(([^)\s]{0,500})[^)]*\)", text):
            self.warnings.append(Warning("image_external", f"¶{index + 1}", match.group(2)[:200]))
        text = re.sub(r"!\[([^\]]*)\]\([^)]*\)", r"\1", text)
        runs: list[Run] = []
        pattern = r"\*\*(.+?)\*\*|__(.+?)__|\*([^*\s][^*]*?)\*|`([^`]+)`|\[\^([^\]\s]{1,40})\]|\[([^\]]*)\]\(([^)\s]*)[^)]*\)"
        position = 0
        for match in re.finditer(pattern, text):
            if match.start() > position:
                runs.append(Run(text[position : match.start()]))
            runs.append(_markdown_run(match))
            position = match.end()
        if text[position:]:
            runs.append(Run(text[position:]))
        return tuple(run for run in runs if run.text or run.note)

    def _table_at(self, index: int) -> tuple[Table, int] | None:
        if index + 1 >= len(self.lines) or "|" not in self.lines[index]:
            return None
        if not re.match(r"^\s*\|?\s*:?-{2,}:?\s*(\|\s*:?-{2,}:?\s*)*\|?\s*$", self.lines[index + 1]):
            return None
        rows = [self._cells(self.lines[index])]
        end = index + 2
        while end < len(self.lines) and "|" in self.lines[end]:
            rows.append(self._cells(self.lines[end]))
            end += 1
        if sum(map(len, rows)) > LIMITS.cells:
            raise UnreadableError("too_many_cells", str(LIMITS.cells))
        return Table(tuple(rows), max(map(len, rows)), 1, place=Place(index)), end

    def _cells(self, line: str) -> tuple[Cell, ...]:
        parts = re.split(r"(?<!\\)\|", line.strip().strip("|"))
        return tuple(Cell((Paragraph((Run(part.strip()),)),) if part.strip() else ()) for part in parts)


def _markdown_run(match: re.Match[str]) -> Run:
    strong, strong2, italic, code, note, label, href = match.groups()
    if note:
        return Run("", note=note)
    if label is not None:
        return Run(label, href=href if re.match(r"^(https?|mailto):", href, re.I) else "")
    if italic:
        return Run(italic, italic=True)
    return Run(code) if code else Run(strong or strong2 or "", bold=True)


def _is_han(sign: str) -> bool:
    return bool(re.match(r"[\u2e80-\u9fff\u3000-\u303f\uff00-\uffef]", sign))


# -- HTML -------------------------------------------------------------------------------------------------------


def read_html(data: bytes, kind: Kind = "html") -> Document:
    """Return headings, paragraphs, tables and embedded pictures of an HTML file; scripts go, nothing is fetched."""
    if kind == "mhtml":
        data = _html_part(data)
    declared = re.search(rb"charset\s*=\s*[\"']?([\w-]{3,20})", data[:4096], re.I)
    text = _declared(data, declared.group(1).decode("ascii", "replace")) if declared else decode(data)[0]
    text = re.sub(r"^\s*<\?xml[^>]*\?>", "", _CONTROL.sub("", text))
    if not text.strip():
        raise UnreadableError("empty_file")
    try:
        root = html.document_fromstring(text, parser=html.HTMLParser(no_network=True, huge_tree=False, recover=True))
    except (etree.ParserError, etree.XMLSyntaxError, ValueError, AssertionError) as error:
        raise UnreadableError("damaged", str(error)[:80]) from error
    return _Html().read(root)


def _declared(data: bytes, name: str) -> str:
    try:
        return data.decode("gb18030" if name.lower() in ("gb2312", "gbk") else name, "replace")
    except LookupError:
        return decode(data)[0]


def _html_part(data: bytes) -> bytes:
    message = email.message_from_bytes(data, policy=email.policy.compat32)
    for part in message.walk():
        if part.get_content_type() == "text/html":
            payload = part.get_payload(decode=True)
            if isinstance(payload, bytes):
                return payload
    raise UnreadableError("damaged", "MHTML")


class _Html:
    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self.images: dict[str, ImageData] = {}
        self.warnings: list[Warning] = []
        self.runs: list[Run] = []
        self.cells = 0

    def read(self, root: html.HtmlElement) -> Document:
        title = root.findtext(".//title") or ""
        body = root.find("body")
        self._walk(root if body is None else body, 0, False)
        self._flush()
        return Document(tuple(self.blocks), images=self.images, warnings=tuple(self.warnings),
                        properties={"title": squeeze(title)} if title.strip() else {})

    def _walk(self, node: html.HtmlElement, depth: int, bold: bool) -> None:
        if depth > 200:
            raise UnreadableError("too_deep", "200")
        self._text(node.text, bold)
        for child in node:
            tag = child.tag if isinstance(child.tag, str) else ""
            if tag and tag not in _SKIPPED:
                self._element(child, tag, depth, bold)
            self._text(child.tail, bold)

    def _element(self, node: html.HtmlElement, tag: str, depth: int, bold: bool) -> None:
        if match := re.fullmatch(r"h([1-6])", tag):
            self._flush()
            text = squeeze(_visible(node))
            if text:
                self._add(Heading(int(match.group(1)), (Run(text),), place=self._place()))
        elif tag == "table":
            self._flush()
            self._table(node)
        elif tag == "img":
            self._image(node)
        elif tag == "br":
            self._text("\n", bold)
        elif tag in _BLOCK_TAGS or tag in ("ul", "ol", "dl"):
            self._flush()
            self._walk(node, depth + 1, bold)
            self._flush("list" if tag == "li" else "quote" if tag == "blockquote" else "body")
        else:
            self._walk(node, depth + 1, bold or tag in ("b", "strong"))

    def _text(self, text: str | None, bold: bool) -> None:
        if text:
            flat = "\n" if text == "\n" else re.sub(r"[ \t\r\n]+", " ", text)
            self.runs.append(Run(flat.replace("\u00a0", " "), bold=bold))

    def _place(self) -> Place:
        return Place(len(self.blocks))

    def _add(self, block: Block) -> None:
        if len(self.blocks) >= LIMITS.paragraphs:
            raise UnreadableError("too_many_paragraphs", str(LIMITS.paragraphs))
        self.blocks.append(block)

    def _flush(self, role: str = "body") -> None:
        text = "".join(run.text for run in self.runs).strip()
        if text:
            bold = all(run.bold for run in self.runs if run.text.strip())
            self._add(Paragraph((Run(text, bold=bold),), role, "•" if role == "list" else "", place=self._place()))  # type: ignore[arg-type]
        self.runs = []

    def _table(self, node: html.HtmlElement) -> None:
        rows = [tuple(self._row(row)) for row in node.iter("tr")]
        rows = [row for row in rows if row]
        if rows:
            columns = max(sum(cell.colspan for cell in row) for row in rows)
            self._add(Table(tuple(rows), columns, place=self._place()))

    def _row(self, row: html.HtmlElement) -> Iterator[Cell]:
        for cell in row:
            if cell.tag not in ("td", "th"):
                continue
            self.cells += 1
            if self.cells > LIMITS.cells:
                raise UnreadableError("too_many_cells", str(LIMITS.cells))
            text = _visible(cell).strip()
            content = (Paragraph((Run(re.sub(r"[ \t\r\n]+", " ", text)),)),) if text else ()
            yield Cell(content, _span(cell.get("colspan")), _span(cell.get("rowspan")))

    def _image(self, node: html.HtmlElement) -> None:
        from caselib.word.reader.images import measure

        source = node.get("src", "")
        match = re.match(r"data:image/[\w.+-]+;base64,", source[:100])
        if not match:
            self.warnings.append(Warning("image_external", f"¶{len(self.blocks) + 1}", source[:200]))
            return
        try:
            data = base64.b64decode(source[match.end() :], validate=False)
        except (binascii.Error, ValueError):
            data = b""
        content_type, width, height = measure(data)
        if not content_type.startswith("image/") or width * height > LIMITS.pixels or "svg" in content_type:
            self.warnings.append(Warning("image_unknown", f"¶{len(self.blocks) + 1}", ""))
            return
        key = hashlib.sha1(data, usedforsecurity=False).hexdigest()
        self.images.setdefault(key, ImageData(key, data, content_type, "", width, height))
        self._flush()
        self._add(Picture(key, alt=node.get("alt", "")[:300], place=self._place()))


def _visible(node: html.HtmlElement) -> str:
    return "".join(part for part in node.itertext() if isinstance(part, str))


def _span(text: str | None) -> int:
    return min(max(int(text), 1), 63) if text and text.isascii() and text.isdigit() and len(text) < 6 else 1
