"""Reads HTML and web archives, under whatever name they come, into the document model. Nothing is fetched."""

from __future__ import annotations

import base64
import binascii
import email
import email.policy
import hashlib
import re
from collections.abc import Iterator
from dataclasses import replace

from lxml import etree, html

from caselib.word.guard import LIMITS, Kind, UnreadableError
from caselib.word.html_headings import BULLET, with_headings
from caselib.word.html_looks import Style, article_of, is_hidden, list_style
from caselib.word.model import Block, Cell, Document, Heading, ImageData, Paragraph, Picture, Place, Run, Table, Warning
from caselib.word.numbering import chinese, letters, roman
from caselib.word.outline import squeeze
from caselib.word.radicals import unified
from caselib.word.reader.images import measure
from caselib.word.text_readers import CONTROL, decode, read_text, replaced_radicals

_BLOCK_TAGS = {
    "p",
    "div",
    "li",
    "blockquote",
    "pre",
    "dd",
    "dt",
    "section",
    "article",
    "figure",
    "center",
    "address",
    "header",
    "footer",
    "main",
    "aside",
    "body",
    "form",
    "fieldset",
}
_SOURCE_LINE = "\v"  # where a line of the source ends; nothing else gives this sign
_WIDE = "\u2e80-\u9fff\u3000-\u303f\uf900-\ufaff\uff00-\uffef\U00020000-\U000323af“”‘’…—"
# Its source lines end where a blank stood, between Chinese characters too.
_BREAKS_AT_BLANKS = re.compile(r"<meta[^>]{0,80}(?:LibreOffice|OpenOffice)", re.I)
_IDEOGRAPHIC = ("cjk-ideographic", "simp-chinese-informal", "trad-chinese-informal", "cjk-decimal")
_SKIPPED = {"script", "style", "head", "noscript", "template", "object", "embed", "iframe", "svg", "math", "nav"}


