"""What may be uploaded: pure rules on the first bytes, never on the name alone."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from caselib.core.errors import Refusal

MAX_FILM_BYTES = 4 * 1024**3
FILM_SUFFIXES = frozenset({"mp4", "m4v", "webm"})


def film_refusal(name: str, head: bytes, size: int) -> Refusal | None:
    """Refuse a file that no browser here can play: ``head`` is its first 16 bytes at least."""
    suffix = name.rpartition(".")[2].lower()
    if suffix not in FILM_SUFFIXES:
        return Refusal("film-type", _("Only MP4 and WebM films can be played here. Please convert the file first."))
    if size == 0:
        return Refusal("film-empty", _("The file is empty. Please upload it again."))
    if size > MAX_FILM_BYTES:
        return Refusal("film-size", _("The film is larger than 4 GB. Please compress it or cut it into parts."))
    is_mp4 = head[4:8] == b"ftyp"
    is_webm = head[:4] == b"\x1a\x45\xdf\xa3"
    if not (is_webm if suffix == "webm" else is_mp4):
        return Refusal(
            "film-content", _("The file is named like a film but is none. Please check it and upload again.")
        )
    return None
