"""Images of a document: stored once by content, measured from their header, never decoded."""

from __future__ import annotations

import hashlib
import io
import struct

from PIL import Image

from caselib.word.guard import LIMITS, UnreadableError
from caselib.word.model import ImageData, Picture
from caselib.word.reader.context import Context
from caselib.word.reader.package import Element

_EMU_PER_MM = 36_000
_TYPES = {
    "PNG": "image/png",
    "JPEG": "image/jpeg",
    "GIF": "image/gif",
    "BMP": "image/bmp",
    "TIFF": "image/tiff",
    "WEBP": "image/webp",
}
VECTOR_TYPES = ("image/x-emf", "image/x-wmf")


def measure(data: bytes) -> tuple[str, int, int]:
    """Return content type, width and height in pixels. An unknown format gives ("", 0, 0)."""
    if data[:4] == b"\x01\x00\x00\x00" and data[40:44] == b" EMF":
        left, top, right, bottom = struct.unpack_from("<4i", data, 8)
        return "image/x-emf", max(right - left, 0), max(bottom - top, 0)
    if data[:4] == b"\xd7\xcd\xc6\x9a" or data[:6] in (b"\x01\x00\x09\x00\x00\x03", b"\x02\x00\x09\x00\x00\x03"):
        return "image/x-wmf", 0, 0
    if data[:1000].lstrip()[:5] in (b"<?xml", b"<svg ") and b"<svg" in data[:2000]:
        return "image/svg+xml", 0, 0
    try:
        with Image.open(io.BytesIO(data), formats=list(_TYPES)) as image:
            return _TYPES[image.format or "PNG"], image.width, image.height
    except Image.DecompressionBombError:
        return "image/png", LIMITS.pixels, 2
    except Exception:
        return "", 0, 0


def store(context: Context, data: bytes, name: str) -> str:
    """Keep an image and return its key, or "" with a warning when it is refused."""
    content_type, width, height = measure(data)
    if not content_type:
        context.warn("image_unknown", name)
        return ""
    if width * height > LIMITS.pixels:
        context.warn("image_too_large", f"{name} {width}×{height}")
        return ""
    if content_type == "image/svg+xml":
        context.warn("image_vector", name)
        return ""
    if content_type in VECTOR_TYPES:
        context.warn("image_vector", name)
    key = hashlib.sha1(data, usedforsecurity=False).hexdigest()
    context.images.setdefault(key, ImageData(key, data, content_type, name.rsplit("/", 1)[-1], width, height))
    return key


def linked_picture(
    context: Context, key: str | None, *, alt: str = "", size: tuple[float, float] = (0.0, 0.0)
) -> Picture | None:
    """Return the picture behind relationship ``key``; warnings say why there is none.

    Raises UnreadableError when the document holds more pictures than the limit.
    """
    link = context.links.get(key or "")
    context.pictures += 1
    if context.pictures > LIMITS.images:
        raise UnreadableError("too_many_images", str(LIMITS.images))
    if link is None:
        context.warn("image_missing", key or "")
        return None
    if link.external:
        context.warn("image_external", link.target)
        return None
    if not context.package.has(link.target):
        context.warn("image_missing", link.target)
        return None
    try:
        data = context.package.read(link.target)
    except UnreadableError as error:
        context.warn("image_unknown", error.detail)
        return None
    stored = store(context, data, link.target)
    return Picture(stored, alt=alt, width_mm=size[0], height_mm=size[1]) if stored else None


def extent(element: Element | None) -> tuple[float, float]:
    """Return width and height in millimetres of a DrawingML extent, zero for nonsense."""
    if element is None:
        return 0.0, 0.0
    sides = []
    for side in ("cx", "cy"):
        text = element.get(side, "")
        number = int(text) if text.isascii() and text.isdigit() and len(text) < 11 else 0
        sides.append(round(min(number / _EMU_PER_MM, 2000.0), 2))
    return sides[0], sides[1]
