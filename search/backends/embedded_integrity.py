"""Whether the files of the embedded index are what its library wrote.

The library opens an index whose files were damaged in the middle, and answers: wrongly, or not at all where it comes to
the damage. Each file of a segment ends in a note with the CRC-32 of what stands before it, which the library itself never
looks at again (tantivy's ``directory/footer.rs``: the body, the note as JSON, its length and a magic number of four bytes
each, the low byte first).

Which segments there are says ``meta.json`` alone, in plain JSON: damaged so that it still reads, it hides a part of the
library. So whoever has written notes how many documents there are then, which no merge changes, and takes the note away
before writing again: of an index somebody was killed at, nothing is noted.
"""

from __future__ import annotations

import json
import os
import struct
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

INDEXES = ("records", "passages")
_LAID_OUT = "schemas.json"  # how each index was laid out when it was made
_SEALED = "documents.json"  # how many documents each index has, while nobody writes
_KINDS = ("fast", "fieldnorm", "idx", "pos", "store", "term")
_END = struct.Struct("<II")
_MAGIC = 1337
_LONGEST_NOTE = 4096  # bytes; it has some hundred
_CHUNK = 1 << 20

_State = tuple[int, int, int]


class Integrity:
    """Remembers which files were found whole: none is written again, so each is read once until it is asked for anew."""

    def __init__(self) -> None:
        self._whole: dict[Path, _State] = {}

    def damaged(self, directory: Path, *, anew: bool = False) -> list[str]:
        """Return the names of the damaged or missing files of a generation. Raises OSError, ValueError, KeyError, TypeError.

        `anew` reads every file, also those that were whole when they were last read.
        """
        if anew:
            self._whole.clear()
        found = self._look(directory)
        # A commit may have merged segments away, and removed their files, while they were looked at.
        return [name for name in self._look(directory) if name in found] if found else []

    def _look(self, directory: Path) -> list[str]:
        laid_out = json.loads((directory / _LAID_OUT).read_text())
        sealed = _sealed(directory)
        damaged: list[str] = []
        files: list[Path] = []
        for name in INDEXES:
            meta = _meta(directory / name)
            if _layout(meta) != laid_out[name] or sealed.get(name, documents := _documents(meta)) != documents:
                damaged.append(f"{name}/meta.json")
            files.extend(_files(directory / name, meta))
        self._whole = {path: self._whole[path] for path in files if path in self._whole}
        return damaged + [f"{path.parent.name}/{path.name}" for path in files if not self._is_whole(path)]

    def _is_whole(self, path: Path) -> bool:
        try:
            state = _state(os.stat(path))
            if self._whole.get(path) != state:
                if not _checked(path):
                    return False
                self._whole[path] = state
        except FileNotFoundError:
            return False
        return True


def note_layout(directory: Path) -> None:
    """Keep how the indexes of a new generation are laid out: what the library rewrites with each commit is compared with it."""
    (directory / _LAID_OUT).write_text(json.dumps({name: _layout(_meta(directory / name)) for name in INDEXES}))


def seal(directory: Path) -> None:
    """Note how many documents a generation has, after the last commit of a writer. Raises OSError, ValueError, KeyError."""
    staged = directory / f"{_SEALED}.new"
    staged.write_text(json.dumps({name: _documents(_meta(directory / name)) for name in INDEXES}))
    staged.replace(directory / _SEALED)


def unseal(directory: Path) -> None:
    """Take the note away before a writer changes a generation. Raises ValueError, and leaves it, where it is not true."""
    for name, documents in _sealed(directory).items():
        if documents != _documents(_meta(directory / name)):
            raise ValueError(f"{name}/meta.json is damaged")
    (directory / _SEALED).unlink(missing_ok=True)


def _sealed(directory: Path) -> Mapping[str, int]:
    try:
        return dict(json.loads((directory / _SEALED).read_text()))
    except FileNotFoundError:
        return {}


def _documents(meta: Mapping[str, Any]) -> int:
    """How many documents an index has by its segments, those deleted left out."""
    deleted = (segment["deletes"] or {"num_deleted_docs": 0} for segment in meta["segments"])
    return sum(s["max_doc"] for s in meta["segments"]) - sum(int(d["num_deleted_docs"]) for d in deleted)


def _meta(directory: Path) -> Mapping[str, Any]:
    return dict(json.loads((directory / "meta.json").read_text()))


def _layout(meta: Mapping[str, Any]) -> list[Any]:
    return [meta["index_settings"], meta["schema"]]


def _files(directory: Path, meta: Mapping[str, Any]) -> Iterator[Path]:
    """Yield the files of all segments, that of what was deleted included."""
    for segment in meta["segments"]:
        name = str(segment["segment_id"]).replace("-", "")
        for kind in _KINDS:
            yield directory / f"{name}.{kind}"
        if segment["deletes"]:
            yield directory / f"{name}.{segment['deletes']['opstamp']}.del"


def _state(stat: os.stat_result) -> _State:
    return stat.st_ino, stat.st_size, stat.st_mtime_ns


def _checked(path: Path) -> bool:
    """Whether a file is as long as it was made, and has the checksum it was noted to have."""
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        end = size - _END.size
        if end < 0:
            return False
        file.seek(end)
        length, magic = _END.unpack(file.read(_END.size))
        if magic != _MAGIC or length > min(end, _LONGEST_NOTE):
            return False
        left = end - length
        file.seek(left)
        try:
            noted = json.loads(file.read(length))["crc"]
        except (ValueError, KeyError, TypeError):
            return False
        file.seek(0)
        crc = 0
        while left:
            chunk = file.read(min(left, _CHUNK))
            if not chunk:
                return False
            crc = zlib.crc32(chunk, crc)
            left -= len(chunk)
    return bool(crc == noted)
