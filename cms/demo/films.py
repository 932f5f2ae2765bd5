"""Makes the short demo films: typographic leaves, moved gently, with a silent sound track. Needs ffmpeg."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from .pictures import ACCENT, SLATE, Sheet, has_font

LEAF_SECONDS = 6
RATE = 12
WIDTH, HEIGHT = 640, 360
# The leaf is drawn larger than the film, so that the frame can wander over it.
LEAF = (768, 432)
TIMEOUT = 120


def can_make() -> bool:
    """Whether this machine can make a film: ffmpeg and a Chinese font."""
    return shutil.which("ffmpeg") is not None and has_font()


def make(title: str, agency: str, leaves: Sequence[str], folder: Path) -> Path | None:
    """Write a film of ``LEAF_SECONDS`` a leaf to ``folder`` and return its path; None if ffmpeg is absent or fails."""
    program = shutil.which("ffmpeg")
    if program is None or not has_font():
        return None
    seconds = LEAF_SECONDS * len(leaves)
    with tempfile.TemporaryDirectory() as work:
        for number, words in enumerate(leaves):
            _leaf(words, title, agency, number).save(Path(work) / f"leaf-{number:02d}.png")
        target = folder / "film.mp4"
        # Frame rate in: one leaf each LEAF_SECONDS; the crop drifts from left to right within each leaf.
        drift = f"crop={WIDTH}:{HEIGHT}:'(iw-ow)*mod(t,{LEAF_SECONDS})/{LEAF_SECONDS}':'(ih-oh)/2'"
        command = [
            program, "-v", "error", "-y", "-framerate", f"1/{LEAF_SECONDS}", "-i", str(Path(work) / "leaf-%02d.png"),
            "-f", "lavfi", "-t", str(seconds), "-i", "anullsrc=r=44100:cl=mono",
            "-vf", f"fps={RATE},{drift},format=yuv420p", "-c:v", "libx264", "-preset", "veryfast", "-crf", "30",
            "-g", str(RATE * 2), "-c:a", "aac", "-b:a", "24k", "-t", str(seconds),
            "-map_metadata", "-1", "-fflags", "+bitexact", "-flags:v", "+bitexact", "-flags:a", "+bitexact",
            "-movflags", "+faststart", str(target),
        ]  # fmt: skip
        try:
            subprocess.run(command, check=True, timeout=TIMEOUT, stdin=subprocess.DEVNULL, capture_output=True)
        except (subprocess.SubprocessError, OSError):
            return None
    return target


def _leaf(words: str, title: str, agency: str, number: int):  # type: ignore[no-untyped-def]
    sheet = Sheet(LEAF)
    width, height = LEAF
    sheet.draw.rectangle((0, 0, width, 10), fill=ACCENT if number % 2 == 0 else SLATE)
    sheet.text((width / 2, height * 0.44), words, 64 if len(words) < 8 else 46, serif=True)
    sheet.draw.line((width * 0.42, height * 0.62, width * 0.58, height * 0.62), fill=ACCENT, width=3)
    sheet.text((width / 2, height * 0.72), f"《{title}》", 22)
    sheet.text((width / 2, height * 0.8), agency, 18, fill=SLATE)
    return sheet.image
