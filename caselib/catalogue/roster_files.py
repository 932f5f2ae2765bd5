"""A class roster from a workbook. What reads it runs apart: a small file can ask for all memory, and for minutes."""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path
from typing import BinaryIO

from django.utils.translation import gettext as _

from caselib.core.errors import Refusal
from caselib.word.guard import MIB
from caselib.word.sandbox import run_module

from .rules.roster import MAX_LINES, RosterLine

SECONDS = 10.0
MEMORY = 400 * MIB


def read_roster(stream: BinaryIO) -> list[RosterLine] | Refusal:
    """Return the rows of the first sheet that has any, or why the file cannot be read. Formulas are read as their last values."""
    too_large = Refusal("too_large", _("The workbook is too large. Paste the column of posts instead."))
    with tempfile.TemporaryDirectory(prefix="caselib-roster-") as name:
        folder = Path(name)
        source, out = folder / "source", folder / "rows.json"
        stream.seek(0)
        with source.open("wb") as copy:
            shutil.copyfileobj(stream, copy)
        outcome = run_module(
            "caselib.catalogue.isolated_roster",
            str(source),
            str(out),
            str(MAX_LINES),
            folder=folder,
            seconds=SECONDS,
            memory=MEMORY,
        )
        if outcome.ending in ("timeout", "memory"):
            return too_large
        if outcome.ending != "done" or not out.is_file():
            return Refusal(
                "unreadable", _("This is no workbook that can be read. Save it as .xlsx, or paste the lines.")
            )
        rows = json.loads(out.read_text(encoding="utf-8"))
    if rows is None:
        return too_large
    return [RosterLine(number, tuple(cells)) for number, cells in rows]
