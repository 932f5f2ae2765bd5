"""From an edition to a book: the outline becomes parts and chapters, pinned revisions become documents."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from urllib.parse import urljoin

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from caselib.resources.enums import Audience
from caselib.resources.models import ResourceAward, ResourcePage
from caselib.resources.outbound import byline_of, document_of
from caselib.resources.selectors import with_tags
from caselib.word.alphabet import index_letter, pinyin_key
from caselib.word.book import Book, Chapter, Cover, Index, IndexEntry, Matter, Part
from caselib.word.model import Block, Cell, Document, Heading, ImageData, Paragraph, Run, Table
from caselib.word.styles import han
from caselib.word.writer import made_at
from caselib.word.writer.images import usable_image

from .enums import IndexKind, ItemKind
from .models import Edition, OutlineItem

_FIGURE = "0-9０-９〇○零一二三四五六七八九十"
_DATE = re.compile(rf"[{_FIGURE}]{{4}}\s*年\s*(?:[春夏秋冬]|[{_FIGURE}]{{1,3}}\s*月(?:\s*[{_FIGURE}]{{1,3}}\s*日)?)")
_EDITORS = re.compile(r"[^，。；：！？、]{0,24}(?:编者|编委会|编写组|编辑部|课题组|编审室|编辑委员会)")
# What forewords are called; a blank may stand between the two signs of a short name.
_FOREWORDS = re.compile(
    r"(?:前\s*言|序\s*言?|总\s*序|代\s*序|自\s*序|引\s*言|绪\s*言|导\s*[言读语]|卷\s*首\s*语|写在前面(?:的话)?|编\s*者\s*(?:按|的话)|"
    r"(?:编写|编辑|出版|编印|使用|编选)说明|凡\s*例)"
)
_SIGNER = re.compile(r"[^#，。；：！？][^，。；：！？]{0,24}")

Progress = Callable[[int, int, str], None]


def bind(edition: Edition, progress: Progress | None = None) -> Book:
    """Return the book that ``edition`` is now. Reads each pinned revision once; ``progress`` hears of every case."""
    items = list(edition.items.select_related("selection__revision", "selection__page"))
    ids = [item.selection.page_id for item in items if item.kind == ItemKind.CASE]
    pages = {page.pk: page for page in with_tags(ResourcePage.objects.filter(pk__in=ids)).prefetch_related("awards")}
    binder = _Binder(edition, pages)
    for item in items:
        binder.add(item)
        if progress and item.kind == ItemKind.CASE:
            progress(len(binder.chapters), len(ids), item.title)
    return binder.book()


@dataclass(frozen=True, slots=True)
class Printed:
    """What other parts of the book say about a case: its title, byline and units as they are printed in it."""

    title: str
    byline: tuple[str, ...]
    units: tuple[str, ...]


@dataclass(slots=True)
class _Binder:
    edition: Edition
    pages: dict[int, ResourcePage]
    front: list[Matter] = field(default_factory=list)
    body: list[Part | Chapter | Matter] = field(default_factory=list)
    back: list[Matter | Index] = field(default_factory=list)
    colophon: list[Matter | Index] = field(default_factory=list)
    chapters: dict[str, int] = field(default_factory=dict)
    printed: dict[int, Printed] = field(default_factory=dict)
    # Where award tables stand in ``back``: they name cases that may come later.
    awards: dict[int, OutlineItem] = field(default_factory=dict)

    def add(self, item: OutlineItem) -> None:
        key = f"item{item.pk}"
        if item.kind == ItemKind.CASE:
            self._case(item)
        elif item.kind == ItemKind.PART:
            self.body.append(Part(item.title, (), item.number, item.text))
        elif item.kind == ItemKind.FOREWORD:
            title, text = foreword_of(item)
            self.front.append(Matter(key, title, text_document(text, title), "foreword"))
        elif item.kind == ItemKind.INTERLUDE:
            self.body.append(
                Matter(key, item.title, text_document(item.text, item.title), "interlude", bool(item.title))
            )
        elif item.kind == ItemKind.AWARDS:
            self.awards[len(self.back)] = item
            self.back.append(Matter(key, item.title, Document(()), "awards"))
        elif item.kind == ItemKind.COLOPHON:
            text = item.text or colophon_text(self.edition)
            self.colophon.append(Matter(key, item.title, text_document(text, item.title), "colophon", listed=False))
        else:
            self.back.append(Matter(key, item.title or _("Appendix"), text_document(item.text, item.title), "appendix"))

    def _case(self, item: OutlineItem) -> None:
        page = self.pages[item.selection.page_id]
        pinned = item.selection.revision.as_object()
        chapter = chapter_of(pinned, self.edition, page)
        self.chapters[chapter.key] = page.pk
        self.printed[page.pk] = Printed(chapter.title, chapter.byline, units_of(pinned, page))
        last = self.body[-1] if self.body else None
        if isinstance(last, Part):
            self.body[-1] = replace(last, chapters=(*last.chapters, chapter))
        else:
            self.body.append(chapter)

    def book(self) -> Book:
        edition = self.edition
        anthology = edition.anthology
        awarded = [(self.printed[pk], page) for pk, page in self.pages.items() if pk in self.printed]
        for place, item in self.awards.items():
            table = award_document(awarded, item.text)
            self.back[place] = Matter(f"item{item.pk}", item.title or _("Awards"), table, "awards")
        subtitle = "　".join(part for part in (anthology.subtitle, edition.name) if part)
        lines = tuple(line.strip() for line in edition.cover_lines.splitlines() if line.strip())
        # Editors who put the unit on the cover (中共某某委党校　编) have it on the title page already.
        named = not anthology.publisher or any(anthology.publisher in line for line in lines)
        title_lines = lines if named else (anthology.publisher, *lines)
        indexes = [index for kind in IndexKind if kind in edition.indexes and (index := self._index(IndexKind(kind)))]
        stamp = (edition.frozen_at or edition.created_at).astimezone(UTC)
        return Book(
            anthology.title,
            Cover(anthology.title, subtitle, lines, edition.mark, cover_image(edition)),
            Cover(anthology.title, subtitle, title_lines),
            tuple(self.front),
            tuple(self.body),
            (*self.back, *indexes, *self.colophon),
            contents_depth=edition.contents_depth,
            properties=properties(edition, stamp),
        )

    def _index(self, kind: IndexKind) -> Index | None:
        found: dict[str, list[str]] = {}
        for key, pk in self.chapters.items():
            for term in self.printed[pk].units if kind == IndexKind.UNIT else terms_of(self.pages[pk], kind):
                found.setdefault(term, []).append(key)
        entries = [IndexEntry(term, tuple(keys), index_letter(term)) for term, keys in found.items()]
        entries.sort(key=lambda entry: (entry.group, pinyin_key(entry.term)))
        return Index(f"index-{kind}", str(kind.label), tuple(entries)) if entries else None


def chapter_of(pinned: ResourcePage, edition: Edition, page: ResourcePage) -> Chapter:
    """Return the ``pinned`` version as a chapter; ``page`` gives what is not part of the text (code, address)."""
    order = list(Audience.values)
    audiences = order[: order.index(edition.audience) + 1]
    document = document_of(pinned, audiences=audiences, byline=False)
    code = f"{page.code}　" if page.code else ""
    return Chapter(
        f"case{page.pk}",
        pinned.title,
        replace(document, blocks=document.blocks[1:]),
        byline=tuple(byline_of(pinned)),
        qr=address(page) if edition.print_codes else "",
        qr_line=f"{code}{_('Scan for the current version')}",
    )


def address(page: ResourcePage) -> str:
    """Return the full address of a resource's current version, the short one.

    That of the page holds the title: percent-encoded, Chinese makes a code too dense for a telephone, and the page may
    be filed elsewhere after the book is printed.
    """
    return urljoin(settings.WAGTAILADMIN_BASE_URL, reverse("catalogue:resource", args=[page.pk]))


def properties(edition: Edition, stamp: datetime) -> dict[str, str]:
    """Return the document properties of ``edition``; ``stamp`` (UTC) is when it was made."""
    return {
        "creator": edition.anthology.publisher,
        "subject": edition.name,
        **made_at(stamp),
        "category": str(edition.get_circulation_display()),
        "caselib-edition": str(edition.pk),
    }


def foreword_of(item: OutlineItem) -> tuple[str, str]:
    """Return title and text of a foreword: without a title of its own, the name that its first line gives it is taken."""
    if item.title.strip():
        return item.title.strip(), item.text
    first, _end, rest = item.text.strip().partition("\n")
    named = first.lstrip("# ").strip()
    return (named, rest) if _FOREWORDS.fullmatch(named) else (_("Foreword"), item.text)


def text_document(text: str, title: str = "") -> Document:
    """Return free text as a document: a line is a paragraph, ``# `` and ``## `` begin headings; a first line that repeats
    the title is left out; who signs at the end, and when, stands on the right."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if lines and _bare(lines[0]) == _bare(title):
        lines = lines[1:]
    signed = _signed_from(lines)
    blocks: list[Block] = []
    for index, line in enumerate(lines):
        marks = len(line) - len(line.lstrip("#"))
        if 1 <= marks <= 3 and line[marks : marks + 1] == " ":
            blocks.append(Heading(marks + 1, (Run(line[marks:].strip()),)))
        else:
            blocks.append(Paragraph((Run(line),), "signature" if index >= signed else "body"))
    return Document(tuple(blocks))


