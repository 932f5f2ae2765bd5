"""Reading the documents whose text is not known yet, beside the draining, which does not wait for them."""

from __future__ import annotations

import logging
import math
import time

from django.db import transaction

from caselib.core import clock
from caselib.media.models import CaseDocument
from caselib.resources.models import ResourcePage
from search import extraction, harvest, locks, outbox
from search.backends.base import EngineUnavailable
from search.models import ExtractedText

logger = logging.getLogger(__name__)


def waiting() -> int:
    """Return how many documents are to be read."""
    return ExtractedText.objects.filter(reader__lt=extraction.READER).count()


def read_next() -> bool:
    """Read one document that waits, first those of which nothing is known; return whether there was one.

    Effects, in one transaction: its text is kept, or why it has none, and the resources it is attached to are enqueued.
    Raises Busy if another process is reading.
    """
    with locks.reading():
        unread = ExtractedText.objects.filter(reader__lt=extraction.READER).order_by("reader", "file_hash", "pk")
        row = unread.select_related("document").defer("text").first()
        if row is None:
            return False
        read(row.document)
    return True


def read(document: CaseDocument) -> None:
    """Read a document now, waiting or not. Effects as of `read_next`."""
    file_hash, text, error = _outcome(document)
    with transaction.atomic():
        kept, _made = ExtractedText.objects.get_or_create(document=document, defaults={"at": clock.now()})
        kept.file_hash, kept.text, kept.error = file_hash, _storable(text), _storable(error)[:300]
        kept.reader, kept.at = extraction.READER, clock.now()
        kept.save()
        shown_by = ResourcePage.objects.filter(attachments__document=document.pk, live=True)
        outbox.enqueue(harvest.key_of(pk) for pk in shown_by.values_list("pk", flat=True).distinct())


def read_all(*, seconds: float = math.inf) -> int:
    """Read all documents that wait, or as many as are begun within so many seconds; return how many.

    None while another process is reading.
    """
    deadline = time.monotonic() + seconds
    count = 0
    try:
        while time.monotonic() < deadline and read_next():
            count += 1
    except locks.Busy:
        logger.info("another process is reading documents")
    except EngineUnavailable as error:
        logger.warning("documents cannot be read now: %s", error)
    return count


def _storable(text: str) -> str:
    """Without halves of characters and NUL, which no database takes: a text that cannot be kept would be read for ever."""
    return text.encode(errors="ignore").decode().replace("\x00", "")


def _outcome(document: CaseDocument) -> tuple[str, str, str]:
    """(hash of the file, its text, why it has none). A file that cannot be read must not hold up the others."""
    try:
        file_hash = document.get_file_hash()
        with document.open_file() as handle:
            data = handle.read(extraction.MAX_BYTES + 1)
        return file_hash, extraction.text_of(data, document.filename), ""
    except (extraction.NoText, OSError) as problem:
        return document.file_hash, "", str(problem)
    except Exception as fault:
        logger.exception("document %s cannot be read", document.pk)
        return document.file_hash, "", f"{type(fault).__name__}: {fault}"
