"""Reads plain text and Markdown into the same document model as Word files."""

from __future__ import annotations

import codecs
import contextlib
import re
from dataclasses import dataclass, field, replace

from caselib.word.guard import LIMITS, UnreadableError, unmarked_utf16
from caselib.word.html_headings import with_headings
from caselib.word.model import (
    Block,
    Cell,
    Document,
    Heading,
    Note,
    Paragraph,
    Place,
    Run,
    Table,
    Warning,
)
from caselib.word.radicals import count as count_radicals
from caselib.word.radicals import unified

CONTROL = re.compile(
    r"[\x00-\x08\x0b\x0e-\x1f\x7f-\x84\x86-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060\ufeff\ufffe\uffff]"
)
_MD_NOTE = re.compile(r"^\[\^([^\]\s]{1,40})\]:\s*(.*)$")
# Marks of HTML that editors of Markdown write for what Markdown has no sign for; their words stay.
_BREAK = re.compile(r"<br\s*/?>", re.I)
_COMMENT = re.compile(r"<!--.{0,2000}?-->", re.S)
_TAG = re.compile(
    r"</?(?:u|b|i|s|em|strong|font|span|center|p|div|section|su[bp]|mark|small|big|del|ins|kbd)(?:\s[^<>]{0,500})?/?>",
    re.I,
)
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
_PRIVATE = 0xF300
_MD_RULE = re.compile(r"^\s*([-*_])(\s*\1){2,}\s*$")


def decode(data: bytes) -> tuple[str, str]:
    """Return the text of ``data`` and the encoding it was read with: UTF-8, UTF-16, GB 18030 or Big5, lossy last."""
    for mark, name in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if data.startswith(mark):
            return data.decode(name, "replace"), name
    if wide := unmarked_utf16(data):
        return data.decode(wide, "replace"), "utf-16"
    with contextlib.suppress(UnicodeDecodeError):
        return data.decode("utf-8"), "utf-8"
    read: list[tuple[float, str, str]] = []
    for name in ("gb18030", "big5hkscs"):
        with contextlib.suppress(UnicodeDecodeError):
            text = data.decode(name)
            read.append((_commonness(text), text, "big5" if name == "big5hkscs" else name))
    if read:
        _, text, name = max(read, key=lambda item: item[0])
        return text, name
    return data.decode("utf-8" if _mostly_utf8(data) else "gb18030", "replace"), "damaged"


# What any Chinese text is full of, in both scripts: the bytes of one encoding read as another do not give these.
_COMMON = frozenset(
    "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方后多定行学法所民得经十三之进着等部度"
    "這為個國時來們於對會發動過說產種後學經進著與將開關實問題書長員黨區縣鎮村市省工作案例情況群眾众，。、：；“”《》（）！？"
)


def _commonness(text: str) -> float:
    """The share of everyday characters among those that are not ASCII."""
    shown = [sign for sign in text[:20_000] if sign > "\x7f"]
    return sum(1 for sign in shown if sign in _COMMON) / len(shown) if shown else 0.0


def _mostly_utf8(data: bytes) -> bool:
    lost = data.decode("utf-8", "replace").count("\ufffd")
    return lost <= data.decode("gb18030", "replace").count("\ufffd")


