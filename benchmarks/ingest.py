"""Measures reading of manuscripts: ``python -m benchmarks.ingest PATH…`` prints JSON.

Files per second, peak memory of the reading process, and how much of what the .docx files hold comes out: headings (by
style or outline level), automatic numbers, tables, images and notes, counted in the XML by a second, simple way.
"""

from __future__ import annotations

import json
import re
import sys
import time
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from caselib.ingest.reading import read_file
from caselib.ingest.results import ReadResult
from caselib.word.model import Heading, Paragraph, Table

NAMES = (".docx", ".docm", ".dotx", ".doc", ".wps", ".rtf", ".txt", ".md", ".html", ".htm", ".zip")
KINDS = ("headings", "numbering", "tables", "images", "notes")


def expected(path: Path) -> dict[str, int] | None:
    """Count in the raw XML of a .docx what should come out; None for other or unreadable files."""
    try:
        with zipfile.ZipFile(path) as archive:
            xml = archive.read("word/document.xml").decode("utf-8", "replace")
    except (OSError, KeyError, zipfile.BadZipFile, RuntimeError, NotImplementedError, ValueError):
        return None
    return {
        "tables": len(re.findall(r"<w:tbl>|<w:tbl ", xml)),
        "images": len(set(re.findall(r'<a:blip [^>]*r:embed="([^"]+)"', xml))),
        "notes": len(re.findall(r"<w:(?:footnote|endnote)Reference ", xml)),
        "headings": len(
            re.findall(r'<w:outlineLvl w:val="[0-8]"/>|<w:pStyle w:val="(?:Heading|heading ?)[1-6]"/>', xml)
        ),
        "numbering": len(re.findall(r'<w:numPr>(?:(?!</w:numPr>).)*<w:numId w:val="[1-9]', xml)),
    }


def found(result: ReadResult) -> dict[str, int]:
    """Count what came out of a file."""
    blocks = [block for item in result.items for block in item.blocks]
    numbered = [block for block in blocks if isinstance(block, Heading | Paragraph) and block.number]
    numbered += [
        p
        for block in blocks
        if isinstance(block, Table)
        for row in block.rows
        for cell in row
        for p in cell.blocks
        if p.number
    ]
    forms = sum(1 for warning in result.warnings if warning.code == "layout_table")
    return {
        "headings": sum(isinstance(block, Heading) for block in blocks) + len(result.items),
        "numbering": len(numbered),
        "tables": sum(item.tables for item in result.items) + forms,
        "images": sum(item.images for item in result.items),
        "notes": len(result.notes),
    }


def measure(paths: Iterable[Path]) -> dict[str, Any]:
    """Read every file and return the figures."""
    wanted, kept = dict.fromkeys(KINDS, 0), dict.fromkeys(KINDS, 0)
    read = refused = 0
    peak = 0
    slowest = 0.0
    started = time.perf_counter()
    for path in paths:
        for result in read_file(path):
            read += result.status == "read"
            refused += result.status == "refused"
            peak, slowest = max(peak, result.peak_bytes), max(slowest, result.seconds)
            raw = expected(path) if result.status == "read" else None
            if raw is not None:
                got = found(result)
                for kind in KINDS:
                    wanted[kind] += raw[kind]
                    kept[kind] += min(got[kind], raw[kind])
    seconds = time.perf_counter() - started
    return {
        "files": read + refused,
        "read": read,
        "refused": refused,
        "seconds": round(seconds, 2),
        "files_per_second": round((read + refused) / seconds, 2) if seconds else 0.0,
        "slowest_seconds": round(slowest, 2),
        "peak_memory_mb": round(peak / 1024 / 1024, 1),
        "kept": {
            kind: {
                "in_source": wanted[kind],
                "kept": kept[kind],
                "share": round(kept[kind] / wanted[kind], 4) if wanted[kind] else None,
            }
            for kind in KINDS
        },
    }


def files(arguments: Iterable[str]) -> list[Path]:
    """Return the manuscripts named or found in the folders named."""
    chosen: list[Path] = []
    for argument in arguments:
        path = Path(argument)
        chosen += sorted(item for item in path.rglob("*") if item.suffix.lower() in NAMES) if path.is_dir() else [path]
    return chosen


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit("usage: python -m benchmarks.ingest PATH…")
    print(json.dumps(measure(files(sys.argv[1:])), ensure_ascii=False, indent=1))
