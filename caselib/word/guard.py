"""Looks at a file before anything is inflated or parsed: what it is, and whether it is safe to read.

Nothing here opens more of a package than its directory and the first bytes of its parts. All limits are checked
against what the package declares and again while a part is being inflated, because a directory can lie.
"""

from __future__ import annotations

import codecs
import contextlib
import io
import re
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

MIB = 1024 * 1024

Kind = Literal["docx", "legacy", "rtf", "html", "mhtml", "wordml", "flatopc", "text", "zip"]


class UnreadableError(Exception):
    """A file is refused. ``code`` is stable, ``detail`` is the part, number or name that the message quotes."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Limits:
    """What a manuscript may weigh. Sizes are bytes, ``pixels`` is per image."""

    file_bytes: int = 50 * MIB
    entries: int = 2_000
    inflated_bytes: int = 300 * MIB
    part_bytes: int = 64 * MIB
    ratio: int = 100
    ratio_floor: int = MIB
    paragraphs: int = 50_000
    cells: int = 100_000
    depth: int = 10
    images: int = 500
    pixels: int = 40_000_000


LIMITS = Limits()

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_FOREIGN = {
    b"%PDF": "pdf",
    b"MZ": "program",
    b"\x7fELF": "program",
    b"\x89PNG": "picture",
    b"\xff\xd8\xff": "picture",
    b"GIF8": "picture",
    b"BM": "picture",
    b"Rar!": "archive",
    b"7z\xbc\xaf": "archive",
    b"\x1f\x8b": "archive",
    b"BZh": "archive",
    b"\xfd7zXZ": "archive",
    b"SQLite format 3": "database",
    b"ID3": "sound",
    b"OggS": "sound",
    b"fLaC": "sound",
}
# What the document protection of offices writes in front of a file that left the office sealed.
_SEALED = (b"%TSD-Header", b"E-SafeNet")
_HTML = re.compile(
    rb"^\s*(<!--.*?-->\s*)*(<\?xml[^>]*>\s*)?(<!doctype\s+html|<html|<head|<body|<meta|<table|<div)", re.I | re.S
)
_WORDML = re.compile(rb"progid=\"Word\.Document\"|schemas\.microsoft\.com/office/word/2003/wordml")
_FLAT_OPC = re.compile(rb"<pkg:package|schemas\.microsoft\.com/office/2006/xmlPackage")
_XML = re.compile(rb"^\s*<\?xml[\s>]", re.I)
_DOCTYPE = re.compile(rb"<!\s*(DOCTYPE|ENTITY)", re.I)
_TEXT_NAMES = (".txt", ".md", ".markdown", ".text")
_HTML_NAMES = (".html", ".htm")


def sniff(data: bytes, name: str = "") -> Kind:
    """Return what ``data`` really is, whatever ``name`` says.

    Raises UnreadableError for an empty, oversized, encrypted or foreign file.
    """
    if not data:
        raise UnreadableError("empty_file")
    if len(data) > LIMITS.file_bytes:
        raise UnreadableError("too_large", f"{len(data) / MIB:.0f} MB")
    if data.startswith(OLE):
        return _sniff_ole(data)
    if data[:4] in _ZIP:
        return _sniff_zip(data)
    head = data[:4096]
    if any(mark in head[:32] for mark in _SEALED):
        raise UnreadableError("sealed")
    for magic, what in _FOREIGN.items():
        if head.startswith(magic):
            raise UnreadableError("not_a_manuscript", what)
    return _sniff_text(data, head, name.lower())


def _sniff_text(data: bytes, head: bytes, name: str) -> Kind:
    if not data.strip(b" \t\r\n\x00\xef\xbb\xbf\xff\xfe"):
        raise UnreadableError("empty_file")
    flat = head.replace(b"\x00", b"").removeprefix(b"\xef\xbb\xbf").removeprefix(b"\xff\xfe").removeprefix(b"\xfe\xff")
    if flat.lstrip().startswith(b"{\\rtf"):
        return "rtf"
    if re.match(rb"\s*(MIME-Version:|From:|Content-Type:\s*multipart)", head, re.I):
        return "mhtml"
    if _XML.match(flat) and _FLAT_OPC.search(flat):
        return "flatopc"
    if _WORDML.search(flat):
        return "wordml"
    if _HTML.match(flat) and not name.endswith(_TEXT_NAMES):
        return "html"
    if name.endswith(_HTML_NAMES):
        return "html"
    if _XML.match(flat) and not name.endswith(_TEXT_NAMES):
        raise UnreadableError("not_a_manuscript", "xml")
    utf16 = head.startswith((b"\xff\xfe", b"\xfe\xff")) or unmarked_utf16(head) != ""
    if not utf16 and _looks_binary(head):
        raise UnreadableError("not_a_manuscript", "binary")
    if name.endswith((".docx", ".dotx", ".docm", ".dotm")) and not name.endswith(_TEXT_NAMES):
        raise UnreadableError("mislabelled", name.rsplit(".", 1)[-1])
    return "text"


def unmarked_utf16(data: bytes) -> str:
    """Return utf-16-le or utf-16-be for text in UTF-16 that lost its byte order mark, "" for anything else."""
    head = data[: min(len(data), 4096) // 2 * 2]
    if len(head) < 8 or head.startswith((codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return ""
    for name in ("utf-16-le", "utf-16-be"):
        text = head.decode(name, "replace")
        usual = sum(
            1
            for sign in text
            if sign in "\r\n\t" or " " <= sign <= "~" or "\u3000" <= sign <= "\u303f" or "\uff00" <= sign <= "\uffef"
        )
        chinese = sum(1 for sign in text if "\u4e00" <= sign <= "\u9fff")
        if usual + chinese >= len(text) * 0.95 and usual and (b"\x00" in head):
            return name
    return ""


def _looks_binary(head: bytes) -> bool:
    control = sum(1 for byte in head if byte < 32 and byte not in (7, 8, 9, 10, 11, 12, 13, 27))
    return control > len(head) // 100 + 1


def _sniff_ole(data: bytes) -> Kind:
    """Tell an old Word document from an encrypted package and from other compound files by its stream names."""

    def has(stream: str) -> bool:
        return stream.encode("utf-16-le") in data

    if has("EncryptedPackage") or has("EncryptionInfo"):
        raise UnreadableError("encrypted")
    if has("MatOST") or has("MN0"):
        return "legacy"
    if has("WordDocument"):
        if _is_encrypted_word(data):
            raise UnreadableError("encrypted")
        return "legacy"
    if has("Workbook") or has("PowerPoint Document") or has("Book"):
        raise UnreadableError("not_a_manuscript", "office")
    raise UnreadableError("damaged", "OLE")


def _is_encrypted_word(data: bytes) -> bool:
    """Read fEncrypted of the file information block, found by its magic number on a sector border."""
    for offset in range(512, min(len(data), 4 * MIB) - 32, 512):
        if data[offset : offset + 2] in (b"\xec\xa5", b"\xdc\xa5"):
            (flags,) = struct.unpack_from("<H", data, offset + 0x0A)
            return bool(flags & 0x0100)
    return False


def _sniff_zip(data: bytes) -> Kind:
    with open_archive(data) as archive:
        names = {info.filename.replace("\\", "/") for info in archive.infolist()}
    lowered = {name.lower() for name in names}
    if "[content_types].xml" in lowered or any(name.startswith("word/") for name in lowered):
        if any(name.startswith(("xl/", "ppt/")) for name in lowered):
            raise UnreadableError("not_a_manuscript", "office")
        return "docx"
    if "mimetype" in lowered or "content.xml" in lowered:
        return "legacy"
    return "zip"


def open_archive(data: bytes) -> zipfile.ZipFile:
    """Open a zip after its directory passed every limit.

    Raises UnreadableError: damaged, encrypted, path_traversal, duplicate_part, too_many_entries, bomb.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        infos = archive.infolist()
    except (
        zipfile.BadZipFile,
        zipfile.LargeZipFile,
        ValueError,
        OverflowError,
        UnicodeError,
        struct.error,
        NotImplementedError,
        EOFError,
        OSError,
    ) as error:
        raise UnreadableError("damaged", "ZIP") from error
    if not infos:
        raise UnreadableError("empty_file")
    if len(infos) > LIMITS.entries:
        raise UnreadableError("too_many_entries", str(len(infos)))
    seen: set[str] = set()
    total = 0
    for info in infos:
        _check_entry(info)
        folded = info.filename.lower()
        if folded in seen:
            raise UnreadableError("duplicate_part", info.filename[:80])
        seen.add(folded)
        total += info.file_size
    if total > LIMITS.inflated_bytes:
        raise UnreadableError("bomb", f"{total / MIB:.0f} MB")
    return archive


