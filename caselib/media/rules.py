"""What may be uploaded: pure rules on the first bytes, never on the name alone."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from caselib.core.errors import Refusal

# nginx passes 2,100 MB to the film form (deploy/nginx.conf.template).
MAX_FILM_BYTES = 2 * 1024**3
FILM_SUFFIXES = frozenset({"mp4", "m4v", "webm"})


def film_refusal(name: str, head: bytes, size: int) -> Refusal | None:
    """Refuse a file that no browser here can play: ``head`` is its first 16 bytes at least."""
    suffix = name.rpartition(".")[2].lower()
    if suffix not in FILM_SUFFIXES:
        return Refusal("film-type", _("Only MP4 and WebM films can be played here. Please convert the file first."))
    if size == 0:
        return Refusal("film-empty", _("The file is empty. Please upload it again."))
    if size > MAX_FILM_BYTES:
        return Refusal("film-size", _("The film is larger than 2 GB. Please compress it or cut it into parts."))
    is_mp4 = head[4:8] == b"ftyp"
    is_webm = head[:4] == b"\x1a\x45\xdf\xa3"
    if not (is_webm if suffix == "webm" else is_mp4):
        return Refusal(
            "film-content", _("The file is named like a film but is none. Please check it and upload again.")
        )
    return None


# What browsers play in these two; HEVC where the machine can.
PLAYED = frozenset({"h264", "hevc", "vp8", "vp9", "av1"})
HEARD = frozenset({"aac", "mp3", "opus", "vorbis", "flac"})
# Eight bits and half the colours, which every player of H.264 knows.
PLAIN_PIXELS = frozenset({"yuv420p", "yuvj420p"})


def codec_refusal(codec: str) -> Refusal | None:
    """Refuse pictures coded in a way that no browser plays; "" is not known."""
    if not codec or codec in PLAYED:
        return None
    message = _("No browser plays this film: its pictures are coded as %(codec)s. Convert it to MP4 (H.264) first.")
    return Refusal("film-codec", message % {"codec": codec[:20]})


def playing_hints(codec: str, pixels: str, sound: str) -> list[str]:
    """Return what whoever uploads a film should know of it: on some machines it shows nothing, or is not heard."""
    hints: list[Any] = []
    if codec == "hevc":
        hints.append(
            _(
                "The pictures of this film are coded as HEVC (H.265). Many browsers and office computers play its sound only "
                "and stay black. Convert it to MP4 (H.264) and upload that."
            )
        )
    elif codec == "h264" and pixels and pixels not in PLAIN_PIXELS:
        hints.append(
            _(
                "The pictures of this film are coded as H.264 with more than eight bits or all colours (%(pixels)s), which "
                "only some browsers play. Convert it to MP4 (H.264, yuv420p) and upload that."
            )
            % {"pixels": pixels[:20]}
        )
    if sound and sound not in HEARD:
        hints.append(
            _(
                "The sound of this film is coded as %(sound)s, which browsers do not play: nobody will hear it. Convert the "
                "sound to AAC and upload that."
            )
            % {"sound": sound[:20]}
        )
    return [str(hint) for hint in hints]


# First bytes by suffix; text has none, and must not hold what no text holds.
ZIP, OLE, PDF = b"PK", b"\xd0\xcf\x11\xe0", b"%PDF-"
DOCUMENT_HEADS: dict[str, tuple[bytes, ...]] = {
    "docx": (ZIP,), "pptx": (ZIP,), "xlsx": (ZIP,), "zip": (ZIP,),
    # WPS and Word write today's format, and RTF, under the old names as well.
    "doc": (OLE, ZIP, b"{\\rtf"), "wps": (OLE, ZIP, b"{\\rtf"), "ppt": (OLE, ZIP), "xls": (OLE, ZIP),
    "pdf": (PDF,), "jpg": (b"\xff\xd8\xff",), "png": (b"\x89PNG\r\n\x1a\n",),
}  # fmt: skip
HEAD_BYTES = 1024


def document_refusal(name: str, head: bytes) -> Refusal | None:
    """Refuse a document whose first bytes (``head``) are not those of what its name says."""
    suffix = name.rpartition(".")[2].lower()
    if not head:
        return Refusal("document-empty", _("The file is empty. Please upload it again."))
    heads = DOCUMENT_HEADS.get(suffix)
    # Some programs put a mark or a line break before the head of a PDF; readers allow 1,024 bytes.
    fits = PDF in head if suffix == "pdf" else head.startswith(heads) if heads else not _binary(head)
    if fits:
        return None
    return Refusal(
        "document-content",
        _("The file is named .%(suffix)s but holds something else. Save it again in that format, then upload it.")
        % {"suffix": suffix[:10]},
    )


def _binary(head: bytes) -> bool:
    """Whether ``head`` is no text. UTF-16 text holds zeros and says so in its first bytes."""
    return b"\x00" in head and not head.startswith((b"\xff\xfe", b"\xfe\xff"))
