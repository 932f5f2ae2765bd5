"""What a browser sends of the running text of a page: Wagtail's editor writes these fields by script, not in HTML."""

from __future__ import annotations

import json
from typing import Any

from wagtail import blocks
from wagtail.fields import StreamField
from wagtail.models import Page


def posted(page: Page) -> dict[str, str]:
    """Return the fields that an untouched edit form of ``page`` sends for its bodies."""
    streams = [field for field in page._meta.get_fields() if isinstance(field, StreamField)]
    sent: dict[str, str] = {}
    for field in streams:
        sent |= _block(field.stream_block, getattr(page, field.name), field.name)
    return sent


def rich_text(text: str, *, style_ranges: Any = (), entity_ranges: Any = (), entities: Any = None) -> str:
    """Return one paragraph as the editor sends it; a half of a character in ``text`` stays one."""
    block = {"key": "a", "text": text, "type": "unstyled", "depth": 0}
    block |= {"inlineStyleRanges": list(style_ranges), "entityRanges": list(entity_ranges)}
    return json.dumps({"blocks": [block], "entityMap": entities or {}})


def _block(block: Any, value: Any, prefix: str) -> dict[str, str]:
    if isinstance(block, blocks.BaseStreamBlock):
        return _rows([(child.block, child.value, child.id, child.block_type) for child in value], prefix)
    if isinstance(block, blocks.ListBlock):
        return _rows([(block.child_block, child.value, child.id, None) for child in value.bound_blocks], prefix)
    if isinstance(block, blocks.BaseStructBlock):
        sent: dict[str, str] = {}
        for name, child in block.child_blocks.items():
            sent |= _block(child, value.get(name), f"{prefix}-{name}")
        return sent
    if not hasattr(block, "field"):
        return {prefix: ""}
    value = block.field.widget.format_value(block.field.prepare_value(block.value_for_form(value)))
    value = value[0] if isinstance(value, list) and value else value
    value = value.get("id") if isinstance(value, dict) else value
    return {prefix: "" if value in (None, []) else str(value)}


def _rows(rows: list[tuple[Any, Any, str | None, str | None]], prefix: str) -> dict[str, str]:
    sent = {f"{prefix}-count": str(len(rows))}
    for number, (block, value, key, kind) in enumerate(rows):
        row = f"{prefix}-{number}"
        sent |= {f"{row}-deleted": "", f"{row}-order": str(number), f"{row}-id": key or ""}
        sent |= {f"{row}-type": kind} if kind else {}
        sent |= _block(block, value, f"{row}-value")
    return sent
