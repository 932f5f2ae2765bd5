"""Compiles a book: writes its flows, has the pages counted, writes the file."""

from __future__ import annotations

import io
from typing import BinaryIO

from caselib.word import pdf
from caselib.word.audit import Mismatch, check_contents
from caselib.word.book import Book
from caselib.word.oracle import PageOracle
from caselib.word.styles import PLAIN, HouseStyle
from caselib.word.writer.body import Fault
from caselib.word.writer.bookwriter import BookWriter, Progress
from caselib.word.writer.results import Compiled

# A book of 150 cases and 800 pages takes a busy server more than three minutes.
_SECONDS_A_CASE = 2.0


def compile_book(
    book: Book,
    out: BinaryIO,
    *,
    style: HouseStyle = PLAIN,
    oracle: PageOracle | None = None,
    template: bytes | None = None,
    progress: Progress | None = None,
) -> Compiled:
    """Write ``book`` as a .docx to ``out``; the same input and the same page counts give the same bytes.

    With an ``oracle`` contents and indexes carry right page numbers. Without one, or where LibreOffice is missing or
    fails (fault ``no_layout``), Word is asked to fill them in on opening. ``template`` is a .docx whose styles are
    used for what it defines. ``progress`` hears (done, total, what) and may raise to stop.
    """
    return _compile(BookWriter(book, style, template), out, oracle, progress)


def compile_and_render(
    book: Book,
    *,
    style: HouseStyle = PLAIN,
    oracle: PageOracle | None = None,
    template: bytes | None = None,
    progress: Progress | None = None,
) -> tuple[bytes, bytes | None, Compiled, list[Mismatch]]:
    """Return the .docx, its PDF (None where LibreOffice is missing or fails), what was compiled, and wrong numbers.

    The numbers of the contents are looked up on the pages of the PDF; where one is wrong, the book is written again
    with those of the pages, twice at most.
    """
    wrong: list[Mismatch] = []
    seconds = pdf.SECONDS + _SECONDS_A_CASE * len(book.chapters())
    for attempt in range(3):
        out = io.BytesIO()
        maker = BookWriter(book, style, template)
        made = _compile(maker, out, oracle, progress)
        data = out.getvalue()
        if oracle is not None and not made.counted:
            # LibreOffice has failed already, and a PDF without page numbers helps nobody.
            return data, None, made, []
        rendered = pdf.to_pdf(data, seconds=seconds, tick=(lambda: progress(0, 0, "pdf")) if progress else None)
        wrong = check_contents(made.entries, rendered) if rendered and made.counted else []
        if attempt == 2 or not wrong or rendered is None or oracle is None:
            break
        blank = {page for page, text in enumerate(pdf.page_texts(rendered)) if not text.strip()}
        maker.learn(oracle, pdf.destinations(rendered)[1], blank)
    return data, rendered, made, wrong


def _compile(maker: BookWriter, out: BinaryIO, oracle: PageOracle | None, progress: Progress | None) -> Compiled:
    maker.plan(progress)
    pages: dict[str, str] = {}
    counted = False
    if oracle is not None:
        try:
            pages = maker.count(oracle, progress)
            counted = True
        except pdf.PdfError as error:
            maker.writer.counters.faults.append(Fault("no_layout", "", str(error)))
    if not counted:
        maker.fill_indexes({})
    entries = maker.write(out, pages, counted=counted)
    last = max((int(entry.page) for entry in entries if entry.page.isdigit()), default=0)
    return Compiled(entries, tuple(maker.writer.counters.faults), counted, last)


def compile_bytes(book: Book, *, style: HouseStyle = PLAIN, oracle: PageOracle | None = None) -> bytes:
    """Return ``book`` as a .docx; see ``compile_book``."""
    out = io.BytesIO()
    compile_book(book, out, style=style, oracle=oracle)
    return out.getvalue()
