"""One spelling for text and queries: NFKC, traditional to simplified, lower case, controls removed."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from itertools import accumulate
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from opencc import OpenCC

# Control, surrogate and format characters (bidi marks, zero-width joiners, NUL) never carry meaning here, nor do variation
# selectors, by which Word files choose among the shapes of a character: they would part the word it stands in.
_DROPPED = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff"
    "\ud800-\udfff\U000e0100-\U000e01ef]"
)
# A character with the marks that stand behind it and become one with it.
MARKS = "\u0300-\u036f\u3099\u309a\uff9e\uff9f"
_COMPOSED = re.compile(f"(?s).[{MARKS}]*")
_MARKED = re.compile(f"[{MARKS}]")
# Characters whose traditional form OpenCC leaves alone because both forms are in use in Taiwan or Hong Kong, and the
# Japanese dot, which some keyboards write in names and which would be a letter of them.
_VARIANTS = dict(zip("裏峯羣麪綫臺衞敍枱簷顎・", "里峰群面线台卫叙台檐腭·", strict=True))
_TRANSLATED = str.maketrans(_VARIANTS)
# The signs of Chinese text that NFKC changes, and to what: without them most texts are normal already.
_SIGNS = dict(zip("，：；！？（）％～－／．\u3000", ",:;!?()%~-/. ", strict=True)) | {"…": "...", "℃": "°C"}
# Taiwan writes the particle 着 as 著, which in simplified text is left to a few words of its own.
_PARTICLE = re.compile(r"(?<![显名昭卓原编合专巨新旧大论拙遗土译所共])著(?![名作述者称录论书撰文译有于《])")

_SHORT = 40  # characters: a name, a term, a title


@lru_cache(maxsize=1)
def _converter() -> OpenCC:
    from opencc import OpenCC

    return OpenCC("t2s")


def clean(text: str) -> str:
    """Return text without control characters, lone surrogates and invisible marks; length may shrink."""
    return _DROPPED.sub("", text)


def fold(text: str) -> str:
    """Return the spelling under which text is indexed and searched. Idempotent; length may change."""
    text = clean(text)
    if not text.isascii():
        # Each step costs more than looking whether the text has anything of the kind.
        for sign, plain in _SIGNS.items():
            text = text.replace(sign, plain)
        text = unicodedata.normalize("NFKC", text)
        for variant, usual in _VARIANTS.items():
            if variant in text:
                text = text.replace(variant, usual)
        text = _converter().convert(text)
        if "著" in text:
            text = _PARTICLE.sub("着", text)
    return text.lower()


def fold_with_offsets(text: str) -> tuple[str, Sequence[int]]:
    """Fold text and say where each folded character came from.

    Returns the folded text and, for each of its characters, the offset of the original character it stems from. Slower
    than `fold`: meant for the passages of one result page. Names and terms come again in most of them.
    """
    return _short(text) if len(text) <= _SHORT else _folded(text)


def _folded(text: str) -> tuple[str, Sequence[int]]:
    written: Sequence[str] = _COMPOSED.findall(text) if _MARKED.search(text) else text
    pieces = list(map(_piece, written))
    joined = "".join(pieces)
    origins: Sequence[int] = range(len(text))
    if len(joined) != len(text) or "" in pieces or len(written) != len(text):
        starts = accumulate(map(len, written), initial=0)
        origins = tuple(offset for offset, piece in zip(starts, pieces, strict=False) for _part in piece)
    converted = _PARTICLE.sub("着", _converter().convert(joined.translate(_TRANSLATED)))
    if len(converted) != len(joined):  # a phrase rule changed the length: convert one by one, which never does
        converted = "".join(_single(character) for character in joined)
    lowered = converted.lower()
    if len(lowered) != len(converted):
        lowered = "".join(c.lower() if len(c.lower()) == 1 else c for c in converted)
    return lowered, origins


_short = lru_cache(maxsize=4096)(_folded)


@lru_cache(maxsize=16_384)
def _piece(character: str) -> str:
    return unicodedata.normalize("NFKC", _DROPPED.sub("", character))


def _single(character: str) -> str:
    converted = _converter().convert(character)
    return converted if len(converted) == 1 else character
