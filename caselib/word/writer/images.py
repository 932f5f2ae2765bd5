"""Images of a file: looked at without decoding them, stored once by sha1, replaced by a box when they are broken."""

from __future__ import annotations

import io
import struct
from dataclasses import dataclass, field

from PIL import Image, ImageOps

from caselib.word.model import ImageData

_SUFFIX = {"image/jpeg": "jpeg", "image/png": "png", "image/gif": "gif", "image/bmp": "bmp"}
_MAX_PIXELS = 80_000_000
# One transparent pixel: what stands for every image in the copy that is only laid out.
TINY = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010804000000b51c0c020000000b4944415478da6364f80f00010501012718e366"
    "0000000049454e44ae426082"
)


@dataclass(frozen=True, slots=True)
class Stored:
    """An image as it goes into the package. Sizes are pixels; ``suffix`` is the extension of its part."""

    key: str
    data: bytes
    suffix: str
    width: int
    height: int
    relation: str


@dataclass(slots=True)
class ImageStore:
    """The images of one package by sha1. ``thin`` keeps the sizes and drops the pictures."""

    thin: bool = False
    stored: dict[str, Stored] = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)

    def add(self, image: ImageData) -> Stored | None:
        """Return the stored image, or None for one that cannot be shown."""
        if image.key in self.stored:
            return self.stored[image.key]
        if image.key in self.broken:
            return None
        usable = usable_image(image.data)
        if usable is None:
            self.broken.add(image.key)
            return None
        data, suffix, width, height = usable
        if self.thin:
            data, suffix = TINY, "png"
        stored = Stored(image.key, data, suffix, width, height, f"rIdImage{len(self.stored) + 1}")
        self.stored[image.key] = stored
        return stored


def usable_image(data: bytes) -> tuple[bytes, str, int, int] | None:
    """Return (data, suffix, width, height) for Word, converted where Word cannot show the format, or None if broken.

    JPEG and PNG, nearly all there is, are judged by their headers and last bytes; a whole decode of a thousand
    photographs would cost more than writing the book.
    """
    if data[:3] == b"\xff\xd8\xff":
        size = _jpeg_size(data)
        if size and b"\xff\xd9" in data[-4096:] and not _turned(data):
            return data, "jpeg", *size
    elif data[:8] == b"\x89PNG\r\n\x1a\n" and len(data) > 45 and data[12:16] == b"IHDR":
        width, height = struct.unpack(">II", data[16:24])
        if width and height and b"IEND" in data[-64:]:
            return data, "png", width, height
    return _through_pillow(data)


def _jpeg_size(data: bytes) -> tuple[int, int] | None:
    at = 2
    while at + 9 < len(data):
        if data[at] != 0xFF:
            return None
        marker = data[at + 1]
        if marker == 0xFF:
            at += 1
        elif 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", data[at + 5 : at + 9])
            return (width, height) if width and height else None
        elif marker == 0x01 or 0xD0 <= marker <= 0xD8:
            at += 2
        else:
            at += 2 + struct.unpack(">H", data[at + 2 : at + 4])[0]
    return None


def _turned(data: bytes) -> bool:
    """True when the camera noted that the picture lies on its side: Word and WPS disagree about that note."""
    if b"Exif\x00\x00" not in data[:4096]:
        return False
    try:
        with Image.open(io.BytesIO(data)) as image:
            return image.getexif().get(0x0112, 1) not in (0, 1)
    except Exception:
        return False


def _through_pillow(data: bytes) -> tuple[bytes, str, int, int] | None:
    try:
        with Image.open(io.BytesIO(data)) as image:
            if image.width * image.height > _MAX_PIXELS:
                return None
            kind = (image.format or "").lower()
            upright = ImageOps.exif_transpose(image)
            upright.load()
            if kind in ("gif", "bmp"):
                return data, kind, image.width, image.height
            out = io.BytesIO()
            if kind in ("jpeg", "mpo"):
                upright.convert("RGB").save(out, "JPEG", quality=90)
                return out.getvalue(), "jpeg", upright.width, upright.height
            upright.convert("RGBA" if "A" in upright.getbands() else "RGB").save(out, "PNG")
            return out.getvalue(), "png", upright.width, upright.height
    except Exception:
        return None


def fit(
    width_px: int, height_px: int, *, wanted_mm: tuple[float, float], room_mm: tuple[float, float]
) -> tuple[float, float]:
    """Return (width, height) in mm: the wanted size, or that at 200 dpi, scaled down to the room; never zero."""
    ratio = height_px / width_px if width_px else 1.0
    width = wanted_mm[0] if wanted_mm[0] > 1 else width_px * 25.4 / 200
    height = wanted_mm[1] if wanted_mm[0] > 1 and wanted_mm[1] > 1 else width * ratio
    scale = min(1.0, room_mm[0] / width, room_mm[1] / height)
    return max(1.0, width * scale), max(1.0, height * scale)
