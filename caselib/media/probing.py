"""What a film file says of itself, read with ffprobe where it is present."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

SECONDS = 20
NAMING = frozenset({"pdf", "docx", "doc", "wps", "pptx", "ppt", "xlsx", "xls"})


@dataclass(frozen=True, slots=True)
class Probe:
    """Duration in seconds, size in pixels; None where the file does not say.

    ``codec`` is how its pictures are coded, ``pixels`` in which format (yuv420p), ``sound`` how its sound is, each "" where
    there is none or it is not known. ``pictures`` is False for a file of sound alone.
    """

    duration: float | None = None
    width: int | None = None
    height: int | None = None
    readable: bool = True
    codec: str = ""
    pixels: str = ""
    sound: str = ""
    pictures: bool = True


def probe(path: Path) -> Probe | None:
    """Return what ffprobe reads from ``path``, or None where ffprobe is not installed.

    A file that is no film, or that ends before its pictures do, comes back with ``readable`` False. No network protocol is allowed, so that a playlist in
    disguise cannot make the server fetch anything.
    """
    program = shutil.which("ffprobe")
    if program is None:
        return None
    command = [program, "-v", "error", "-protocol_whitelist", "file", "-print_format", "json", "-show_format"]
    try:
        done = subprocess.run(
            [*command, "-show_streams", f"file:{path}"], capture_output=True, timeout=SECONDS, check=True
        )
        data = json.loads(done.stdout)
    except (subprocess.SubprocessError, ValueError):
        return Probe(readable=False)
    sounds = [stream for stream in data.get("streams", []) if stream.get("codec_type") == "audio"]
    sound = str(sounds[0].get("codec_name", "")) if sounds else ""
    pictures = [
        stream
        for stream in data.get("streams", [])
        if stream.get("codec_type") == "video" and not stream.get("disposition", {}).get("attached_pic")
    ]
    if not pictures:
        return Probe(readable=bool(sounds), sound=sound, pictures=False)
    try:
        duration = float(data.get("format", {}).get("duration", ""))
    except ValueError:
        duration = None
    first = pictures[0]
    return Probe(
        duration,
        first.get("width"),
        first.get("height"),
        codec=str(first.get("codec_name", "")),
        pixels=str(first.get("pix_fmt", "")),
        sound=sound,
    )


def cut_off(path: Path) -> bool:
    """Whether an MP4 ends before what its boxes announce, as after a copy that was broken off (ISO/IEC 14496-12, 4.2).

    What begins with the list of its pictures is read and played without complaint up to where it ends.
    """
    size, place = path.stat().st_size, 0
    with path.open("rb") as file:
        while place + 8 <= size:
            file.seek(place)
            head = file.read(16)
            length, kind = int.from_bytes(head[:4], "big"), head[4:8]
            if length == 1:
                length = int.from_bytes(head[8:16], "big")
            if length < 8:  # 0: up to the end
                return False
            place += length
            if place > size:
                # Behind the last box some programs leave what is none.
                return kind in (b"mdat", b"moov", b"moof")
    return False


def grab_still(path: Path, target: Path, *, at: float) -> bool:
    """Write the picture at second ``at`` of the film to ``target`` (JPEG); return whether there is one now."""
    program = shutil.which("ffmpeg")
    if program is None:
        return False
    command = [program, "-v", "error", "-y", "-protocol_whitelist", "file", "-ss", f"{at:.2f}", "-i", f"file:{path}"]
    try:
        subprocess.run([*command, "-frames:v", "1", "-q:v", "3", str(target)], timeout=SECONDS, check=True)
    except subprocess.SubprocessError:
        return False
    return target.is_file()


def named_in(path: Path) -> list[str]:
    """Return who is named in the properties, comments and tracked changes of the document at ``path``, read in a process of
    its own; empty where nobody is, or where that cannot be told."""
    suffix = path.suffix[1:].lower()
    if suffix not in NAMING:
        return []
    command = [sys.executable, "-m", "caselib.media.isolated_names", str(path), suffix]
    try:
        done = subprocess.run(command, capture_output=True, timeout=SECONDS, check=True, cwd=settings.BASE_DIR)
        return [str(name)[:80] for name in json.loads(done.stdout)][:20]
    except (subprocess.SubprocessError, ValueError):
        return []
