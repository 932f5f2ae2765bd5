"""QR codes as small one-bit PNG files."""

from __future__ import annotations

import struct
import zlib
from functools import lru_cache
from hashlib import sha1

import segno

from caselib.word.model import ImageData

_SCALE = 10
_QUIET = 4


@lru_cache(maxsize=4096)
def qr_image(text: str) -> ImageData:
    """Return a QR code of ``text`` (an address, at most 1,000 characters) with its quiet zone, error level M.

    The mask is fixed: choosing the prettiest of eight takes most of the time and readers do not need it.
    """
    code = segno.make_qr(text[:1000], error="m", mask=4, boost_error=False)
    rows = [bytes(row) for row in code.matrix]
    data = _png(rows)
    side = (len(rows) + 2 * _QUIET) * _SCALE
    return ImageData(sha1(data, usedforsecurity=False).hexdigest(), data, "image/png", "qr.png", side, side)


def _png(rows: list[bytes]) -> bytes:
    side = (len(rows) + 2 * _QUIET) * _SCALE
    blank = b"\x00" + b"\xff" * ((side + 7) // 8)
    lines = [blank * (_QUIET * _SCALE)]
    for row in rows:
        bits = (
            "1" * (_QUIET * _SCALE)
            + "".join(("0" if module else "1") * _SCALE for module in row)
            + "1" * (_QUIET * _SCALE)
        )
        bits += "1" * (-len(bits) % 8)
        lines.append((b"\x00" + int(bits, 2).to_bytes(len(bits) // 8, "big")) * _SCALE)
    lines.append(blank * (_QUIET * _SCALE))
    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", header)
        + _chunk(b"IDAT", zlib.compress(b"".join(lines), 6))
        + _chunk(b"IEND", b"")
    )


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
