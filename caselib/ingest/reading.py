"""Reads files from outside: each in a process that can be killed, old formats converted first, zips taken apart."""

from __future__ import annotations

import hashlib
import json
import re
import tempfile
import time
from collections.abc import Iterator, Set
from dataclasses import replace
from pathlib import Path
from typing import Any

from caselib.ingest.results import ReadForeword, ReadResult, item_from_json, refused
from caselib.word import codec, convert, metafiles
from caselib.word.guard import LIMITS, MIB, UnreadableError
from caselib.word.model import Warning
from caselib.word.sandbox import Outcome, run_module

SECONDS = 25.0  # of the 30 that a file may take; a command of its own needs some to begin and to end
MEMORY = 440 * MIB  # below the 500 MB that a file may take, however megabytes are counted
_PICTURE_SECONDS = 15.0
_NO_CONVERSION = ("not_a_manuscript", "empty_file", "damaged", "missing_part")  # of what the converter left


def read_file(path: Path, name: str = "") -> list[ReadResult]:
    """Read one file and return its results: one, or for a zip one for the archive and one for each file in it.

    Never raises for what is in the file. ``name`` is how it is called in messages (default: the path). At most 30 s and
    500 MB a file, conversion included.
    """
    return list(read_each(path, name))


def read_each(path: Path, name: str = "", skip: Set[str] = frozenset()) -> Iterator[ReadResult]:
    """Yield the results of ``read_file`` one by one as they come.

    ``skip`` holds the sha256 of files in an archive that were kept before: they are not read, their code is ``known``.
    """
    name = name or str(path)
    refusal = _unfit(path, name)
    if refusal is not None:
        yield refusal
        return
    try:
        yield from _read(path, name, time.monotonic() + SECONDS, depth=0, skip=skip)
    except OSError as error:
        yield refused(name, "not_found", error.strerror or "")


def _unfit(path: Path, name: str) -> ReadResult | None:
    """What can be said of a file before it is opened."""
    try:
        size = path.stat().st_size
    except OSError as error:
        return refused(name, "not_found", error.strerror or "")
    if not path.is_file():
        return refused(name, "not_a_file")
    if size == 0:
        return refused(name, "empty_file")
    if size > LIMITS.file_bytes:
        return refused(name, "too_large", f"{size / MIB:.0f} MB")
    return None


def _read(path: Path, name: str, deadline: float, *, depth: int, skip: Set[str] = frozenset()) -> Iterator[ReadResult]:
    with tempfile.TemporaryDirectory(prefix="caselib-read-") as folder:
        out = Path(folder)
        outcome, raw = _run(path, name, out, deadline)
        if raw.get("next") == "convert":
            yield _converted(path, name, raw["kind"], deadline)
        elif raw.get("next") == "members":
            if depth:
                yield refused(name, "nested_zip")
                return
            yield ReadResult(name, "read", "archive", str(len(raw["members"])), "zip", seconds=outcome.seconds)
            for number, member in raw["members"]:
                if skip and hashlib.sha256((out / number).read_bytes()).hexdigest() in skip:
                    yield ReadResult(f"{name}/{member}", "read", "known")
                    continue
                yield from _read(out / number, f"{name}/{member}", time.monotonic() + SECONDS, depth=1)
        else:
            yield _finished(name, raw, out, outcome, deadline)


def _run(path: Path, name: str, out: Path, deadline: float) -> tuple[Outcome, dict[str, Any]]:
    seconds = max(deadline - time.monotonic(), 1.0)
    arguments = (str(path.resolve()), name, str(out))
    outcome = run_module("caselib.ingest.isolated", *arguments, folder=out, seconds=seconds, memory=MEMORY)
    result = out / "result.json"
    if outcome.ending != "done" or not result.is_file():
        ending = outcome.ending if outcome.ending != "done" else "died"
        return outcome, {"next": "", "refused": ending, "detail": ""}
    raw: dict[str, Any] = json.loads(result.read_text(encoding="utf-8"))
    return outcome, raw


