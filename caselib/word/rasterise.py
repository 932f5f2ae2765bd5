"""Draws the pages of a PDF as PNG files, in a process of its own: ``python -m caselib.word.rasterise PDF FOLDER``."""

from __future__ import annotations

import sys
from pathlib import Path

import pypdfium2

_DPI = 150
_LONGEST = 2400  # pixels


def main(source: str, folder: str) -> None:
    """Write page n as n.png; a page on which nothing is drawn gives no file."""
    document = pypdfium2.PdfDocument(source)
    for number in range(len(document)):
        page = document[number]
        scale = min(_DPI / 72, _LONGEST / max(*page.get_size(), 1.0))
        image = page.render(scale=scale).to_pil().convert("RGB")
        darkest = image.convert("L").getextrema()[0]
        if isinstance(darkest, int) and darkest < 250:
            image.save(Path(folder, f"{number}.png"), "PNG", optimize=True)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
