"""Takes off what the printed page added: page numbers, running heads, tables of contents. Everything removed is told."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from caselib.ingest.columns import page_numbers
from caselib.ingest.contents import BARE, DRESSED, Entry, take_contents
from caselib.ingest.lines import Line, width
from caselib.ingest.sections import is_back_matter, is_foreword, key
from caselib.word.model import Warning
from caselib.word.names import is_byline
from caselib.word.outline import ends_sentence, numeral
from caselib.word.section_names import is_section_name


@dataclass(slots=True)
class Stripped:
    """Lines without furniture, the contents that were printed, and a warning for each kind of thing removed."""

    lines: list[Line]
    contents: list[Entry] = field(default_factory=list)
    warnings: list[Warning] = field(default_factory=list)


def strip(lines: Sequence[Line]) -> Stripped:
    """Remove the table of contents, page numbers and running heads from printed lines."""
    kept, contents = take_contents(_without(list(lines), _rules(lines)))
    kept, numbers = _page_numbers(kept)
    kept, counted = _numbered_heads(kept)
    kept, heads = _running_heads(kept, [key(entry.text) for entry in contents])
    heads.update(counted)
    result = Stripped(kept, contents)
    if contents:
        result.warnings.append(Warning("contents_removed", "", str(len(contents))))
    if numbers:
        result.warnings.append(Warning("page_numbers_removed", "", str(numbers)))
    for text, count in heads.items():
        result.warnings.append(Warning("running_head_removed", "", f"{text} ×{count}"))
    return result


_RULE = re.compile(r"^[-—–―_＿=─━═~～·.*＊※◆◇●○☆★\s]{4,}$")


def _rules(lines: Sequence[Line]) -> set[int]:
    """Lines drawn under heads and over notes."""
    return {index for index, line in enumerate(lines) if line.fixed is None and _RULE.match(line.text)}


# -- page numbers -----------------------------------------------------------------------------------------------


def _page_numbers(lines: list[Line]) -> tuple[list[Line], int]:
    """Remove page numbers; a bare number is one only if it stands at a page's edge or runs on with the others."""
    running = page_numbers(lines)
    kept: list[Line] = []
    removed = 0
    page = False
    for index, line in enumerate(lines):
        edge = (
            line.breaks == "page"
            or (index + 1 < len(lines) and lines[index + 1].breaks == "page")
            or index + 1 == len(lines)
        )
        number = line.fixed is None and (
            DRESSED.match(line.text) or (BARE.match(line.text) and (edge or index in running))
        )
        if number:
            removed += 1
            page = True
            continue
        if page:
            line.breaks = "page"
            page = False
        kept.append(line)
    return kept, removed


# -- running heads ----------------------------------------------------------------------------------------------


_HEAD_NUMBER = re.compile(
    r"^(?P<before>[1-9]\d{0,3})(?:[\s\u3000]+|[\s\u3000]*[|｜·•][\s\u3000]*)(?P<after_text>\D.{1,38})$"
    r"|^(?P<before_text>.{1,38}\D)(?:[\s\u3000]+|[\s\u3000]*[|｜·•][\s\u3000]*)(?P<after>[1-9]\d{0,3})$"
)
# Below each question of a paper: the same choices and answers come again and again, and below a line without an end.
_ANSWER = re.compile(
    r"^(?:[A-HＡ-Ｈ][.．、:：)）]|[（(][A-HＡ-Ｈ][)）]|[√×✓✗]|(?:参考|标准|正确)?答案|(?:得分|评分|分值|解析)[:：])"
)
# 12基层治理案例选: at the edge of a page also without a blank between
_GLUED_HEAD = re.compile(
    r"^(?P<before>[1-9]\d{0,3})(?P<after_text>[\u4e00-\u9fff《“].{2,38})$|^(?P<before_text>[\u4e00-\u9fff《“].{2,38}\D)(?P<after>[1-9]\d{0,3})$"
)


def _head_number(lines: list[Line], index: int) -> re.Match[str] | None:
    """Return the page number and the words of a running head that has both on one line."""
    line = lines[index]
    if line.fixed is not None or width(line.text) > 70:
        return None
    if found := _HEAD_NUMBER.match(line.text):
        return found
    edge = line.breaks == "page" or index == 0 or (index + 1 < len(lines) and lines[index + 1].breaks == "page")
    counted = numeral(line.text) is not None or re.match("附|[图表第]", line.text)
    return _GLUED_HEAD.match(line.text) if edge and not counted else None


def _numbered_heads(lines: list[Line]) -> tuple[list[Line], Counter[str]]:
    """Remove running heads with the page number beside them: at least three whose numbers count on."""
    found: list[tuple[int, int]] = []
    for index, line in enumerate(lines):
        match = _head_number(lines, index)
        if match is None or ends_sentence(line.text) or re.search("[，；：]", line.text):
            continue
        found.append((index, int(match["before"] or match["after"])))
    chains: list[list[tuple[int, int]]] = []
    for index, number in found:
        chain = next((chain for chain in chains if 0 < number - chain[-1][1] <= 3), None)
        if chain is None:
            chains.append([(index, number)])
        else:
            chain.append((index, number))
    edges = _edges(lines)
    doomed = {
        index for chain in chains if _counts_pages(lines, [index for index, _ in chain], edges) for index, _ in chain
    }
    removed: Counter[str] = Counter()
    for index in doomed:
        match = _head_number(lines, index)
        removed[(match["after_text"] or match["before_text"]).strip() if match else ""] += 1
    return _without(lines, doomed), removed