def clean(text: str) -> str:
    """Return ``text`` with one kind of line end and without control characters; form feeds stay."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x85", "\n").replace("\u2028", "\n")
    return unified(CONTROL.sub("", text).replace("\u00a0", " "))


def replaced_radicals(text: str) -> list[Warning]:
    """What is to be said of a source that held radicals in the place of characters."""
    found = count_radicals(text)
    return [Warning("radicals_replaced", "", str(found))] if found else []


def read_text(data: bytes) -> Document:
    """Return one paragraph a line, form feeds kept at the head of the line they precede; nothing is guessed here."""
    text, encoding = decode(data)
    lines = clean(text).split("\n")
    if len(lines) > LIMITS.paragraphs * 2:
        raise UnreadableError("too_many_paragraphs", str(len(lines)))
    blocks: list[Block] = []
    offset = 0
    for ordinal, line in enumerate(lines):
        place = Place(ordinal, offset, offset + len(line))
        offset += len(line) + 1
        blocks.append(Paragraph((Run(line),) if line else (), place=place))
    warnings = [Warning("encoding_damaged", "", "")] if encoding == "damaged" else []
    return Document(tuple(blocks), properties={"encoding": encoding}, warnings=(*warnings, *replaced_radicals(text)))


# -- Markdown ---------------------------------------------------------------------------------------------------


def read_markdown(data: bytes) -> Document:
    """Return headings, lists, quotes, tables and notes of a Markdown file; pictures outside the file are reported."""
    text, _ = decode(data)
    reader = _Markdown(clean(text).replace("\f", "\n").split("\n"))
    reader.warnings.extend(replaced_radicals(text))
    return reader.read()


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
        blocks = with_headings(self.blocks, {}, lists=False)
        return Document(tuple(blocks), self.notes, properties=self.properties, warnings=tuple(self.warnings))

    def _front_matter(self) -> int:
        if not self.lines or self.lines[0].strip() != "---":
            return 0
        key = ""
        for index in range(1, min(len(self.lines), 60)):
            line = self.lines[index]
            if line.strip() == "---":
                self._front_lines(index)
                return index + 1
            if listed := re.match(r"^\s*-\s+(\S.*)$", line):
                known = self.properties.get(key, "")
                self.properties[key] = f"{known}, {listed.group(1)}".strip(", ")[:1000]
                continue
            name, _, text = line.partition(":")
            key = name.strip()[:100]
            if text.strip():
                self.properties[key] = text.strip().strip("\"'")[:1000]
        self.properties.clear()
        return 0

    def _front_lines(self, end: int) -> None:
        """Who wrote it stands in the front matter as in no other place: it becomes lines under the title."""
        title = self.properties.get("title", "")
        headed = any(re.match(r"^(?:#\s+\S|=+\s*$)", line.strip()) for line in self.lines[end + 1 :])
        if title and not headed:
            self.blocks.append(Heading(1, (Run(title),), place=Place(0)))
        for keys, label in ((("unit", "organization", "单位"), ""), (("author", "authors", "作者"), "作者：")):
            value = next((self.properties[key] for key in keys if key in self.properties), "")
            names = "、".join(part.strip(" \"'") for part in value.strip("[]").split(",") if part.strip(" \"'"))
            if names:
                self._add(Paragraph((Run(label + names),), "byline", place=Place(0)))

    def _line(self, index: int, line: str) -> None:
        bare = line.strip()
        if not bare or bare.upper() in ("[TOC]", "[[TOC]]") or (_MD_RULE.match(line) and not self.pending):
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
        # What stands behind a backslash is no mark: it waits as a sign that no text holds.
        text = _ESCAPED.sub(lambda sign: chr(_PRIVATE + ord(sign.group(1))), text)
        text = _TAG.sub("", _COMMENT.sub("", _BREAK.sub("\n", text)))
        for match in re.finditer(r"!\[([^\]\[]{0,300})\]\(([^)\s]{0,500})[^)(]{0,300}\)", text):
            self.warnings.append(Warning("image_external", f"¶{index + 1}", match.group(2)[:200]))
        text = re.sub(r"!\[([^\]\[]{0,300})\]\([^)(]{0,800}\)", r"\1", text)
        runs: list[Run] = []
        pattern = (
            r"\*\*(.{1,2000}?)\*\*|__(.{1,2000}?)__|\*([^*\s](?:[^*]{0,2000}?[^*\s])?)\*|`([^`]{1,2000})`|\[\^([^\]\s]{1,40})\]"
            r"|\[([^\]\[]{0,300})\]\(([^)(\s]{0,500})[^)(]{0,300}\)"
        )
        position = 0
        for match in re.finditer(pattern, text):
            if match.start() > position:
                runs.append(Run(text[position : match.start()]))
            runs.append(_markdown_run(match))
            position = match.end()
        if text[position:]:
            runs.append(Run(text[position:]))
        return tuple(replace(run, text=_unescaped(run.text)) for run in runs if run.text or run.note)

    def _table_at(self, index: int) -> tuple[Table, int] | None:
        if index + 1 >= len(self.lines) or "|" not in self.lines[index]:
            return None
        if not re.match(r"^\s*\|?\s*:?-{2,}:?\s*(\|\s*:?-{2,}:?\s*)*\|?\s*$", self.lines[index + 1]):
            return None
        rows = [self._cells(self.lines[index], index)]
        end = index + 2
        while end < len(self.lines) and "|" in self.lines[end]:
            rows.append(self._cells(self.lines[end], end))
            end += 1
        if sum(map(len, rows)) > LIMITS.cells:
            raise UnreadableError("too_many_cells", str(LIMITS.cells))
        return Table(tuple(rows), max(map(len, rows)), 1, place=Place(index)), end

    def _cells(self, line: str, index: int) -> tuple[Cell, ...]:
        parts = re.split(r"(?<!\\)\|", line.strip().strip("|"))
        return tuple(Cell((Paragraph(self._runs(part.strip(), index)),) if part.strip() else ()) for part in parts)


def _markdown_run(match: re.Match[str]) -> Run:
    strong, strong2, italic, code, note, label, href = match.groups()
    if note:
        return Run("", note=note)
    if label is not None:
        return Run(label, href=href if re.match(r"^(https?|mailto):", href, re.I) else "")
    if italic:
        return Run(italic, italic=True)
    return Run(code) if code else Run(strong or strong2 or "", bold=True)


def _unescaped(text: str) -> str:
    return re.sub("[\uf321-\uf37e]", lambda sign: chr(ord(sign.group()) - _PRIVATE), text)


def _is_han(sign: str) -> bool:
    return bool(re.match(r"[\u2e80-\u9fff\u3000-\u303f\uff00-\uffef]", sign))
