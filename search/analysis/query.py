"""What a reader typed, understood: keywords or question, quoted phrases, -minus, title:, author:, unit:, pinyin."""

from __future__ import annotations

import re
from dataclasses import dataclass

from search.analysis import pinyin
from search.analysis.folding import fold
from search.analysis.questions import content_runs, is_question, is_sentence
from search.analysis.tokens import RUN, length

MAX_CHARACTERS = 1000  # of a folded query; what follows is ignored, and the reader is told
_RAW_LIMIT = 4 * MAX_CHARACTERS  # cut before folding, so that a query of megabytes costs nothing
_MAX_PARTS = 24
_MAX_PROSE_PARTS = 200  # a pasted text has many clauses, none of which is a condition
_KEYWORD = 16  # length up to which a part is a keyword, to be matched as it stands: the name of a rule, say
_WORD = 10  # the same, of one whose pieces mean it in any order: in a longer one they are what many texts have
_QUESTION_WORD = 4  # the same, of a question: shorter than any that says what it asks about
_KEYWORDS = 60  # characters up to which a query can be keywords and have operators; what is longer is a text

_FIELDS = {
    "title": "title", "标题": "title", "题名": "title", "题目": "title",
    "author": "author", "作者": "author",
    "unit": "unit", "单位": "unit",
}  # fmt: skip
# Quotes are an operator where they stand alone; inside a sentence they only quote.
_QUOTED = r"[\"“”„«「『](?P<quoted>[^\"“”»」』]*)[\"“”»」』](?=$|[\s,，、;；。])"
_PREFIX = r"(?P<minus>(?<!\S)[-−–])?(?:(?P<field>[a-z]+|[\u4e00-\u9fff]{2}):\s*)?"
# Keywords are parted by a comma as well as by a blank: behind either stands the next thing asked for, or not asked for.
_BEHIND_A_COMMA = re.compile(rf"(?<=[,、;。])(?=[-−–][^\s\-]|(?:{'|'.join(_FIELDS)}):)")
_TERM = re.compile(rf"{_PREFIX}(?<![^\s,，、;；。:\-−–])(?:{_QUOTED}|(?P<plain>[^\s]+))")
_QUOTES = re.compile(rf"(?<![^\s,，、;；。:\-−–]){_QUOTED}")
_SEPARATORS = re.compile(r"[\s\"“”„«»「」『』,，、。;；:：!！?？|/\\()（）\[\]【】{}<>《》〈〉…—～~*^=+&%$#@`·•\-]+")

# The number of an official document, 国发[2016]58号: its year is bracketed by what is at hand, and parts nothing.
_NUMBER_OF_DOCUMENT = re.compile(r"(?<=[\u4e00-\u9fff])[(\[【{]((?:19|20)[0-9]{2})年?[)\]】}](?=第?[0-9]+号)")
# What stands between words written as one, not inside the bracket of a name.
_BREAKS = re.compile(r"[,、;。]+(?![^()]*\))")


@dataclass(frozen=True, slots=True)
class Part:
    """One thing asked for. `text` is folded; `field` is title, author, unit or None for anywhere.

    `of` is what the reader wrote as one word, where signs inside it part it: "村(社区)书记" is a name, and three parts.
    """

    text: str
    field: str | None = None
    quoted: bool = False
    excluded: bool = False
    of: str = ""


@dataclass(frozen=True, slots=True)
class ParsedQuery:
    """A query in the reader's sense. `runs` is what ranks: the folded text without what only asks."""

    text: str
    parts: tuple[Part, ...] = ()
    runs: tuple[str, ...] = ()
    question: bool = False
    told: bool = False  # in a sentence, asking or not
    truncated: bool = False
    pinyin: str | None = None

    @property
    def wanted(self) -> tuple[Part, ...]:
        return tuple(p for p in self.parts if not p.excluded)

    @property
    def excluded(self) -> tuple[Part, ...]:
        return tuple(p for p in self.parts if p.excluded)

    @property
    def exact(self) -> bool:
        """Whether all hits must contain all parts: keywords do, questions and sentences do not."""
        if any(p.quoted or p.field for p in self.wanted):
            return True
        # One word of letters is short to its reader: the pinyin of a title.
        short = sum(len(p.text) for p in self.wanted) <= _KEYWORDS or (len(self.wanted) == 1 and bool(self.pinyin))
        # A word such as 有没有 asks, but typed alone it is also a word that stands somewhere.
        return short and self._longest <= (_QUESTION_WORD if self.told else _KEYWORD)

    @property
    def brief(self) -> bool:
        """Whether what has all pieces of the parts, in any order, is what was meant by them."""
        return self.exact and self._longest <= _WORD

    @property
    def _longest(self) -> int:
        plain = [p.text for p in self.wanted if not p.quoted and not p.field]
        return max(map(len if self.told else length, plain), default=0)

    @property
    def empty(self) -> bool:
        return not self.parts


def parse(raw: str) -> ParsedQuery:
    """Understand a query of any length and content; never raises, never returns more than the caps allow."""
    text = fold(raw[:_RAW_LIMIT])
    truncated = len(raw) > _RAW_LIMIT or len(text) > MAX_CHARACTERS
    text = _NUMBER_OF_DOCUMENT.sub(r"〔\1〕", text[:MAX_CHARACTERS].strip())
    unquoted = _QUOTES.sub(" ", text)  # what is quoted is sought, and neither asks nor tells
    question = is_question(unquoted)
    told = question or is_sentence(unquoted)
    if len(text) > _KEYWORDS and told:
        kept = tuple(dict.fromkeys(map(Part, _texts(text))))[:_MAX_PROSE_PARTS]
    else:
        parts = [part for match in _TERM.finditer(_BEHIND_A_COMMA.sub(" ", text)) for part in _parts_of(match, told)]
        kept = tuple(dict.fromkeys(parts[:_MAX_PARTS]))
        truncated = truncated or len(parts) > _MAX_PARTS
    plain = [p.text for p in kept if not p.excluded and p.field in (None, "title")]
    runs = content_runs(" ".join(plain)) if told else plain
    return ParsedQuery(
        text=text,
        parts=kept,
        runs=tuple(runs),
        question=question,
        told=told,
        truncated=truncated,
        pinyin=pinyin.as_query(text),
    )


def _texts(text: str) -> list[str]:
    return [t for t in _SEPARATORS.split(text) if t and RUN.search(t)]


def _parts_of(match: re.Match[str], told: bool) -> list[Part]:
    field = _FIELDS.get(match["field"] or "")
    excluded = bool(match["minus"])
    if match["quoted"] is not None and told:  # a sentence quotes a name; only keywords use quotes as an operator
        return [Part(t, field, excluded=excluded) for t in _texts(match["quoted"])]
    if match["quoted"] is not None:
        text = match["quoted"].strip()
        if match["field"] and not field:
            return [Part(t, excluded=excluded) for t in (match["field"], text) if RUN.search(t)]
        return [Part(text, field, quoted=True, excluded=excluded)] if RUN.search(text) else []
    plain = match["plain"]
    if match["field"] and not field:
        plain = f"{match['field']} {plain}"
    if excluded:  # "-a,b" excludes what the reader wrote as one word
        text = " ".join(_texts(plain))
        return [Part(text, field, excluded=True)] if text else []
    return [part for written in _BREAKS.split(plain) for part in _parts_of_word(written, field)]


def _parts_of_word(written: str, field: str | None) -> list[Part]:
    texts = _texts(written)
    return [Part(text, field, of=written if len(texts) > 1 else "") for text in texts]
