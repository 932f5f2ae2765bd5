"""Numbers of figures and tables: what a caption is called, and which mentions in the text lead to it."""

from __future__ import annotations

import re
from collections.abc import Iterable

from caselib.word.model import Block, Picture, Table

_LABELLED = re.compile(
    r"^\s*(图|表|附图|附表)\s*([0-9]{1,3}(?:[-—.．][0-9]{1,3})?|[一二三四五六七八九十]{1,3})[\s:：.、．]*"
)
# A mention stands alone or behind a word that leads to it. 代表2名, 发表3篇 and 附图3张 mention nothing: a figure taken for a
# number of ours would be printed as another one.
_LEADS_TO = "见如由从据在与和及或至到参看以按照的对将把是即为同阅下上示自比用于中例文本案述合过依录附读"
MENTION = re.compile(
    rf"(?<![^\W_{_LEADS_TO}])(图|表)\s?([0-9]{{1,3}}(?:[-—.．][0-9]{{1,3}})?)(?!\s?[0-9年月日%％个名位篇份张幅])"
)

# (label, number as the author wrote it) to (bookmark, text as printed)
Captions = dict[tuple[str, str], tuple[str, str]]


def bare(caption: str) -> str:
    """Return ``caption`` without the label and number the author gave it."""
    return _LABELLED.sub("", caption)


def anchor(prefix: str, label: str, number: int) -> str:
    """Return the bookmark of figure or table ``number`` of the chapter with ``prefix``."""
    return f"_Ref{prefix}{'f' if label == '图' else 't'}{number}"


def captions_of(blocks: Iterable[Block], prefix: str) -> Captions:
    """Return what the text of ``blocks`` may mention. Where two captions bear one number, the first is meant."""
    found: Captions = {}
    counts = {"图": 0, "表": 0}
    for block in blocks:
        if isinstance(block, Table | Picture) and block.caption:
            label = "表" if isinstance(block, Table) else "图"
            counts[label] += 1
            own = _LABELLED.match(block.caption)
            key = (label, own.group(2) if own else str(counts[label]))
            found.setdefault(key, (anchor(prefix, label, counts[label]), f"{label}{counts[label]}"))
    return found