def _converted(path: Path, name: str, kind: str, deadline: float) -> ReadResult:
    """Convert an old format and read the outcome in a second process."""
    started = time.monotonic()
    try:
        data = convert.to_docx(path.read_bytes(), kind, seconds=max(min(convert.SECONDS, deadline - started - 4), 1))
    except UnreadableError as error:
        return refused(name, error.code, error.detail)
    with tempfile.TemporaryDirectory(prefix="caselib-read-") as folder:
        out = Path(folder)
        source = out / "source.docx"
        source.write_bytes(data)
        stem = re.sub(r"\.(?:docx?|dotx?|wps|wpt|rtf|xml|odt)$", "", name, flags=re.I)
        outcome, raw = _run(source, f"{stem}.docx", out, deadline)
        result = _finished(name, raw, out, outcome, deadline)
        result = replace(result, warnings=tuple(item for item in result.warnings if item.code != "mislabelled"))
    if result.status == "refused" and result.code in _NO_CONVERSION:
        return refused(name, "convert_failed", Path(name).suffix)
    if result.status == "refused":
        return result
    note = Warning("converted", "", kind)
    seconds = time.monotonic() - started
    return replace(result, kind=kind, warnings=(note, *result.warnings), seconds=seconds)


def _finished(name: str, raw: dict[str, Any], out: Path, outcome: Outcome, deadline: float) -> ReadResult:
    if raw.get("refused"):
        return replace(
            refused(name, raw["refused"], raw.get("detail", "")), seconds=outcome.seconds, peak_bytes=outcome.peak_bytes
        )
    images = {key: (label, kind, (out / key).read_bytes()) for key, label, kind in raw["images"]}
    images, warnings = _drawn(images, deadline)
    foreword = raw["foreword"]
    items = tuple(item_from_json(item) for item in raw["items"])
    return ReadResult(
        file=name,
        status="read",
        code="" if items else "no_text",
        kind=raw["kind"],
        foreword=ReadForeword(foreword["title"], foreword["text"]) if foreword else None,
        items=items,
        notes=codec.decode(raw["notes"]),
        images=images,
        comments=codec.decode(raw["comments"]),
        properties=raw["properties"],
        warnings=(*_mislabelled(name, raw["kind"]), *codec.decode(raw["warnings"]), *warnings),
        seconds=outcome.seconds,
        peak_bytes=outcome.peak_bytes,
    )


def _mislabelled(name: str, kind: str) -> tuple[Warning, ...]:
    """Tell when the name promised another format than the file has."""
    suffix = name.rsplit(".", 1)[-1].lower()
    right = {
        "docx": ("docx", "dotx", "docm", "dotm"),
        "html": ("html", "htm"),
        "mhtml": ("mht", "mhtml"),
        "flatopc": ("xml",),
    }.get(kind)
    if right is None or suffix in right:
        return ()
    return (Warning("mislabelled", "", f".{suffix} → .{right[0]}"),)


def _drawn(
    images: dict[str, tuple[str, str, bytes]], deadline: float
) -> tuple[dict[str, tuple[str, str, bytes]], list[Warning]]:
    """Convert EMF and WMF pictures to PNG while there is time; those left keep their bytes and are reported."""
    waiting = [key for key, (_, kind, _data) in images.items() if kind in metafiles.TYPES]
    if not waiting:
        return images, []
    chosen = waiting[: metafiles.MAX_PICTURES]
    seconds = min(deadline - 1 - time.monotonic(), _PICTURE_SECONDS)
    why = "timeout"
    drawn: list[bytes] = []
    if seconds > 1:
        try:
            drawn = metafiles.to_png([(images[key][2], images[key][1]) for key in chosen], seconds=seconds)
        except UnreadableError as error:
            why = error.code
    made = {key: png for key, png in zip(chosen, drawn, strict=False) if png}
    warnings: list[Warning] = []
    for key in waiting:
        label = images[key][0]
        if key in made:
            images[key] = (label.rsplit(".", 1)[0] + ".png", "image/png", made[key])
            warnings.append(Warning("image_converted", "", label))
        else:
            warnings.append(Warning("image_not_converted", "", f"{label}: {'empty' if drawn else why}"))
    return images, warnings


def read_table(data: bytes) -> list[list[str]]:
    """Return the rows of an Excel or CSV file, read in a process of its own. Raises UnreadableError."""
    if len(data) > 10 * MIB:
        raise UnreadableError("too_large", f"{len(data) / MIB:.0f} MB")
    with tempfile.TemporaryDirectory(prefix="caselib-table-") as folder:
        out = Path(folder)
        (out / "source").write_bytes(data)
        arguments = (str(out / "source"), str(out / "rows.json"))
        outcome = run_module("caselib.ingest.isolated_table", *arguments, folder=out, seconds=SECONDS, memory=MEMORY)
        if outcome.ending != "done":
            raise UnreadableError(outcome.ending)
        result: dict[str, Any] = json.loads((out / "rows.json").read_text(encoding="utf-8"))
    if "refused" in result:
        raise UnreadableError(result["refused"], result["detail"])
    rows: list[list[str]] = result["rows"]
    return rows
