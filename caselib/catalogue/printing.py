"""The printed catalogue: cards in, a book of ``caselib.word`` out. Pure but for translations."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from caselib.word.alphabet import index_letter, pinyin_key
from caselib.word.book import Book, Chapter, Cover, Index, IndexEntry, Part
from caselib.word.model import Document, Paragraph, Run
from caselib.word.styles import HEI, KAI, PLAIN, Look

from .selectors.cards import Card
from .wording import class_hours, clauses


@dataclass(frozen=True, slots=True)
class PrintedEntry:
    """A card with the names of its terms and what the editor says about it."""

    card: Card
    topics: tuple[str, ...] = ()
    sectors: tuple[str, ...] = ()
    positions: tuple[str, ...] = ()
    line: str = ""
    section: str = ""


#: Many short entries: group names stand above them instead of on pages of their own, titles are small and to the left.
STYLE = replace(
    PLAIN,
    key="catalogue",
    name="catalogue",
    part=Look(HEI, 18, align="left", line_pt=28, before_pt=22, after_pt=4),
    title=Look(HEI, 13, align="left", line_pt=20, before_pt=12, after_pt=2),
    byline=Look(KAI, 10.5, align="left", line_pt=16, after_pt=2),
    body=Look(size_pt=10.5, line_pt=17, indent_chars=2),
)
Grouping = Callable[[PrintedEntry], Sequence[str]]
GROUPINGS: Mapping[str, Grouping] = {
    "topic": lambda entry: entry.topics,
    "sector": lambda entry: entry.sectors,
    "position": lambda entry: entry.positions,
    "kind": lambda entry: (entry.card.kind_label,),
    "section": lambda entry: (entry.section,) if entry.section else (),
}


def catalogue_book(
    entries: Sequence[PrintedEntry],
    *,
    title: str,
    subtitle: str,
    lines: Sequence[str],
    group: str,
    address: Callable[[int], str],
) -> Book:
    """Return the book of ``entries`` grouped by ``group`` (a key of GROUPINGS), with indexes by position and topic.

    An entry stands once, in its first group; ``address`` gives the absolute short address printed as its QR code.
    """
    groups = grouped(entries, GROUPINGS[group])
    parts: list[Part | Chapter] = []
    number = 0
    for name, rows in groups:
        chapters = []
        for row in rows:
            number += 1
            chapters.append(_chapter(number, row, address(row.card.pk)))
        # An ungrouped list has no part pages: its entries follow each other from the first page.
        parts += (
            chapters
            if len(groups) == 1 and not name
            else [Part(title=name or _("Further items"), chapters=tuple(chapters), own_page=False)]
        )
    back = []
    for key, heading, names in (
        ("position", _("Index by position"), "positions"),
        ("topic", _("Index by topic"), "topics"),
    ):
        index = index_of(entries, names, key=f"index-{key}", title=heading)
        if index.entries:
            back.append(index)
    return Book(
        title=title,
        cover=Cover(title=title, subtitle=subtitle, lines=tuple(lines)),
        body=tuple(parts),
        back=tuple(back),
        properties={"title": title},
    )


def grouped(entries: Sequence[PrintedEntry], names_of: Grouping) -> list[tuple[str, list[PrintedEntry]]]:
    """Return the entries under their first group name, groups in order of first appearance, unnamed ones last."""
    groups: dict[str, list[PrintedEntry]] = {}
    for entry in entries:
        names = names_of(entry)
        groups.setdefault(names[0] if names else "", []).append(entry)
    unnamed = groups.pop("", [])
    return [*groups.items(), *([("", unnamed)] if unnamed else [])]


def index_of(entries: Sequence[PrintedEntry], names: str, *, key: str, title: str) -> Index:
    """Return the index of ``names`` (positions or topics) in pinyin order, grouped by first letter."""
    found: dict[str, list[str]] = {}
    for entry in entries:
        for name in getattr(entry, names):
            found.setdefault(name, []).append(_key(entry.card.pk))
    ordered = sorted(found, key=pinyin_key)
    return Index(key, title, tuple(IndexEntry(name, tuple(found[name]), index_letter(name)) for name in ordered))


def _chapter(number: int, entry: PrintedEntry, url: str) -> Chapter:
    card = entry.card
    facts = [card.kind_label, card.unit, card.code]
    if card.hours:
        facts.append(class_hours(card.hours))
    paragraphs = [Paragraph((Run(entry.line, bold=True),))] if entry.line else []
    paragraphs += [Paragraph((Run(line),)) for line in card.abstract.splitlines() if line.strip()]
    terms = clauses(name for name in (*entry.topics, *entry.positions) if name)
    if terms:
        paragraphs.append(Paragraph((Run(terms),), lead=_("Terms: ")))
    return Chapter(
        key=_key(card.pk),
        title=f"{number}. {card.title}",
        document=Document(blocks=tuple(paragraphs)),
        byline=(" · ".join(fact for fact in facts if fact),),
        qr=url,
        qr_line=url,
        new_page=False,
    )


def _key(pk: int) -> str:
    return f"item-{pk}"
