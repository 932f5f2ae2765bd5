"""Takes out of pictures and films what a camera writes beside them: the place, its owner, the camera's number.

The picture itself is not touched, nor its colours (ICC) and which side is up. Renditions carry on what stands in the original.
In a film such boxes become free space of the same length, since everything else is found by its distance from the beginning.
"""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterator
from typing import IO

from PIL import Image

_ORIENTATION = 0x0112
_EXIF = b"Exif\x00\x00"
# Markers of JPEG: without a length of their own; those that carry applications' data; those of them that a picture needs.
_BARE = {0x01, *range(0xD0, 0xD8)}
_SCAN, _END, _COMMENT = 0xDA, 0xD9, 0xFE
_APPLICATIONS = range(0xE0, 0xF0)
_NEEDED = {0xE0: b"JFIF\x00", 0xE2: b"ICC_PROFILE\x00", 0xEE: b"Adobe"}
_PNG = b"\x89PNG\r\n\x1a\n"
_PNG_SAID = {b"tEXt", b"zTXt", b"iTXt", b"eXIf", b"tIME"}
_GIF_END, _GIF_PICTURE, _GIF_SAYS = 0x3B, 0x2C, 0x21
_GIF_SAID = {0xFE, 0xFF}  # a comment, something of an application
_GIF_NEEDED = {b"NETSCAPE2.0", b"ANIMEXTS1.0", b"ICCRGBG1012"}
_WEBP_SAID = {b"EXIF", b"XMP "}
_WEBP_SAYS = 0b0000_1100  # the flags of these two in the head of an extended file


def without_metadata(data: bytes) -> bytes:
    """Return the picture without what is said about it; ``data`` itself if it is no JPEG, PNG, WebP or GIF that can be taken apart."""
    try:
        if data.startswith(b"\xff\xd8"):
            return _jpeg(data)
        if data.startswith(_PNG):
            return _png(data)
        if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
            return _webp(data)
        if data[:6] in (b"GIF87a", b"GIF89a"):
            return _gif(data)
    except (ValueError, IndexError, OSError, SyntaxError, Image.DecompressionBombError):
        pass
    return data


def _turned(data: bytes) -> bytes:
    """Return EXIF that says nothing but which side is up, empty if that is the usual one."""
    with Image.open(io.BytesIO(data)) as picture:
        side = picture.getexif().get(_ORIENTATION, 1)
    if side not in range(2, 9):
        return b""
    said = Image.Exif()
    said[_ORIENTATION] = side
    return _EXIF + said.tobytes().removeprefix(_EXIF)


def _jpeg(data: bytes) -> bytes:
    said = _turned(data)
    kept = [b"\xff\xd8"]
    for marker, part in _segments(data):
        if said and marker != 0xE0:
            kept.append(b"\xff\xe1" + (len(said) + 2).to_bytes(2, "big") + said)
            said = b""
        needed = _NEEDED.get(marker)
        if marker != _COMMENT and (marker not in _APPLICATIONS or (needed and part[4:].startswith(needed))):
            kept.append(part)
    return b"".join(kept)


def _segments(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield marker and bytes of each segment up to the end of the picture: what follows is another one, or a maker's own.

    Raises ValueError or IndexError for what cannot be followed.
    """
    at = 2
    while True:
        start = at
        if data[at] != 0xFF:
            raise ValueError
        while data[at] == 0xFF:
            at += 1
        marker = data[at]
        at += 1
        if marker == _END:
            yield marker, b"\xff\xd9"
            return
        if marker not in _BARE:
            length = int.from_bytes(data[at : at + 2], "big")
            if length < 2 or at + length > len(data):
                raise ValueError
            at += length
        if marker == _SCAN:
            at = _behind_scan(data, at)
        yield marker, data[start:at]


def _behind_scan(data: bytes, at: int) -> int:
    """Return where the next segment begins; in the picture's own data 255 is followed by zero or a mark of restart."""
    while True:
        at = data.index(b"\xff", at)
        if data[at + 1] == 0 or data[at + 1] in _BARE:
            at += 2
        elif data[at + 1] == 0xFF:
            at += 1
        else:
            return at


def _png(data: bytes) -> bytes:
    said = _turned(data).removeprefix(_EXIF)
    kept = [_PNG]
    at = len(_PNG)
    while True:
        length, kind = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8]
        end = at + 12 + length
        if len(kind) < 4 or end > len(data):
            raise ValueError
        if kind == b"IDAT" and said:
            chunk = b"eXIf" + said
            kept += [len(said).to_bytes(4, "big"), chunk, zlib.crc32(chunk).to_bytes(4, "big")]
            said = b""
        if kind not in _PNG_SAID:
            kept.append(data[at:end])
        at = end
        if kind == b"IEND":
            return b"".join(kept)


