"""Files of the library stand whole under their names or not at all."""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path
from typing import Any

from django.core.files.storage import FileSystemStorage


class WholeFiles(FileSystemStorage):
    """Writes a file beside its place first.

    Django leaves half of one behind when the disk is full or the process is killed: each attempt took room that was not there,
    and whoever asks whether a copy exists already found one.
    """

    def _save(self, name: str, content: Any) -> str:
        part = str(Path(name).with_name(f".{secrets.token_hex(8)}.part"))
        try:
            part = super()._save(part, content)  # type: ignore[misc]  # the stubs lack it
            name = self._reserved(name)
            os.replace(self.path(part), self.path(name))
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(self.path(part))
            raise
        return name

    def _reserved(self, name: str) -> str:
        """Return the name, or another if somebody took it meanwhile; it holds an empty file, which the whole one replaces."""
        while True:
            try:
                os.close(os.open(self.path(name), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
            except FileExistsError:
                name = self.get_available_name(name)
            else:
                return name
