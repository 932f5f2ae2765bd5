"""Reads the demo content: TOML tables, and texts with a TOML head between ``+++`` lines."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "content"
FENCE = "+++\n"


@cache
def table(name: str) -> dict[str, Any]:
    """Return the TOML file ``name`` (without ending) of the content folder."""
    return tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))


def rows(name: str, key: str = "item") -> list[dict[str, Any]]:
    """Return the array of tables ``key`` of the TOML file ``name``."""
    found: list[dict[str, Any]] = table(name)[key]
    return found


@cache
def texts(folder: str) -> tuple[dict[str, Any], ...]:
    """Return the texts of ``folder`` in the order of their codes: the head's fields, and ``text`` with the rest."""
    read = [_text(path) for path in sorted((FOLDER / folder).glob("*.md"))]
    return tuple(sorted(read, key=lambda head: head["code"]))


def captions(name: str) -> str:
    """Return the WebVTT captions of the film ``name``."""
    return (FOLDER / "captions" / f"{name}.vtt").read_text(encoding="utf-8")


def _text(path: Path) -> dict[str, Any]:
    source = path.read_text(encoding="utf-8")
    if not source.startswith(FENCE) or source.count(FENCE) < 2:
        raise ValueError(f"{path.name}: the head between two +++ lines is missing")
    _before, head, text = source.split(FENCE, 2)
    return tomllib.loads(head) | {"text": text, "slug": path.stem}