def _check_entry(info: zipfile.ZipInfo) -> None:
    name = info.filename
    parts = re.split(r"[/\\]", name)
    if name.startswith(("/", "\\")) or ".." in parts or re.match(r"^[A-Za-z]:", name) or "\x00" in name:
        raise UnreadableError("path_traversal", name[:80])
    if (info.external_attr >> 16) & 0o170000 == 0o120000:
        raise UnreadableError("path_traversal", name[:80])
    if info.flag_bits & 0x1:
        raise UnreadableError("encrypted", name[:80])
    if info.file_size > LIMITS.part_bytes:
        raise UnreadableError("bomb", f"{name[:80]}: {info.file_size / MIB:.0f} MB")
    if info.file_size > LIMITS.ratio_floor and info.file_size > LIMITS.ratio * max(info.compress_size, 1):
        raise UnreadableError("bomb", f"{name[:80]}: {info.file_size // max(info.compress_size, 1)}:1")


def inflate(archive: zipfile.ZipFile, name: str) -> bytes:
    """Return one part, inflated no further than the limit. Raises UnreadableError when it is damaged or lies."""
    try:
        with archive.open(name) as stream:
            data = stream.read(LIMITS.part_bytes + 1)
    except KeyError as error:
        raise UnreadableError("missing_part", name[:80]) from error
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        OSError,
        NotImplementedError,
        RuntimeError,
        ValueError,
        UnicodeError,
        struct.error,
    ) as error:
        raise UnreadableError("damaged", name[:80]) from error
    if len(data) > LIMITS.part_bytes:
        raise UnreadableError("bomb", name[:80])
    return data


