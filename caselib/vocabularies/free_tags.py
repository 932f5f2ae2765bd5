"""Free tags as people type them: Chinese and Western marks between the words, quotation marks around one that has any.

Quotation marks within a tag are its own: “三资”管理.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from taggit.models import TagBase

from .quoting import with_own_quotes

MAX_LENGTH = 100
_END = r"(?=\s*(?:[,，、;；\n]|$)|\s+[“\"])"
_PART = re.compile(
    rf"\s*\"(?P<marked>[^\"]*)\"{_END}|\s*“(?P<quoted>[^“”]*)”{_END}"
    r"|(?P<plain>(?:“[^“”\n]*”|\"[^\"\n]*\"|[^,，、;；\n])+)"
)
_UNFIT = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")


def parse(text: str) -> list[str]:
    """Return the tags in ``text`` in the order of writing, each once; spaces stay within a tag."""
    found = (
        match["marked"] or match["quoted"] or with_own_quotes(match["plain"] or "")
        for match in _PART.finditer(text or "")
    )
    words = (" ".join(_UNFIT.sub(" ", part).split()) for part in found)
    return list(dict.fromkeys(word for word in words if word))


def join(tags: Iterable[TagBase]) -> str:
    """Return ``tags`` as one text that ``parse`` reads back."""
    return join_names(sorted(str(tag.name) for tag in tags))


def join_names(names: Iterable[str]) -> str:
    """Return the names of tags as one text that ``parse`` reads back, in their order."""
    return ", ".join(name if parse(name) == [name] else f'"{name}"' for name in names)
