"""From the blocks of a file to clean blocks: printed lines joined, furniture and contents off, forms taken apart."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from caselib.ingest import furniture
from caselib.ingest.columns import pages_of, split_columns
from caselib.ingest.contents import Entry, contents_entry, mark_typed
from caselib.ingest.faults import drop_repeated_lines, where
from caselib.ingest.interleaving import untangle
from caselib.ingest.joining import join
from caselib.ingest.lines import Line, close_blanks, is_wrapped, lines_of
from caselib.ingest.pagenotes import mark_notes, move_notes
from caselib.ingest.planlines import plan_lines
from caselib.ingest.sections import is_back_matter, is_contents, is_foreword, key
from caselib.ingest.titling import is_part_name
from caselib.ingest.unfolding import unfold
from caselib.word.model import Block, Document, Heading, Paragraph, Picture, Place, Run, Warning
from caselib.word.names import is_byline
from caselib.word.outline import ends_sentence, numeral, squeeze, strip_number
from caselib.word.section_names import is_section_name

_STRUCTURAL = (
    "chapter",
    "section",
    "article",
    "decimal2",
    "decimal3",
    "han_paren",
    "arabic_half",
    "arabic_paren",
    "circle",
    "letter",
)
_DECIMAL = ("decimal2", "decimal3")


@dataclass(slots=True)
class Recovered:
    """Clean blocks. ``printed`` tells that the source was lines from a page; ``titles`` are keys from its contents.

    ``may_repeat``: what stands twice is no fault of printing.
    """

    blocks: list[Block]
    printed: bool
    contents: list[Entry] = field(default_factory=list)
    titles: set[str] = field(default_factory=set)
    warnings: list[Warning] = field(default_factory=list)
    may_repeat: bool = False


def recover(document: Document, *, text_file: bool) -> Recovered:
    """Return the blocks of ``document`` without what page and form added. Pure; nothing is dropped without a warning."""
    if text_file or is_wrapped(document.blocks) or _has_page_numbers(document.blocks):
        return _printed(document, text_file)
    blocks: list[Block] = []
    contents: list[Entry] = []
    for block in mark_typed(document.blocks):
        if isinstance(block, Paragraph) and block.role == "toc":
            entry = contents_entry(block.text) or Entry(squeeze(block.text), 0)
            if not is_contents(block.text):
                contents.append(entry)
        else:
            blocks.append(block)
    unfolded = unfold(blocks)
    warnings = [Warning("contents_removed", "", str(len(contents)))] if contents else []
    kept, codes = _without_codes(unfolded.blocks)
    return Recovered(kept, False, contents, case_titles(contents), warnings + unfolded.warnings + codes)


def _without_codes(blocks: Sequence[Block]) -> tuple[list[Block], list[Warning]]:
    """Leave out the QR codes that this library prints after a case, with the line below them: they are not its text."""
    kept: list[Block] = []
    addresses: list[str] = []
    after_code = False
    for block in blocks:
        code = re.match(r"二维码：(https?://\S+)$", block.alt) if isinstance(block, Picture) else None
        if code:
            addresses.append(code[1])
        elif not (after_code and isinstance(block, Paragraph) and len(block.text) <= 40 and "扫码" in block.text):
            kept.append(block)
        after_code = code is not None
    return kept, [Warning("codes_removed", "", str(len(addresses)))] if addresses else []


def _printed(document: Document, text_file: bool) -> Recovered:
    wrapped = is_wrapped(document.blocks)
    blocks = document.blocks
    lines = lines_of(_without_contents_role(blocks), keep_guessed=not text_file and not wrapped)
    lines, columns = split_columns(mark_notes(lines))
    close_blanks(lines)
    lines, tangled = _untangled(lines, columns)
    stripped = furniture.strip(lines)
    contents = stripped.contents or [
        contents_entry(block.text) or Entry(squeeze(block.text), 0)
        for block in blocks
        if isinstance(block, Paragraph) and block.role == "toc" and not is_contents(block.text)
    ]
    titles = case_titles(contents)
    warnings = list(stripped.warnings)
    if columns:
        warnings.append(Warning("columns_split", "", str(columns)))
    warnings.extend(tangled)
    lines, notes = move_notes(stripped.lines)
    lines, heads = mark_titles(lines, titles)
    plans = plan_lines(lines)
    repeated: list[Warning] = []
    if not plans:  # plans of one hand repeat themselves
        lines, repeated = drop_repeated_lines(lines)
    joined = join(lines, wrapped=wrapped, plans=plans)
    warnings += heads + notes + repeated + joined.warnings
    return Recovered(joined.blocks, True, contents, titles, warnings, may_repeat=bool(plans))


def _untangled(lines: list[Line], columns: int) -> tuple[list[Line], list[Warning]]:
    """Undo columns read across, page by page; each page changed is told, and where the pages are not known the text is."""
    if columns:
        return lines, []
    pages = pages_of(lines)
    known = sum(1 for page in pages if len(page) > 1) > 1
    made, changed = untangle(pages, known=known)
    code = "columns_untangled" if known else "columns_tangled"
    return [line for page in made for line in page], [Warning(code, where(line), line.text[:60]) for line in changed]


def _without_contents_role(blocks: Sequence[Block]) -> list[Block]:
    return [block for block in blocks if not (isinstance(block, Paragraph) and block.role == "toc")]


def _has_page_numbers(blocks: Sequence[Block]) -> bool:
    texts = [block.text.strip() for block in blocks if isinstance(block, Paragraph)]
    dressed = [text for text in texts if re.fullmatch(r"[-—–·•\s]+\d{1,4}[-—–·•\s]+|第\s*\d{1,4}\s*页", text)]
    bare = [int(text) for text in texts if text.isdecimal() and len(text) <= 4]
    running = sum(1 for one, two in pairwise(bare) if 0 < two - one <= 3)
    return len(dressed) >= 2 or running >= 2


def case_titles(contents: Sequence[Entry]) -> set[str]:
    """Return the keys of the entries that name cases; empty when the contents only list the chapters of one work."""
    chosen: list[Entry] = []
    structural = decimals = 0
    paged = any(entry.page for entry in contents)
    for entry in contents:
        number = numeral(entry.text)
        if is_foreword(entry.text) or is_back_matter(entry.text) or (number is not None and number.kind == "part"):
            continue
        if number is not None and number.kind in _STRUCTURAL:
            structural += 1
            decimals += number.kind in _DECIMAL
            continue
        if entry.text.startswith(("—", "–", "--")) or (paged and not entry.page and is_byline(entry.text)):
            continue  # a subtitle, or the unit below its entry
        chosen.append(entry)
    plain = [entry for entry in chosen if not _is_outline(entry.text)]
    if not plain and not structural and all(entry.page for entry in chosen):
        plain = [entry for entry in chosen if not is_section_name(entry.text)]
    if structural > len(plain) or decimals >= 2 or len(plain) < 2:
        return set()
    titles: set[str] = set()
    for entry in plain:
        titles.update(mark for text in (entry.text, entry.tail) for mark in _variants(text) if len(mark) >= 4)
    return titles


def _is_outline(text: str) -> bool:
    number = numeral(text)
    return number is not None and number.kind in ("han", "han_space")


def _variants(text: str) -> list[str]:
    """Keys under which an entry may stand in the body: whole, without its number, without the unit behind a gap."""
    parts = re.split(r"(?:[.．·・]\s*){3,}|(?:[…⋯]\s*){2,}", text)
    text = parts[0] if len(key(parts[0])) >= 4 else text
    found = [key(text)]
    number = numeral(text)
    if number is not None:
        found.append(key(text[len(number.text) :]))
    elif counted := re.match(r"0\d\s*(?=\D)", text):
        found.append(key(text[counted.end() :]))
    parts = re.split(r"[\s\u3000]{2,}|[／/|｜]|——(?=[^—]*(?:委|局|院|校|办|县|市|区|镇|乡|村|公司|集团)$)", text)
    if len(parts) > 1 and len(key(parts[0])) >= 6:
        found.append(key(parts[0]))
    elif (signed := re.match(r"(.{4,}?)[（(]([^（(）)]{2,40})[）)]$", text)) and is_byline(signed.group(2)):
        found.append(key(strip_number(signed.group(1))))
    return found


def mark_titles(lines: Sequence[Line], titles: set[str]) -> tuple[list[Line], list[Warning]]:
    """Turn lines (up to three neighbours, for broken titles) that are titles of the contents into title headings.

    Where a title stands several times it is a running head as well: the place with a byline or a first section behind it is
    the title's, else the first; at the heads of pages the others are taken off and told.
    """
    if not titles:
        return list(lines), []
    places = _title_places(lines, titles)
    chosen = {max(found, key=lambda place: (_opens_case(lines, sum(place)), -place[0])) for found in places.values()}
    starts = dict(chosen)
    heads = {
        at
        for found in places.values()
        for at, length in found
        if length == 1 and at not in starts and _heads_page(lines, at)
    }
    result: list[Line] = []
    index = 0
    while index < len(lines):
        length = starts.get(index, 0)
        if length:
            text = squeeze(_on_one_line(lines[index : index + length]))
            first, last = lines[index].place, lines[index + length - 1].place
            place = Place(first.paragraph, first.start, last.end)
            heading = Heading(1, (Run(text),), guessed=True, place=place)
            result.append(Line("", place, breaks=lines[index].breaks, fixed=heading))
        elif index not in heads:
            if index - 1 in heads:
                lines[index].breaks = "page"
            result.append(lines[index])
        index += max(length, 1)
    return result, [Warning("running_head_removed", where(lines[at]), f"{lines[at].text} ×1") for at in sorted(heads)]


def _title_places(lines: Sequence[Line], titles: set[str]) -> dict[str, list[tuple[int, int]]]:
    """Where each title of the contents stands: the index of its first line and how many lines it takes."""
    places: dict[str, list[tuple[int, int]]] = {}
    index = 0
    while index < len(lines):
        length = _title_length(lines, index, titles)
        if length:
            mark = key(strip_number(_on_one_line(lines[index : index + length])))
            places.setdefault(mark, []).append((index, length))
        index += max(length, 1)
    return places


def _opens_case(lines: Sequence[Line], index: int) -> bool:
    """True when a byline, a subtitle or a first section follows."""
    if index >= len(lines) or lines[index].fixed is not None:
        return index < len(lines)
    text = lines[index].text
    number = numeral(text)
    return len(text) <= 60 and (
        (number is not None and number.value == 1 and number.kind in ("han", "han_paren", "arabic", "part"))
        or is_section_name(text)
        or (is_byline(text) and not ends_sentence(text))
    )


def _heads_page(lines: Sequence[Line], index: int) -> bool:
    """True at the beginning of a page, and in mid-sentence."""
    before = lines[index - 1] if index else None
    return lines[index].breaks == "page" or (
        before is not None and before.fixed is None and before.width >= 24 and not ends_sentence(before.text)
    )


def _on_one_line(lines: Sequence[Line]) -> str:
    """Join the lines of a title; a label on a line of its own (案例一) keeps apart from a title that begins with a number."""
    first = numeral(lines[0].text) if lines else None
    label = first is not None and first.kind == "case" and len(lines[0].text) <= len(first.text)
    return (
        (lines[0].text + " " + "".join(line.text for line in lines[1:]))
        if label
        else "".join(line.text for line in lines)
    )


def _title_length(lines: Sequence[Line], index: int, titles: set[str]) -> int:
    for length in (1, 2, 3):
        if index + length > len(lines) or lines[index + length - 1].fixed is not None:
            return 0
        if length > 1 and is_part_name(lines[index].text):
            return 0
        text = _on_one_line(lines[index : index + length])
        mark = key(text)
        if mark in titles:
            return length
        number = numeral(squeeze(text))
        if number is not None and key(text[len(number.text) :]) in titles:
            return length
        if not any(
            title.startswith(mark) or (number is not None and title.startswith(key(text[len(number.text) :])))
            for title in titles
        ):
            return 0
    return 0
