"""From a resource to the Word document model: what is printed, exported and sent out for editing."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from caselib.media.models import CaseImage
from caselib.word.model import Block, Cell, Document, Heading, ImageData, Note, Paragraph, Picture, Run, Table

from .enums import Audience, Qualifier
from .models import LessonPlan, ResourcePage
from .text import rich_text_to_plain

# The headings under which fields of a resource stand in a document; the same words bring them back.
FIELD_LABELS = {
    "objectives": "教学目标",
    "key_points": "教学重点",
    "difficult_points": "教学难点",
    "learners": "教学对象",
    "preparation": "教学准备",
    "board_plan": "板书设计",
    "assessment": "作业与评价",
    "reflection": "教学反思",
    "summary": "案例概要",
    "approach": "教学思路",
    "analysis": "案例分析",
    "readings": "参考资料",
    "feedback": "课堂反馈",
    "post": "职务",
    "teaches": "主讲方向",
    "address": "地址",
    "teaching_plan": "教学方案",
    "route_text": "参观路线",
    "script": "讲解词",
    "materials": "教学材料",
    "transcript": "解说词",
}
PROCESS_LABEL = "教学过程"
PROCESS_HEAD = ("环节与活动", "时间（分钟）", "方法", "材料")
SYLLABUS_LABEL = "教学大纲"
FIGURES_CAPTION = "成效数据"
FIGURES_HEAD = ("指标", "数值", "单位", "口径")
QUALIFIER_WORDS = {
    Qualifier.MORE.value: "超过",
    Qualifier.ABOUT.value: "约",
    Qualifier.NEARLY.value: "近",
    Qualifier.MASKED.value: "隐去",
    Qualifier.EXACT.value: "",
}
ABSTRACT_LEAD = "摘要："
_NOTE_CALL = re.compile(r"\[\^([0-9A-Za-z_-]{1,20})\]")
_TYPES = {"png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg", "gif": "image/gif", "webp": "image/webp"}


def document_of(page: ResourcePage, *, audiences: Collection[str] | None = None, byline: bool = True) -> Document:
    """Return ``page`` (specific, live or draft) as a document: title, byline, abstract, fields, sections, notes.

    ``audiences`` limits it to the parts meant for them (None: everything). The title is the first heading, of level 1;
    sections are of level 2. A picture whose file cannot be read is left as a picture without data.
    """
    return _Builder(page, None if audiences is None else frozenset(audiences)).build(byline)


@dataclass(slots=True)
class _Builder:
    page: ResourcePage
    audiences: frozenset[str] | None
    blocks: list[Block] = field(default_factory=list)
    images: dict[str, ImageData] = field(default_factory=dict)
    stored: dict[int, str] = field(default_factory=dict)

    def build(self, byline: bool) -> Document:
        page = self.page
        self.blocks.append(Heading(1, (Run(page.title),)))
        if byline:
            self.blocks.extend(Paragraph((Run(line),), "byline") for line in byline_of(page))
        if page.abstract:
            for index, line in enumerate(_lines(page.abstract)):
                self.blocks.append(
                    Paragraph((Run(line),), "lead" if index == 0 else "body", lead=ABSTRACT_LEAD if index == 0 else "")
                )
        self._fields()
        for block in getattr(page, "body", None) or []:
            if block.block_type == "section" and self._open(block.value.get("audience")):
                self._section(block.value)
        notes = {
            block.value["key"]: Note(block.value["key"], (Run(block.value.get("text") or ""),))
            for block in page.notes or []
        }
        called = {run.note for runs in _all_runs(self.blocks) for run in runs if run.note}
        return Document(
            tuple(self.blocks),
            {key: note for key, note in notes.items() if key in called or self.audiences is None},
            self.images,
            properties={"title": page.title},
        )

    def _open(self, audience: str | None) -> bool:
        return self.audiences is None or (audience or Audience.LEARNER.value) in self.audiences

    def _fields(self) -> None:
        page = self.page
        for name, label in FIELD_LABELS.items():
            text = getattr(page, name, "")
            if isinstance(text, str) and text.strip():
                self.blocks.append(Heading(2, (Run(label),)))
                self.blocks.extend(Paragraph((Run(line),)) for line in _lines(text))
        if isinstance(page, LessonPlan) and page.process:
            rows = [
                (
                    block.value.get("activity"),
                    block.value.get("minutes"),
                    block.value.get("method"),
                    block.value.get("material"),
                )
                for block in page.process
            ]
            self._data_table(PROCESS_LABEL, PROCESS_HEAD, rows)
        for name in ("syllabus", "chapters"):
            units = [block for block in getattr(page, name, None) or [] if block.block_type == "unit"]
            if units:
                hours = [
                    (unit.value.get("title"), unit.value.get("hours"), unit.value.get("content")) for unit in units
                ]
                self._data_table(SYLLABUS_LABEL, ("题目", "课时", "内容"), hours)

    def _data_table(self, label: str, head: tuple[str, ...], rows: Iterable[tuple[Any, ...]]) -> None:
        self.blocks.append(Heading(2, (Run(label),)))
        body = tuple(tuple(_cell(value) for value in row) for row in rows)
        self.blocks.append(Table((tuple(_cell(name) for name in head), *body), len(head), 1))

    def _section(self, section: Any) -> None:
        if section.get("heading"):
            self.blocks.append(Heading(2, (Run(section["heading"]),)))
        for child in section.get("content") or []:
            self.blocks.extend(self._content(child.block_type, child.value))

    def _content(self, kind: str, value: Any) -> Iterator[Block]:
        if kind == "paragraph":
            yield from (Paragraph(runs) for runs in rich_text_paragraphs(value))
        elif kind == "lead":
            paragraphs = list(rich_text_paragraphs(value.get("text"))) or [()]
            yield Paragraph(paragraphs[0], "lead", lead=value.get("lead") or "")
            yield from (Paragraph(runs) for runs in paragraphs[1:])
        elif kind == "heading":
            yield Heading(min(int(value.get("level") or 2) + 1, 6), (Run(value.get("text") or ""),))
        elif kind == "quote":
            for line in _lines(value.get("text") or ""):
                yield Paragraph(_with_notes(line), "quote")
            if value.get("attribution"):
                yield Paragraph((Run(f"——{value['attribution']}"),), "quote")
        elif kind == "table":
            yield table_of(value)
        elif kind == "figures":
            yield _figures(value)
        elif kind == "image" and value.get("image"):
            yield self._picture(value)

    def _picture(self, value: Any) -> Picture:
        image: CaseImage = value["image"]
        if image.pk not in self.stored:
            self.stored[image.pk] = self._store(image)
        return Picture(self.stored[image.pk], alt=value.get("alt") or "", caption=value.get("caption") or "")

    def _store(self, image: CaseImage) -> str:
        try:
            with image.file.open("rb") as source:
                data = source.read()
        except (OSError, ValueError):
            return f"missing-{image.pk}"
        key = hashlib.sha1(data, usedforsecurity=False).hexdigest()
        suffix = image.file.name.rpartition(".")[2].lower()
        self.images[key] = ImageData(key, data, _TYPES.get(suffix, "image/png"), image.title, image.width, image.height)
        return key


def byline_of(page: ResourcePage) -> list[str]:
    """Return the lines under the title: for each unit its authors."""
    lines: dict[str, list[str]] = {}
    for author in page.authors.all():
        lines.setdefault(author.unit_name, []).append(author.name)
    return ["　　".join(part for part in (unit, "、".join(names)) if part) for unit, names in lines.items()]


def table_of(value: Any) -> Table:
    """Return the stored data of a table block as a table; damaged data gives an empty one."""
    rows = tuple(
        tuple(
            Cell(
                tuple(Paragraph(_with_notes(line)) for line in _lines(cell.get("text") or "")),
                cell.get("colspan") or 1,
                cell.get("rowspan") or 1,
            )
            for cell in row
        )
        for row in (value or {}).get("rows", [])
    )
    columns = max((sum(cell.colspan for cell in row) for row in rows), default=1)
    return Table(rows, columns, (value or {}).get("header_rows") or 0, (value or {}).get("caption") or "")


def _figures(value: Any) -> Table:
    rows = [
        (item.get("label"), item.get("value"), item.get("unit"), QUALIFIER_WORDS.get(item.get("qualifier") or "", ""))
        for item in value
    ]
    body = tuple(tuple(_cell(part) for part in row) for row in rows)
    return Table((tuple(_cell(name) for name in FIGURES_HEAD), *body), 4, 1, FIGURES_CAPTION)


def _cell(value: Any) -> Cell:
    text = "" if value is None else str(value)
    return Cell(tuple(Paragraph((Run(line),)) for line in _lines(text)))


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _all_runs(blocks: Iterable[Block]) -> Iterator[tuple[Run, ...]]:
    for block in blocks:
        if isinstance(block, Heading | Paragraph):
            yield block.runs
        elif isinstance(block, Table):
            for row in block.rows:
                for cell in row:
                    yield from (paragraph.runs for paragraph in cell.blocks)


def _with_notes(text: str, **look: Any) -> tuple[Run, ...]:
    """Return ``text`` as runs, its ``[^key]`` marks as note calls."""
    runs: list[Run] = []
    at = 0
    for match in _NOTE_CALL.finditer(text):
        runs.append(Run(text[at : match.start()], note=match.group(1), **look))
        at = match.end()
    if text[at:] or not runs:
        runs.append(Run(text[at:], **look))
    return tuple(run for run in runs if run.text or run.note)


def rich_text_paragraphs(value: Any) -> Iterator[tuple[Run, ...]]:
    """Yield the paragraphs of a rich-text value as runs: bold, italic, raised, lowered, links, note calls."""
    source = str(getattr(value, "source", value) or "")
    if "<" not in source:
        yield from (_with_notes(line) for line in _lines(rich_text_to_plain(source)))
        return
    reader = _RichText()
    reader.feed(source)
    reader.close()
    reader.finish()
    yield from reader.paragraphs


class _RichText(HTMLParser):
    """Collects runs; tags it does not know are looked through."""

    _LOOKS = {
        "b": "bold",
        "strong": "bold",
        "i": "italic",
        "em": "italic",
        "sup": "superscript",
        "sub": "subscript",
        "u": "underline",
    }

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.paragraphs: list[tuple[Run, ...]] = []
        self.runs: list[Run] = []
        self.looks: list[str] = []
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("p", "li", "div", "h2", "h3", "h4"):
            self.finish()
        elif tag == "br":
            self.runs.append(Run("\n"))
        elif tag == "a":
            self.links.append(dict(attrs).get("href") or "")
        elif tag in self._LOOKS:
            self.looks.append(self._LOOKS[tag])

    def handle_endtag(self, tag: str) -> None:
        if tag in ("p", "li", "div"):
            self.finish()
        elif tag == "a" and self.links:
            self.links.pop()
        elif self._LOOKS.get(tag) in self.looks:
            self.looks.remove(self._LOOKS[tag])

    def handle_data(self, data: str) -> None:
        look: dict[str, Any] = dict.fromkeys(set(self.looks), True)
        self.runs.extend(_with_notes(data, href=self.links[-1] if self.links else "", **look) if data else ())

    def finish(self) -> None:
        """End the present paragraph; empty ones are dropped."""
        if any(run.text.strip() or run.note for run in self.runs):
            self.paragraphs.append(tuple(self.runs))
        self.runs = []
