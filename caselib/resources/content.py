"""The fingerprint of a revision: what was read is what is published."""

from __future__ import annotations

import hashlib
from typing import Any

from wagtail.models import Revision

from caselib.core.audit import canonical


def digest(revision: Revision) -> str:
    """Return the sha256 (hexadecimal) of the canonical JSON of the stored content of ``revision``."""
    return digest_of(revision.content)


def digest_of(content: Any) -> str:
    """Return the sha256 (hexadecimal) of ``content`` (plain JSON data) in canonical form."""
    return hashlib.sha256(canonical(content).encode("utf-8", "surrogatepass")).hexdigest()
