"""The keywords that an author put before a text: 关键词：…, the same behind the abstract, or below a heading of that name."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, replace

from caselib.ingest.credits import pairs_of
from caselib.ingest.titling import line_of
from caselib.vocabularies.quoting import with_own_quotes
from caselib.word.model import Block, Heading, Paragraph, Run, Table
from caselib.word.outline import ends_sentence, squeeze

_HEAD, _TAIL = 30, 4  # blocks among which they stand, from the beginning and from the end
_MOST_WORDS = 15
_LONGEST_WORD, _LONGEST_LINE = 30, 240
_LONGEST_PARAGRAPH = 4000  # of an abstract with keywords behind it
_LONGEST_STOPPED = 8  # of a word on a line that ends like a sentence
_CHINESE = r"(?:中文|论文|案例)?(?:关\s*键\s*[词字]|主\s*题\s*词)"
_ENGLISH = r"(?i:key\s?-?words?)"
# What classifies an article may stand on the same line: 中图分类号：D267　文献标识码：A
_CLASSED = re.compile(r"[【\[（(]?\s*(?:中\s*图\s*)?(?:分\s*类\s*号|文献标[识志]码|文章编号)")
# Marks part words, but not within quotation marks: “清、廉”建设.
_PARTS = re.compile(r"(?:“[^“”\n]{1,30}”|(?![；;，,、\n|｜]|[ ]{2,}|[\u3000\t\u2003]).)+", re.S)


@dataclass(frozen=True, slots=True)
class Keywords:
    """The words, and where they stand: the blocks from ``start`` up to ``end``, the first of them from sign ``at`` on.

    ``whole``: all that stands there are these words, so that nothing is lost when it goes; else it stays.
    """

    words: tuple[str, ...]
    start: int
    end: int
    at: int = 0
    whole: bool = True


def keywords_of(blocks: Sequence[Block]) -> Keywords | None:
    """Return the keywords of a text, None where it has none; English ones only where there are no others."""
    for name in (_CHINESE, _ENGLISH):
        for index in _places(blocks):
            found = _at(blocks, index, name)
            if found is not None:
                return found
    return None


def without_keywords(blocks: Sequence[Block], kept: Container[str]) -> list[Block]:
    """Return ``blocks`` without their keywords when each of the words is among ``kept``; otherwise all of them."""
    found = keywords_of(blocks)
    if found is None or not found.whole or not all(word in kept for word in found.words):
        return list(blocks)
    block = blocks[found.start]
    rest = [_cut(block, found.at)] if isinstance(block, Paragraph) and found.at else []
    return [*blocks[: found.start], *rest, *blocks[found.end :]]


def keywords_begin(text: str) -> int:
    """Return where keywords begin behind other words of the same paragraph, the length of ``text`` where none do."""
    found = _inside(_CHINESE).search(text) or _inside(_ENGLISH).search(text)
    return found.start() if found else len(text)


def is_keywords_line(text: str) -> bool:
    """True for a line that begins with the name of keywords and a sign: 关键词：…, 【关键字】…"""
    return bool(re.match(rf"[【\[〔]\s*{_CHINESE}\s*[】\]〕]|{_CHINESE}\s*[:：]", text))


def _places(blocks: Sequence[Block]) -> Iterator[int]:
    yield from range(min(_HEAD, len(blocks)))
    yield from range(max(_HEAD, len(blocks) - _TAIL), len(blocks))


def _at(blocks: Sequence[Block], index: int, name: str) -> Keywords | None:
    block = blocks[index]
    if isinstance(block, Table):
        beside = (text for label, text in pairs_of(block) if re.fullmatch(name, label))
        words, _ = _words(next(beside, ""))
        return Keywords(words, index, index + 1, whole=False) if words else None
    if not isinstance(block, Heading | Paragraph):
        return None
    text = line_of(block)
    if re.fullmatch(rf"[【\[〔]?\s*{name}\s*[】\]〕]?\s*[:：]?", squeeze(text)):
        below = blocks[index + 1] if index + 1 < len(blocks) else None
        words, whole = _words(line_of(below)) if isinstance(below, Paragraph) and below.role != "toc" else ((), False)
        return Keywords(words, index, index + 2, whole=whole and not _calls(below)) if words else None
    led = _led(name).match(text) or (_inside(name).search(text) if len(text) <= _LONGEST_PARAGRAPH else None)
    if led is None:
        return None
    words, whole = _words(text[led.end() :])
    return Keywords(words, index, index + 1, led.start(), whole and not _calls(block)) if words else None


def _led(name: str) -> re.Pattern[str]:
    return re.compile(rf"\s*(?:[【\[〔]\s*{name}\s*[】\]〕]\s*[:：]?|{name}\s*(?:[:：]|[ \u3000\t]+(?=\S)))\s*")


def _inside(name: str) -> re.Pattern[str]:
    """What opens keywords on a line of their own or behind the last sentence of the abstract in the same paragraph."""
    return re.compile(rf"(?:(?<=[。！？….!?])|\s)(?:[【\[〔]\s*{name}\s*[】\]〕]\s*[:：]?|{name}\s*[:：])\s*")


def _words(text: str) -> tuple[tuple[str, ...], bool]:
    """Return the words in what stands behind the label, and whether they are all of it; none for a sentence."""
    classed = _CLASSED.search(text)
    line = text[: classed.start()] if classed else text
    if not line.strip() or len(line) > _LONGEST_LINE:
        return (), False
    stopped = line.strip().endswith("。")
    line = line.strip().rstrip("。.")
    if ends_sentence(line) and not line.endswith(("；", ";")):
        return (), False
    parts = [part for part in _PARTS.findall(line) if part.strip()]
    if len(parts) == 1 and re.search("[\u4e00-\u9fff]", line):
        parts = line.split()
    words = list(dict.fromkeys(_plain(part) for part in parts))
    fit = [word for word in words if 2 <= len(word) <= _LONGEST_WORD and not re.search("[。！？]", word)]
    if len(fit) * 2 <= len(words) or (stopped and max(map(len, words)) > _LONGEST_STOPPED):
        return (), False
    chosen = tuple(fit[:_MOST_WORDS])
    return chosen, len(chosen) == len(words) and classed is None


def _plain(part: str) -> str:
    """Return a word as a tag: single blanks, no quotation marks around it, no number before it, nothing unseen."""
    word = " ".join(part.split())
    word = re.sub(r"^(?:\d{1,2}\s*[.．、)）]|[①-⑮])\s*", "", word)
    return with_own_quotes(re.sub("[\x00-\x1f]", "", word)).strip("·•-— ")


def _calls(block: Block | None) -> bool:
    """True when a note is called there: it would be left without its place."""
    return isinstance(block, Heading | Paragraph) and any(run.note for run in block.runs)


def _cut(block: Paragraph, at: int) -> Paragraph:
    """Return a paragraph up to sign ``at`` of its line."""
    left = at - len(block.number) - len(block.lead)
    runs: list[Run] = []
    for run in block.runs:
        if left <= 0:
            break
        runs.append(replace(run, text=run.text[:left]))
        left -= len(run.text)
    if runs:
        runs[-1] = replace(runs[-1], text=runs[-1].text.rstrip())
    return replace(block, runs=tuple(runs))
