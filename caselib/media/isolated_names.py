"""Who is named in a document beside its text: run as a process of its own (``python -m caselib.media.isolated_names``), no Django.

Readers of PDF and of old Office files are written for files that mean well; this one may die without taking the site along.
"""

from __future__ import annotations

import json
import re
import resource
import sys
import zipfile
from collections.abc import Iterator
from html import unescape
from pathlib import Path

_MEMORY, _SECONDS = 1024**3, 10
_LARGEST_PART = 64 * 1024 * 1024
_UTF8 = 65001
_PDF = ("Author", "Title", "Subject", "Keywords")
_OLE = ("author", "last_saved_by", "manager", "company")
# Parts of Office files in which colleagues are named, and how.
_PARTS = re.compile(
    r"word/(?:document|comments|people|footnotes|endnotes|header\d*|footer\d*)\.xml|docProps/(?:core|app)\.xml"
    r"|ppt/(?:commentAuthors|authors)\.xml|xl/(?:comments\d*|persons/person\d*|threadedComments/\w+)\.xml",
)
_NAMED = re.compile(
    r'\bw\d*:author="([^"]+)"|<p\d*:(?:cmAuthor|author)\b[^>]*?\bname="([^"]+)"|\bdisplayName="([^"]+)"'
    r"|<author>([^<]+)</author>|<(?:dc:creator|cp:lastModifiedBy|Manager|Company)>([^<]+)<"
)


def named(path: Path, suffix: str) -> Iterator[str]:
    """Yield what the properties, comments and tracked changes of the file say of persons, as written, repetitions included."""
    with path.open("rb") as file:
        head = file.read(8)
    if suffix == "pdf":
        yield from _in_pdf(path)
    elif head.startswith(b"\xd0\xcf\x11\xe0"):
        yield from _in_ole(path)
    elif head.startswith(b"PK"):
        yield from _in_package(path)


def _in_pdf(path: Path) -> Iterator[str]:
    import pypdfium2

    document = pypdfium2.PdfDocument(path)
    try:
        for key in _PDF:
            yield document.get_metadata_value(key)
    finally:
        document.close()


def _in_ole(path: Path) -> Iterator[str]:
    import olefile

    with olefile.OleFileIO(str(path)) as file:
        said = file.get_metadata()
    page = (getattr(said, "codepage", None) or _UTF8) & 0xFFFF  # read as a number with a sign
    encoding = "utf-8" if page == _UTF8 else f"cp{page}"
    for key in _OLE:
        value = getattr(said, key)
        yield value.decode(encoding, "replace") if isinstance(value, bytes) else str(value or "")


def _in_package(path: Path) -> Iterator[str]:
    with zipfile.ZipFile(path) as package:
        for part in package.infolist():
            if _PARTS.fullmatch(part.filename) and part.file_size <= _LARGEST_PART:
                text = package.read(part).decode("utf-8", "replace")
                for found in _NAMED.findall(text):
                    yield unescape("".join(found))


def main(source: str, suffix: str) -> None:
    """Print the names as a JSON list, each once, in the order of the file."""
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS))
    cleaned = (" ".join(name.replace("\x00", "").split()) for name in named(Path(source), suffix))
    json.dump(list(dict.fromkeys(name for name in cleaned if name)), sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
