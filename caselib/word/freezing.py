"""A book as JSON and back, so that what was frozen no longer depends on anything but itself."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Mapping
from typing import Any

from caselib.word import book as books
from caselib.word import model

_KINDS: dict[str, type] = {
    kind.__name__: kind
    for kind in (
        books.Book,
        books.Cover,
        books.Part,
        books.Chapter,
        books.Matter,
        books.Index,
        books.IndexEntry,
        model.Document,
        model.Heading,
        model.Paragraph,
        model.Run,
        model.Table,
        model.Cell,
        model.Picture,
        model.Note,
        model.Comment,
        model.Place,
        model.Warning,
    )
}


class FrozenDataError(ValueError):
    """Frozen data that is damaged or was written by a later version."""


def dump(book: books.Book) -> tuple[str, dict[str, model.ImageData]]:
    """Return ``book`` as JSON with sorted keys, and its images by sha1, which stand beside it. Equal books, equal text."""
    images: dict[str, model.ImageData] = {}

    def plain(value: Any) -> Any:
        if isinstance(value, model.ImageData):
            images[value.key] = value
            return {
                "_": "ImageData",
                "key": value.key,
                "content_type": value.content_type,
                "name": value.name,
                "width_px": value.width_px,
                "height_px": value.height_px,
            }
        if dataclasses.is_dataclass(value) and not isinstance(value, type):
            fields = {}
            for field in dataclasses.fields(value):
                item = getattr(value, field.name)
                if field.default is dataclasses.MISSING or item != field.default:
                    fields[field.name] = plain(item)
            return {"_": type(value).__name__, **fields}
        if isinstance(value, Mapping):
            return {"_": "map", "items": [[key, plain(item)] for key, item in sorted(value.items())]}
        if isinstance(value, tuple | list):
            return [plain(item) for item in value]
        if isinstance(value, str):
            # A lone surrogate cannot be stored as UTF-8, and would not be printed either.
            return value.encode("utf-8", "ignore").decode("utf-8")
        return value

    return json.dumps(plain(book), ensure_ascii=False, sort_keys=True, separators=(",", ":")), images


def load(text: str, image: Callable[[str], bytes]) -> books.Book:
    """Return the book in ``text``; ``image`` gives the bytes of an image by sha1. Raises FrozenDataError."""

    def build(value: Any) -> Any:
        if isinstance(value, list):
            return tuple(build(item) for item in value)
        if not isinstance(value, dict):
            return value
        name = value.get("_")
        if name == "map":
            return {key: build(item) for key, item in value["items"]}
        fields = {key: build(item) for key, item in value.items() if key != "_"}
        if name == "ImageData":
            return model.ImageData(data=image(fields["key"]), **fields)
        return _KINDS[str(name)](**fields)

    try:
        book = build(json.loads(text))
    except (KeyError, TypeError, ValueError) as error:
        raise FrozenDataError(str(error)) from error
    if not isinstance(book, books.Book):
        raise FrozenDataError("not a book")
    return book
