"""Files of collections: whole or not there, whatever happens while they are written."""

from __future__ import annotations

import hashlib
import os
import secrets
from pathlib import Path

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage


def keep(name: str, data: bytes) -> str:
    """Store ``data`` under ``name`` unless just that stands there already; return the name it has.

    A process killed in the middle leaves at most a file with another ending, never half of this one; what stands there
    damaged is replaced. Raises OSError, for example when the disk is full, and leaves nothing behind.
    """
    if default_storage.exists(name) and _same(name, data):
        return name
    try:
        target = Path(default_storage.path(name))
    except NotImplementedError:
        # A storage that is no folder puts an object there at once or not at all.
        return default_storage.save(name, ContentFile(data))
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f"{target.name}.{secrets.token_hex(4)}.part")
    try:
        with part.open("wb") as out:
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
        part.replace(target)
    except OSError:
        part.unlink(missing_ok=True)
        raise
    return name


def _same(name: str, data: bytes) -> bool:
    if default_storage.size(name) != len(data):
        return False
    with default_storage.open(name, "rb") as stored:
        return hashlib.file_digest(stored, "sha256").digest() == hashlib.sha256(data).digest()


def read(name: str) -> bytes:
    """Return the bytes stored under ``name``. Raises OSError where there are none."""
    try:
        with default_storage.open(name, "rb") as source:
            return bytes(source.read())
    except ValueError as error:
        raise OSError(str(error)) from error
