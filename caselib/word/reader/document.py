"""Puts the parts of a reading together: package, notes, comments, blocks, verdicts, model."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate

from caselib.word.guard import UnreadableError
from caselib.word.model import (
    Block,
    Cell,
    Comment,
    Document,
    Heading,
    Paragraph,
    ParagraphRole,
    Picture,
    Place,
    Run,
    Table,
    Warning,
)
from caselib.word.outline import squeeze
from caselib.word.reader import notes
from caselib.word.reader.blocks import BlockReader
from caselib.word.reader.context import Context, RawBlock, RawCell, RawParagraph, RawTable
from caselib.word.reader.headings import Verdict, judge
from caselib.word.reader.package import Package
from caselib.word.reader.styles import w
from caselib.word.reader.typed import as_typed

_OF_TABLE = re.compile(r"\s*(?:附?表|Table\b)", re.I)
_BEFORE_DASH = re.compile(r"\s*\n\s*(?=——)")


def read_docx(data: bytes) -> Document:
    """Return the document in a .docx, .dotx, .docm or .dotm.

    Raises UnreadableError when the file is refused; everything merely changed or lost is in ``warnings``.
    """
    with Package(data) as package:
        context = Context(package)
        context.comment_texts = notes.read_comment_texts(context)
        notes.report_package(context)
        reader = BlockReader(context)
        raw = as_typed(_flow(_body(package, reader)))
        found_notes, names = notes.read_notes(context, reader.inline)
        blocks = _Builder(context, names).build(raw)
        if context.fields:
            context.warn("field_dropped", "unfinished")
        if context.radicals:
            context.warnings.append(Warning("radicals_replaced", "", str(context.radicals)))
        return Document(
            blocks=tuple(blocks),
            notes=found_notes,
            images={key: context.images[key] for key in _used(blocks) if key in context.images},
            comments=_comments(context, raw, blocks),
            properties=notes.read_properties(context),
            warnings=(*context.warnings, *context.overflow()),
            pages=reader.pages.found,
        )


def _body(package: Package, reader: BlockReader) -> list[RawBlock]:
    """Read the main part; its tree, the largest thing in memory, is gone when this returns."""
    body = package.xml(package.main).find(w("body"))
    if body is None:
        raise UnreadableError("missing_part", "w:body")
    return reader.read(body)


def _flow(raw: Sequence[RawBlock]) -> list[RawBlock]:
    """Put the content of text boxes after the paragraph they are anchored to."""
    flat: list[RawBlock] = []
    for block in raw:
        flat.append(block)
        if isinstance(block, RawParagraph):
            for box in block.boxes:
                content = _flow(box)
                for item in content:
                    if isinstance(item, RawParagraph):
                        item.boxed = True
                flat.extend(content)
    return flat


class _Builder:
    """Turns raw blocks into model blocks."""

    def __init__(self, context: Context, note_names: dict[str, str]) -> None:
        self.context = context
        self.note_names = note_names

    def build(self, raw: Sequence[RawBlock]) -> list[Block]:
        paragraphs = [block for block in raw if isinstance(block, RawParagraph)]
        before_table = {
            sum(isinstance(item, RawParagraph) for item in raw[:position]) - 1
            for position, block in enumerate(raw)
            if isinstance(block, RawTable)
        }
        verdicts = iter(judge(paragraphs, before_table))
        blocks: list[Block] = []
        for block in raw:
            if isinstance(block, RawTable):
                blocks.append(self._table(block))
            else:
                self._paragraph(block, next(verdicts), blocks)
        return _captioned(blocks)

    def _paragraph(self, raw: RawParagraph, verdict: Verdict, blocks: list[Block]) -> None:
        place = Place(raw.ordinal, raw.start, raw.start + len(raw.text))
        if verdict.note:
            self.context.warn(verdict.note, raw.text[:60], f"¶{raw.ordinal + 1}")
        runs = self._runs(raw)
        if verdict.role in ("continuation", "subtitle") and blocks and isinstance(blocks[-1], Heading):
            self.context.warn("heading_joined", raw.text[:60], f"¶{raw.ordinal + 1}")
            dash = (Run("——"),) if verdict.role == "subtitle" else ()
            blocks[-1] = replace(blocks[-1], runs=_joined(blocks[-1].runs, (*dash, *_squeezed(runs))))
        elif verdict.role == "continuation":
            blocks.append(self._text_block(raw, replace(verdict, role="heading", guessed=True), runs, place))
        elif raw.text.strip() or any(run.note for run in runs):
            blocks.append(self._text_block(raw, verdict, runs, place))
        blocks.extend(replace(picture, place=place) for picture in raw.pictures)

    def _text_block(self, raw: RawParagraph, verdict: Verdict, runs: tuple[Run, ...], place: Place) -> Block:
        if verdict.role in ("heading", "title") and raw.text.strip():
            number = "" if raw.bullet else raw.label
            title = verdict.role == "title"
            return Heading(verdict.level, _squeezed(runs), number, verdict.guessed, place, title)
        lead = ""
        if verdict.role == "lead":
            lead, runs = _split_lead(runs, verdict.lead)
        role: ParagraphRole = "body"
        if verdict.role in ("quote", "caption", "list", "byline", "toc", "lead"):
            role = verdict.role  # type: ignore[assignment]
        return Paragraph(_stripped(runs), role, raw.label, lead, place)

    def _runs(self, raw: RawParagraph) -> tuple[Run, ...]:
        renamed = (replace(run, note=self.note_names.get(run.note, "")) if run.note else run for run in raw.runs)
        return tuple(run for run in renamed if run.text or run.note)

    def _table(self, raw: RawTable) -> Table:
        rows = tuple(tuple(self._cell(cell) for cell in row) for row in raw.rows)
        return Table(rows, raw.columns, raw.header_rows, place=Place(raw.ordinal))

    def _cell(self, raw: RawCell) -> Cell:
        blocks: list[Paragraph] = []
        pictures: list[Picture] = []
        for block in _flow(raw.paragraphs):
            for item in (
                [block]
                if isinstance(block, RawParagraph)
                else [p for row in block.rows for c in row for p in c.paragraphs]
            ):
                runs = _stripped(self._runs(item))
                if item.text.strip() or item.label or any(run.note for run in runs):
                    role: ParagraphRole = "list" if item.label else "body"
                    place = Place(item.ordinal, item.start, item.start + len(item.text))
                    blocks.append(Paragraph(runs, role, item.label, place=place))
                pictures.extend(item.pictures)
        return Cell(tuple(blocks), raw.colspan, raw.rowspan, tuple(pictures))


def _split_lead(runs: tuple[Run, ...], length: int) -> tuple[str, tuple[Run, ...]]:
    lead = ""
    rest: list[Run] = []
    for run in runs:
        take = max(0, min(length - len(lead), len(run.text)))
        lead += run.text[:take]
        if run.text[take:] or run.note:
            rest.append(replace(run, text=run.text[take:]))
    return lead.strip(), tuple(rest)


def _stripped(runs: tuple[Run, ...]) -> tuple[Run, ...]:
    """Drop white space at both ends of a paragraph: indents typed as spaces and tabs."""
    items = list(runs)
    while items and not items[0].text.strip() and not items[0].note:
        items.pop(0)
    if items:
        items[0] = replace(items[0], text=items[0].text.lstrip())
    while items and not items[-1].text.strip() and not items[-1].note:
        items.pop()
    if items:
        items[-1] = replace(items[-1], text=items[-1].text.rstrip())
    return tuple(items)


def _squeezed(runs: tuple[Run, ...]) -> tuple[Run, ...]:
    """A heading is one line: breaks and letter-spacing go."""
    stripped = _stripped(runs)
    # A subtitle that begins a line of its own is parted from its title by its dash, not by a blank.
    whole = squeeze(_BEFORE_DASH.sub("", "".join(run.text for run in stripped)))
    if len(stripped) == 1:
        return (replace(stripped[0], text=whole),)
    joined = tuple(replace(run, text=run.text.replace("\n", "").replace("\t", " ")) for run in stripped)
    if squeeze("".join(run.text for run in joined)) == "".join(run.text for run in joined):
        return joined
    marks = [run for run in stripped if run.note]
    return (Run(whole, note=marks[0].note if marks else ""),)


def _joined(first: tuple[Run, ...], second: tuple[Run, ...]) -> tuple[Run, ...]:
    """Join the halves of a heading that was broken by hand."""
    if len(first) == 1 and len(second) == 1:
        return (replace(first[0], text=first[0].text + second[0].text, note=second[0].note or first[0].note),)
    return first + second


def _captioned(blocks: list[Block]) -> list[Block]:
    """Hand captions to the picture above (图) or the table below (表) them; others stay where they are."""
    result: list[Block] = []
    for index, block in enumerate(blocks):
        previous = result[-1] if result else None
        following = blocks[index + 1] if index + 1 < len(blocks) else None
        if (
            isinstance(block, Paragraph)
            and block.role == "caption"
            and isinstance(previous, Picture)
            and not previous.caption
            and not (isinstance(following, Table) and _OF_TABLE.match(block.number + block.text))
        ):
            result[-1] = replace(previous, caption=block.number + block.text)
        elif isinstance(block, Table) and isinstance(previous, Paragraph) and previous.role == "caption":
            result[-1] = replace(block, caption=previous.number + previous.text)
        else:
            result.append(block)
    return result


def _used(blocks: Sequence[Block]) -> list[str]:
    keys: dict[str, None] = {}
    for block in blocks:
        if isinstance(block, Picture):
            keys[block.image] = None
        elif isinstance(block, Table):
            keys.update((picture.image, None) for row in block.rows for cell in row for picture in cell.pictures)
    return list(keys)


def _comments(context: Context, raw: Sequence[RawBlock], blocks: Sequence[Block]) -> tuple[Comment, ...]:
    """Re-anchor comments from paragraphs of the file to blocks of the model."""
    starts = sorted((block.place.paragraph, index) for index, block in enumerate(blocks) if block.place is not None)
    ordinals = [ordinal for ordinal, _ in starts]
    highest = list(accumulate((index for _, index in starts), max))
    placed: list[Comment] = []
    for comment in context.comments:
        before = bisect_right(ordinals, comment.paragraph)
        index = highest[before - 1] if before else 0
        placed.append(replace(comment, paragraph=index))
    anchored = {comment.key for comment in context.comments}
    for key, (author, text, at) in context.comment_texts.items():
        if key not in anchored:
            placed.append(Comment(author, text, 0, 0, 0, at, key))
            context.warnings.append(Warning("comment_unanchored", "", text[:100]))
    return tuple(placed)
