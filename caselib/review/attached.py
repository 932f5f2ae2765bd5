"""The text of attached files for the checks. How files are read is known above, so whoever can registers it here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from caselib.media.models import CaseDocument
from caselib.resources.models import ResourcePage


@dataclass(frozen=True, slots=True)
class FileReader:
    """``known`` returns the text of a file as it was read before: empty if it has none, None if it was not read yet.

    ``read`` reads it, which may take as long as the conversion of an old format, so never inside a transaction.
    """

    known: Callable[[CaseDocument], str | None]
    read: Callable[[CaseDocument], object]


# (title, text) of attached files; None for one that was not read yet.
Texts = Sequence[tuple[str, str | None]]
_registered: list[FileReader] = []


def register(reader: FileReader) -> None:
    """Make ``reader`` the one that is asked; called once when the site is ready."""
    _registered[:] = [reader]


def texts_of(page: ResourcePage) -> list[tuple[str, str | None]]:
    """Return (title, text) of each attachment of ``page``, an object made from a revision or live; None if not read."""
    return [
        (str(attachment), reader.known(attachment.document) if (reader := _reader()) else None)
        for attachment in page.attachments.all()
    ]


def unread(page: ResourcePage) -> list[CaseDocument]:
    """Return the attached files of ``page`` that somebody has still to read."""
    reader = _reader()
    documents = [attachment.document for attachment in page.attachments.all()] if reader else []
    return [document for document in documents if reader and reader.known(document) is None]


def read(document: CaseDocument) -> None:
    """Read ``document``, so that its text is known from now on. Effect: what the registered reader stores."""
    if reader := _reader():
        reader.read(document)


def _reader() -> FileReader | None:
    return _registered[0] if _registered else None
