"""Word to PDF through LibreOffice, and PDF pages to images: own profile, own fonts, bounded time and memory."""

from __future__ import annotations

import atexit
import ctypes
import io
import os
import shutil
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pypdfium2
from pypdfium2 import raw

from caselib.word.fonts import fonts_file
from caselib.word.guard import MIB
from caselib.word.office import convert, converter

SECONDS = 180.0
MEMORY = 1600 * MIB
_SUITE = (
    'pdf:writer_pdf_Export:{{"IsSkipEmptyPages":{{"type":"boolean","value":"false"}},'
    '"ExportBookmarks":{{"type":"boolean","value":"{tagged}"}},'
    '"ExportBookmarksToPDFDestination":{{"type":"boolean","value":"true"}},'
    '"UseTaggedPDF":{{"type":"boolean","value":"{tagged}"}}}}'
)
Tick = Callable[[], object]
_LOCK = threading.Lock()
_WARM: dict[int, Path] = {}


class PdfError(Exception):
    """LibreOffice gave no PDF. ``code`` is no_converter, timeout, memory or died."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code
        self.detail = detail


def available() -> bool:
    """True where LibreOffice is installed."""
    return converter() is not None


def to_pdf(docx: bytes, *, seconds: float = SECONDS, tagged: bool = True, tick: Tick | None = None) -> bytes | None:
    """Return ``docx`` as PDF, tagged and with bookmarks, or None where LibreOffice is missing or fails."""
    try:
        return render(docx, seconds=seconds, tagged=tagged, tick=tick)
    except PdfError:
        return None


def render(docx: bytes, *, seconds: float = SECONDS, tagged: bool = False, tick: Tick | None = None) -> bytes:
    """Return ``docx`` as PDF with every bookmark as a named destination; blank pages are kept. Raises PdfError.

    ``tick`` is called while LibreOffice works and may raise to stop it.
    """
    program = converter()
    if program is None:
        raise PdfError("no_converter")
    with tempfile.TemporaryDirectory(prefix="caselib-pdf-") as folder, _profile() as profile:
        work = Path(folder)
        (work / "book.docx").write_bytes(docx)
        outcome = convert(
            program,
            work / "book.docx",
            _SUITE.format(tagged=str(tagged).lower()),
            work / "out",
            profile=profile,
            seconds=seconds,
            memory=MEMORY,
            environment={"FONTCONFIG_FILE": str(fonts_file(profile))},
            tick=tick,
        )
        result = work / "out" / "book.pdf"
        if outcome.ending != "done" or not result.is_file() or not result.stat().st_size:
            raise PdfError("died" if outcome.ending == "done" else outcome.ending, outcome.stderr[-300:])
        return result.read_bytes()


@contextmanager
def _profile() -> Iterator[Path]:
    """Give a profile folder of LibreOffice: the warm one of this process, or a fresh one while that is taken."""
    if _LOCK.acquire(blocking=False):
        try:
            yield _warm_profile()
        finally:
            _LOCK.release()
    else:
        with tempfile.TemporaryDirectory(prefix="caselib-office-") as fresh:
            yield Path(fresh)


def _warm_profile() -> Path:
    """Return the profile folder of this process (a forked child makes its own); it goes when the process ends."""
    folder = _WARM.get(os.getpid())
    if folder is None or not folder.is_dir():
        folder = Path(tempfile.mkdtemp(prefix="caselib-office-"))
        _WARM[os.getpid()] = folder
        atexit.register(forget_profile)
    return folder


def forget_profile() -> None:
    """Remove the warm profile of this process."""
    folder = _WARM.pop(os.getpid(), None)
    if folder is not None:
        shutil.rmtree(folder, ignore_errors=True)


def destinations(pdf: bytes) -> tuple[int, dict[str, int]]:
    """Return the number of pages and, by bookmark name, the page (from 0) of every named destination."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        found: dict[str, int] = {}
        for index in range(raw.FPDF_CountNamedDests(document)):
            name, page = _destination(document, index)
            if page >= 0:
                found[name] = page
        return len(document), found
    finally:
        document.close()


def _destination(document: pypdfium2.PdfDocument, index: int) -> tuple[str, int]:
    size = ctypes.c_long(0)
    raw.FPDF_GetNamedDest(document, index, None, ctypes.byref(size))
    buffer = ctypes.create_string_buffer(max(size.value, 2))
    target = raw.FPDF_GetNamedDest(document, index, buffer, ctypes.byref(size))
    name = buffer.raw[: max(size.value, 2)].decode("utf-16-le", "replace").rstrip("\x00")
    return unescape_name(name), raw.FPDFDest_GetDestPageIndex(document, target)


def unescape_name(name: str) -> str:
    """Undo how LibreOffice writes the underscore of a hidden bookmark: ``/5FToc1`` (or ``5FToc1``) is ``_Toc1``."""
    bare = name.removeprefix("/")
    return "_" + bare[2:] if bare.startswith("5F") else name


def page_texts(pdf: bytes) -> list[str]:
    """Return the text of every page."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [page.get_textpage().get_text_range() for page in document]
    finally:
        document.close()


def page_image(pdf: bytes | str, number: int, *, dpi: int = 80) -> bytes:
    """Return page ``number`` (from 0) of a PDF (its bytes or path) as PNG. Raises IndexError beyond the last page."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        if not 0 <= number < len(document):
            raise IndexError(number)
        image = document[number].render(scale=dpi / 72).to_pil()
        out = io.BytesIO()
        image.save(out, "PNG", optimize=False)
        return out.getvalue()
    finally:
        document.close()
