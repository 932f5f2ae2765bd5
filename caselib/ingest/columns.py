"""Undoes two-column pages printed side by side: left halves first, then right halves."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from caselib.ingest.contents import BARE, DRESSED
from caselib.ingest.lines import Line, close_letters, width
from caselib.word.outline import ends_sentence

_GAP = re.compile(r"(?<=\S)[ \u3000\t]{2,}(?=\S)")
_WIDE_GAP = re.compile(r"\S[ \u3000\t]{3,}\S")
# 的 队 伍 按 户 建 起 一 册 书记逐户登记积压的诉求: letters spread until no gutter is left
_SPREAD = re.compile(r"^((?:\S{1,2} ){6,}\S{1,2}) (\S{5,}.*)$")
_FOLIO = re.compile(r"^[-—–·•\s]*(?:第\s*)?\d{1,4}(?:\s*页)?[-—–·•\s]*$")
_SEPARATORS = (re.compile(r"\t+"), re.compile(r"\s?[|｜│┃║]\s?"))
_LEAST = 5  # lines with both halves that make a page one of columns
_FIRST_CUT = 10
_INDENT = 6
_FEW = 10  # lines of a part without a gutter of its own


def split_columns(lines: list[Line]) -> tuple[list[Line], int]:
    """Return the lines in reading order and the number of runs that stood side by side.

    The gutter is looked for page by page, by characters (as PDF tools set them) and by printed width (as a terminal does).
    """
    result: list[Line] = []
    found = 0
    for page in pages_of(lines):
        made, runs = _columns(page)
        if len(parts := _parts(page)) > 1:
            each = [_columns(part) for part in parts]
            each = [_at_gaps(one[0]) if runs and not one[1] and len(one[0]) <= _FEW else one for one in each]
            apart = [line for lines_made, _ in each for line in lines_made]
            if _gaps(apart) <= _gaps(made):
                made, runs = apart, sum(count for _, count in each)
        result.extend(made)
        found += runs
    return result, found


def _columns(page: list[Line]) -> tuple[list[Line], int]:
    return _separated(page) or _best(page) or (page, 0)


def _parts(page: Sequence[Line]) -> list[list[Line]]:
    """The parts of a page in columns that a title in the middle begins: each has columns of its own."""
    parts: list[list[Line]] = [[]]
    for index, line in enumerate(page):
        below = page[index + 1 : index + 7]
        if len(parts[-1]) > _LEAST and _is_title(line) and sum(map(_has_gap, below)) >= min(3, len(below)):
            parts.append([])
        parts[-1].append(line)
    return parts


def _at_gaps(part: Sequence[Line]) -> tuple[list[Line], int]:
    """Unfold the few lines below a title at the foot of a page: too few to show a gutter, each has its gap."""
    result: list[Line] = []
    left: list[Line] = []
    right: list[Line] = []
    for line in part:
        gaps = _GAP.split(line.text)
        if len(gaps) != 2:
            _flush(result, left, right)
            result.append(line)
            continue
        left.append(replace(line, text=gaps[0]))
        right.append(Line(gaps[1], line.place))
    return result, _flush(result, left, right)


def _is_title(line: Line) -> bool:
    return (
        line.fixed is None
        and line.breaks == "blank"
        and line.lead >= 6
        and not _has_gap(line)
        and line.width <= 60
        and not ends_sentence(line.text)
    )


def _has_gap(line: Line) -> bool:
    return line.fixed is None and _WIDE_GAP.search(line.text) is not None


def _gaps(lines: Sequence[Line]) -> int:
    """How many lines still have a wide gap inside."""
    return sum(map(_has_gap, lines))


def pages_of(lines: Sequence[Line]) -> list[list[Line]]:
    """Return the pages: form feeds and page numbers end them; page numbers, tables and pictures stand for themselves."""
    pages: list[list[Line]] = [[]]
    counted = page_numbers(lines)
    for index, line in enumerate(lines):
        folio = line.fixed is None and (
            index in counted or DRESSED.match(line.text) or (line.lead > 8 and _FOLIO.match(line.text))
        )
        if (line.breaks == "page" or line.fixed is not None or folio) and pages[-1]:
            pages.append([])
        pages[-1].append(line)
        if line.fixed is not None or folio:
            pages.append([])
    return [page for page in pages if page]


def page_numbers(lines: Sequence[Line]) -> set[int]:
    """Bare numbers that count the pages: each at most three more than the one before, at least three in a row."""
    best: set[int] = set()
    chain: list[int] = []
    for index, line in enumerate(lines):
        if line.fixed is not None or not BARE.match(line.text) or not line.text.isdecimal():
            continue
        if chain and not 0 < int(line.text) - int(lines[chain[-1]].text) <= 3:
            best.update(chain if len(chain) >= 3 else ())
            chain = []
        chain.append(index)
    best.update(chain if len(chain) >= 3 else ())
    return best


def _separated(page: list[Line]) -> tuple[list[Line], int] | None:
    """Return a page unfolded at tabs or bars, None where fewer than two thirds of its long lines have just one."""
    for pattern in _SEPARATORS:
        parts = [pattern.split(line.text) if line.fixed is None else [] for line in page]
        both = [index for index, found in enumerate(parts) if len(found) == 2 and all(part.strip() for part in found)]
        wide = max((width(part) for index in both for part in parts[index]), default=0)
        longer = [line for line in page if line.width > wide * 1.2]
        if len(both) < _LEAST or len(both) * 2 < len(page) or len(both) < len(longer) * 0.8:
            continue
        if sum(1 for index in both if min(width(part) for part in parts[index]) >= wide * 0.5) * 2 < len(both):
            continue  # labels and values, not columns
        left: list[Line] = []
        right: list[Line] = []
        result: list[Line] = []
        runs = 0
        for line, found in zip(page, parts, strict=True):
            if len(found) > 2 or not found:
                runs += _flush(result, left, right)
                result.append(line)
                continue
            one, two = (found[0], found[1]) if len(found) == 2 else (line.text, "")
            if one.strip():
                left.append(replace(line, text=one.rstrip()))
            if two.strip():
                lead = two[: len(two) - len(two.lstrip())]
                right.append(
                    Line(two.strip(), line.place, width(lead), "" if one.strip() else line.breaks, lead=len(lead))
                )
        return result, runs + _flush(result, left, right)
    return None


class _Ruler:
    """Measures a line by characters or by printed width."""

    def __init__(self, printed: bool) -> None:
        self.printed = printed

    def lead(self, line: Line) -> int:
        return line.indent if self.printed else line.lead

    def size(self, text: str) -> int:
        return width(text) if self.printed else len(text)

    def starts(self, line: Line) -> list[int]:
        """Where pieces of text begin that have a gap before them."""
        lead = self.lead(line)
        found = [lead] if lead >= _FIRST_CUT else []
        return found + [lead + self.size(line.text[: match.end()]) for match in _GAP.finditer(line.text)]

    def cut(self, line: Line, column: int) -> tuple[str, str, int] | None:
        """Return left half, right half and the right half's indent; None when text runs over the gutter."""
        lead = self.lead(line)
        if lead >= column - 1:
            return "", line.text, lead - column
        if lead + self.size(line.text) < column:
            return line.text, "", 0
        for match in _GAP.finditer(line.text):
            left, right = line.text[: match.start()], line.text[match.end() :]
            begins, ends = lead + self.size(line.text[: match.end()]), lead + self.size(left)
            if begins >= column - 1 and ends < column:
                return left, right, begins - column
            if begins >= column - 1:  # letters spread to fill the column push the gutter on
                return (left, right, 0) if lead + self.size(close_letters(left)) < column else None
        if (spread := _SPREAD.match(line.text)) and lead + self.size(close_letters(spread.group(1))) < column:
            return spread.group(1), spread.group(2), 0
        closed = close_letters(line.text)
        return (line.text, "", 0) if closed != line.text and lead + self.size(closed) < column else None


