"""QR codes as inline SVG: black on white whatever the display mode, without style attributes."""

from __future__ import annotations

import io
from functools import lru_cache

import segno
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe


def qr_svg(text: str, *, label: str) -> SafeString:
    """Return ``text`` as a QR code (error level M) in a titled SVG of its own aspect."""
    return format_html('<span class="qr" role="img" aria-label="{}">{}</span>', label, qr_document(text))


@lru_cache(maxsize=512)
def qr_document(text: str) -> SafeString:
    """Return the bare SVG of ``text``; the search for the best mask is what costs, so it is done once."""
    code = segno.make(text, error="m", micro=False)
    out = io.BytesIO()
    code.save(
        out,
        kind="svg",
        xmldecl=False,
        svgns=True,
        border=2,
        omitsize=True,
        light="#fff",
        dark="#000",
        svgclass=None,
        lineclass=None,
    )
    return mark_safe(out.getvalue().decode("ascii"))  # noqa: S308  (made by segno from modules only)
