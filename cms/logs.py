"""What the server's log says in one line where Django would say it in forty.

A request that cannot be read says nothing about this site: where it came through is of no use to whoever reads the log, and
what it held is nobody's business there. A fault of ours keeps its traceback.
"""

from __future__ import annotations

import logging
import traceback
from pathlib import Path

from django.http import HttpRequest, HttpResponse, UnreadablePostError

LONGEST = 300
FAULT = 500


class OneLine(logging.Filter):
    """On the handlers: takes the traceback of a request that was answered by 4xx, or broke off, out of what is written."""

    def filter(self, record: logging.LogRecord) -> bool:
        error = record.exc_info[1] if record.exc_info else None
        if error is not None and (getattr(record, "status_code", FAULT) < FAULT or broke_off(error)):
            request = getattr(record, "request", None)
            where = (
                f" at {shown_path(request)}" if request is not None and request.path not in record.getMessage() else ""
            )
            record.msg, record.args = f"{shortened(record.getMessage())}{where} ({type(error).__name__})", ()
            record.exc_info = record.exc_text = None
            if broke_off(error):
                record.levelno, record.levelname = logging.WARNING, "WARNING"
        return True


def broke_off(error: BaseException) -> bool:
    """Whether ``error`` tells that a client went away, or stopped sending, before its request was there as a whole."""
    return isinstance(error, UnreadablePostError | BrokenPipeError | ConnectionResetError)


def shortened(text: str) -> str:
    """Return ``text`` as one line of at most ``LONGEST`` characters."""
    line = " ".join(text.split())
    return line if len(line) <= LONGEST else f"{line[:LONGEST]}…"


def shown_path(request: HttpRequest) -> str:
    """Return the path of ``request`` as one short line: an address may hold anything."""
    return shortened(request.path.encode("unicode_escape").decode("ascii"))


def whence(error: BaseException) -> str:
    """Return kind and place of ``error`` as a word or two, without its words, which may repeat what was sent."""
    steps = traceback.extract_tb(error.__traceback__)
    place = f" in {Path(steps[-1].filename).name}:{steps[-1].lineno}" if steps else ""
    return f"{type(error).__name__}{place}"


def said(response: HttpResponse) -> HttpResponse:
    """Keep Django from saying a second time, with fewer words, what the log says of ``response`` already; return it."""
    response._has_been_logged = True  # type: ignore[attr-defined]
    return response
