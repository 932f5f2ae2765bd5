"""What the server's log says in one line where Django would say it in twenty."""

from __future__ import annotations

import logging


class OneLine(logging.Filter):
    """Takes the traceback out: where the request came through says nothing about a name that is not ours."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.exc_info = record.exc_text = None
        return True
