"""Full and initial pinyin of titles and names, so that a Latin keyboard finds Chinese."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from itertools import islice, product
from typing import Any

from search.analysis.tokens import RUN, is_han, word_starts

_TONES = re.compile("[\u0300-\u036f]")
_LATIN_QUERY = re.compile(r"(?=.*[a-z])(?:[a-z0-9' ’]|[\u3400-\u9fff]){2,400}")
KEY, _INITIALS = 64, 32  # letters of a key: nobody types more
_HALF_DONE = 40  # characters of what may be spelt in part: a name, a title
# What characters are called as surnames, which the library reads as words.
_SURNAMES = dict(
    pair.split(":")
    for pair in (
        "曾:zeng 单:shan 仇:qiu 解:xie 查:zha 区:ou 朴:piao 盖:ge 缪:miao 翟:zhai 种:chong 员:yun 折:she 覃:qin 乐:yue 黑:he "
        "召:shao 洗:xian 卜:bu 秘:bi 祭:zhai 郇:xun 隗:wei 牟:mu 句:gou 能:nai 佴:nai 繁:po 乜:nie 郄:qie 谌:chen 褚:chu 重:chong "
        "都:du 车:che 任:ren 宁:ning 应:ying 尉:wei 葛:ge 柏:bai 石:shi 沈:shen 盛:sheng 纪:ji 燕:yan 强:qiang 冼:xian 臧:zang"
    ).split()
)
_TWO_CHARACTERS = frozenset(
    "尉迟 万俟 单于 长孙 澹台".split()
)  # surnames the library knows, of which the first is none
# What characters of given names are called as well.
_GIVEN = dict(
    pair.split(":")
    for pair in (
        "长:chang 朝:chao 重:chong 乐:yue 茜:xi 行:hang 晟:cheng 澄:deng 参:shen 传:zhuan 奇:ji 柏:bo 娜:nuo 曾:zeng 单:shan"
    ).split()
)
_SPELLINGS = 8  # of one name
_SUFFIXES = 8  # a title can be entered at the start of any of its first words


def spell(folded: str) -> tuple[str, str]:
    """Return (full, initials) of a folded text: "党风" gives ("dangfeng", "df"); Latin and digits are kept."""
    return _joined([syllable for _, syllable in _syllables(folded)])


def keys(folded: str) -> list[str]:
    """Return the pinyin keys under which a title or name is found by prefix, from each of its first words on."""
    out: dict[str, None] = {}
    for full, initials in spell_from(folded, word_starts(folded)[:_SUFFIXES]):
        if full:
            out[full[:KEY]] = None
            out[initials[:_INITIALS]] = None
    return list(out)


def spellings(name: str) -> list[tuple[str, str]]:
    """Return (full, initials) of a folded name in each way it may be called, what its surname is called first.

    曾国藩 is zengguofan, and is found as cengguofan by those who do not know.
    """
    syllables = _syllables(name)
    if [offset for offset, _ in syllables] != list(range(len(name))):  # not of Han characters only
        return [_joined([syllable for _, syllable in syllables])]
    readings = [dict.fromkeys(_readings(name, offset, syllable)) for offset, syllable in syllables]
    return list(dict.fromkeys(map(_joined, map(list, islice(product(*readings), _SPELLINGS)))))


def _readings(name: str, offset: int, usual: str) -> tuple[str, ...]:
    if offset:
        return usual, _GIVEN.get(name[offset], usual)
    return (usual,) if name[:2] in _TWO_CHARACTERS else (_SURNAMES.get(name[0], usual), usual)


def spell_from(folded: str, starts: Iterable[int]) -> list[tuple[str, str]]:
    """Return (full, initials) of the text from each of the offsets on; the text is spelt only once."""
    syllables = _syllables(folded)
    return [_joined([s for offset, s in syllables if offset >= start]) for start in starts]


def _joined(syllables: list[str]) -> tuple[str, str]:
    return "".join(syllables), "".join(s if s.isdigit() else s[0] for s in syllables)


@lru_cache(maxsize=256)
def _syllables(folded: str) -> tuple[tuple[int, str], ...]:
    """(offset, syllable) of each Han character that has one, and of each Latin or digit run."""
    from pypinyin.seg.simpleseg import seg

    found: list[tuple[int, str]] = []
    for run in RUN.finditer(folded):
        if is_han(run.group()):
            # A character without a reading gives an empty syllable, so that places stay in step.
            spelt = [syllable for word in seg(run.group()) for syllable in _spelt(word)]
            found.extend((run.start() + i, s) for i, s in enumerate(spelt) if s)
        else:
            found.append((run.start(), run.group()))
    return tuple(found)


@lru_cache(maxsize=32_768)
def _spelt(word: str) -> tuple[str, ...]:
    """The syllables of one word: the library finds the words of a text fast and spells them slowly."""
    from pypinyin import Style, lazy_pinyin

    return tuple(lazy_pinyin(word, style=Style.NORMAL, errors=_unread))


def _unread(characters: str) -> Any:
    """An empty syllable for each character without a reading; pypinyin takes a list, though its types say text."""
    return [""] * len(characters)


def as_query(folded: str) -> str | None:
    """Return the query as a pinyin key, or None when nothing in it is written in Latin letters, or too much in signs.

    Tones are left out, numbers stay, characters among the letters are spelt: 廉zheng is what a keyboard leaves half done.
    """
    plain = _TONES.sub("", unicodedata.normalize("NFD", folded).replace("u\u0308", "v"))
    if not _LATIN_QUERY.fullmatch(plain):
        return None
    letters = plain.translate({ord(sign): None for sign in "' ’"})
    if letters.isascii():
        return letters[:KEY] or None
    return spell(letters)[0][:KEY] if len(letters) <= _HALF_DONE else None
