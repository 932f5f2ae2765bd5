"""A line of printed text on its way back to paragraphs, and what its place on the page says."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from caselib.word.model import Block, Heading, Paragraph, Place
from caselib.word.outline import ends_sentence

_UPRIGHT = ("前言", "序言", "目录", "目次", "后记", "附录", "代序", "总序", "致谢", "跋语")
_FEWEST_BROKEN = 8
_WIDEST_LINE = 150  # half characters; no page is so wide, paragraphs of one length are
_WRAPPED_SHARE = 0.35
LOST_INDENT = 4  # printed width of a first line's indent, in a text that lost its indents
_SAMPLE = 500  # characters of a line, longer than any line of print

# Whole paragraphs that end without a full stop: keywords, entries of a bibliography, sentences in English.
_NEVER_ENDS = re.compile(
    r"^[【\[［]?\s*(?:关\s*键\s*[词字]|主题词|(?i:key\s*words?))|^[\[［〔]\s*\d{1,3}\s*[\]］〕]|[A-Za-z\d)\]][.!?]$"
)


@dataclass(slots=True)
class Line:
    """One line. ``fixed`` carries a block that is not text to be joined (table, picture, styled heading).

    ``blanks`` is the number of empty lines before it. ``lead`` is the number of blanks before the text, ``indent`` their printed width; ``breaks`` is "" for an ordinary
    line end before it, "blank" after an empty line, "page" after a page's end.
    """

    text: str
    place: Place
    indent: int = 0
    breaks: str = ""
    fixed: Block | None = None
    lead: int = 0
    blanks: int = 0

    @property
    def width(self) -> int:
        return width(self.text)


def _wide_ranges() -> str:
    """The signs of two columns as ranges of a regular expression: wide, full-width and ambiguous ones, as in Chinese type."""
    ranges: list[list[int]] = []
    for code in range(0x80, 0x10000):
        if unicodedata.east_asian_width(chr(code)) in "WFA":
            if ranges and ranges[-1][1] == code - 1:
                ranges[-1][1] = code
            else:
                ranges.append([code, code])
    return "".join(f"\\u{first:04x}-\\u{last:04x}" for first, last in ranges) + "\U00020000-\U0003fffd"


_WIDE = re.compile(f"[{_wide_ranges()}]+")


@lru_cache(maxsize=16_384)
def width(text: str) -> int:
    """Return the printed width of ``text`` in half-width columns."""
    return len(text) + sum(match.end() - match.start() for match in _WIDE.finditer(text))


def is_wrapped(blocks: Sequence[Block]) -> bool:
    """True when the paragraphs are printed lines: many of them stop in mid-sentence at about one width."""
    texts = [
        close_letters(block.text.strip())
        for block in blocks
        if isinstance(block, Paragraph) and block.role in ("body", "lead", "list")
    ]
    long_lines = [text for text in texts if width(text) >= 24]
    if len(long_lines) < 8:
        return False
    unfinished = [
        text
        for text in long_lines
        if not ends_sentence(text) and text[-1] not in "：:" and not _NEVER_ENDS.search(text)
    ]
    if _fill_one_measure(long_lines, unfinished):
        return True
    if len(unfinished) < len(long_lines) * _WRAPPED_SHARE:
        return False
    widths = sorted(width(text) for text in long_lines)
    high = widths[int(len(widths) * 0.95)]
    if widths[len(widths) // 2] > _WIDEST_LINE:
        return False
    return sum(1 for value in widths if high * 0.8 <= value <= high * 1.1) >= len(widths) * 0.35


def _fill_one_measure(texts: Sequence[str], unfinished: Sequence[str]) -> bool:
    """True when lines that stop in mid-sentence are often equally wide and hardly any line is wider: broken there.

    So a text of many short paragraphs is known for printed lines as well; whole paragraphs are wider than any page.
    """
    broken = sorted(value for value in map(width, unfinished) if value >= 40)
    if len(broken) < _FEWEST_BROKEN:
        return False
    full = broken[int(len(broken) * 0.8)]
    if full > _WIDEST_LINE:
        return False
    alike = sum(1 for value in broken if full - 4 <= value <= full + 2)  # no comma begins a line
    wider = sum(1 for text in texts if width(text) > full + 4 and not re.search(r"[·.．…]{4}", text))  # not contents
    return alike >= max(_FEWEST_BROKEN, len(broken) * 0.4) and wider <= len(texts) * 0.03


def lines_of(blocks: Sequence[Block], *, keep_guessed: bool) -> list[Line]:
    """Turn blocks into lines; tables, pictures and real headings stay whole, form feeds become page breaks."""
    lines: list[Line] = []
    breaks = ""
    blanks = 0
    for block in blocks:
        place = block.place or Place(0)
        if isinstance(block, Paragraph) or (isinstance(block, Heading) and block.guessed and not keep_guessed):
            for index, text in enumerate(f"{block.number}{block.text}".split("\f")):
                if index:
                    breaks = "page"
                if not text.strip():
                    breaks = breaks or "blank"
                    blanks += 1
                    continue
                stripped = text.strip()
                lead = len(text) - len(text.lstrip())
                lines.append(Line(stripped, place, _indent(text), breaks, lead=lead, blanks=blanks))
                breaks, blanks = "", 0
        else:
            lines.append(Line("", place, breaks=breaks, fixed=block))
            breaks, blanks = "", 0
    return _upright(_closed_up(lines))


def _closed_up(lines: list[Line]) -> list[Line]:
    """Take away the empty lines where every line has as many before it: then they part no paragraphs."""
    texts = [line for line in lines if line.fixed is None and line.breaks != "page"]
    usual = Counter(line.blanks for line in texts if line.blanks).most_common(1)
    unfinished = sum(1 for one, two in pairwise(texts) if two.blanks and not ends_sentence(one.text))
    if usual and len(texts) >= 8 and usual[0][1] >= len(texts) * 0.6 and unfinished >= len(texts) * 0.3:
        for line in texts:
            if line.breaks == "blank" and line.blanks <= usual[0][0]:
                line.breaks = ""
    return lines


def _upright(lines: list[Line]) -> list[Line]:
    """Join headings whose letters text recovery put on lines of their own: 前 / 言, 目 / 录."""
    result: list[Line] = []
    for line in lines:
        before = result[-1] if result else None
        if (
            before is not None
            and before.fixed is None
            and line.fixed is None
            and len(before.text) == len(line.text) == 1
            and before.text + line.text in _UPRIGHT
        ):
            before.text += line.text
        elif _is_parted(result, line):  # 后 / 11 / 记: the page number between
            result[-2].text += line.text
        else:
            result.append(line)
    return result


def _is_parted(result: list[Line], line: Line) -> bool:
    return (
        len(result) > 1
        and all(known.fixed is None for known in (*result[-2:], line))
        and result[-1].text.isdecimal()
        and len(result[-2].text) == len(line.text) == 1
        and result[-2].text + line.text in _UPRIGHT
    )


_HAN_PAIR = re.compile(r"(?<=[\u4e00-\u9fff，。、；：])[\u4e00-\u9fff，。、；：]")
_SPACE = re.compile(r"(?<=[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]) (?=[\u3001-\u303f\u4e00-\u9fff\uff00-\uffef])")


_LETTER_GAP = re.compile(r"(?<=[\u2014-\u2026\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]) (?=\S)")


def close_letters(text: str) -> str:
    """Close up a line whose letters the typesetter spread to fill the column: 定 ， 流 程 由 九 步."""
    gaps = len(_LETTER_GAP.findall(text))
    return _LETTER_GAP.sub("", text) if gaps >= 6 and gaps * 3 >= len(text) else text


_BESIDE_DIGITS = re.compile(r"(?<=[\u4e00-\u9fff]) (?=\d)|(?<=\d) (?=[\u4e00-\u9fff])")
_DIGITS = re.compile(r"[\u4e00-\u9fff](?=\d)|\d(?=[\u4e00-\u9fff])")


def close_blanks(lines: Sequence[Line]) -> None:
    """Close up what text recovery made of the typesetter's spacing. Columns are found by these blanks: call it after."""
    text = "\n".join(line.text[:_SAMPLE] for line in lines[:4000] if line.fixed is None)
    letters = len(_SPACE.findall(text)) > len(_HAN_PAIR.findall(text)) * 0.5
    beside = len(_BESIDE_DIGITS.findall(text)) > len(_DIGITS.findall(text)) * 4
    for line in lines:
        line.text = close_letters(line.text)
    chosen = [pattern.pattern for pattern, found in ((_SPACE, letters), (_BESIDE_DIGITS, beside)) if found]
    if chosen:
        blanks = re.compile("|".join(chosen))
        for line in lines:
            line.text = blanks.sub("", line.text)


def _indent(text: str) -> int:
    lead = text[: len(text) - len(text.lstrip())]
    return width(lead.replace("\t", "    "))