def _bare(line: str) -> str:
    return "".join(line.lstrip("#").split())


def _signed_from(lines: list[str]) -> int:
    """Return the place in ``lines`` from which they are a signature: a date, or editors, behind a sentence."""
    start = len(lines)
    if lines and (_DATE.fullmatch(lines[-1]) or _EDITORS.fullmatch(lines[-1])):
        start -= 1
        while start and len(lines) - start < 4 and _SIGNER.fullmatch(lines[start - 1]):
            start -= 1
    # A list of names or dates signs nothing.
    return start if start and lines[start - 1][-1:] in "。！？…”）" else len(lines)


def award_document(cases: Iterable[tuple[Printed, ResourcePage]], text: str) -> Document:
    """Return the award table of the cases of an edition, below ``text``."""
    awards = [(award, printed) for printed, page in cases for award in page.awards.all()]
    order = list(ResourceAward._meta.get_field("tier").choices or ())
    rank = {value: place for place, (value, _label) in enumerate(order)}
    awards.sort(key=lambda pair: (-pair[0].year, pair[0].competition, rank.get(pair[0].tier, 99), pair[1].title))
    rows = [tuple(_cell(text) for text in (_("Award"), _("Case"), _("Authors"), _("Competition")))]
    for award, printed in awards:
        authors = "\n".join(printed.byline)
        rows.append(
            tuple(
                _cell(text)
                for text in (award.get_tier_display(), printed.title, authors, f"{award.competition}（{award.year}）")
            )
        )
    blocks = text_document(text).blocks
    return Document((*blocks, Table(tuple(rows), 4, 1)) if awards else blocks)


