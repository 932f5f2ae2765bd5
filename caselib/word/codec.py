"""The document model as plain JSON data and back; image bytes travel beside it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import MISSING, fields
from typing import Any

from caselib.word import model
from caselib.word.model import Block

_CLASSES: dict[str, Any] = {
    cls.__name__: cls
    for cls in (
        model.Run,
        model.Place,
        model.Heading,
        model.Paragraph,
        model.Cell,
        model.Table,
        model.Picture,
        model.Note,
        model.Comment,
        model.Warning,
    )
}


def encode(value: Any) -> Any:
    """Return ``value`` (model objects, tuples, mappings, plain values) as JSON data; defaults are left out."""
    name = type(value).__name__
    if _CLASSES.get(name) is type(value):
        data: dict[str, Any] = {"_": name}
        for item in fields(value):
            content = getattr(value, item.name)
            if item.default is MISSING or content != item.default:
                data[item.name] = encode(content)
        return data
    if isinstance(value, Mapping):
        return {str(key): encode(content) for key, content in value.items()}
    if isinstance(value, list | tuple):
        return [encode(content) for content in value]
    return value


def decode(data: Any) -> Any:
    """Return what ``encode`` was given, sequences as tuples. Raises ValueError for data that is not ours."""
    if isinstance(data, list):
        return tuple(decode(content) for content in data)
    if not isinstance(data, Mapping):
        return data
    name = data.get("_")
    if name is None:
        return {key: decode(content) for key, content in data.items()}
    cls = _CLASSES.get(name)
    if cls is None:
        raise ValueError(name)
    known = {item.name for item in fields(cls)}
    try:
        return cls(**{key: decode(content) for key, content in data.items() if key in known})
    except TypeError as error:
        raise ValueError(str(error)) from error


def encode_blocks(blocks: Iterable[Block]) -> list[Any]:
    """Return blocks as JSON data."""
    return [encode(block) for block in blocks]


def decode_blocks(data: Iterable[Any]) -> tuple[Block, ...]:
    """Return the blocks in JSON data made by ``encode_blocks``."""
    return tuple(decode(item) for item in data)