def _webp(data: bytes) -> bytes:
    said = _turned(data).removeprefix(_EXIF)
    kept: list[bytes] = []
    at, end = 12, min(len(data), 8 + int.from_bytes(data[4:8], "little"))
    while at + 8 <= end:
        kind, length = data[at : at + 4], int.from_bytes(data[at + 4 : at + 8], "little")
        part = data[at : at + 8 + length + length % 2]
        if kind == b"VP8X":
            flags = part[8] & ~_WEBP_SAYS | (0b1000 if said else 0)
            part = part[:8] + bytes([flags]) + part[9:]
        if kind not in _WEBP_SAID:
            kept.append(part)
        at += 8 + length + length % 2
    if said:
        kept.append(b"EXIF" + len(said).to_bytes(4, "little") + said + b"\x00" * (len(said) % 2))
    body = b"WEBP" + b"".join(kept)
    return b"RIFF" + len(body).to_bytes(4, "little") + body


def _gif(data: bytes) -> bytes:
    """Comments and what applications add go, but for how often a moving picture is shown again and its colours."""
    at = 13 + _colours(data[10])
    kept = [data[:at]]
    while data[at] != _GIF_END:
        start = at
        at += 2
        if data[start] == _GIF_PICTURE:
            at = start + 10
            at += _colours(data[at - 1]) + 1
        elif data[start] != _GIF_SAYS:
            raise ValueError
        while data[at]:
            at += 1 + data[at]
        at += 1
        said = data[start] == _GIF_SAYS and data[start + 1] in _GIF_SAID
        if not said or (data[start + 1] == 0xFF and data[start + 3 : start + 14] in _GIF_NEEDED):
            kept.append(data[start:at])
    return b"".join(kept) + bytes([_GIF_END])


def _colours(flags: int) -> int:
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


# Boxes of MP4 (ISO/IEC 14496-12): those that hold others we look into, those that say something, and Adobe's XMP.
_HOLDING, _SAYING = {b"moov", b"trak"}, {b"udta", b"meta"}
_XMP = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")
_LARGEST_SAYING = 32 * 1024 * 1024


def film_blanks(file: IO[bytes], size: int) -> list[tuple[int, bytes]]:
    """Return where in an MP4 or WebM of ``size`` bytes something is said about it, and what to write there; none for other files."""
    file.seek(0)
    head = file.read(8)
    if head.startswith(_EBML):
        return list(_tags(file, 0, size))
    return list(_blanks(file, 0, size)) if head[4:] == b"ftyp" else []


def _blanks(file: IO[bytes], at: int, end: int, depth: int = 0) -> Iterator[tuple[int, bytes]]:
    while at + 8 <= end:
        file.seek(at)
        head = file.read(32)
        length, kind, begin = int.from_bytes(head[:4], "big"), head[4:8], 8
        if length == 1:
            length, begin = int.from_bytes(head[8:16], "big"), 16
        elif length == 0:
            length = end - at
        if length < begin or at + length > end:
            return
        if kind in _HOLDING and depth < 2:
            yield from _blanks(file, at + begin, at + length, depth + 1)
        elif (kind in _SAYING or (kind == b"uuid" and head[begin : begin + 16] == _XMP)) and length <= _LARGEST_SAYING:
            yield at + 4, b"free" + head[8:begin] + b"\x00" * (length - begin)
        at += length


def with_blanks(data: bytes, at: int, blanks: list[tuple[int, bytes]]) -> bytes:
    """Return ``data``, which stands at ``at`` in a film, with what ``blanks`` write there."""
    changed = bytearray(data)
    for place, written in blanks:
        start, end = max(place, at), min(place + len(written), at + len(data))
        if start < end:
            changed[start - at : end - at] = written[start - place : end - place]
    return bytes(changed)


# Elements of WebM (RFC 8794, RFC 9559): the head of the file, what holds the others, what is said about it, and free space.
_EBML, _SEGMENT, _TAGS, _VOID = b"\x1a\x45\xdf\xa3", b"\x18\x53\x80\x67", b"\x12\x54\xc3\x67", b"\xec"
_SHORTEST_TAGS = 9  # free space says its length in eight bytes


def _tags(file: IO[bytes], at: int, end: int) -> Iterator[tuple[int, bytes]]:
    while at < end:
        file.seek(at)
        head = file.read(12)
        name = _number(head)
        size = _number(head[len(name) :])
        if not name or not size:
            return
        begin = len(name) + len(size)
        length = int.from_bytes(size, "big") & ((1 << 7 * len(size)) - 1)
        if length == (1 << 7 * len(size)) - 1:  # not known when it was written: a segment reaches to the end
            length = end - at - begin
        if name == _SEGMENT:
            yield from _tags(file, at + begin, min(at + begin + length, end))
        elif name == _TAGS and _SHORTEST_TAGS <= begin + length <= min(_LARGEST_SAYING, end - at):
            free = begin + length - _SHORTEST_TAGS
            yield at, _VOID + b"\x01" + free.to_bytes(7, "big") + b"\x00" * free
        at += begin + length


def _number(data: bytes) -> bytes:
    """Return the bytes of the number of variable length that ``data`` begins with, none where it begins with no such number."""
    length = 9 - data[0].bit_length() if data else 9
    return data[:length] if length <= min(8, len(data)) else b""
