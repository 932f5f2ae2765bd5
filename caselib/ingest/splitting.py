"""Splits a manuscript or a whole printed collection into a foreword and items. Pure: model in, model out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from caselib.ingest.abstracts import abstract_of
from caselib.ingest.answers import answers_apart
from caselib.ingest.asides import asides_apart
from caselib.ingest.boundaries import find_starts
from caselib.ingest.credits import form_title, is_form, read_credits
from caselib.ingest.faults import check_order, check_repeats, is_truncated, pair_displaced, where
from caselib.ingest.keywords import keywords_of
from caselib.ingest.lessons import (
    LessonFields,
    is_generic_title,
    is_lesson_title,
    is_other_kind,
    lesson_fields,
    topic_of,
)
from caselib.ingest.levels import without_outsiders
from caselib.ingest.marks import RESOURCE
from caselib.ingest.matter import Foreword, front, told, without_back_matter, without_part_name
from caselib.ingest.recovery import Recovered, recover
from caselib.ingest.sections import canonical_name, clean_title, is_answers, is_teaching_note, key, notes_apart
from caselib.ingest.single import headline
from caselib.ingest.titling import Start, line_of, with_subtitle
from caselib.word.model import Block, Document, Heading, Paragraph, Run, Warning
from caselib.word.names import is_person, split_byline
from caselib.word.outline import ends_sentence, numeral, squeeze
from caselib.word.section_names import is_section_name


@dataclass(slots=True)
class Item:
    """One case or lesson plan found in a file. ``blocks`` begin after the title; section levels begin at 1."""

    title: str
    blocks: list[Block]
    unit: str = ""
    authors: list[str] = field(default_factory=list)
    warnings: list[Warning] = field(default_factory=list)
    lesson: LessonFields | None = None
    start: int = 0
    end: int = 0

    @property
    def sections(self) -> list[Heading]:
        return [block for block in self.blocks if isinstance(block, Heading)]


@dataclass(slots=True)
class Split:
    """The parts of a file, and warnings that belong to no single item."""

    items: list[Item]
    foreword: Foreword | None = None
    warnings: list[Warning] = field(default_factory=list)


def split(document: Document, *, text_file: bool = False, name: str = "") -> Split:
    """Return the foreword and items of ``document``. ``name`` (the file's stem) is the title of last resort.

    What was exported from the library is one text, whatever it looks like.
    """
    recovered = recover(document, text_file=text_file)
    blocks = recovered.blocks
    starts = [] if RESOURCE in document.properties else _starts(document, recovered)
    result = _collection(blocks, starts, recovered) if starts else _single(blocks, document, name)
    seen: dict[str, str] = {}
    for position, item in enumerate(result.items):
        _finish(item, recovered, seen, last=position + 1 == len(result.items), alone=len(result.items) == 1)
        if RESOURCE not in document.properties:  # else those of the resource stay as they are
            if item.lesson is None:
                for apart in (answers_apart, asides_apart):
                    item.blocks, told_of = apart(item.blocks)
                    item.warnings.extend(told_of)
            item.warnings.extend(_guarded(item))
    displaced = pair_displaced([(item.title, item.blocks) for item in result.items])
    result.warnings = [*recovered.warnings, *result.warnings, *displaced]
    return result


def _starts(document: Document, recovered: Recovered) -> list[Start]:
    paged = any(entry.page for entry in recovered.contents)
    pages = {} if recovered.printed else document.pages
    return find_starts(recovered.blocks, recovered.titles, paged=paged, pages=pages)


# -- collections ------------------------------------------------------------------------------------------------


def _collection(blocks: Sequence[Block], starts: Sequence[Start], recovered: Recovered) -> Split:
    foreword, warnings = front(blocks[: starts[0].index])
    result = Split([], foreword, [Warning(f"split_{starts[0].how}", "", str(len(starts))), *warnings])
    for position, start in enumerate(starts):
        end = starts[position + 1].index if position + 1 < len(starts) else len(blocks)
        if end == start.index + start.length < len(blocks) and start.how != "label":
            # The contents name the parts of a book as well; a name with nothing below it is no case.
            result.warnings.append(Warning("part_name", where(blocks[start.index]), line_of(blocks[start.index])))
            continue
        part, outside = without_outsiders(blocks[start.index : end])
        if position + 1 == len(starts) and not outside:
            part, warnings = without_back_matter(part)
        else:
            part, warnings = without_part_name(part)
        item = _item(part, start)
        item.warnings.extend([*warnings, *told(outside)])
        result.items.append(item)
    return result


def _item(part: list[Block], start: Start) -> Item:
    if start.how == "lesson" and (not start.length or _LABELLED_TITLE.match(line_of(part[0]))):
        item = Item(topic_of(part) or clean_title(line_of(part[0])), part)
        _range(item, part)
        return item
    taken = max(start.length, 1)
    raw = "".join(line_of(block) for block in part[:taken])
    rest = part[taken:]
    number = numeral(squeeze(line_of(part[0])))
    label_only = (
        number is not None and number.kind == "case" and not squeeze(line_of(part[0]))[len(number.text) :].strip()
    )
    if label_only and taken == 1 and rest and _may_be_title(rest[0]):
        raw, rest = line_of(rest[0]), rest[1:]
    elif label_only and taken > 1:
        raw = "".join(line_of(block) for block in part[1:taken])
    title, rest = with_subtitle(clean_title(raw), rest)
    item = Item(title, rest)
    if start.how in ("cycle", "signed", "front", "pages"):
        item.warnings.append(Warning("title_guessed", where(part[0]), title))
    _range(item, part)
    return item


_LABELLED_TITLE = re.compile(r"^\S{2,6}\s*[:：]")


def _may_be_title(block: Block) -> bool:
    text = line_of(block) if isinstance(block, Heading | Paragraph) else ""
    return (
        4 <= len(text) <= 60
        and not ends_sentence(text)
        and not is_section_name(text)
        and not ((number := numeral(text)) is not None and number.kind in ("han", "han_paren"))
    )


# -- single manuscripts -----------------------------------------------------------------------------------------


def _single(blocks: Sequence[Block], document: Document, name: str) -> Split:
    if not any(line_of(block) if isinstance(block, Heading | Paragraph) else True for block in blocks):
        return Split([])
    found = headline(blocks, document.properties.get("title", ""), name)
    item = Item(found.title, found.rest, warnings=found.warnings)
    _range(item, blocks)
    return Split([item])


# -- both -------------------------------------------------------------------------------------------------------


def _range(item: Item, blocks: Sequence[Block]) -> None:
    places = [place for block in blocks if (place := block.place) is not None]
    if places:
        item.start, item.end = places[0].start, max(place.end for place in places)


def _finish(item: Item, recovered: Recovered, seen: dict[str, str], *, last: bool, alone: bool) -> None:
    """Bylines, levels, faults and lesson fields of one item."""
    if own := form_title(item.title, item.blocks):
        item.warnings.append(Warning("title_guessed", "", own))
        if not is_form(item.title) and key(item.title) != key(own):  # what stood above may say more than the name does
            item.blocks.insert(0, Paragraph((Run(item.title),)))
        item.title = own
    named = read_credits(item.blocks)
    item.unit, item.authors, item.blocks = named.unit, named.authors, named.blocks
    _levels(item)
    checked = check_repeats(item.blocks, seen, remove=recovered.printed and not recovered.may_repeat)
    item.blocks = list(checked.blocks)
    if (abstract := abstract_of(item.blocks)) is not None:
        item.warnings.append(Warning("abstract_found", where(item.blocks[abstract.start]), abstract.text[:80]))
    if (keywords := keywords_of(item.blocks)) is not None:
        item.warnings.append(
            Warning("keywords_found", where(item.blocks[keywords.start]), "；".join(keywords.words)[:200])
        )
    item.warnings.extend(checked.warnings)
    if recovered.printed or not alone:
        item.warnings.extend(check_order(item.blocks))
    if (
        (last or recovered.printed)
        and is_truncated(item.blocks)
        and not (alone and not recovered.printed and item.blocks)
    ):
        item.warnings.append(Warning("truncated", where(item.blocks[-1]) if item.blocks else "", item.title))
    for heading in item.sections:
        own = canonical_name(line_of(heading))
        if own and own not in line_of(heading):
            item.warnings.append(Warning("section_mapped", where(heading), f"{line_of(heading)} → {own}"))
        elif heading.guessed:
            item.warnings.append(Warning("heading_guessed", where(heading), line_of(heading)[:80]))
    _lesson(item)


def _guarded(item: Item) -> list[Warning]:
    """Say which sections of a case only teachers will see once it is taken in; all of a text that is made of answers."""
    if is_answers(item.title) and not item.lesson:
        return [Warning("section_guarded", where(item.blocks[0]) if item.blocks else "", item.title[:80])]
    sections = [] if item.lesson else item.sections
    marks = notes_apart([(heading.level, line_of(heading)) for heading in sections])
    return [
        Warning("section_guarded", where(heading), line_of(heading)[:80])
        for heading, (_, mark) in zip(sections, marks, strict=True)
        if mark
    ]


def _levels(item: Item) -> None:
    """Number section levels from 1: the highest heading of the item is 1, skipped levels close up."""
    present = sorted({heading.level for heading in item.sections})
    rank = {level: position + 1 for position, level in enumerate(present)}
    item.blocks = [
        replace(block, level=rank[block.level], title=False) if isinstance(block, Heading) else block
        for block in item.blocks
    ]


def _lesson(item: Item) -> None:
    fields = lesson_fields(item.blocks)
    titled = is_lesson_title(item.title) or any(
        is_lesson_title(block.text) for block in item.blocks[:3] if isinstance(block, Paragraph)
    )
    if is_other_kind(item.title) or not (fields.is_lesson or (titled and len(fields.texts) >= 2)):
        return
    if not titled and any(is_teaching_note(line_of(heading)) for heading in item.sections):
        return  # a case that brings along how it is taught
    item.lesson = fields
    topic = fields.texts.get("topic", "").split("\n")[0].strip()
    if topic and len(topic) <= 60 and is_generic_title(item.title) and topic not in item.title:
        item.title = f"{squeeze(item.title)}：{topic}"
        item.warnings.append(Warning("title_guessed", "", item.title))
    for text in (fields.texts.get("author", ""),):
        _, people = split_byline("作者：" + text) if text else ([], [])
        if len(text) > 12:  # a whole form beside the label: only what reads as a name
            people = [person for person in people if is_person(person)]
        item.authors.extend(person for person in people if person not in item.authors)