def read_html(data: bytes, kind: Kind = "html") -> Document:
    """Return headings, paragraphs, tables and embedded pictures of an HTML file; scripts go, nothing is fetched."""
    if kind == "mhtml":
        data = _html_part(data)
    declared = re.search(rb"charset\s*=\s*[\"']?([\w-]{3,20})", data[:4096], re.I)
    text = _declared(data, declared.group(1).decode("ascii", "replace")) if declared else decode(data)[0]
    found = replaced_radicals(text)
    text = re.sub(r"^\s*<\?xml[^>]*\?>", "", unified(CONTROL.sub("", text)))
    if not text.strip():
        raise UnreadableError("empty_file")
    if _BREAKS_AT_BLANKS.search(text[:4096]):
        text = re.sub(r"[\r\n]+", " ", text)
    parser = html.HTMLParser(no_network=True, huge_tree=True, recover=True)
    try:
        root = html.document_fromstring(text, parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError, AssertionError) as error:
        raise UnreadableError("damaged", str(error)[:80]) from error
    if any("depth" in entry.message for entry in parser.error_log):  # what lies deeper would be lost without a word
        raise UnreadableError("too_deep", "2000")
    reader = _Html()
    reader.warnings.extend(found)
    return reader.read(root)


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
        self.looks: dict[int, Style] = {}
        self.images: dict[str, ImageData] = {}
        self.warnings: list[Warning] = []
        self.runs: list[Run] = []
        self.styles: list[Style] = []
        self.label = ""  # of the item whose first text is still to come
        self.counted: dict[html.HtmlElement, int] = {}  # the last number in a list
        self.cells = 0
        self.inside = 0  # blocks in cells

    def read(self, root: html.HtmlElement) -> Document:
        title = root.findtext(".//title") or ""
        body = root.find("body")
        if article := article_of(root):
            title = article.title or title
            if article.title:
                self._add(Heading(1, (Run(squeeze(article.title)),), place=self._place(), title=True))
            for name in article.names:
                self._add(Paragraph((Run(name),), "byline", place=self._place()))
            self.warnings.append(Warning("page_left_out", "", ""))
            body = article.body
        self._walk(root if body is None else body, 0, Style())
        self._flush()
        return Document(
            tuple(with_headings(self.blocks, self.looks)),
            images=self.images,
            warnings=tuple(self.warnings),
            properties={"title": squeeze(title)} if title.strip() else {},
        )

    def _walk(self, node: html.HtmlElement, depth: int, style: Style) -> None:
        if depth > 200:
            raise UnreadableError("too_deep", "200")
        self._text(node.text, style)
        for child in node:
            tag = child.tag if isinstance(child.tag, str) else ""
            if tag and tag not in _SKIPPED and not is_hidden(child):
                self._element(child, tag, depth, style)
            self._text(child.tail, style)

    def _element(self, node: html.HtmlElement, tag: str, depth: int, style: Style) -> None:
        if match := re.fullmatch(r"h([1-6])", tag):
            self._flush()
            text = squeeze(_visible(node))
            if text:
                self._add(Heading(int(match.group(1)), (Run(text),), place=self._place()))
            for picture in node.iter("img"):
                self._image(picture)
        elif tag == "table":
            self._flush()
            self._table(node, depth, style.below(node, tag))
        elif tag == "img":
            self._image(node)
        elif tag == "br":
            self.runs.append(Run("\n", bold=style.bold))
        elif tag in _BLOCK_TAGS or tag in ("ul", "ol", "dl"):
            self._flush()
            if tag == "li":
                self.label = self._next_label(node, node.getparent())
            self._walk(node, depth + 1, style.below(node, tag))
            self._flush("quote" if tag == "blockquote" else "body")
            if tag == "li":
                self.label = ""
        else:
            self._walk(node, depth + 1, style.below(node, tag))

    def _text(self, text: str | None, style: Style) -> None:
        if text:
            flat = _flat(text)
            self.runs.append(Run(flat.replace("\u00a0", " "), bold=style.bold))
            if flat.strip():
                self.styles.append(style)

    def _place(self) -> Place:
        return Place(len(self.blocks))

    def _add(self, block: Block) -> None:
        if len(self.blocks) >= LIMITS.paragraphs:
            raise UnreadableError("too_many_paragraphs", str(LIMITS.paragraphs))
        self.blocks.append(block)

    def _next_label(self, item: html.HtmlElement, parent: html.HtmlElement | None) -> str:
        """Return the bullet of the next item of a list, or its number as the page shows it."""
        if parent is None or parent.tag != "ol":
            return BULLET
        number = _number(item.get("value"), self.counted.get(parent, _number(parent.get("start"), 1) - 1) + 1)
        self.counted[parent] = number
        return _shown(number, list_style(parent) or parent.get("type") or "")

    def _flush(self, role: str = "body") -> None:
        text = _unbroken("".join(run.text for run in self.runs)).strip()
        if text:
            bold = all(run.bold for run in self.runs if run.text.strip())
            self.looks[len(self.blocks)] = replace(self.styles[0], bold=bold)
            label, self.label = self.label, ""
            made = "list" if label else role
            self._add(Paragraph((Run(text, bold=bold),), made, label, place=self._place()))  # type: ignore[arg-type]
        self.runs, self.styles = [], []

    def _table(self, node: html.HtmlElement, depth: int, style: Style) -> None:
        """Read a table; one that holds tables or a single cell only places its content on the page and is looked through."""
        rows = [[cell for cell in row if cell.tag in ("td", "th")] for row in _own_rows(node)]
        if node.find(".//table") is not None or sum(map(len, rows)) == 1:
            for cell in (cell for row in rows for cell in row):
                self._flush()
                self._walk(cell, depth + 1, style.below(cell, "td"))
            self._flush()
            return
        made = [tuple(self._cell(cell, depth + 1, style) for cell in row) for row in rows if row]
        if made:
            columns = max(sum(cell.colspan for cell in row) for row in made)
            caption = node.find("caption")
            named = "" if caption is None else squeeze(_visible(caption))
            self._add(Table(tuple(made), columns, caption=named, place=self._place()))

    def _cell(self, cell: html.HtmlElement, depth: int, style: Style) -> Cell:
        """Read a cell with the same eyes as the page: its paragraphs, and the pictures in it."""
        self.cells += 1
        if self.cells > LIMITS.cells:
            raise UnreadableError("too_many_cells", str(LIMITS.cells))
        outer = self.blocks, self.looks
        self.blocks, self.looks = [], {}
        self._walk(cell, depth, style.below(cell, "td"))
        self._flush()
        (inside, _), (self.blocks, self.looks) = (self.blocks, self.looks), outer
        self.inside += len(inside)
        if self.inside > 2 * LIMITS.cells:
            raise UnreadableError("too_many_paragraphs", str(LIMITS.paragraphs))
        texts = tuple(
            replace(block, place=None) if isinstance(block, Paragraph) else Paragraph(block.runs)
            for block in inside
            if isinstance(block, Paragraph | Heading)
        )
        pictures = tuple(replace(block, place=None) for block in inside if isinstance(block, Picture))
        return Cell(texts, _span(cell.get("colspan")), _span(cell.get("rowspan")), pictures)

    def _image(self, node: html.HtmlElement) -> None:
        source = node.get("src", "")
        if node.get("data-src"):
            source = node.get("data-src", "")  # a lazy page shows a blank dot until it has fetched the picture
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


