"""Knows a paper of test questions: its parts begin anew as cases do, its choices and answers are no titles."""

from __future__ import annotations

import re
from collections.abc import Sequence

from caselib.ingest.titling import text_of
from caselib.word.model import Block, Heading, Paragraph

_FEWEST = 12
_SHARE = 3  # of so many lines one at least
_MARK = re.compile(
    r"^[•·●○]?\s*[A-H]\s*(?:[、.．:：)）]|$)|【[^】]{0,4}题】|^[【\[]?\s*(?:我的|正确|参考|标准)?答案\s*[】\]]?\s*[:：]"
    r"|[（(]\s*[A-H√×✓]{0,5}\s*[）)]\s*[。.？?]?$|[（(](?:单|多)选(?:题)?[）)]$|[（(]\s*\d{1,3}\s*分\s*[）)]$"
)


def is_of_test(text: str) -> bool:
    """True for a question with empty brackets or its marks, for a choice and an answer: A、…, 【单选题】…, 我的答案：B."""
    return bool(_MARK.search(text))


def is_paper(blocks: Sequence[Block]) -> bool:
    """True when a third of the lines of a text, and a dozen at least, are questions, choices or answers of a test."""
    texts = [text for block in blocks if isinstance(block, Heading | Paragraph) and (text := text_of(block))]
    marks = sum(map(is_of_test, texts))
    return marks >= _FEWEST and marks * _SHARE >= len(texts)