def _cell(text: object) -> Cell:
    return Cell(tuple(Paragraph((Run(line),)) for line in str(text).split("\n")))


def colophon_text(edition: Edition) -> str:
    """Return the colophon of an edition that has none of its own."""
    anthology = edition.anthology
    lines = [
        f"{anthology.title}（{edition.name}）",
        f"{pgettext('anthologies', 'Edited by')}：{anthology.publisher}" if anthology.publisher else "",
        f"{_('Year')}：{edition.year}",
        f"{_('Circulation level')}：{edition.get_circulation_display()}",
    ]
    return "\n".join(line for line in lines if line)


def cover_image(edition: Edition) -> ImageData | None:
    """Return the image of the cover, or None if there is none that can be read."""
    if edition.cover_image is None:
        return None
    try:
        with edition.cover_image.file.open("rb") as source:
            data = source.read()
    except (OSError, ValueError):
        return None
    usable = usable_image(data)
    return (
        ImageData(hashlib.sha1(data, usedforsecurity=False).hexdigest(), data, "", edition.cover_image.title)
        if usable
        else None
    )


def units_of(pinned: ResourcePage, page: ResourcePage) -> tuple[str, ...]:
    """Return the units of the authors that are printed, or the one the resource belongs to."""
    names = [author.unit_name for author in pinned.authors.all() if author.unit_name]
    return tuple(dict.fromkeys(names or ([str(page.unit)] if page.unit else [])))


def terms_of(page: ResourcePage, kind: IndexKind) -> list[str]:
    """Return the terms ``page`` stands under in an index."""
    rows = page.topic_taggings if kind == IndexKind.TOPIC else page.position_taggings
    return [row.tag.name for row in rows.all()]


def part_number(place: int) -> str:
    """Return the number before the title of a part: 第一编."""
    return f"第{han(place)}编"