def _best(page: list[Line]) -> tuple[list[Line], int] | None:
    """Return the page unfolded at its gutter, None when it has none."""
    if len(page) < _LEAST or any(line.fixed is not None for line in page):
        return None
    tried = [made for ruler in (_Ruler(False), _Ruler(True)) if (made := _gutter(page, ruler)) is not None]
    if not tried:
        return None
    _, ruler, column = min(tried, key=lambda made: made[0])
    return _unfold(page, ruler, column)


def _gutter(page: list[Line], ruler: _Ruler) -> tuple[int, _Ruler, int] | None:
    """Return (lines that run over the gutter, ruler, column) for the best gutter of a page."""
    starts = Counter(start for line in page for start in set(ruler.starts(line)) if start >= _FIRST_CUT)
    best: tuple[int, int, int] | None = None
    for column in starts:
        both = over = right = loose = 0
        for line in page:
            halves = ruler.cut(line, column)
            if halves is None:
                over += 1
                continue
            inside = bool(halves[1]) and -1 <= halves[2] <= _INDENT + 4
            both += inside and bool(halves[0])
            right += inside
            loose += inside and halves[2] not in (0, 4 if ruler.printed else 2)
            over += bool(halves[1]) and not inside and bool(halves[0])
        narrow = sum(1 for line in page if ruler.lead(line) + ruler.size(line.text) >= column * 1.4)
        if both >= _LEAST and over <= len(page) * 0.2 and narrow >= _LEAST:
            rank = (over * 3 - both - right + loose, column, over)
            best = rank if best is None or rank < best else best
    return None if best is None else (best[0], ruler, best[1])


def _unfold(page: list[Line], ruler: _Ruler, column: int) -> tuple[list[Line], int]:
    result: list[Line] = []
    left: list[Line] = []
    right: list[Line] = []
    runs = 0
    for line in page:
        halves = ruler.cut(line, column)
        if halves is None:
            runs += _flush(result, left, right)
            result.append(line)
            continue
        one, two, indent = halves
        if one:
            left.append(replace(line, text=one.rstrip()))
        if two:
            breaks = "" if one else line.breaks
            indent = max(indent, 0) * (1 if ruler.printed else 2)
            right.append(Line(two, line.place, indent, breaks, lead=max(halves[2], 0)))
    runs += _flush(result, left, right)
    return result, runs


def _flush(result: list[Line], left: list[Line], right: list[Line]) -> int:
    """Append both halves in order; a run with both counts as one."""
    found = int(bool(left and right))
    if right:
        right[0].breaks = "page" if left else right[0].breaks
    result.extend([*left, *right])
    left.clear()
    right.clear()
    return found
