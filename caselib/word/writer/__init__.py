"""Writes Word files: one call for a document, one for a book.

    write_document(document, *, style=PLAIN, title="", properties=None, header="", folio=True) -> bytes

``document`` is a ``caselib.word.model.Document``; styles are ``OFFICIAL``, ``BOOK``, ``PLAIN`` of
``caselib.word.styles`` (``HOUSE_STYLES`` by key) or ``styles.from_data(json)``. Comments, notes, tables, pictures,
links and ruby of the model are all written; the same input gives the same bytes.
"""

from caselib.word.styles import BOOK, HOUSE_STYLES, OFFICIAL, PLAIN, HouseStyle
from caselib.word.writer.document import write_document

__all__ = ["BOOK", "HOUSE_STYLES", "OFFICIAL", "PLAIN", "HouseStyle", "write_document"]
