"""The text of uploaded documents: Word, PDF, slides, spreadsheets of any age and plain text, read with limits."""

from __future__ import annotations

import json
import re
import tempfile
import time
from collections.abc import Callable
from pathlib import Path, PurePath

from caselib.word import convert, text_readers
from caselib.word.guard import MIB, UnreadableError
from caselib.word.sandbox import run_module

READER = 2  # raise when files are read better than before: each is then read again
MAX_BYTES = 100_000_000  # of a file that is read at all
MAX_CHARACTERS = 1_000_000  # of text kept of one file
_SECONDS = 25.0  # of one file, its conversion included
_MEMORY = 600 * MIB
_FILES = frozenset({".docx", ".docm", ".doc", ".wps", ".pdf", ".pptx", ".ppt", ".xlsx", ".xls"})
_CUE = re.compile(r"(?:(\d+):)?(\d{1,2}):(\d{2})[.,](\d{3})\s*-->")
_TAG = re.compile(r"<[^>\n]{0,200}>")


class NoText(Exception):
    """The file has no text that can be read; the message says why."""


def text_of(data: bytes, name: str) -> str:
    """Return the text of a file by its content and name. Raises NoText for anything that cannot be read.

    Of a file that is damaged, or takes too long, what could be read before is its text.
    """
    if len(data) > MAX_BYTES:
        raise NoText("the file is too large to be searched")
    suffix = PurePath(name).suffix.lower()
    if suffix in _PLAIN:
        text = _PLAIN[suffix](data)
    elif suffix in _FILES:
        text = _in_a_process(data, suffix)
    else:
        raise NoText("files of this kind carry no text")
    return text[:MAX_CHARACTERS].replace("\x00", "")


def cues(vtt: str) -> tuple[str, tuple[tuple[int, float], ...]]:
    """Return (text, ((offset, seconds), ...)) of WebVTT captions: one line a cue, marks and settings removed."""
    lines: list[str] = []
    starts: list[tuple[int, float]] = []
    offset = 0
    for block in re.split(r"\n\s*\n", vtt.replace("\r\n", "\n").replace("\r", "\n")):
        rows = block.strip().split("\n")
        timing = next((i for i, row in enumerate(rows) if "-->" in row), None)
        if timing is None:
            continue
        match = _CUE.search(rows[timing])
        spoken = _TAG.sub("", " ".join(r.strip() for r in rows[timing + 1 :])).strip()
        if not match or not spoken:
            continue
        hours, minutes, seconds, thousandths = (int(g or 0) for g in match.groups())
        starts.append((offset, hours * 3600 + minutes * 60 + seconds + thousandths / 1000))
        lines.append(spoken)
        offset += len(spoken) + 1
    return "\n".join(lines), tuple(starts)


def _in_a_process(data: bytes, suffix: str) -> str:
    """Files come from anywhere: what reads them may hang, take all memory or die, and the index must not wait for it."""
    deadline = time.monotonic() + _SECONDS
    with tempfile.TemporaryDirectory(prefix="caselib-text-") as name:
        folder = Path(name)
        told = _read(folder, data, suffix, deadline)
        if "convert" in told:
            left = deadline - time.monotonic()
            try:
                data = convert.to_docx(data, told["convert"], seconds=min(convert.SECONDS, left))
            except UnreadableError as error:
                raise NoText(str(error)) from error
            told = _read(folder, data, ".docx", deadline)
        # The last character of one that was killed may have been written in part.
        text = (folder / "text").read_text(encoding="utf-8", errors="ignore").removesuffix("\n")
    if "error" in told and not text.strip():
        raise NoText(told["error"][:300])
    return text


def _read(folder: Path, data: bytes, suffix: str, deadline: float) -> dict[str, str]:
    source, told = folder / f"source{suffix}", folder / "told.json"
    source.write_bytes(data)
    (folder / "text").write_bytes(b"")
    told.unlink(missing_ok=True)
    seconds = max(deadline - time.monotonic(), 1.0)
    outcome = run_module(
        "search.isolated", str(source), source.name, str(folder), folder=folder, seconds=seconds, memory=_MEMORY
    )
    if outcome.ending != "done" or not told.is_file():
        return {"error": f"the file could not be read: {outcome.ending}"}
    return dict(json.loads(told.read_text(encoding="utf-8")))


def _plain(data: bytes) -> str:
    return text_readers.decode(data)[0]


_PLAIN: dict[str, Callable[[bytes], str]] = {
    ".txt": _plain,
    ".md": _plain,
    ".srt": lambda data: cues(_plain(data))[0],
    ".vtt": lambda data: cues(_plain(data))[0],
}