def _own_rows(table: html.HtmlElement) -> Iterator[html.HtmlElement]:
    """Yield the rows of a table, not those of tables in its cells."""
    for child in table:
        if child.tag == "tr":
            yield child
        elif child.tag in ("thead", "tbody", "tfoot"):
            yield from (row for row in child if row.tag == "tr")


def _visible(node: html.HtmlElement) -> str:
    return _unbroken(_flat("".join(part for part in node.itertext() if isinstance(part, str))))


def _flat(text: str) -> str:
    """Return the white space of the source as one blank each, the ends of its lines marked."""
    return re.sub(r"[ \t]+", " ", re.sub(r"[ \t]*[\r\n][ \t\r\n]*", _SOURCE_LINE, text))


def _unbroken(text: str) -> str:
    """Return ``text`` as a browser shows it: a source line that ends between Chinese characters leaves no blank there."""
    if _SOURCE_LINE not in text:
        return text
    return re.sub(f"{_SOURCE_LINE}+", " ", re.sub(f"(?<=[{_WIDE}]){_SOURCE_LINE}+(?=[{_WIDE}])", "", text))


def _shown(number: int, style: str) -> str:
    """Return the number of an item in the style of its list."""
    if style in ("a", "lower-alpha", "lower-latin"):
        return letters(number) + "."
    if style in ("A", "upper-alpha", "upper-latin"):
        return letters(number).upper() + "."
    if style in ("i", "lower-roman"):
        return roman(number).lower() + "."
    if style in ("I", "upper-roman"):
        return roman(number) + "."
    return f"{chinese(number)}、" if style in _IDEOGRAPHIC else "" if style == "none" else f"{number}."


def _number(text: str | None, otherwise: int) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 6 else otherwise


def _span(text: str | None) -> int:
    return min(max(int(text), 1), 63) if text and text.isascii() and text.isdigit() and len(text) < 6 else 1


def lines_of(data: bytes, kind: Kind) -> list[str]:
    """Return the readable lines of an HTML, MHTML or text file."""
    document = read_text(data) if kind == "text" else read_html(data, kind)
    lines: list[str] = []
    for block in document.blocks:
        if isinstance(block, Heading | Paragraph):
            lines.append(block.text if block.number == BULLET else block.number + block.text)
        elif isinstance(block, Table):
            lines.extend(" ".join(cell.text for cell in row) for row in block.rows)
    return lines
