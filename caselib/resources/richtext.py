"""Running text as its editor sends it, made fit to be kept: no broken characters, no links to what has no number.

The editor deletes half of an emoji at a time, and a sender may write anything. What is kept once is shown by the page,
the comparison, the printed file and the next edit form, and none of them could be written with it.
"""

from __future__ import annotations

import json
from bisect import bisect_left
from collections.abc import Mapping
from typing import Any

from wagtail.admin.rich_text import DraftailRichTextArea

from caselib.core.characters import UNFIT
from caselib.core.numbers import row_number


class RichTextArea(DraftailRichTextArea):  # type: ignore[misc]
    """Wagtail's editor; what comes from it is cleaned before it becomes text of the database."""

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> Any:
        sent = data.get(name)
        if isinstance(sent, str):
            data = {name: json.dumps(cleaned(json.loads(sent)))}
        return super().value_from_datadict(data, files, name)


def cleaned(content: Any) -> Any:
    """Return contentstate without unfit characters and without entities that lead to nothing that can be.

    Offsets of styles and entities follow the characters that went. Raises ValueError for what is no contentstate.
    """
    if content is None:
        return None
    if not isinstance(content, dict) or not isinstance(content.get("blocks"), list):
        raise ValueError("running text is an object with a list of blocks")
    named = content.get("entityMap") or {}
    entities = {key: _fit(entity) for key, entity in named.items() if _leads_somewhere(entity)}
    return {**content, "blocks": [_block(block, entities) for block in content["blocks"]], "entityMap": entities}


def _block(block: dict[str, Any], entities: Mapping[str, Any]) -> dict[str, Any]:
    text = block["text"]
    gone = [match.start() for match in UNFIT.finditer(text)]
    made = {**block, "text": UNFIT.sub("", text)}
    for kind in ("inlineStyleRanges", "entityRanges"):
        ranges = [
            found for found in block.get(kind) or [] if kind == "inlineStyleRanges" or str(found["key"]) in entities
        ]
        made[kind] = [_moved(found, gone) for found in ranges]
    return made


def _moved(found: dict[str, Any], gone: list[int]) -> dict[str, Any]:
    start, stop = found["offset"], found["offset"] + found["length"]
    before = bisect_left(gone, start)
    return {**found, "offset": start - before, "length": stop - start - (bisect_left(gone, stop) - before)}


def _leads_somewhere(entity: Any) -> bool:
    """Whether an entity is one, and names what it leads to by a number that a database can hold, if by a number."""
    if not isinstance(entity, dict) or not isinstance(entity.get("data"), dict):
        return False
    number = entity["data"].get("id")
    return number in (None, "") or row_number(str(number)) is not None


def _fit(value: Any) -> Any:
    """Return JSON ``value`` with its strings freed of unfit characters."""
    if isinstance(value, str):
        return UNFIT.sub("", value)
    if isinstance(value, dict):
        return {_fit(key): _fit(inner) for key, inner in value.items()}
    return [_fit(inner) for inner in value] if isinstance(value, list) else value
