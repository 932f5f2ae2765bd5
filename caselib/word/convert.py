"""Turns old and foreign formats into .docx with a headless LibreOffice, where there is one."""

from __future__ import annotations

import tempfile
from pathlib import Path

from caselib.word.guard import LIMITS, MIB, UnreadableError
from caselib.word.office import convert, converter

SECONDS = 20.0
MEMORY = 460 * MIB
_SUFFIX = {"legacy": ".doc", "rtf": ".rtf", "wordml": ".xml"}
KINDS = frozenset(_SUFFIX)  # of ``guard``, that have to be converted before anything reads them


def to_docx(data: bytes, kind: str, *, seconds: float = SECONDS) -> bytes:
    """Return ``data`` (an old Word, WPS, RTF or Word 2003 XML file) as a .docx.

    Raises UnreadableError: no_converter, convert_timeout, convert_memory, convert_failed.
    """
    if kind == "rtf":
        data = data[data.index(b"{\\rtf") :]  # LibreOffice takes it for plain text when anything stands before it
        # An empty group changes no text and ends the one field by which LibreOffice takes in a file of the server;
        # older kernels, on which much of the country's software runs, have no Landlock (``confine``) to stop it.
        data = data.replace(b"INCLUDEPICTURE", b"INCLUDE{}PICTURE")
    return _convert(data, _SUFFIX.get(kind, ".doc"), "docx:MS Word 2007 XML", ".docx", seconds)


def to_pdf(data: bytes, suffix: str, *, seconds: float = SECONDS) -> bytes:
    """Return a text document as PDF. Raises UnreadableError like ``to_docx``."""
    return _convert(data, suffix, "pdf:writer_pdf_Export", ".pdf", seconds)


def _convert(data: bytes, suffix: str, target: str, wanted: str, seconds: float) -> bytes:
    program = converter()
    if program is None:
        raise UnreadableError("no_converter", suffix)
    with tempfile.TemporaryDirectory(prefix="caselib-convert-") as folder:
        work = Path(folder)
        source = work / f"source{suffix}"
        source.write_bytes(data)
        outcome = convert(
            program, source, target, work / "out", profile=work / "profile", seconds=seconds, memory=MEMORY
        )
        result = work / "out" / f"source{wanted}"
        if outcome.ending in ("timeout", "memory"):
            raise UnreadableError(f"convert_{outcome.ending}", suffix)
        if not result.is_file() or result.stat().st_size == 0:
            raise UnreadableError("convert_failed", suffix)
        if result.stat().st_size > LIMITS.file_bytes:
            raise UnreadableError("too_large", f"{result.stat().st_size // MIB} MB")
        return result.read_bytes()
