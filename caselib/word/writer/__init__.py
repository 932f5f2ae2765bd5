"""Writes Word files: one call for a document, one for a book.

    write_document(document, *, style=PLAIN, title="", properties=None, header="", folio=True, template=None) -> bytes

``document`` is a ``caselib.word.model.Document``; styles are ``OFFICIAL``, ``BOOK``, ``PLAIN`` of
``caselib.word.styles`` (``HOUSE_STYLES`` by key) or ``styles.from_data(json)``. Comments, notes, tables, pictures,
links and ruby of the model are all written; the same input gives the same bytes.

    compile_book(book, out, *, style=PLAIN, oracle=None, template=None, progress=None) -> Compiled

``book`` is a ``caselib.word.book.Book`` (cover, front matter, parts of chapters, indexes); ``out`` a binary file.
``oracle=PageOracle()`` of ``caselib.word.oracle`` counts the pages, so that contents and indexes are right when the
file opens. Chapters with ``new_page=False`` run on, as the entries of a catalogue do; ``qr`` prints a code.
``caselib.word.pdf.to_pdf(docx)`` gives the PDF, or None without LibreOffice.
"""

from caselib.word.styles import BOOK, HOUSE_STYLES, OFFICIAL, PLAIN, HouseStyle
from caselib.word.writer.bookwriter import WRITER_VERSION
from caselib.word.writer.compiling import compile_and_render, compile_book, compile_bytes
from caselib.word.writer.document import write_document
from caselib.word.writer.package import made_at
from caselib.word.writer.results import Compiled, Entry

__all__ = [
    "BOOK",
    "HOUSE_STYLES",
    "OFFICIAL",
    "PLAIN",
    "WRITER_VERSION",
    "Compiled",
    "Entry",
    "HouseStyle",
    "compile_and_render",
    "compile_book",
    "compile_bytes",
    "made_at",
    "write_document",
]
