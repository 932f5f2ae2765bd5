"""The forms a name can take in a text: other characters, pinyin, and what people call a unit for short."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import product

# What a unit's name may begin with and end in; between them stands the place that gives it away.
_HEAD = re.compile(r"^(中国共产党|中共)")
_TAIL = (
    "委员会党校", "市委党校", "县委党校", "区委党校", "州委党校", "旗委党校", "省委党校", "委党校", "党校", "行政学院", "干部学院",
    "干部学校", "社会主义学院", "纪律检查委员会", "纪检监察委员会", "监察委员会", "纪委监委", "纪委", "监委", "委员会", "人民政府",
)  # fmt: skip
_STEPS = "省市县区州旗镇乡盟"
# What people call such a unit for short, by the kind of unit.
_SCHOOLS = ("委党校", "党校", "行政学院", "干部学院")
_DISCIPLINE = ("纪委", "监委", "纪委监委", "纪检监察委员会")
_COMMITTEE = ("委", "委员会")
_LATIN = re.compile(r"[A-Za-z]")
MOST_READINGS = 16


def spellings(name: str) -> set[str]:
    """Return ``name`` in simplified and in traditional characters, as written in the mainland, Taiwan and Hong Kong."""
    return {name, *(convert(name) for convert in _converters())}


@lru_cache(maxsize=1)
def _converters():  # type: ignore[no-untyped-def]
    from opencc import OpenCC

    return tuple(OpenCC(code).convert for code in ("t2s", "s2t", "s2tw", "s2hk"))


def of_person(name: str) -> set[str]:
    """Return the forms of a person's name: characters, pinyin in both orders, initials of the given name."""
    found = spellings(name)
    plain = re.sub(r"[\s·•]", "", name)
    if 2 <= len(plain) <= 4 and not _LATIN.search(plain):
        found |= set(_pinyin(plain))
    return found


def _pinyin(name: str) -> Iterator[str]:
    """Yield pinyin without tone marks, family name first and last; a name of two syllables runs together or apart."""
    from pypinyin import Style, pinyin

    readings = pinyin(name, style=Style.NORMAL, heteronym=True, errors="ignore")
    if len(readings) != len(name):
        return
    family = 2 if len(name) == 4 else 1
    for syllables in list(product(*readings))[:MOST_READINGS]:
        first, given = "".join(syllables[:family]), "".join(syllables[family:])
        for order in (f"{first}{given}", f"{given}{first}"):
            yield order
            # Where both accents are written the vowel is ü; people also type v or u.
            if "v" in order:
                yield order.replace("v", "ü")
                yield order.replace("v", "u")


def of_unit(name: str) -> set[str]:
    """Return the forms of a unit's name in every spelling, the place it belongs to with its rank among them."""
    return {spelling for form in unit_forms(name) | {place_of(name)} - {""} for spelling in spellings(form)}


def unit_forms(name: str) -> set[str]:
    """Return what a unit is called: its name, without 中共, and short (澜溪党校 for 中共澜溪县委党校)."""
    plain = _HEAD.sub("", re.sub(r"\s", "", name))
    found = {name, plain}
    place = place_of(plain)
    if place:
        stem, tails = place[:-1], _short_tails(plain)
        found |= {f"{place}{tail}" for tail in tails}
        if len(stem) >= 2:
            found |= {f"{stem}{tail}" for tail in tails if len(tail) > 1}
    return found - {""}


def _short_tails(name: str) -> tuple[str, ...]:
    if any(word in name for word in ("纪", "监委")):
        return _DISCIPLINE
    if any(word in name for word in ("党校", "学院", "干部学校")):
        return _SCHOOLS
    return _COMMITTEE


def place_of(name: str) -> str:
    """Return the place a unit's name begins with, its rank included, or an empty text."""
    plain = _HEAD.sub("", name)
    for tail in _TAIL:
        if plain.endswith(tail) and len(plain) > len(tail):
            rest = plain[: -len(tail)]
            rank = tail[0] if tail[0] in _STEPS else ""
            whole = rest + rank
            if whole and whole[-1] in _STEPS and 3 <= len(whole) <= 8:
                return whole
            if len(rest) >= 3 and rest[-1] in _STEPS:
                return rest
    return ""


def stem_of(name: str) -> str:
    """Return the bare place of a unit (澜溪). It may be an everyday word, so nothing is masked by it unasked."""
    place = place_of(re.sub(r"\s", "", name))
    return place[:-1] if len(place) >= 3 else ""


def given_of(name: str) -> str:
    """Return the given name of a Chinese name of three characters or more (晚晴), by which texts call a person too.

    It may be an everyday word, so nothing is masked by it unasked.
    """
    plain = re.sub(r"[\s·•]", "", name)
    return plain[-2:] if 3 <= len(plain) <= 4 and not _LATIN.search(plain) else ""


# How texts speak of a person without the given name. Who does so of an author in the own text is easily known.
_TITLES = (
    "老师|教授|讲师|主讲|同志|书记|主任|校长|院长|局长|处长|科长|部长|委员|所长|站长|镇长|乡长|县长|区长|市长|队长"
)


def addressed(name: str, text: str) -> list[str]:
    """Return the ways in which ``text`` speaks of ``name`` by family name and title (沈老师), each once, in order.

    Somebody else may be meant, so nothing is masked by it unasked.
    """
    plain = re.sub(r"[\s·•]", "", name)
    if not 2 <= len(plain) <= 4 or _LATIN.search(plain):
        return []
    family = plain[:2] if len(plain) == 4 else plain[:1]
    return list(dict.fromkeys(re.findall(f"{family}(?:{_TITLES})", text)))
