"""Word to PDF through LibreOffice, and PDF pages to images: own profile, own fonts table, bounded time and memory."""

from __future__ import annotations

import atexit
import ctypes
import io
import os
import shutil
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pypdfium2
from pypdfium2 import raw

from caselib.word.convert import converter
from caselib.word.guard import MIB
from caselib.word.sandbox import Outcome, run_limited

SECONDS = 180.0
MEMORY = 1600 * MIB
_SUITE = (
    'pdf:writer_pdf_Export:{{"IsSkipEmptyPages":{{"type":"boolean","value":"false"}},'
    '"ExportBookmarks":{{"type":"boolean","value":"{tagged}"}},'
    '"ExportBookmarksToPDFDestination":{{"type":"boolean","value":"true"}},'
    '"UseTaggedPDF":{{"type":"boolean","value":"{tagged}"}}}}'
)
# Faces that offices have and servers seldom do, with what is nearest among free ones.
_STAND_INS = {
    "仿宋": ("FandolFang", "Noto Serif CJK SC"),
    "仿宋_GB2312": ("FandolFang", "Noto Serif CJK SC"),
    "楷体": ("FandolKai", "Noto Serif CJK SC"),
    "楷体_GB2312": ("FandolKai", "Noto Serif CJK SC"),
    "黑体": ("FandolHei", "Noto Sans CJK SC"),
    "宋体": ("FandolSong", "Noto Serif CJK SC"),
    "方正小标宋简体": ("FandolSong:bold", "Noto Serif CJK SC:bold"),
    "华文中宋": ("Noto Serif CJK SC:bold",),
    "Times New Roman": ("Liberation Serif", "Tinos", "DejaVu Serif"),
}
_FONT_FOLDERS = (
    "/usr/share/fonts",
    "/usr/local/share/fonts",
    "/usr/share/texlive/texmf-dist/fonts/opentype/public/fandol",
)
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


def to_pdf(docx: bytes, *, seconds: float = SECONDS, tagged: bool = True) -> bytes | None:
    """Return ``docx`` as PDF, tagged and with bookmarks, or None where LibreOffice is missing or fails."""
    try:
        return render(docx, seconds=seconds, tagged=tagged)
    except PdfError:
        return None


def render(docx: bytes, *, seconds: float = SECONDS, tagged: bool = False) -> bytes:
    """Return ``docx`` as PDF with every bookmark as a named destination; blank pages are kept. Raises PdfError."""
    program = converter()
    if program is None:
        raise PdfError("no_converter")
    with tempfile.TemporaryDirectory(prefix="caselib-pdf-") as folder, _profile() as profile:
        work = Path(folder)
        (work / "book.docx").write_bytes(docx)
        outcome = _run(program, work, profile, _SUITE.format(tagged=str(tagged).lower()), seconds)
        result = work / "out" / "book.pdf"
        if outcome.ending != "done" or not result.is_file() or not result.stat().st_size:
            raise PdfError("died" if outcome.ending == "done" else outcome.ending, outcome.stderr[-300:])
        return result.read_bytes()


def _run(program: str, work: Path, profile: Path, target: str, seconds: float) -> Outcome:
    nowhere = "http://127.0.0.1:9"
    kept = {key: text for key, text in os.environ.items() if key in ("PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH")}
    environment = kept | {
        "HOME": str(work),
        "TMPDIR": str(work),
        "SAL_USE_VCLPLUGIN": "svp",
        "FONTCONFIG_FILE": str(_fonts_file(profile)),
        "http_proxy": nowhere,
        "https_proxy": nowhere,
    }
    return run_limited(
        [
            program,
            f"-env:UserInstallation=file://{profile}",
            "--headless",
            "--norestore",
            "--nolockcheck",
            "--nodefault",
            "--nofirststartwizard",
            "--convert-to",
            target,
            "--outdir",
            str(work / "out"),
            str(work / "book.docx"),
        ],
        seconds=seconds,
        memory=MEMORY,
        cwd=work,
        env=environment,
    )


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


def _fonts_file(profile: Path) -> Path:
    """Return a fontconfig file with the stand-ins. CASELIB_FONTS may name one more folder of fonts."""
    folders = [*_FONT_FOLDERS, *filter(None, [os.environ.get("CASELIB_FONTS")])]
    rules = []
    for face, stands in _STAND_INS.items():
        edits = "".join(f"<string>{stand.partition(':')[0]}</string>" for stand in stands)
        weight = '<edit name="weight" mode="assign"><const>bold</const></edit>' if stands[0].endswith(":bold") else ""
        rules.append(
            f'<match target="pattern"><test name="family" qual="any"><string>{face}</string></test>'
            f'<edit name="family" mode="assign" binding="strong">{edits}</edit>{weight}</match>'
        )
    text = (
        '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>'
        + "".join(f"<dir>{folder}</dir>" for folder in folders)
        + f"<cachedir>{profile / 'fonts'}</cachedir>"
        + "".join(rules)
        + "</fontconfig>"
    )
    file = profile / "fonts.conf"
    if not file.is_file() or file.read_text(encoding="utf-8") != text:
        file.write_text(text, encoding="utf-8")
    return file


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
