"""What a record is called, and which of its stretches a query may mean as such a name."""

from __future__ import annotations

import re
from collections.abc import Iterator

from search.analysis.questions import ASKING
from search.analysis.tokens import segments

_LONGEST = 40  # characters of a name; longer titles are called by what stands before their dash or bracket
_SPAN = 6  # words of a name looked for inside a query; the whole query may have more
_WORDS = 40  # of a query in which names are looked for; what has more is a text
_BESIDE = re.compile(r"[—–(（\[【:：]")  # what follows explains a title, or tells two of one name apart
_SIGNS = re.compile(r"[\W_]+")
_NO_EDGE = ASKING | frozenset("的 是 在 了".split())  # no name begins or ends with these inside a question


def names(title: str) -> list[str]:
    """Return what a record of this folded title is called: the title without signs, and what stands before its subtitle."""
    found = (_SIGNS.sub("", part) for part in (title, _BESIDE.split(title, maxsplit=1)[0]))
    return list(dict.fromkeys(name for name in found if 0 < len(name) <= _LONGEST))


def possible(text: str) -> list[str]:
    """Return the stretches of whole words of a folded query that may be names, and the query itself, without signs."""
    return list(dict.fromkeys(_stretches(text)))


def _stretches(text: str) -> Iterator[str]:
    whole = _SIGNS.sub("", text)
    if 0 < len(whole) <= _LONGEST:
        yield whole
    words = [word for word in segments(text) if word[0].isalnum()]
    if len(words) > _WORDS:
        return
    edges = [word not in _NO_EDGE for word in words]
    for start in range(len(words)):
        for end in range(start + 1, min(start + _SPAN, len(words)) + 1):
            if edges[start] and edges[end - 1]:
                yield "".join(words[start:end])