def refuse_dtd(name: str, data: bytes) -> None:
    """Refuse XML that brings a document type: entities are how a small file becomes a large one."""
    head = data[:MIB]
    if head.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\x00" in head[:8]:
        head = head.replace(b"\x00", b"")
    root = re.search(rb"<[A-Za-z_]", head)
    prolog = head if root is None else head[: root.start()]
    if _DOCTYPE.search(prolog):
        raise UnreadableError("dtd", name[:80])


def members(data: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield name and content of the files in a plain zip of manuscripts, directories and dot files left out."""
    with open_archive(data) as archive:
        for info in archive.infolist():
            name = _decoded(info)
            base = name.rsplit("/", 1)[-1]
            if info.is_dir() or base.startswith((".", "~$")) or name.startswith("__MACOSX/"):
                continue
            yield name, inflate(archive, info.filename)


def _decoded(info: zipfile.ZipInfo) -> str:
    """Return the name of an entry. Without the flag for it macOS and Linux write UTF-8, Chinese Windows GB 18030."""
    name = info.filename
    if not info.flag_bits & 0x800:
        for encoding in ("utf-8", "gb18030"):
            with contextlib.suppress(UnicodeError):
                name = info.filename.encode("cp437").decode(encoding)
                break
    return unicodedata.normalize("NFC", name)
