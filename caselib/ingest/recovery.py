"""From the blocks of a file to clean blocks: printed lines joined, furniture and contents off, forms taken apart."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from caselib.ingest import furniture
from caselib.ingest.columns import pages_of, split_columns
from caselib.ingest.contents import Entry, contents_entry
from caselib.ingest.faults import drop_repeated_lines, where
from caselib.ingest.interleaving import untangle
from caselib.ingest.joining import join
from caselib.ingest.lines import Line, close_blanks, is_wrapped, lines_of
from caselib.ingest.pagenotes import move_notes
from caselib.ingest.sections import is_back_matter, is_contents, is_foreword, is_section_name, key
from caselib.ingest.unfolding import unfold
from caselib.word.model import Block, Document, Heading, Paragraph, Picture, Place, Run, Warning
from caselib.word.outline import numeral, squeeze

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
    """Clean blocks. ``printed`` tells that the source was lines from a page; ``titles`` are keys from its contents."""

    blocks: list[Block]
    printed: bool
    contents: list[Entry] = field(default_factory=list)
    titles: set[str] = field(default_factory=set)
    warnings: list[Warning] = field(default_factory=list)


def recover(document: Document, *, text_file: bool) -> Recovered:
    """Return the blocks of ``document`` without what page and form added. Pure; nothing is dropped without a warning."""
    if text_file or is_wrapped(document.blocks) or _has_page_numbers(document.blocks):
        return _printed(document, text_file)
    blocks: list[Block] = []
    contents: list[Entry] = []
    for block in document.blocks:
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
        if isinstance(block, Picture) and (code := re.match(r"二维码：(https?://\S+)$", block.alt)):
            addresses.append(code[1])
        elif not (after_code and isinstance(block, Paragraph) and len(block.text) <= 40 and "扫码" in block.text):
            kept.append(block)
        after_code = bool(addresses) and isinstance(block, Picture) and block.alt.endswith(addresses[-1])
    return kept, [Warning("codes_removed", "", str(len(addresses)))] if addresses else []


def _printed(document: Document, text_file: bool) -> Recovered:
    wrapped = is_wrapped(document.blocks)
    blocks = document.blocks
    lines = lines_of(_without_contents_role(blocks), keep_guessed=not text_file and not wrapped)
    lines, columns = split_columns(lines)
    lines, tangled = _untangled(lines, columns)
    close_blanks(lines)
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
    lines = mark_titles(lines, titles)
    lines, repeated = drop_repeated_lines(lines)
    joined = join(lines, wrapped=wrapped)
    return Recovered(joined.blocks, True, contents, titles, warnings + notes + repeated + joined.warnings)


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
    bare = [int(text) for text in texts if text.isdigit() and len(text) <= 4]
    running = sum(1 for one, two in pairwise(bare) if 0 < two - one <= 3)
    return len(dressed) >= 2 or running >= 2


def case_titles(contents: Sequence[Entry]) -> set[str]:
    """Return the keys of the entries that name cases; empty when the contents only list the chapters of one work."""
    chosen: list[Entry] = []
    structural = decimals = 0
    for entry in contents:
        number = numeral(entry.text)
        if is_foreword(entry.text) or is_back_matter(entry.text) or (number is not None and number.kind == "part"):
            continue
        if number is not None and number.kind in _STRUCTURAL:
            structural += 1
            decimals += number.kind in _DECIMAL
            continue
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
    parts = re.split(r"[\s\u3000]{2,}|[／/|｜]|——(?=[^—]*(?:委|局|院|校|办|县|市|区|镇|乡|村|公司|集团)$)", text)
    if len(parts) > 1 and len(key(parts[0])) >= 6:
        found.append(key(parts[0]))
    return found


def mark_titles(lines: Sequence[Line], titles: set[str]) -> list[Line]:
    """Turn lines (up to three neighbours, for broken titles) that are titles of the contents into title headings."""
    if not titles:
        return list(lines)
    result: list[Line] = []
    index = 0
    met: set[str] = set()
    while index < len(lines):
        length = _title_length(lines, index, titles)
        mark = key("".join(line.text for line in lines[index : index + length]))
        if length and mark not in met:
            met.add(mark)
            text = "".join(line.text for line in lines[index : index + length])
            first, last = lines[index].place, lines[index + length - 1].place
            place = Place(first.paragraph, first.start, last.end)
            heading = Heading(1, (Run(squeeze(text)),), guessed=True, place=place)
            result.append(Line("", place, breaks=lines[index].breaks, fixed=heading))
            index += length
            continue
        result.append(lines[index])
        index += 1
    return result


def _title_length(lines: Sequence[Line], index: int, titles: set[str]) -> int:
    text = ""
    for length in (1, 2, 3):
        if index + length > len(lines) or lines[index + length - 1].fixed is not None:
            return 0
        text += lines[index + length - 1].text
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