def _counts_pages(lines: list[Line], chain: list[int], edges: set[int]) -> bool:
    """True for heads of pages: some words come again, or all stand at the edges of pages. Numbered titles do neither."""
    words = {_head_key(lines[index].text) for index in chain}
    return len(chain) >= 3 and (len(words) <= len(chain) * 0.6 or all(index in edges for index in chain))


def _without(lines: list[Line], doomed: set[int]) -> list[Line]:
    """Return the lines that stay; the one after a line taken out begins a page."""
    kept: list[Line] = []
    page = False
    for index, line in enumerate(lines):
        if index in doomed:
            page = True
            continue
        if page:
            line.breaks = "page"
            page = False
        kept.append(line)
    return kept


def _head_key(text: str) -> str:
    """A running head without the page number printed beside it."""
    return key(
        re.sub(
            r"^\s*\d{1,4}\s+|\s+\d{1,4}\s*$|^[-—·•|｜\s]*\d{1,4}[-—·•|｜\s]+|[-—·•|｜\s]+\d{1,4}[-—·•|｜\s]*$", "", text
        )
    )


def _running_heads(lines: list[Line], titles: Sequence[str]) -> tuple[list[Line], Counter[str]]:
    """Remove short lines that come again and again at the edges of pages or in the middle of sentences."""
    places: dict[str, list[int]] = defaultdict(list)
    for index, line in enumerate(lines):
        if (
            line.fixed is None
            and width(line.text) <= 70
            and not ends_sentence(line.text)
            and not re.search("[，；]", line.text)
            and not _ANSWER.match(line.text)
        ):
            places[_head_key(line.text)].append(index)
    edges = _edges(lines)
    pages = sum(1 for line in lines if line.breaks == "page")
    doomed: set[int] = set()
    removed: Counter[str] = Counter()
    for mark, found in places.items():
        if len(found) < 2 or len(mark) < 2 or is_section_name(lines[found[0]].text) or mark.isdecimal():
            continue
        everywhere = pages >= 6 and len(found) >= pages * 0.4
        if _is_section(lines[found[0]].text) and not (everywhere and all(index in edges for index in found)):
            continue
        if not everywhere and any(mark in title and mark != title for title in titles):
            continue  # a line of a title
        opening = next((index for index in found if _opens(lines, index, first=True)), None)
        tops = [index for index in found if _tops_page(lines, index) and not _opens(lines, index, first=True)]
        if is_byline(lines[found[0]].text) and not everywhere:
            continue  # two cases of one unit
        if tops and not everywhere and opening is not None:
            doomed.update(tops)
            removed[lines[found[0]].text] = len(tops)
            continue
        loose = [index for index in found if index in edges or _interrupts(lines, index)]
        at_edges = all(index in edges for index in found)
        if len(loose) < max(2, len(found) * 0.6) or (len(found) < 3 and not at_edges):
            continue
        keep = found[0] if not everywhere and _opens(lines, found[0]) else _matter(lines, found)
        going = [index for index in (found if len(loose) >= len(found) * 0.6 else loose) if index != keep]
        doomed.update(going)
        removed[lines[found[0]].text] = len(going)
    return _without(lines, doomed), removed


def _matter(lines: list[Line], found: Sequence[int]) -> int | None:
    """Where the heading of a foreword or appendix stands among the heads that repeat it: the last on its first page."""
    if not is_foreword(lines[found[0]].text) and not is_back_matter(lines[found[0]].text):
        return None
    below = [index for before, index in pairwise(found) if index == before + 1 and before == found[0]]
    return below[0] if below and lines[below[0]].breaks != "page" else found[0]


def _is_section(text: str) -> bool:
    """True for what cases call their sections alike: 三、旧貌换新颜, 【结果】."""
    number = numeral(text)
    return bool(re.match("^[【〖]", text)) or (
        number is not None and number.kind in ("part", "han", "han_paren", "arabic", "arabic_paren")
    )


def _tops_page(lines: list[Line], index: int) -> bool:
    """True for a line at the very top or bottom of a page, or in the middle of a sentence."""
    ends = index + 1 < len(lines) and lines[index + 1].breaks == "page"
    return lines[index].breaks == "page" or ends or _interrupts(lines, index)


def _edges(lines: list[Line]) -> set[int]:
    """The first two and last two lines of every page whose end is known."""
    edges: set[int] = {0, 1}
    for index, line in enumerate(lines):
        if line.breaks == "page":
            edges.update(range(max(index - 2, 0), min(index + 2, len(lines))))
    return edges


def _interrupts(lines: list[Line], index: int) -> bool:
    before = next((lines[at] for at in range(index - 1, max(index - 3, -1), -1) if lines[at].fixed is None), None)
    return before is not None and before.width >= 30 and not ends_sentence(before.text)


def _opens(lines: list[Line], index: int, *, first: bool = False) -> bool:
    """True when the line begins something: a byline, a first section or (unless ``first``) a section name follows."""
    for line in lines[index + 1 : index + 2]:
        if line.fixed is not None:
            return True
        number = numeral(line.text)
        if (
            number is not None
            and number.value == 1
            and number.kind in ("han", "arabic", "han_paren")
            and len(line.text) < 40
        ):
            return True
        if (is_section_name(line.text) and not first) or (len(line.text) < 40 and is_byline(line.text)):
            return True
    return False
